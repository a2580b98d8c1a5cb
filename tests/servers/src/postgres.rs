//! PostgreSQL: a cluster of our own, where passwords are checked.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::port::Ports;
use crate::process::{Ended, Process, User, directory};
use crate::{install, password, unique};

/// A cluster that ends, and is gone, when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    process: Process,
    ports: Ports,
    password: Password,
}

/// What came of trying to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// The password is right.
    Accepted,
    /// It is wrong, or the user is not there (SQLSTATE 28P01, 28000).
    Refused,
}

impl Cluster {
    /// The cluster of this test process. Tests use users and databases of their own in it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A fresh cluster, with SCRAM for every connection.
    pub fn start() -> Self {
        let password = Password(password());
        let owner = owner();
        let mut failed = String::new();
        for _ in 0..3 {
            let ports = Ports::claim(1);
            let dir = directory();
            give(dir.path(), owner.as_ref());
            initialise(owner.as_ref(), dir.path(), &password);
            let settings = [
                "listen_addresses=127.0.0.1",
                &format!("port={}", ports.first()),
                &format!("unix_socket_directories={}", dir.path().display()),
                "fsync=off",
                "full_page_writes=off",
                "max_connections=200",
                "shared_buffers=16MB",
            ];
            let mut command = vec![
                install::postgres("postgres").into(),
                "-D".into(),
                dir.path().join("data").into(),
            ];
            command.extend(settings.iter().flat_map(|setting| ["-c".into(), setting.into()]));
            let process = Process::start(dir, Ended::Quit, owner.as_ref(), &command);
            let mut cluster = Self { process, ports, password: password.clone() };
            let address = cluster.address();
            let probe = || std::net::TcpStream::connect(address).is_ok();
            match cluster.process.wait(probe) {
                Ok(()) => {
                    cluster.settle();
                    return cluster;
                }
                Err(why) => failed = why,
            }
        }
        panic!("PostgreSQL does not start: {failed}");
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.ports.address(0)
    }

    /// The name of the superuser.
    pub fn superuser(&self) -> &'static str {
        "postgres"
    }

    /// The superuser's password, another one in each cluster.
    pub fn password(&self) -> &str {
        &self.password.0
    }

    /// A URL with the superuser's password.
    pub fn url(&self) -> String {
        self.url_of(self.superuser(), self.password())
    }

    /// A URL of a user of the database `postgres`; nothing is percent-encoded.
    pub fn url_of(&self, user: &str, password: &str) -> String {
        format!("postgresql://{user}:{password}@{}/postgres", self.address())
    }

    /// Runs SQL as the superuser and gives what it prints, rows as lines, columns with `|` between them.
    #[track_caller]
    pub fn execute(&self, sql: &str) -> String {
        let output = self.psql(self.superuser(), self.password(), sql);
        assert!(
            output.status.success(),
            "the SQL fails: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Makes a user of a name of its own, and gives the name.
    #[track_caller]
    pub fn user(&self, password: &str) -> String {
        let name = unique("user").replace('-', "_");
        self.execute(&format!(
            "CREATE ROLE {name} LOGIN PASSWORD '{}'",
            password.replace('\'', "''")
        ));
        name
    }

    /// Tries to log in.
    #[track_caller]
    pub fn login(&self, user: &str, password: &str) -> Login {
        let output = self.psql(user, password, "SELECT 1");
        if output.status.success() {
            return Login::Accepted;
        }
        let error = String::from_utf8_lossy(&output.stderr);
        // The last where the user is removed while it logs in.
        let refused =
            ["password authentication failed", "is not permitted to log in", "\" does not exist"];
        assert!(
            refused.iter().any(|words| error.contains(words)),
            "neither accepted nor refused: {error}"
        );
        Login::Refused
    }

    /// The process that keeps it; the server is its child.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// It accepts connections before it answers queries.
    fn settle(&self) {
        for _ in 0..500 {
            if self.psql(self.superuser(), self.password(), "SELECT 1").status.success() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("PostgreSQL accepts connections but answers nothing");
    }

    /// Password and SQL stay out of the arguments, which every process can read.
    fn psql(&self, user: &str, password: &str, sql: &str) -> Output {
        let mut child = Command::new(install::postgres("psql"))
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.ports.first().to_string(),
                "-U",
                user,
                "-d",
                "postgres",
            ])
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"])
            .env("PGPASSWORD", password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql can be started");
        let mut input = child.stdin.take().expect("its input is a pipe");
        // Where the login fails psql ends without reading.
        drop(input.write_all(sql.as_bytes()));
        drop(input);
        child.wait_with_output().expect("psql ends")
    }
}

#[derive(Clone)]
struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// The user that Debian's package has made, if we are root: PostgreSQL refuses to run as root.
fn owner() -> Option<User> {
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    root.then(|| User { uid: id("-u"), gid: id("-g") })
}

fn give(path: &Path, owner: Option<&User>) {
    if let Some(user) = owner {
        chown(path, Some(user.uid), Some(user.gid)).expect("root can give a file away");
    }
}

fn id(of: &str) -> u32 {
    let output = Command::new("id").args([of, "postgres"]).output().expect("id can be started");
    let number = String::from_utf8_lossy(&output.stdout).trim().parse();
    number.expect("Debian's package postgresql has made the user postgres")
}

fn initialise(owner: Option<&User>, dir: &Path, password: &Password) {
    let file = dir.join("password");
    std::fs::write(&file, &password.0).expect("a file in a fresh directory can be written");
    give(&file, owner);
    let mut initdb = Command::new("setpriv");
    initdb
        .args(owner.map(User::flags).into_iter().flatten())
        .arg("--")
        .arg(install::postgres("initdb"));
    initdb.args("-A scram-sha-256 -U postgres -E UTF8 --locale=C --no-sync".split(' '));
    initdb.arg("--pwfile").arg(&file).arg("-D").arg(dir.join("data"));
    let output = initdb.current_dir(dir).output().expect("setpriv can be started");
    assert!(output.status.success(), "initdb fails: {}", String::from_utf8_lossy(&output.stderr));
    drop(std::fs::remove_file(file));
}
