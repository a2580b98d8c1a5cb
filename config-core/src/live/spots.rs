//! Which directories tell of a change of a path, and which of their entries matter.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::stamps::{DATA, MAX_DEPTH, is_internal};

/// As many links in a row as Linux follows.
const MAX_LINKS: usize = 40;

/// How many directories are watched; the system has a limit for all programs of a user together.
const MAX_DIRECTORIES: usize = 256;

/// The directories to be watched, by their real paths.
///
/// A file is seen from the directory that it is in, as a watch of the file itself ends where another takes its place.
/// For the same reason every link on the way is seen from the directory that it is in. Of what is not there, the
/// nearest directory that is tells that the next part of the path comes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spots {
    directories: BTreeMap<PathBuf, Names>,
    /// Whether there are more directories than are watched.
    pub(super) are_cut: bool,
}

/// Which entries of a directory matter.
#[derive(Debug, PartialEq, Eq)]
enum Names {
    These(BTreeSet<OsString>),
    All,
}

/// Where directories led that several paths are in; none where they led nowhere.
type Reached = HashMap<PathBuf, Option<PathBuf>>;

impl Spots {
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let (mut spots, mut reached) = (Self::default(), Reached::new());
        for path in paths {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let end = match (path.parent(), path.file_name()) {
                (Some(parent), Some(name)) => {
                    let at = match reached.get(parent) {
                        Some(at) => at.clone(),
                        None => {
                            let at = spots.walk(PathBuf::new(), parts(parent), false);
                            reached.entry(parent.to_owned()).or_insert(at).clone()
                        }
                    };
                    at.and_then(|at| spots.walk(at, VecDeque::from([name.to_owned()]), true))
                }
                _ => spots.walk(PathBuf::new(), parts(&path), true),
            };
            if let Some(directory) = end {
                spots.add_whole(&directory);
            }
        }
        spots
    }

    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directories.keys().map(PathBuf::as_path)
    }

    /// Whether it matters what happens at a path: to an entry of a directory, or to a directory itself.
    pub(super) fn matters(&self, path: &Path) -> bool {
        let among = || {
            let (names, name) = (self.directories.get(path.parent()?)?, path.file_name()?);
            Some(match names {
                Names::These(names) => names.contains(name),
                Names::All => !is_internal(name.as_encoded_bytes()),
            })
        };
        among().unwrap_or(false) || self.directories.contains_key(path)
    }

    /// Whether a directory is at this path or below it.
    pub(super) fn are_below(&self, path: &Path) -> bool {
        let next = self.directories.range(path.to_owned()..).next();
        next.is_some_and(|(directory, _)| directory.starts_with(path))
    }

    /// Follows a path part by part, and every link in it: where it ends, if that is a directory. `to_end` tells that
    /// the path ends with these parts.
    fn walk(
        &mut self,
        mut at: PathBuf,
        mut ahead: VecDeque<OsString>,
        to_end: bool,
    ) -> Option<PathBuf> {
        let mut links = 0;
        while let Some(part) = ahead.pop_front() {
            if part == ".." {
                at.pop();
                continue;
            }
            let full = at.join(&part);
            if at.as_os_str().is_empty() || full.parent().is_none() {
                at = full;
                continue;
            }
            match fs::symlink_metadata(&full) {
                Ok(metadata) if metadata.is_dir() => {
                    if to_end && ahead.is_empty() {
                        self.add(&at, &part);
                    }
                    at = full;
                }
                Ok(metadata) if metadata.is_symlink() && links < MAX_LINKS => {
                    links += 1;
                    self.add(&at, &part);
                    let target = fs::read_link(&full).ok()?;
                    if target.has_root() {
                        at.clear();
                    }
                    for part in parts(&target).into_iter().rev() {
                        ahead.push_front(part);
                    }
                }
                _ => {
                    self.add(&at, &part);
                    return None;
                }
            }
        }
        Some(at)
    }

    fn add(&mut self, directory: &Path, name: &OsStr) {
        let Some(names) = self.names(directory) else { return };
        if let Names::These(names) = names {
            names.insert(name.to_owned());
        }
    }

    /// Everything in a directory, in plain directories in it, and in the generation that a mounted volume has.
    fn add_whole(&mut self, directory: &Path) {
        let mut open = vec![(directory.to_owned(), 0)];
        while let Some((directory, depth)) = open.pop() {
            let Some(names) = self.names(&directory) else { return };
            if *names == Names::All {
                continue;
            }
            *names = Names::All;
            if depth == 0
                && let Some(generation) =
                    self.walk(directory.clone(), VecDeque::from([DATA.into()]), true)
            {
                open.push((generation, 1));
            }
            let Ok(entries) = fs::read_dir(&directory) else { continue };
            let plain = entries.flatten().filter(|entry| {
                entry.file_type().is_ok_and(|kind| kind.is_dir())
                    && !(depth == 0 && is_internal(entry.file_name().as_encoded_bytes()))
            });
            if depth < MAX_DEPTH {
                open.extend(plain.map(|entry| (entry.path(), depth + 1)));
            }
        }
    }

    fn names(&mut self, directory: &Path) -> Option<&mut Names> {
        if self.directories.len() >= MAX_DIRECTORIES && !self.directories.contains_key(directory) {
            self.are_cut = true;
            return None;
        }
        let names = self.directories.entry(directory.to_owned());
        Some(names.or_insert_with(|| Names::These(BTreeSet::new())))
    }
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(all(test, unix))]
mod tests;
