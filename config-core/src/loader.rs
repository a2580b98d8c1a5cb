//! The builder of one load.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::build::{self, Built};
use crate::environment::Environment;
use crate::error::Error;
#[cfg(feature = "scrub-env")]
use crate::error::{Problem, ProblemKind};
use crate::report::{Plan, Report};
use crate::resolve::{self, Added, Depth, OnFailure, Options, Questions};
use crate::secret::SecretString;
use crate::secrets::Secrets;
use crate::source::Source;
use crate::value::{Node, Text};

/// Loads `T`, told more than its declaration says: another profile, other places, values that stand above every source.
///
/// ```
/// use config_core::Secrets;
///
/// #[derive(Secrets)]
/// #[secrets(prefix = "APP")]
/// struct Settings {
///     #[setting(default = 8080)]
///     port: u16,
/// }
///
/// let settings = Settings::loader().env([("APP_PORT", "9000")]).load()?;
/// assert_eq!(settings.port, 9000);
/// # Ok::<(), config_core::Error>(())
/// ```
#[must_use = "a loader does nothing until it is told to load"]
pub struct Loader<T> {
    pub(crate) options: Options,
    scrub: bool,
    settings: PhantomData<fn() -> T>,
}

/// Settings together with the report of how they were loaded.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let loaded = Settings::loader().env([("PORT", "9000")]).load_report()?;
/// assert_eq!(loaded.settings.port, 9000);
/// assert_eq!(loaded.report.origin("port").unwrap().to_string(), "env PORT");
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded<T> {
    /// The settings.
    pub settings: T,
    /// Where each came from, what else was looked at, and the warnings.
    pub report: Report,
}

impl<T: Secrets> Loader<T> {
    pub(crate) fn new() -> Self {
        Self { options: Options::default(), scrub: false, settings: PhantomData }
    }

    /// Puts a profile in force, whatever the declared variable says.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(profile(staging), profile(production))]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().profile("production").load().is_ok());
    /// assert!(Settings::loader().profile("prodution").load().is_err());
    /// ```
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profile = Some(name.into());
        self
    }

    /// Reads these pairs instead of the process environment, for settings and for what sources are set up by alike.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().env([("PORT", "1")]).load()?.port, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn env<N: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), Text::new(value.into())));
        self.options.environment = Environment::Pairs(Arc::new(pairs.collect()));
        self
    }

    /// The directory that relative paths and the search for `.env` start from, instead of the working directory.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().root("/srv/app").load().is_ok());
    /// ```
    pub fn root(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.root = Some(directory.into());
        self
    }

    /// Reads this `.env` file, or the `.env` files of this directory, in the place of the list's first `dotenv`.
    /// It must exist.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let error = Settings::loader().dotenv("/no/such/.env").load().err().unwrap();
    /// assert!(error.to_string().contains("no such file"));
    /// ```
    #[cfg(feature = "dotenv")]
    pub fn dotenv(self, path: impl Into<PathBuf>) -> Self {
        self.place("dotenv", path.into())
    }

    /// Reads this file in the place of the list's first `file`. It must exist.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().file("/no/such/secrets.json").load().is_err());
    /// ```
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.place("file", path.into())
    }

    /// Reads this directory, a file for each key, in the place of the list's first `dir`. It must exist.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().dir("/no/such/directory").load().is_err());
    /// ```
    pub fn dir(self, path: impl Into<PathBuf>) -> Self {
        self.place("dir", path.into())
    }

    fn place(mut self, kind: &'static str, path: PathBuf) -> Self {
        self.options.added.push(Added::Place { kind, path });
        self
    }

    /// Sets a field by its path, above every source: how command-line flags come in. An `Option` that is none says
    /// nothing, so that a flag that was not given leaves the field to the sources.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().env([("PORT", "1")]).set("port", 9000).load()?.port, 9000);
    /// assert_eq!(Settings::loader().env([("PORT", "1")]).set("port", None::<u16>).load()?.port, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn set(mut self, path: impl Into<String>, value: impl Into<Node>) -> Self {
        self.options.overrides.push((path.into(), value.into()));
        self
    }

    /// Adds a source of the program's own: in the place of the list's entry of its name (the first word of its label),
    /// or at the end.
    ///
    /// ```
    /// # use config_core::{Memory, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// let flags = Memory::pairs("flags", [("port", "9000")]);
    /// assert_eq!(Settings::loader().env([("X", "")]).source(flags).load()?.port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.options.added.push(Added::Source(Arc::new(source)));
        self
    }

    /// Adds a figment provider as a source, at the end of the list.
    #[cfg(feature = "figment")]
    pub fn figment(mut self, provider: impl figment::Provider + Send + Sync + 'static) -> Self {
        let provider = Arc::new(provider);
        let make = move |profile: Option<&str>| -> Arc<dyn Source> {
            Arc::new(crate::sources::figment::Figment::new(Arc::clone(&provider), profile))
        };
        self.options.added.push(Added::ForProfile(Box::new(make)));
        self
    }

    /// Lets the next source answer when this one fails: a kind, `vault` or `vault@eu`, or a label. Without it a source
    /// that fails is a problem of every field that no higher one has.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().on_failure("file", config_core::OnFailure::Fallthrough).load().is_ok());
    /// ```
    pub fn on_failure(mut self, source: impl Into<String>, what: OnFailure) -> Self {
        self.options.on_failure.push((source.into(), what));
        self
    }

    /// Takes what remote sources answered an earlier load that shares the cache, as long as it is fresh.
    ///
    /// ```
    /// # use config_core::{Cache, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let cache = Cache::new(std::time::Duration::from_secs(60));
    /// assert!(Settings::loader().cache(&cache).load().is_ok());
    /// ```
    #[cfg(feature = "_net")]
    pub fn cache(mut self, cache: &crate::Cache) -> Self {
        self.options.cache = Some(cache.clone());
        self
    }

    /// Tells somebody at once of what may be an attack or trouble to come: a source that denies, a credential past its
    /// time, a weaker or an earlier answer taken. It is called on the thread of the load, once for each such thing;
    /// its panic is one of the load.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let loader = Settings::loader().on_alert(|alert| eprintln!("{alert}"));
    /// assert!(loader.load().is_ok());
    /// ```
    pub fn on_alert(mut self, hook: impl Fn(&crate::Alert) + Send + Sync + 'static) -> Self {
        self.options.on_alert = Some(Arc::new(hook));
        self
    }

    /// Opens what is encrypted with this identity, and with those of further calls; the variables that name one are
    /// then not looked at.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// use config_core::age::Identity;
    ///
    /// assert!(Settings::loader().age_identity(Identity::generate()).load().is_ok());
    /// ```
    #[cfg(feature = "age")]
    pub fn age_identity(mut self, identity: crate::age::Identity) -> Self {
        self.options.identities.push(identity);
        self
    }

    /// How long the load may wait for remote sources; 10 seconds unless told.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().deadline(std::time::Duration::from_secs(2)).load().is_ok());
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Makes every warning a problem: names that no setting has, deprecated names, files that others may read.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(prefix = "APP")]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let error = Settings::loader().env([("APP_PROT", "1")]).strict().load().err().unwrap();
    /// assert!(error.to_string().contains("did you mean APP_PORT?"));
    /// ```
    pub fn strict(mut self) -> Self {
        self.options.strict = true;
        self
    }

    /// Overwrites the variables of secrets in the block of memory that the kernel gave the process, and unsets them,
    /// once the load has succeeded. Call it at the start of `main`, before there are other threads: where there are,
    /// nothing is overwritten, and that is a problem of the load. What it cannot reach: see [`os`](crate::os).
    #[cfg(feature = "scrub-env")]
    pub fn scrub_env(mut self) -> Self {
        self.scrub = true;
        self
    }

    /// Has every value that a source gives noted.
    #[cfg(feature = "testing")]
    pub(crate) fn tapped(mut self, tap: &resolve::Tap) -> Self {
        self.options.tap = Some(tap.clone());
        self
    }

    /// Loads, blocking the thread. It never panics inside an async runtime.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().env([("PORT", "1")]).load()?.port, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn load(self) -> Result<T, Error> {
        match build::direct::settings(&self.options) {
            Some(settings) => self.scrubbed().map(|()| settings),
            None => self.load_resolved(),
        }
    }

    /// The same by way of the resolver.
    pub(crate) fn load_resolved(self) -> Result<T, Error> {
        let resolved =
            resolve::blocking(Questions::Fields(T::schema()), &self.options, Depth::First);
        let Built { settings, .. } =
            build::settings::<T>(resolved, &self.options, build::Wanted::Settings)?;
        self.scrubbed()?;
        Ok(settings)
    }

    /// Loads without blocking; local sources answer at once.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// # async fn start() -> Result<(), config_core::Error> {
    /// let settings = Settings::loader().load_async().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn load_async(self) -> Result<T, Error> {
        if let Some(settings) = build::direct::settings(&self.options) {
            self.scrubbed()?;
            return Ok(settings);
        }
        let resolved =
            resolve::asynchronous(Questions::Fields(T::schema()), &self.options, Depth::First)
                .await;
        let Built { settings, .. } =
            build::settings::<T>(resolved, &self.options, build::Wanted::Settings)?;
        self.scrubbed()?;
        Ok(settings)
    }

    /// Loads, and reports where each field came from, what else was looked at, and the warnings.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let loaded = Settings::loader().env([("PORT", "1")]).load_report()?;
    /// println!("{}", loaded.report);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn load_report(self) -> Result<Loaded<T>, Error> {
        let resolved =
            resolve::blocking(Questions::Fields(T::schema()), &self.options, Depth::First);
        let Built { settings, report } =
            build::settings::<T>(resolved, &self.options, build::Wanted::Report)?;
        self.scrubbed()?;
        Ok(Loaded { settings, report })
    }

    /// Asks every source for every field, and tells what would win and what it hides. No value is in it, and it does not
    /// fail: problems are part of the table.
    ///
    /// It mints no credential and opens no wrapping, and says of those that it did not look. It does log in, as a load
    /// would, unless the source has a token from a load before: of an AppRole's secret id whose uses are counted that is
    /// one. And it runs the commands of `exec`. [`plan`](Self::plan) asks nobody and runs nothing.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// println!("{}", Settings::loader().env([("PORT", "1")]).explain());
    /// ```
    #[must_use]
    pub fn explain(self) -> Report {
        let resolved = resolve::blocking(Questions::Fields(T::schema()), &self.options, Depth::All);
        build::explained::<T>(resolved, &self.options)
    }

    /// Tells what a load would ask of which source, without asking.
    ///
    /// # Errors
    /// An unknown profile.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// println!("{}", Settings::loader().plan()?);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn plan(self) -> Result<Plan, Error> {
        Plan::new(T::schema(), &self.options)
    }

    /// The value of a name known only at run time, by the same sources, profile and rules.
    ///
    /// # Errors
    /// What [`load`](Self::load) says of a required secret.
    ///
    /// ```
    /// # use config_core::{ExposeSecret, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let value = Settings::loader().env([("PLUGIN_TOKEN", "abc")]).get("PLUGIN_TOKEN")?;
    /// assert_eq!(value.expose_secret(), "abc");
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn get(self, name: &str) -> Result<SecretString, Error> {
        let secret = build::named(T::schema(), name, &self.options)?;
        self.scrubbed()?;
        Ok(secret)
    }

    /// Loads, and hands the *settings* over as a figment provider; a secret goes along only where
    /// [`reveal`](crate::Provided::reveal) names it.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    #[cfg(feature = "figment")]
    pub fn provided(self) -> Result<crate::Provided, Error> {
        let resolved =
            resolve::blocking(Questions::Fields(T::schema()), &self.options, Depth::First);
        let provided = build::provided::<T>(resolved, &self.options)?;
        self.scrubbed()?;
        Ok(provided)
    }

    /// Has loads that follow see the environment as it is now, where its variables are about to be unset.
    #[cfg(feature = "live")]
    pub(crate) fn keep_environment(&mut self) {
        if self.scrub {
            self.options.environment = self.options.environment.kept();
        }
    }

    #[cfg(feature = "scrub-env")]
    pub(crate) fn scrubbed(&self) -> Result<(), Error> {
        if !self.scrub {
            return Ok(());
        }
        let leaves = T::schema().leaves().iter().filter(|leaf| leaf.field().is_secret());
        let names: Vec<&str> = leaves.flat_map(crate::schema::Leaf::variables).copied().collect();
        match crate::os::scrub(&names) {
            Ok(_) => Ok(()),
            Err(error) => {
                let mut problem =
                    Problem::general("scrub_env", ProblemKind::Refused, error.to_string());
                problem.hint = Some("load at the start of main, before any thread".to_owned());
                Err(crate::trace::failed(Error::new(vec![problem], Vec::new(), None)))
            }
        }
    }

    #[cfg(not(feature = "scrub-env"))]
    pub(crate) fn scrubbed(&self) -> Result<(), Error> {
        debug_assert!(!self.scrub);
        Ok(())
    }
}
