//! `dir`: a directory with a file for each value, as Docker, Kubernetes and systemd hand over secrets.

mod names;
mod reading;
mod tree;

#[cfg(all(test, unix))]
mod tests;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::looked::Looked;
use super::{Kind, Open, Request, Unopened};
use crate::environment::{Context, Environment};
use crate::source::{
    Answers, Claims, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Unclaimed, Wanted,
};
use crate::value::Position;
use names::names;
use reading::{ATTEMPTS, Attempt, failed, no_directory};
use tree::{Place, Tree};

pub(crate) const KIND: Kind = Kind { name: "dir", open: Open::Entry(open), has_variables: false };

/// Where systemd says that it put a service's credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Where Docker mounts secrets.
const DOCKER: &str = "/run/secrets";

/// The most that all files together may hold, unless told otherwise.
const SIZE_CAP: u64 = 16 * 1024 * 1024;

/// A directory that has a file for each value: Docker secrets, Kubernetes volumes, systemd credentials.
///
/// The value of `smtp.user_name` is the content of the file `smtp/user_name`, else `smtp.user_name`, else of one by the
/// variable's name. One line end at its end is not part of it, except where the field takes bytes. Links are followed
/// as long as they stay inside; when Kubernetes replaces a volume, all values of a load are from before or all from
/// after.
///
/// ```
/// use config_core::{Dir, Source};
/// assert_eq!(Dir::at("/etc/app/secrets").label(), "dir /etc/app/secrets");
/// ```
#[derive(Debug)]
pub struct Dir {
    place: Option<PathBuf>,
    size_cap: u64,
    must_exist: bool,
    /// What the first fetch settled on, where all fetches belong to one load.
    settled: Option<OnceLock<Tree>>,
    /// The files of all keys that were asked for, of which a large directory has many more.
    looked: Looked,
}

impl Dir {
    /// The directory that the service manager gave: `$CREDENTIALS_DIRECTORY`, else `/run/secrets`. It may be missing.
    ///
    /// ```
    /// use config_core::{Dir, Source};
    /// assert!(Dir::new().label().starts_with("dir /"));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            place: None,
            size_cap: SIZE_CAP,
            must_exist: false,
            settled: None,
            looked: Looked::new(),
        }
    }

    /// A directory by its path, which must exist. A relative one is looked for in the working directory.
    ///
    /// ```
    /// use config_core::{Dir, Source};
    /// assert_eq!(Dir::at("secrets").label(), "dir secrets");
    /// ```
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { place: Some(path.into()), must_exist: true, ..Self::new() }
    }

    /// How many bytes all its files together may have, those that no field wants included; 16 MiB unless told here.
    ///
    /// ```
    /// use config_core::{Dir, Source};
    /// assert_eq!(Dir::at("secrets").size_cap(64 * 1024).label(), "dir secrets");
    /// ```
    #[must_use]
    pub const fn size_cap(mut self, bytes: u64) -> Self {
        self.size_cap = bytes;
        self
    }
}

impl Default for Dir {
    fn default() -> Self {
        Self::new()
    }
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let place = match request.place {
        Some(path) if request.given => PathBuf::from(path),
        Some(place) => PathBuf::from(context.expand(place).map_err(Unopened::from)?),
        None => bare(context.environment),
    };
    let (place, must_exist) = (Some(context.resolve(place)), request.given);
    Ok(Box::new(Dir { place, must_exist, settled: Some(OnceLock::new()), ..Dir::new() }))
}

impl Source for Dir {
    fn label(&self) -> String {
        format!("dir {}", self.path().display())
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::Ready(self.answers(wanted.keys()))
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        let path = self.path();
        let Ok(tree) = Tree::open(&path) else { return Vec::new() };
        if claims.prefix.is_empty() {
            return Vec::new();
        }
        let is_claimed = |name: &str| {
            claims.has_variable(name)
                || claims.keys.iter().any(|key| key.own().is_some_and(|own| own == name))
        };
        let names = tree
            .names()
            .into_iter()
            .filter(|name| name.starts_with(claims.prefix) && !is_claimed(name));
        names
            .map(|name| Unclaimed {
                file: Some(path.join(&name).into()),
                name,
                within: None,
                at: Position::default(),
            })
            .collect()
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let path = self.path();
        let Ok(tree) = Tree::open(&path) else { return Vec::new() };
        let names = claims.keys.iter().flat_map(|key| names(key).unwrap_or_default());
        let directories = names.filter(|name| matches!(tree.find(name), Place::Directory));
        directories
            .map(|name| format!("{} is a directory, not a file", path.join(name).display()))
            .collect()
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let path = self.path();
        let line = |names: Vec<PathBuf>| {
            let names: Vec<String> =
                names.iter().map(|name| path.join(name).display().to_string()).collect();
            format!("reads {}", names.join(", else "))
        };
        wanted.keys().iter().filter_map(|key| names(key).ok()).map(line).collect()
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut watched = vec![self.path()];
        watched.extend(self.looked.paths());
        watched
    }
}

impl Dir {
    fn path(&self) -> PathBuf {
        match &self.place {
            Some(path) => path.clone(),
            None => bare(&Environment::Process),
        }
    }

    fn answers(&self, keys: &[Key<'_>]) -> Answers {
        let path = self.path();
        let names = keys.iter().flat_map(|key| names(key).unwrap_or_default());
        self.looked.note(names.map(|name| path.join(name)));
        let replaced = |message| Err(failed(FailureKind::Unreachable, message, &path));
        if let Some(tree) = self.settled.as_ref().and_then(OnceLock::get) {
            return self
                .attempt(tree, &path)
                .answers(keys)
                .unwrap_or_else(|| replaced("was replaced in the middle of the load; load again"));
        }
        for _ in 0..ATTEMPTS {
            let tree = match Tree::open(&path) {
                Ok(tree) => tree,
                Err(error) if error.kind() == ErrorKind::NotFound && !self.must_exist => {
                    return Ok(keys.iter().map(|key| no_directory(&path, key)).collect());
                }
                Err(error) => return Err(unopened(&error, &path)),
            };
            if let Some(answers) = self.attempt(&tree, &path).answers(keys) {
                if let Some(settled) = &self.settled {
                    // Two threads may have settled at once; each has whole answers of its own.
                    drop(settled.set(tree));
                }
                return answers;
            }
        }
        replaced("was replaced again and again while it was read")
    }

    fn attempt<'a>(&self, tree: &'a Tree, path: &'a Path) -> Attempt<'a> {
        Attempt { tree, path, size_cap: self.size_cap, has_gaps: false }
    }
}

/// The directory where none is named.
fn bare(environment: &Environment) -> PathBuf {
    environment.path(CREDENTIALS).unwrap_or_else(|| PathBuf::from(DOCKER))
}

fn unopened(error: &std::io::Error, path: &Path) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => failed(FailureKind::NotFound, "no such directory", path),
        ErrorKind::NotADirectory => failed(FailureKind::Malformed, "is not a directory", path),
        _ => Failure::io(error, path.into()),
    }
}
