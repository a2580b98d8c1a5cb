//! Which `.env` files there are.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The four names, the first to win first.
pub(super) fn names(profile: Option<&str>) -> Vec<String> {
    let mut names = Vec::with_capacity(4);
    if let Some(profile) = profile {
        names.push(format!(".env.{profile}.local"));
    }
    names.push(".env.local".to_owned());
    if let Some(profile) = profile {
        names.push(format!(".env.{profile}"));
    }
    names.push(".env".to_owned());
    names
}

/// Those of the names that a directory holds. One that may not be looked at is listed: reading it tells why.
pub(super) fn held(directory: &Path, names: &[String]) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| match fs::metadata(path) {
        Ok(metadata) => !metadata.is_dir(),
        // A link that leads nowhere or back to itself is there, and not the same as no file.
        Err(error) => {
            error.kind() == ErrorKind::PermissionDenied || fs::symlink_metadata(path).is_ok()
        }
    };
    names.iter().map(|name| directory.join(name)).filter(holds).collect()
}

/// Those of the names that the nearest directory holds, from `start` upward.
///
/// The search looks no higher than a repository's own directory or the home directory, and into no directory of
/// another owner than the start's.
pub(super) fn nearest(start: &Path, home: Option<&Path>, names: &[String]) -> Vec<PathBuf> {
    let here = held(start, names);
    if !here.is_empty() {
        return here;
    }
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let Ok(start) = start.canonicalize() else { return here };
    let home = home.and_then(|home| home.canonicalize().ok());
    let is_last =
        |directory: &Path| directory.join(".git").exists() || home.as_deref() == Some(directory);
    let first_owner = owner(&start);
    for (below, directory) in start.ancestors().zip(start.ancestors().skip(1)) {
        if is_last(below) || first_owner.is_none() || owner(directory) != first_owner {
            break;
        }
        let found = held(directory, names);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Who owns a directory that may be looked into; none where it may not.
fn owner(directory: &Path) -> Option<u32> {
    let metadata = fs::metadata(directory.join(".")).ok()?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::uid(&metadata));
    #[cfg(not(unix))]
    return metadata.is_dir().then_some(0);
}
