//! A keyring without a desktop: `gnome-keyring-daemon` on a session bus of its own.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use secret_service::EncryptionType;
use secret_service::blocking::SecretService;

/// Where programs look for the address of the session bus.
pub const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Unlocks a keyring of nothing, tells the address of the bus, and stays until nobody holds the other end of its input.
const UNLOCKED: &str = "set -e
printf password | gnome-keyring-daemon --unlock --components=secrets > /dev/null
echo \"$DBUS_SESSION_BUS_ADDRESS\"
cat > /dev/null";

/// The same without a keyring.
const EMPTY: &str = "echo \"$DBUS_SESSION_BUS_ADDRESS\"
cat > /dev/null";

/// A session bus, and what is on it. It ends when it is dropped, or with the process that started it.
pub struct Session {
    keeper: Child,
    lifeline: Option<ChildStdin>,
    address: String,
    _home: tempfile::TempDir,
}

impl Session {
    /// One with a keyring that is unlocked and empty.
    #[must_use]
    pub fn unlocked() -> Self {
        Self::start(UNLOCKED)
    }

    /// One in which nobody keeps secrets.
    #[must_use]
    pub fn without_keyring() -> Self {
        Self::start(EMPTY)
    }

    /// The one with a keyring that all tests of this process share; each has entries of a name of its own in it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Session> = OnceLock::new();
        SHARED.get_or_init(Self::unlocked)
    }

    fn start(script: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut keeper = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME"].map(|name| (name, home.path())))
            .current_dir(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-run-session can be started: apt install dbus gnome-keyring");
        let lifeline = keeper.stdin.take();
        let mut address = String::new();
        let output = keeper.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut address).expect("a line");
        assert!(!address.is_empty(), "the session ended at once: apt install gnome-keyring");
        Self { keeper, lifeline, address: address.trim_end().to_owned(), _home: home }
    }

    /// What a process is told so that this is its session.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, OsString); 1] {
        [(BUS, OsString::from(&self.address))]
    }

    /// Makes the keyring hold these bytes.
    pub fn put(&self, service: &str, name: &str, bytes: &[u8]) {
        Open::at(&self.address).put(service, name, bytes);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // It ends by itself; that it has is all that counts.
        let _ = self.keeper.wait();
    }
}

/// A way into a keyring.
pub struct Open(SecretService<'static>);

impl Open {
    /// The keyring of the session that this process is in.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn of_the_process() -> Self {
        Self::at(&std::env::var(BUS).expect("a session bus"))
    }

    fn at(address: &str) -> Self {
        let bus = zbus::blocking::connection::Builder::address(address).expect("an address");
        let bus = bus.build().expect("a bus that answers");
        // What is put there is for tests.
        let opened = SecretService::connect_with_existing(EncryptionType::Plain, bus);
        Self(opened.expect("a secret service"))
    }

    /// Makes it hold these bytes, instead of others of this name.
    ///
    /// # Panics
    /// Where it does not take them.
    pub fn put(&self, service: &str, name: &str, bytes: &[u8]) {
        // The one that the daemon keeps in memory: of the other, each entry is a file that is written anew.
        let collection = self.0.get_collection_by_alias("session").expect("a keyring");
        let attributes = HashMap::from([("service", service), ("username", name)]);
        collection
            .create_item("of a test", attributes, bytes, true, "text/plain")
            .expect("an entry");
    }

    /// Makes another part of it hold these texts, which is locked then.
    ///
    /// # Panics
    /// Where it does not take or lock them.
    pub fn lock_away<'a>(&self, service: &str, texts: impl IntoIterator<Item = (&'a str, String)>) {
        let collection = self.0.get_default_collection().expect("a keyring");
        for (name, text) in texts {
            let attributes = HashMap::from([("service", service), ("username", name)]);
            let made = collection.create_item("x", attributes, text.as_bytes(), true, "text/plain");
            made.expect("an entry");
        }
        collection.lock().expect("a keyring that can be locked");
    }

    /// Takes away all that it holds of a service.
    ///
    /// # Panics
    /// Where it does not let go.
    pub fn clear(&self, service: &str) {
        let found = self.0.search_items(HashMap::from([("service", service)])).expect("a search");
        found.unlocked.iter().for_each(|item| item.delete().expect("an entry that can be deleted"));
    }
}
