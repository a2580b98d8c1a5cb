//! A directory for one test.

use std::fs;
use std::path::{Path, PathBuf};

/// A directory of one test, removed with it. The search for `.env` ends in it.
pub struct Bench {
    directory: tempfile::TempDir,
}

impl Bench {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join(".git")).expect("the end of the search for .env");
        Self { directory }
    }

    /// One that holds these files.
    #[must_use]
    pub fn with<const N: usize>(files: [(&str, &str); N]) -> Self {
        let bench = Self::new();
        for (name, content) in files {
            bench.write(name, content);
        }
        bench
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A path in it.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file that nobody else may read, and the directories above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a file is in a directory"))
            .expect("directories above the file");
        fs::write(&path, content).expect("a file");
        only_mine(&path);
        path
    }

    /// Makes a directory.
    pub fn directory(&self, name: &str) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(&path).expect("a directory");
        path
    }

    /// A text with the path of this directory taken out, which differs in each run.
    #[must_use]
    pub fn without_path(&self, text: impl ToString) -> String {
        let path = self.path().display().to_string();
        text.to_string().replace(&format!("{path}/"), "").replace(&path, ".")
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(unix)]
fn only_mine(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
}

#[cfg(not(unix))]
fn only_mine(_path: &Path) {}
