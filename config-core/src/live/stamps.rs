//! What paths look like from outside, so that a change of what they hold shows without reading it.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The link that Kubernetes points at the current generation of a mounted volume.
pub(super) const DATA: &str = "..data";

/// As deep as directories are looked into, which is as deep as the source `dir` measures them.
pub(super) const MAX_DEPTH: usize = 32;

/// How many entries below one path are looked at. A change inside one of the others shows only where its file is
/// among the paths itself, as the files of asked keys are; that one of them comes or goes shows in any case.
const MAX_ENTRIES: usize = 10_000;

/// Within this time two changes of a file may bear one time stamp: Linux before 6.13 counts in steps of 4 or 10 ms,
/// Windows in steps of 16 ms, exFAT of 10 ms.
const TICK: Duration = Duration::from_millis(20);

/// The same where a time stamp has no fraction of a second: FAT counts in steps of 2 s, HFS+, ext3 and whatever is
/// shared from such a disk over a network in steps of 1 s.
const COARSE_TICK: Duration = Duration::from_secs(2);

/// What paths looked like at one time. Two are equal where everything looked the same.
///
/// A look never opens a file, a pipe or a device; directories it lists. On a network file system it sees what the
/// client holds to be true, for NFS up to a minute old (`acregmax`), and it blocks while the server hangs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stamps(Arc<BTreeMap<PathBuf, Look>>);

/// A look that is under way.
#[derive(Default)]
struct Looks(BTreeMap<PathBuf, Look>);

/// One path: itself, and where it is a link what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    own: Seen,
    target: Option<Box<(PathBuf, Seen)>>,
    /// Why a directory could not be listed.
    unlisted: Option<ErrorKind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    There(Facts),
    /// Not there, or not to be looked at.
    Not(ErrorKind),
}

/// What stays the same as long as a file does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    identity: Identity,
    /// Of files and links alone. A directory is compared by its entries, and what pipes and devices tell changes as
    /// they are used.
    content: Option<Content>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    size: u64,
    modified: Time,
    /// When anything of it changed last. Nobody can set this back, where the system has it.
    changed: Time,
}

/// Seconds since 1970 and nanoseconds within one; none where the system tells no time.
type Time = Option<(i64, u32)>;

impl Stamps {
    /// Looks at paths: of a directory also at its entries, at those of plain directories in it, and at those of the
    /// generation that a mounted volume has.
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        Self::of_at_most(MAX_ENTRIES, paths)
    }

    /// The same with so many entries below each path.
    fn of_at_most(entries: usize, paths: &[PathBuf]) -> Self {
        let mut looks = Looks::default();
        for path in paths {
            looks.add(path.clone());
            if looks.is_directory(path) {
                looks.add_below(path, entries);
            }
        }
        Self(Arc::new(looks.0))
    }

    /// Whether both are of one look.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether a change from now on shows: none of the time stamps is so young that another change may bear it too.
    ///
    /// Where one is in the future, since clocks differ, nothing is known of its age.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        self.settle_in(now).is_none()
    }

    /// How long it takes at most until a change shows in any case; none where it does already.
    pub(super) fn settle_in(&self, now: SystemTime) -> Option<Duration> {
        let seen = self.0.values().flat_map(|look| {
            std::iter::once(&look.own).chain(look.target.iter().map(|target| &target.1))
        });
        let changed = seen.filter_map(|seen| match seen {
            Seen::There(Facts { content: Some(content), .. }) => content.changed,
            _ => None,
        });
        changed.filter_map(|changed| young(changed, now)).max()
    }

    /// A path that looks otherwise than it did in the other look.
    pub(super) fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a Path> {
        let changed = self.0.iter().find(|(path, look)| other.0.get(*path) != Some(look));
        let gone = || other.0.keys().find(|path| !self.0.contains_key(*path));
        changed.map(|(path, _)| path).or_else(gone).map(PathBuf::as_path)
    }
}

impl Looks {
    fn add(&mut self, path: PathBuf) {
        self.0.entry(path).or_insert_with_key(|path| Look::at(path));
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.0.get(path).is_some_and(|look| {
            let reached = look.target.as_ref().map_or(&look.own, |target| &target.1);
            matches!(reached, Seen::There(facts) if facts.identity.is_directory)
        })
    }

    fn add_below(&mut self, root: &Path, mut left: usize) {
        let data = root.join(DATA);
        let mut open = vec![(root.to_owned(), 0)];
        if data.is_dir() {
            open.push((data, 1));
        }
        while let Some((directory, depth)) = open.pop() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    if let Some(look) = self.0.get_mut(&directory) {
                        look.unlisted = Some(error.kind());
                    }
                    continue;
                }
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                if depth == 0 && is_internal(name.as_encoded_bytes()) {
                    continue;
                }
                if left == 0 {
                    self.add_times(&directory);
                    return;
                }
                left -= 1;
                self.add(entry.path());
                let is_plain = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_plain && depth < MAX_DEPTH {
                    open.push((entry.path(), depth + 1));
                }
            }
            if depth == 0 {
                self.add(directory.join(DATA));
            }
        }
    }

    /// Has a directory told apart by its own times, where not all of its entries are looked at.
    fn add_times(&mut self, directory: &Path) {
        let Some(look) = self.0.get_mut(directory) else { return };
        if let Ok(metadata) = fs::metadata(directory) {
            let facts = Facts { content: Some(Content::of(&metadata)), ..Facts::of(&metadata) };
            look.own = Seen::There(facts);
        }
    }
}

/// Names that begin with two dots belong to the machinery of a mounted volume, of which `..data` alone is looked at.
pub(super) fn is_internal(name: &[u8]) -> bool {
    name.starts_with(b"..") && name != DATA.as_bytes()
}

/// How long a time stamp stays too young to tell one change from the next; none where it is old enough.
fn young((seconds, nanos): (i64, u32), now: SystemTime) -> Option<Duration> {
    let tick = if nanos == 0 { COARSE_TICK } else { TICK };
    let seconds = u64::try_from(seconds).ok()?;
    let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos));
    let age = changed.and_then(|changed| now.duration_since(changed).ok());
    match age {
        Some(age) if age >= tick => None,
        _ => Some(tick),
    }
}

impl Look {
    fn at(path: &Path) -> Self {
        let metadata = fs::symlink_metadata(path);
        let is_link = metadata.as_ref().is_ok_and(Metadata::is_symlink);
        let target = is_link.then(|| {
            let target = fs::read_link(path).unwrap_or_default();
            Box::new((target, Seen::of(fs::metadata(path))))
        });
        Self { own: Seen::of(metadata), target, unlisted: None }
    }
}

impl Seen {
    fn of(metadata: std::io::Result<Metadata>) -> Self {
        match metadata {
            Ok(metadata) => Self::There(Facts::of(&metadata)),
            Err(error) => Self::Not(error.kind()),
        }
    }
}

impl Facts {
    fn of(metadata: &Metadata) -> Self {
        let has_content = metadata.is_file() || metadata.is_symlink();
        let content = has_content.then(|| Content::of(metadata));
        Self { identity: Identity::of(metadata), content }
    }
}

/// Which file it is, and who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    is_directory: bool,
    #[cfg(unix)]
    file: (u64, u64),
    #[cfg(unix)]
    access: (u32, u32, u32),
    #[cfg(not(unix))]
    created: Time,
}

#[cfg(unix)]
impl Identity {
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            is_directory: metadata.is_dir(),
            file: (metadata.dev(), metadata.ino()),
            access: (metadata.mode(), metadata.uid(), metadata.gid()),
        }
    }
}

#[cfg(unix)]
impl Content {
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let time = |seconds, nanos| Some((seconds, u32::try_from(nanos).unwrap_or_default()));
        Self {
            size: metadata.len(),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(not(unix))]
impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self { is_directory: metadata.is_dir(), created: time(metadata.created()) }
    }
}

#[cfg(not(unix))]
impl Content {
    fn of(metadata: &Metadata) -> Self {
        let modified = time(metadata.modified());
        Self { size: metadata.len(), modified, changed: modified }
    }
}

#[cfg(not(unix))]
fn time(time: std::io::Result<SystemTime>) -> Time {
    let since = time.ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
}

#[cfg(all(test, unix))]
mod tests;
