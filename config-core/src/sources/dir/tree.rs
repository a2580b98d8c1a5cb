//! A directory as one fetch sees it: its real path, the one generation it reads, and where a name leads in it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

/// The link that Kubernetes points at the current generation of a mounted volume.
const DATA: &str = "..data";

/// As many links in a row as Linux follows.
const MAX_LINKS: usize = 40;

/// As deep as a directory of secrets may be for its size to be told.
const MAX_DEPTH: usize = 32;

/// A directory during one attempt to read it.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    /// What `..data` was when the attempt began.
    link: Option<LinkId>,
    /// The directory that it led to, inside the root.
    generation: Option<PathBuf>,
}

/// Tells one link from the next at the same place.
#[derive(Debug, PartialEq, Eq)]
struct LinkId {
    target: PathBuf,
    file: FileId,
}

/// Where a name leads.
pub(super) enum Place {
    File(PathBuf, Metadata),
    Directory,
    /// Nothing there, and how that shows.
    Missing(&'static str),
    /// A device, a socket, a named pipe.
    Special,
    /// A link that leads out of the directory.
    Outside,
    /// Links that lead to each other.
    Loop,
    Unreadable(io::Error),
}

impl Tree {
    /// Looks at a directory, and settles on its current generation. It may be replaced between two looks at it.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        if !fs::metadata(&root)?.is_dir() {
            return Err(ErrorKind::NotADirectory.into());
        }
        let mut tree = Self { root, link: None, generation: None };
        loop {
            tree.link = tree.look_at_link();
            let (real, place) = tree.walk(Path::new(DATA));
            if tree.is_current() {
                tree.generation =
                    (tree.link.is_some() && matches!(place, Place::Directory)).then_some(real);
                return Ok(tree);
            }
        }
    }

    /// Whether the directory still has the generation that this attempt reads.
    pub(super) fn is_current(&self) -> bool {
        self.look_at_link() == self.link
    }

    /// Follows a name from the root. What the links of a mounted volume lead to is looked for in the one generation.
    pub(super) fn find(&self, name: &Path) -> Place {
        let place = self.walk(name).1;
        match (&place, &self.generation) {
            // The link to a new name may be made only after the switch to the generation that has it.
            (Place::Missing(_), Some(generation)) => match self.walk(&generation.join(name)).1 {
                Place::Missing(_) => place,
                found => found,
            },
            _ => place,
        }
    }

    /// The bytes of all files in the directory, as long as they are not more than the cap. Links are not followed,
    /// and of several generations only the one that is read counts.
    pub(super) fn size(&self, cap: u64) -> u64 {
        let mut total: u64 = 0;
        let mut open = vec![(self.root.clone(), 0)];
        open.extend(self.generation.iter().map(|generation| (self.root.join(generation), 1)));
        while let Some((directory, depth)) = open.pop() {
            // What may not be listed, or is gone by now, has no size here: each file is held to the cap again when read.
            let Ok(entries) = fs::read_dir(directory) else { continue };
            for entry in entries.flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_file() {
                    total = total.saturating_add(metadata.len());
                } else if metadata.is_dir()
                    && depth < MAX_DEPTH
                    && !(depth == 0 && is_internal(&entry.file_name()))
                {
                    open.push((entry.path(), depth + 1));
                }
                if total > cap {
                    return total;
                }
            }
        }
        total
    }

    /// The names at the top, without those of the volume's own machinery.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let names =
            entries.flatten().map(|entry| entry.file_name()).filter(|name| !is_internal(name));
        let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    fn look_at_link(&self) -> Option<LinkId> {
        let path = self.root.join(DATA);
        let file = file_id(&fs::symlink_metadata(&path).ok()?);
        Some(LinkId { target: fs::read_link(&path).ok()?, file })
    }

    /// Follows a path part by part, and every link in it by hand: how far it got without a link, and what is there.
    fn walk(&self, path: &Path) -> (PathBuf, Place) {
        let mut ahead: VecDeque<OsString> = parts(path);
        let mut at = PathBuf::new();
        let mut links = 0;
        while let Some(part) = ahead.pop_front() {
            if part == ".." {
                if !at.pop() {
                    return (at, Place::Outside);
                }
                continue;
            }
            if let (Some(generation), true) =
                (&self.generation, at.as_os_str().is_empty() && part == DATA)
            {
                at.clone_from(generation);
                continue;
            }
            let full = self.root.join(&at).join(&part);
            let metadata = match fs::symlink_metadata(&full) {
                Ok(metadata) => metadata,
                Err(error) => return (at, unreadable(error, links)),
            };
            if metadata.is_symlink() {
                links += 1;
                if links > MAX_LINKS {
                    return (at, Place::Loop);
                }
                match fs::read_link(&full).map(|target| self.inside(&target)) {
                    Ok(Some(Inside::FromHere(target))) => prepend(&mut ahead, &target),
                    Ok(Some(Inside::FromRoot(target))) => {
                        at.clear();
                        prepend(&mut ahead, &target);
                    }
                    Ok(None) => return (at, Place::Outside),
                    Err(error) => return (at, unreadable(error, links)),
                }
            } else if metadata.is_dir() {
                at.push(part);
            } else if !ahead.is_empty() {
                return (at, Place::Missing("no such file"));
            } else if metadata.is_file() {
                return (at, Place::File(full, metadata));
            } else {
                return (at, Place::Special);
            }
        }
        (at, Place::Directory)
    }

    /// A link's target as a way within the directory; none where it leads out of it.
    fn inside(&self, target: &Path) -> Option<Inside> {
        if target.is_relative() {
            return Some(Inside::FromHere(target.to_owned()));
        }
        // Whichever way the target spells the directory, what comes after it is walked like any other name.
        let mut above: Vec<&Path> = target.ancestors().collect();
        above.reverse();
        let own = above
            .into_iter()
            .find(|above| fs::canonicalize(above).is_ok_and(|above| above == self.root))?;
        target.strip_prefix(own).ok().map(|rest| Inside::FromRoot(rest.to_owned()))
    }
}

enum Inside {
    FromHere(PathBuf),
    FromRoot(PathBuf),
}

/// Whether two looks at a file saw the same one.
pub(super) fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.is_file() && other.is_file() && file_id(one) == file_id(other)
}

/// The device and the number of a file on it.
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(metadata: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Not told here.
#[cfg(not(unix))]
fn file_id(_metadata: &Metadata) -> FileId {
    (0, 0)
}

/// Names that begin with two dots belong to the machinery of mounted volumes.
fn is_internal(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"..")
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let mut parts = VecDeque::new();
    prepend(&mut parts, path);
    parts
}

fn prepend(ahead: &mut VecDeque<OsString>, path: &Path) {
    for component in path.components().rev() {
        match component {
            Component::Normal(name) => ahead.push_front(name.to_owned()),
            Component::ParentDir => ahead.push_front("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
}

fn unreadable(error: io::Error, links: usize) -> Place {
    match (error.kind(), links) {
        (ErrorKind::NotFound | ErrorKind::NotADirectory, 0) => Place::Missing("no such file"),
        (ErrorKind::NotFound | ErrorKind::NotADirectory, _) => Place::Missing("a link to no file"),
        _ => Place::Unreadable(error),
    }
}
