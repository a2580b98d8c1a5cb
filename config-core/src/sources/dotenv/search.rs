//! Which `.env` files there are.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What stands under the names.
#[derive(Default)]
pub(super) struct Held {
    /// What is to be read, the first to win first.
    pub(super) files: Vec<PathBuf>,
    /// What is no file and is passed over, such as a Python environment or what a mount of a missing file has made.
    pub(super) directories: Vec<PathBuf>,
    /// Everything that was looked for, there or not.
    pub(super) looked: Vec<PathBuf>,
}

/// The names, the first to win first. What is encrypted is meant to be shared, so that a local file has no such name.
pub(super) fn names(profile: Option<&str>) -> Vec<String> {
    let mut names = Vec::with_capacity(6);
    if let Some(profile) = profile {
        names.push(format!(".env.{profile}.local"));
    }
    names.push(".env.local".to_owned());
    if let Some(profile) = profile {
        shared(format!(".env.{profile}"), &mut names);
    }
    shared(".env".to_owned(), &mut names);
    names
}

/// A file that goes with the code: as it is, else encrypted.
fn shared(name: String, names: &mut Vec<String>) {
    let encrypted = cfg!(feature = "age").then(|| format!("{name}.age"));
    names.push(name);
    names.extend(encrypted);
}

/// Those of the names that a directory holds. One that may not be looked at is listed: reading it tells why.
pub(super) fn held(directory: &Path, names: &[String]) -> Held {
    let mut held = Held::default();
    for path in names.iter().map(|name| directory.join(name)) {
        held.looked.push(path.clone());
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => held.directories.push(path),
            Ok(_) => held.files.push(path),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => held.files.push(path),
            // A link that leads nowhere or back to itself is there, and not the same as no file.
            Err(_) if fs::symlink_metadata(&path).is_ok() => held.files.push(path),
            Err(_) => {}
        }
    }
    held
}

/// Those of the names that the nearest directory holds, from `start` upward.
///
/// The search looks no higher than a repository's own directory or the home directory, and into no directory of
/// another owner than the start's.
pub(super) fn nearest(start: &Path, home: Option<&Path>, names: &[String]) -> Held {
    let mut held = self::held(start, names);
    if !held.files.is_empty() {
        return held;
    }
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let Ok(start) = start.canonicalize() else { return held };
    let home = home.and_then(|home| home.canonicalize().ok());
    let is_last =
        |directory: &Path| directory.join(".git").exists() || home.as_deref() == Some(directory);
    let first_owner = owner(&start);
    for (below, directory) in start.ancestors().zip(start.ancestors().skip(1)) {
        if is_last(below) || first_owner.is_none() || owner(directory) != first_owner {
            break;
        }
        let above = self::held(directory, names);
        held.directories.extend(above.directories);
        held.looked.extend(above.looked);
        if !above.files.is_empty() {
            held.files = above.files;
            break;
        }
    }
    held
}

/// Who owns a directory that may be looked into; none where it may not.
fn owner(directory: &Path) -> Option<u32> {
    let metadata = fs::metadata(directory.join(".")).ok()?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::uid(&metadata));
    #[cfg(not(unix))]
    return metadata.is_dir().then_some(0);
}
