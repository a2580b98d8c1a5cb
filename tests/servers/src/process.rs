//! A server's process: started under a keeper that ends it, and removes its files, when it is dropped or when the test
//! process dies.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The keeper. Its standard input is a pipe that only the test process holds: at its end the server is ended. Should the
/// keeper itself be killed, the kernel kills the server (`setpriv --pdeathsig`).
const KEEPER: &str = r#"
    dir=$1 signal=$2; shift 2
    exec 3<&0 </dev/null
    "$@" 3<&- >"$dir/log" 2>&1 &
    server=$!
    ( read -r _ <&3; kill -s "$signal" "$server" ) 2>/dev/null &
    watcher=$!
    wait "$server"
    kill "$watcher" 2>/dev/null
    tail -n 20 "$dir/log" 2>/dev/null
    rm -rf "$dir"
"#;

#[derive(Debug)]
pub(crate) struct Process {
    keeper: Child,
    lifeline: Option<ChildStdin>,
    dir: PathBuf,
}

/// What ends a server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ended {
    /// It has nothing to put in order.
    Kill,
    /// It has children of its own to end first.
    Quit,
}

/// Who a server runs as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    pub uid: u32,
    pub gid: u32,
}

impl User {
    /// What `setpriv` has to be told.
    pub(crate) fn flags(&self) -> [String; 3] {
        [format!("--reuid={}", self.uid), format!("--regid={}", self.gid), "--clear-groups".into()]
    }
}

/// A new directory for one server, readable by nobody else.
pub(crate) fn directory() -> TempDir {
    tempfile::Builder::new()
        .prefix("config-servers-")
        .tempdir()
        .expect("a temporary directory can be made")
}

impl Process {
    /// Starts `command`, as another user if so said, with no environment but what it needs. `dir` is removed when it has
    /// ended.
    pub(crate) fn start(
        dir: TempDir,
        ended: Ended,
        user: Option<&User>,
        command: &[OsString],
    ) -> Self {
        let signal = match ended {
            Ended::Kill => "KILL",
            Ended::Quit => "QUIT",
        };
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(dir.path())
            // One call for both: a change of user takes the signal away.
            .args([signal, "setpriv", "--pdeathsig", signal])
            .args(user.map(User::flags).into_iter().flatten())
            .arg("--")
            .args(command)
            .current_dir(dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", dir.path())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A Ctrl-C is for the tests; the keeper has to live on and clear up.
            .process_group(0)
            .spawn()
            .expect("sh can be started");
        let lifeline = keeper.stdin.take();
        Self { keeper, lifeline, dir: dir.keep() }
    }

    /// Waits until `ready` says so, and tells what the server logged if it has ended or takes too long.
    pub(crate) fn wait(&mut self, mut ready: impl FnMut() -> bool) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            if self.keeper.try_wait().expect("a child can be asked").is_some() {
                return Err(format!("it ended at once:\n{}", self.last_words()));
            }
            if ready() {
                return Ok(());
            }
            sleep(Duration::from_millis(10));
        }
        self.lifeline = None;
        Err(format!("it does not answer after a minute:\n{}", self.last_words()))
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The keeper's process id; the server is its child.
    pub(crate) fn id(&self) -> u32 {
        self.keeper.id()
    }

    fn ends_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while matches!(self.keeper.try_wait(), Ok(None)) {
            if start.elapsed() > time {
                return false;
            }
            sleep(Duration::from_millis(2));
        }
        true
    }

    fn last_words(&mut self) -> String {
        let mut words = Vec::new();
        if let Some(mut output) = self.keeper.stdout.take() {
            // Unreadable words are no words.
            drop(output.read_to_end(&mut words));
        }
        let words = String::from_utf8_lossy(&words);
        let telling = |line: &&str| {
            !["Unseal Key", "Token", "password"].iter().any(|word| line.contains(word))
        };
        words.lines().filter(telling).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if !self.ends_within(Duration::from_secs(20)) {
            // The server does not end in good order; without its keeper the kernel ends it.
            drop(self.keeper.kill());
            drop(self.keeper.wait());
        }
        // The keeper has done so, unless it was killed.
        drop(std::fs::remove_dir_all(&self.dir));
    }
}
