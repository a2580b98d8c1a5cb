//! `.env` files: reading and writing their dialect, and the source that finds them and answers from them.

mod answers;
mod decode;
#[cfg(feature = "dotenvy")]
mod dotenvy;
mod expand;
mod file;
#[cfg(unix)]
mod owner;
mod pairs;
mod parser;
mod render;
mod search;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

pub use self::pairs::{Pair, parse};
pub use self::parser::SyntaxError;
pub use self::render::render;

use self::file::File;
use self::search::Held;
use super::looked::Looked;
use super::sealed::Ring;
use super::{Kind, Open, Request, Unopened};
use crate::environment::{Context, Environment};
use crate::source::{Failure, Source};

/// The `.env` files as a kind of source.
pub(crate) const KIND: Kind = Kind { name: "dotenv", open: Open::Entry(open), has_variables: true };

/// The `.env` files as a source of their own, for what `sources(dotenv)` and the loader's `.dotenv(path)` cannot say.
///
/// ```
/// use config_core::{Dotenv, Source};
///
/// let source = Dotenv::at("config/.env").expand();
/// assert_eq!(source.label(), "dotenv config/.env");
/// ```
pub struct Dotenv {
    place: Place,
    root: Option<PathBuf>,
    home: Option<PathBuf>,
    profile: Option<String>,
    environment: Environment,
    dialect: Dialect,
    #[cfg(feature = "age")]
    identities: Vec<crate::age::Identity>,
    ring: OnceLock<Ring>,
    files: OnceLock<Result<Vec<File>, Failure>>,
    /// What was looked for, and the files that its variables named.
    looked: Looked,
}

/// Which files are meant.
#[derive(Clone)]
enum Place {
    /// The nearest ones.
    Search,
    /// A file, or the directory of the four.
    At { path: PathBuf, must_exist: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Literal,
    Expanded,
    #[cfg(feature = "dotenvy")]
    Dotenvy,
}

impl Dotenv {
    /// The nearest `.env` files, from the working directory upward.
    ///
    /// ```
    /// use config_core::{Dotenv, Source};
    /// assert_eq!(Dotenv::new().label(), "dotenv");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            place: Place::Search,
            root: None,
            home: home(&Environment::Process),
            profile: None,
            environment: Environment::Process,
            dialect: Dialect::Literal,
            #[cfg(feature = "age")]
            identities: Vec::new(),
            ring: OnceLock::new(),
            files: OnceLock::new(),
            looked: Looked::new(),
        }
    }

    /// Exactly this file; of a directory its `.env.{profile}.local`, `.env.local`, `.env.{profile}` and `.env`; with
    /// the feature `age` also the encrypted `.env.{profile}.age` and `.env.age`, each right after the plain one. The
    /// path must exist.
    ///
    /// ```
    /// use config_core::{Dotenv, Source};
    /// assert_eq!(Dotenv::at("deploy/.env").label(), "dotenv deploy/.env");
    /// ```
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::new().path(path)
    }

    /// The nearest `.env` files, read as the crate `dotenvy` reads them: for those who migrate and have files that
    /// rely on its dialect. It expands variables of the process environment, and of a key that stands twice the first
    /// one counts.
    ///
    /// ```
    /// use config_core::{Dotenv, Source};
    /// assert_eq!(Dotenv::dotenvy().path("old/.env").label(), "dotenv old/.env");
    /// ```
    #[cfg(feature = "dotenvy")]
    #[must_use]
    pub fn dotenvy() -> Self {
        Self { dialect: Dialect::Dotenvy, ..Self::new() }
    }

    /// Reads this file or directory, as [`at`](Self::at) does.
    ///
    /// ```
    /// use config_core::{Dotenv, Source};
    /// assert_eq!(Dotenv::new().path("deploy").label(), "dotenv deploy");
    /// ```
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.place = Place::At { path: path.into(), must_exist: true };
        self
    }

    /// Relative paths, and the search, start from this directory instead of the working directory.
    ///
    /// ```
    /// let source = config_core::Dotenv::new().root("services/mail");
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Self {
        self.root = Some(directory.into());
        self
    }

    /// The profile whose `.env.{profile}` files are read too.
    ///
    /// ```
    /// let source = config_core::Dotenv::new().profile("staging");
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into()).filter(|name| !name.is_empty());
        self
    }

    /// Pairs to use instead of the process environment: for `HOME`, and for what [`expand`](Self::expand) looks up.
    ///
    /// ```
    /// let source = config_core::Dotenv::at(".env").env([("USER", "postgres")]).expand();
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn env<K: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs =
            pairs.into_iter().map(|(name, value)| (name.into(), Zeroizing::new(value.into())));
        self.environment = Environment::Pairs(Arc::new(pairs.collect()));
        self.home = home(&self.environment);
        self
    }

    /// Expands `${NAME}` and `${NAME:-default}` outside single quotes: from the pairs above in the same file, then from
    /// the environment. A name that is nowhere and has no default is an error. Commands are never run.
    ///
    /// ```
    /// let source = config_core::Dotenv::new().expand();
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn expand(mut self) -> Self {
        self.dialect = Dialect::Expanded;
        self
    }

    /// Opens what is encrypted with this identity, and with those of further calls, instead of those that variables
    /// of the environment name.
    ///
    /// ```
    /// use config_core::{Dotenv, age::Identity};
    /// let source = Dotenv::at(".env.age").age_identity(Identity::generate());
    /// # let _ = source;
    /// ```
    #[cfg(feature = "age")]
    #[must_use]
    pub fn age_identity(mut self, identity: crate::age::Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// The same, with nothing read.
    fn unread(&self) -> Self {
        Self {
            place: self.place.clone(),
            root: self.root.clone(),
            home: self.home.clone(),
            profile: self.profile.clone(),
            environment: self.environment.clone(),
            dialect: self.dialect,
            #[cfg(feature = "age")]
            identities: self.identities.clone(),
            ring: OnceLock::new(),
            files: OnceLock::new(),
            looked: Looked::new(),
        }
    }

    /// What opens values that are encrypted.
    fn ring(&self) -> &Ring {
        self.ring.get_or_init(|| {
            Ring::new(&Context {
                #[cfg(feature = "age")]
                identities: &self.identities,
                ..Context::of(&self.environment, self.root.as_deref(), self.profile.as_deref())
            })
        })
    }

    /// A path as this source sees it, whole where the working directory is known.
    fn resolve(&self, path: &Path) -> PathBuf {
        let path = self.root.as_deref().unwrap_or(Path::new(".")).join(path);
        std::path::absolute(&path).unwrap_or(path)
    }

    /// What is there to be read; a path of its own whether it is there or not.
    fn held(&self) -> Held {
        let names = search::names(self.profile.as_deref());
        match &self.place {
            Place::Search => {
                search::nearest(&self.resolve(Path::new("")), self.home.as_deref(), &names)
            }
            Place::At { path, .. } => {
                let path = self.resolve(path);
                match path.is_dir() {
                    true => search::held(&path, &names),
                    false => Held {
                        looked: vec![path.clone()],
                        files: vec![path],
                        directories: Vec::new(),
                    },
                }
            }
        }
    }
}

impl Default for Dotenv {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Dotenv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dotenv({})", self.label())
    }
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let place = match request.place {
        None => Place::Search,
        Some(place) => {
            let place = if request.given { Ok(place.to_owned()) } else { context.expand(place) };
            Place::At { path: place.map_err(Unopened::from)?.into(), must_exist: request.given }
        }
    };
    Ok(Box::new(Dotenv {
        place,
        root: context.root.map(Path::to_owned),
        home: home(context.environment),
        profile: context.profile.filter(|name| !name.is_empty()).map(str::to_owned),
        environment: context.environment.clone(),
        dialect: Dialect::Literal,
        #[cfg(feature = "age")]
        identities: context.identities.to_vec(),
        ring: OnceLock::new(),
        files: OnceLock::new(),
        looked: Looked::new(),
    }))
}

fn home(environment: &Environment) -> Option<PathBuf> {
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    environment.path(variable)
}

/// Reads bytes in every way but the literal one, which must not panic.
#[cfg(feature = "testing")]
pub(crate) fn read_any(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(mut entries) = parser::scan(text) {
        let _ = expand::expand(text, &mut entries, &Environment::Pairs(Arc::default()));
    }
    #[cfg(feature = "dotenvy")]
    let _ = dotenvy::scan(text);
}
