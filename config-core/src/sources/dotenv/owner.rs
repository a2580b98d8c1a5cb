//! Whether a `.env` file that the search found may be trusted: by who owns it.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::source::{Failure, FailureKind};
use crate::value::Position;

/// Users whose files are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trusted {
    /// Who owns the directory that the search starts from.
    start: Option<u32>,
    /// Who this process is; not every system tells.
    process: Option<u32>,
}

/// What is made of a file by its owner.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Trusted,
    /// Of another user, put there by somebody who is trusted: nobody else may write to the directory.
    Remarkable,
    /// Of another user, who may have put it there.
    Denied,
}

impl Trusted {
    pub(super) fn of(start: &Path) -> Self {
        let owner = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.uid());
        Self { start: owner(&start.join(".")), process: owner(Path::new("/proc/self")) }
    }

    /// The file by its path, before it is opened: a link counts by its own owner, and a pipe would be waited for.
    pub(super) fn admits_path(self, path: &Path) -> Result<(), Failure> {
        fs::symlink_metadata(path).map_or(Ok(()), |metadata| self.admits(path, &metadata))
    }

    /// The file that was opened, whatever stood at its path before.
    pub(super) fn admits_file(self, path: &Path, file: &File) -> Result<(), Failure> {
        file.metadata().map_or(Ok(()), |metadata| self.admits(path, &metadata))
    }

    /// The remark on a file of another user that was read.
    pub(super) fn remark(self, path: &Path) -> Option<String> {
        let metadata = fs::metadata(path).ok()?;
        let verdict = self.verdict(metadata.uid(), mode_around(path));
        let remark = || format!("{} {}", path.display(), belongs(metadata.uid()));
        (verdict == Verdict::Remarkable).then(remark)
    }

    fn admits(self, path: &Path, metadata: &Metadata) -> Result<(), Failure> {
        let owner = metadata.uid();
        if self.verdict(owner, mode_around(path)) != Verdict::Denied {
            return Ok(());
        }
        let message = format!("{} and lies where others may write", belongs(owner));
        let hint = "delete it if you do not know it; else make it yours with chown, or name it by .dotenv(path)";
        let failure = Failure::new(FailureKind::Denied, message).hint(hint);
        Err(failure.in_file(path.into(), Position::default()))
    }

    /// Root can write anywhere, and so needs no file to be read.
    fn verdict(self, owner: u32, mode_around: u32) -> Verdict {
        if owner == 0 || [self.start, self.process].contains(&Some(owner)) {
            return Verdict::Trusted;
        }
        match mode_around & 0o022 {
            0 => Verdict::Remarkable,
            _ => Verdict::Denied,
        }
    }
}

/// The mode of the directory that a file is in; where it cannot be told, that of one that all may write to.
fn mode_around(path: &Path) -> u32 {
    let directory = path.with_file_name(".");
    fs::metadata(directory).map_or(0o777, |metadata| metadata.permissions().mode())
}

fn belongs(owner: u32) -> String {
    format!("belongs to another user (uid {owner})")
}

#[cfg(test)]
mod tests {
    use super::{Trusted, Verdict};

    #[test]
    fn files_of_this_user_of_the_directory_s_owner_and_of_root_are_trusted_wherever_they_lie() {
        let trusted = Trusted { start: Some(1000), process: Some(2000) };
        for owner in [0, 1000, 2000] {
            assert_eq!(trusted.verdict(owner, 0o1777), Verdict::Trusted, "{owner}");
        }
        let unknown = Trusted { start: None, process: None };
        assert_eq!(unknown.verdict(0, 0o1777), Verdict::Trusted);
    }

    #[test]
    fn a_file_of_anybody_else_is_denied_where_others_than_the_owner_may_write() {
        let trusted = Trusted { start: Some(1000), process: Some(0) };
        for (mode, verdict) in [
            (0o700, Verdict::Remarkable),
            (0o755, Verdict::Remarkable),
            (0o775, Verdict::Denied),
            (0o757, Verdict::Denied),
            (0o1777, Verdict::Denied),
        ] {
            assert_eq!(trusted.verdict(2000, mode), verdict, "{mode:o}");
        }
        assert_eq!(Trusted { start: None, process: None }.verdict(2000, 0o777), Verdict::Denied);
    }
}
