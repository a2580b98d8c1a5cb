//! Where the servers' programs are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A program of the Python environment that `tests/servers/install.sh` makes.
#[track_caller]
pub(crate) fn tool(name: &str) -> PathBuf {
    found(name).unwrap_or_else(|| {
        panic!("{name} is not installed; run: tests/servers/install.sh (test.sh does so by itself)")
    })
}

/// The same, if it is there.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    homes().into_iter().map(|home| home.join("venv/bin").join(name)).find(|path| path.exists())
}

/// A program of the newest PostgreSQL on the machine.
#[track_caller]
pub(crate) fn postgres(name: &str) -> PathBuf {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(name)))
        })
        .filter(|(_, path)| path.exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, path)| path).or_else(|| on_path(name)).unwrap_or_else(|| {
        panic!("{name} of PostgreSQL is not installed; run: apt-get install postgresql (test.sh does so by itself)")
    })
}

/// `CONFIG_TESTS_SERVERS`, else `servers` below the target directory that this test was built in.
fn homes() -> Vec<PathBuf> {
    if let Some(home) = std::env::var_os("CONFIG_TESTS_SERVERS") {
        return vec![home.into()];
    }
    let exe = std::env::current_exe().unwrap_or_default();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    exe.ancestors().skip(1).chain([manifest.as_path()]).map(|dir| dir.join("servers")).collect()
}

fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name.as_ref())).find(|program| program.exists())
}
