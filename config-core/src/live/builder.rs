//! How live settings are started.

use std::sync::Arc;
use std::time::Duration;

use super::Live;
use super::cell::Cell;
use super::engine::{Core, Engine};
use super::refresh::{First, Refresher};
use super::schedule::{Schedule, Terms};
use super::stamps::Stamps;
use super::status::Status;
use super::watch::Watch;
use crate::clock::Moment;
use crate::error::{Error, Problem};
use crate::loader::Loader;
use crate::resolve::{self, Depth, Keeper, Options, Questions, Resolution};
use crate::secrets::Secrets;

/// Starts live settings: how often they are read again, and what to do where that fails for long.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// use config_core::WhenExpired;
/// use std::time::Duration;
///
/// let live = Settings::loader()
///     .env([("PORT", "9000")])
///     .live()
///     .ttl(Duration::from_secs(60))
///     .max_stale(Duration::from_secs(600))
///     .when_expired(WhenExpired::Refuse)
///     .start_blocking()?;
/// assert_eq!(live.with(|settings| settings.port), 9000);
/// # Ok::<(), config_core::Error>(())
/// ```
#[must_use = "nothing is loaded until it is started"]
pub struct LiveBuilder<T> {
    loader: Loader<T>,
    ttl: Duration,
    max_stale: Duration,
    poll: Duration,
    events: bool,
    when_expired: WhenExpired,
}

/// What happens to settings that could not be refreshed for longer than [`max_stale`](LiveBuilder::max_stale).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenExpired {
    /// They are served on; [`health`](Live::health) says how old they are.
    #[default]
    Serve,
    /// [`try_snapshot`](Live::try_snapshot) refuses them, and the service is not [ready](crate::Health::is_ready); the
    /// same where a credential among them was lent for a time that is over.
    /// [`with`](Live::with) and [`snapshot`](Live::snapshot) serve them on, for code that cannot do without.
    Refuse,
    /// The process ends with the code 75 (`EX_TEMPFAIL` of sysexits.h) after a line on its standard error, for whoever
    /// supervises it to start it anew. Destructors of other threads do not run.
    Exit,
}

impl<T: Secrets + Send + Sync> Loader<T> {
    /// Settings that follow their sources, by what this loader was told.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.snapshot().port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn live(self) -> LiveBuilder<T> {
        LiveBuilder {
            loader: self,
            ttl: Duration::from_secs(300),
            max_stale: Duration::from_secs(3600),
            poll: Duration::from_secs(5),
            events: true,
            when_expired: WhenExpired::Serve,
        }
    }
}

impl<T: Secrets + Send + Sync> LiveBuilder<T> {
    /// How old the settings become before every source is asked again; 5 minutes unless told. The moments are spread, so
    /// that many instances do not ask at once. Files that change are read sooner, whatever this says. Refreshes are at
    /// least 100 ms apart: zero asks that often, and [`Duration::MAX`] never for this reason.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().ttl(std::time::Duration::from_secs(60)).start_blocking()?;
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// How old they may become where they cannot be refreshed; an hour unless told. Counted from the oldest answer that
    /// the last refresh that succeeded rests on, and judged when one fails: where it is no longer than
    /// [`ttl`](Self::ttl), one that fails may be enough.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().max_stale(std::time::Duration::from_secs(600)).start_blocking()?;
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn max_stale(mut self, max_stale: Duration) -> Self {
        self.max_stale = max_stale;
        self
    }

    /// How often files are looked at, where the operating system does not tell that they changed; 5 seconds unless told,
    /// and 10 ms at least.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().poll(std::time::Duration::from_secs(1)).start_blocking()?;
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Whether the operating system is asked to tell of files that change; it is unless told. Without, files are looked
    /// at every [`poll`](Self::poll) interval and nothing else: where what it watches with is scarce, or for nothing.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().events(false).start_blocking()?;
    /// assert!(!live.health().events_work);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn events(mut self, events: bool) -> Self {
        self.events = events;
        self
    }

    /// What to do once they are older than they may become; they are served on unless told.
    ///
    /// ```
    /// # use config_core::{Secrets, WhenExpired};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().when_expired(WhenExpired::Refuse).start_blocking()?;
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub const fn when_expired(mut self, what: WhenExpired) -> Self {
        self.when_expired = what;
        self
    }

    /// Loads for the first time, which has to succeed, and keeps the settings up to date from then on, on a thread of
    /// its own. Runs in any async runtime, and needs none afterwards.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`], as of a load.
    ///
    /// ```
    /// # use config_core::{Live, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// async fn start() -> Result<Live<Settings>, config_core::Error> {
    ///     Settings::live().start().await
    /// }
    /// ```
    pub async fn start(self) -> Result<Live<T>, Error> {
        let starting = self.prepared();
        let questions = Questions::Fields(T::schema());
        let options = &starting.loader.options;
        let before = Stamps::of(&resolve::watched(questions, options));
        let resolved = resolve::asynchronous(questions, options, Depth::First).await;
        starting.started(&before, resolved)
    }

    /// The same, blocking the thread for the first load.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`], as of a load.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// assert!(Settings::loader().env([("PORT", "9000")]).live().start_blocking().is_ok());
    /// assert!(Settings::loader().env([("PORT", "http")]).live().start_blocking().is_err());
    /// ```
    pub fn start_blocking(self) -> Result<Live<T>, Error> {
        let starting = self.prepared();
        let questions = Questions::Fields(T::schema());
        let options = &starting.loader.options;
        let before = Stamps::of(&resolve::watched(questions, options));
        let resolved = resolve::blocking(questions, options, Depth::First);
        starting.started(&before, resolved)
    }

    /// With all that loads need that follow each other.
    fn prepared(mut self) -> Self {
        let options = &mut self.loader.options;
        options.keeper = Some(Arc::new(Keeper::new(self.ttl)));
        #[cfg(feature = "_net")]
        {
            let ttl = self.ttl;
            options.cache.get_or_insert_with(|| crate::remote::Cache::new(ttl));
            options.follower = Some(crate::remote::Follower::new());
        }
        self.loader.keep_environment();
        self
    }

    /// Goes on from the first load, before which the files looked so.
    fn started(
        mut self,
        before: &Stamps,
        resolved: Result<Resolution, Vec<Problem>>,
    ) -> Result<Live<T>, Error> {
        let options: Options = std::mem::take(&mut self.loader.options);
        let deadline = options.deadline();
        let keeper = options.keeper.clone().unwrap_or_else(|| Arc::new(Keeper::new(self.ttl)));
        #[cfg(feature = "_net")]
        let cache = options.cache.clone().unwrap_or_else(|| crate::remote::Cache::new(self.ttl));
        let First { settings, mut refresher, told, paths } =
            Refresher::first(options, self.ttl, resolved)?;
        self.loader.scrubbed()?;
        let now = Moment::now();
        let terms = Terms { ttl: self.ttl, max_stale: self.max_stale };
        let mut schedule = Schedule::new(terms, now, &mut fastrand::f64);
        schedule.rests_on(refresher.oldest());
        schedule.lent(now, refresher.next_due(now), &mut fastrand::f64);
        let mut status = Status::new(schedule, self.max_stale, self.when_expired, deadline);
        status.note(told);
        status.good_until = refresher.good_until();
        if let Some(trouble) = refresher.trouble() {
            status.neglects(trouble, refresher.retry_after(), now);
        }
        #[cfg(feature = "_net")]
        let core = Core::new(status, keeper, cache);
        #[cfg(not(feature = "_net"))]
        let core = Core::new(status, keeper);
        let core = Arc::new(core);
        let hinted = Arc::clone(&core);
        let watch = Watch::new(self.poll, self.events, move |path| hinted.hint(path));
        refresher.watches(&paths, before, &watch);
        let cell = Arc::new(Cell::new(settings));
        let engine = Engine::new(core, Arc::clone(&cell), refresher, watch);
        Ok(Live::new(cell, engine.start()?))
    }
}
