//! A directory for one test.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Failed, Loaded, load_with};
use crate::loader::Loader;
use crate::secrets::Secrets;

/// A directory of its own for a test, with the files that the settings are to be loaded from. It is the root of the
/// loads made in it; the working directory and the process environment stay as they are, so that tests may run at the
/// same time. It is removed when dropped.
///
/// ```
/// use config_core::{Secrets, testing::Sandbox};
///
/// #[derive(Secrets)]
/// #[secrets(prefix = "APP")]
/// struct Settings {
///     #[setting(default = 8080)]
///     port: u16,
///     #[setting(default = "localhost")]
///     host: String,
/// }
///
/// let sandbox = Sandbox::new();
/// sandbox.file(".env", "APP_PORT=9000").file("secrets.json", r#"{"host": "db.example", "port": 1}"#);
/// let loaded = sandbox.load::<Settings>([("APP_HOST", "from-the-environment")])?;
/// assert_eq!(loaded.settings.port, 9000);
/// assert_eq!(loaded.settings.host, "from-the-environment");
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Sandbox {
    whole: PathBuf,
    root: PathBuf,
}

impl Sandbox {
    /// An empty directory below the system's one for temporary files, readable by this user alone.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let whole =
                std::env::temp_dir().join(format!("config-core-{}-{count}", std::process::id()));
            match private_directory(&whole) {
                Ok(()) => {
                    // A mark at which the search for `.env` ends, beside the root so that the root is empty.
                    let root = whole.join("root");
                    let sandbox = Self { whole, root };
                    must(private_directory(&sandbox.whole.join(".git")), &sandbox.whole);
                    must(private_directory(&sandbox.root), &sandbox.root);
                    return sandbox;
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{} could not be made: {error}", whole.display()),
            }
        }
    }

    /// The directory.
    ///
    /// ```
    /// assert!(config_core::testing::Sandbox::new().path().is_dir());
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Writes a file, over one of that name; directories on the way are made. Only this user may read it.
    ///
    /// # Panics
    /// If the path leads out of the sandbox, or the file cannot be written.
    ///
    /// ```
    /// let sandbox = config_core::testing::Sandbox::new();
    /// sandbox.file("secrets/db_password", "not-a-real-password\n");
    /// assert!(sandbox.path().join("secrets/db_password").is_file());
    /// ```
    #[track_caller]
    pub fn file(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = path.as_ref();
        let inside =
            path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        assert!(inside, "{} leads out of the sandbox: give a path relative to it", path.display());
        let path = self.root.join(path);
        if let Some(directory) = path.parent() {
            must(fs::create_dir_all(directory), directory);
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        must(options.open(&path).and_then(|mut file| file.write_all(content.as_ref())), &path);
        self
    }

    /// A loader whose root is this directory and whose environment are these pairs, to be told more: a profile, a
    /// source. Hand it to [`load_with`], or load from it as always.
    ///
    /// ```
    /// # use config_core::{Secrets, testing::Sandbox};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let sandbox = Sandbox::new();
    /// let settings = sandbox.loader::<Settings>([("PORT", "1")]).set("port", 2).load()?;
    /// assert_eq!(settings.port, 2);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn loader<S: Secrets>(
        &self,
        environment: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Loader<S> {
        S::loader().root(&self.root).env(environment)
    }

    /// Loads from the files of this directory and from these pairs as the environment.
    ///
    /// # Errors
    /// What [`Loader::load`] says, with the secrets that were met until then.
    ///
    /// ```
    /// # use config_core::{Secrets, testing::Sandbox};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let sandbox = Sandbox::new();
    /// sandbox.file("secrets.json", r#"{"port": 1}"#);
    /// assert_eq!(sandbox.load::<Settings>([("PORT", "")])?.settings.port, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn load<S: Secrets>(
        &self,
        environment: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<Loaded<S>, Failed> {
        load_with(self.loader(environment))
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // A directory that cannot be removed is no reason to fail a test that passed.
        drop(fs::remove_dir_all(&self.whole));
    }
}

fn private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[track_caller]
fn must<T>(done: std::io::Result<T>, path: &Path) -> T {
    done.unwrap_or_else(|error| panic!("{} could not be written: {error}", path.display()))
}
