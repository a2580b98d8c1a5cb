//! Settings that follow their sources: reloaded without a restart, always whole.

mod builder;
pub(crate) mod cell;
mod changes;
mod engine;
mod events;
mod evidence;
mod field;
mod fingerprint;
mod health;
mod lent;
mod mailbox;
mod overdue;
pub mod pool;
mod reading;
mod refresh;
pub(crate) mod schedule;
mod spots;
mod stamps;
mod status;
mod sync;
mod watch;

#[cfg(all(test, unix))]
#[path = "../../../tests/support/mounted.rs"]
mod mounted;

use std::fmt;
use std::sync::Arc;

use cell::Cell;
use engine::{Handle, Refreshed, general};

pub use builder::{LiveBuilder, WhenExpired};
pub use changes::{Cause, Change, Changes};
pub use field::{Current, LiveField};
pub use health::{Expired, Health, Metrics, SourceHealth};
pub use reading::{Holdings, Reader, Shared};
pub use schedule::State;
pub use sync::LocalKey;

use crate::clock::Moment;
use crate::error::{Error, ProblemKind};
use crate::secrets::Secrets;

/// Settings that are kept up to date: a handle, of which a clone is cheap.
///
/// They are loaded and judged as a whole, and only then replace those before: whoever reads them sees one generation. A
/// refresh that fails changes nothing but their age, and is tried again.
///
/// A thread of its own keeps them up to date for as long as there is a `Live` or a [`LiveField`] of it; once the last is
/// dropped, it is stopped, [`Changes`] end, and a [`Reader`] stays at the generation that was current then.
///
/// ```
/// use config_core::{Live, Secrets};
///
/// #[derive(Secrets)]
/// struct Settings {
///     #[setting(default = 8080)]
///     port: u16,
/// }
///
/// let live: Live<Settings> = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// assert_eq!(live.with(|settings| settings.port), 9000);
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Live<T> {
    cell: Arc<Cell<T>>,
    handle: Arc<Handle>,
}

impl<T: Secrets + Send + Sync> Live<T> {
    fn new(cell: Arc<Cell<T>>, handle: Handle) -> Self {
        Self { cell, handle: Arc::new(handle) }
    }

    /// Hands the current settings to a closure: the fastest way to read, without a lock unless they just changed.
    ///
    /// A thread that has read once keeps that generation in memory until it reads again, any live settings of the
    /// process, or ends. Where a secret that was replaced has to be gone at once, also from threads that then idle, read
    /// by [`LiveField::get`] or by a [`reader`](Self::reader) that is dropped: they take a lock, and leave nothing.
    ///
    /// The closure sees one generation from beginning to end. It may read live settings in its turn, these too; what it
    /// gets there may be newer.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.with(|settings| settings.port), 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[inline]
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.cell.with(read)
    }

    /// The current settings, whole; they stay as they are for as long as this is held. The thread keeps them until it
    /// reads again, as [`with`](Self::with) says.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let settings = live.snapshot();
    /// assert_eq!(settings.port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn snapshot(&self) -> Arc<T> {
        self.cell.snapshot()
    }

    /// The current settings, unless [`WhenExpired::Refuse`] or [`WhenExpired::Exit`] was declared and they are too old, or
    /// a credential among them is over.
    ///
    /// # Errors
    /// They are [`Expired`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.try_snapshot()?.port, 9000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_snapshot(&self) -> Result<Arc<T>, Expired> {
        let now = Moment::now();
        let status = self.handle.core().status();
        if status.is_refused(now) {
            return Err(Expired {
                age: status.schedule.age(now),
                max_stale: status.max_stale,
                ended: status.ended(now),
            });
        }
        // A read may drop an older generation, whose destructor is code of the program.
        drop(status);
        Ok(self.snapshot())
    }

    /// A reader of its own for code that reads in a loop and has a place to keep it.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let mut reader = live.reader();
    /// assert_eq!(reader.get().port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn reader(&self) -> Reader<T> {
        self.cell.reader()
    }

    /// Tells of each change from now on.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let mut changes = live.subscribe();
    /// assert!(changes.try_next().is_none());
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn subscribe(&self) -> Changes {
        self.handle.core().feed.subscribe()
    }

    /// A handle for code that needs one value.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let port = live.field(|settings| &settings.port);
    /// assert_eq!(*port.get(), 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn field<V: ?Sized>(
        &self,
        part: impl Fn(&T) -> &V + Send + Sync + 'static,
    ) -> LiveField<T, V> {
        LiveField::new(self.clone(), part)
    }

    /// Refreshes now, however fresh the settings are, and gives what changed: none where nothing is different.
    ///
    /// However many call it at a time, the sources are asked once for all of them: by a refresh that begins after the
    /// call, so that what changed before the call is seen. A credential under a lease is kept as long as it is good; see
    /// [`invalidate`](Self::invalidate). Dropped while it waits, it leaves the refresh to others.
    ///
    /// A store that asked to be left alone (`Retry-After`) is, by this as by any other refresh: asked all the same it
    /// would refuse again, and everybody else for longer. It fails at once then, with an error that names the host and
    /// says for how long; what needs nothing of that store is taken up.
    ///
    /// # Errors
    /// Every problem of every field, as of a load, and the settings stay as they were; or
    /// [`Circular`](ProblemKind::Circular), where a validator or parser asks for the refresh that it is a part of. One
    /// that has another thread ask, and waits for that thread, waits without end.
    ///
    /// ```
    /// # use config_core::{Live, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// async fn on_hang_up(live: &Live<Settings>) -> Result<(), config_core::Error> {
    ///     if let Some(change) = live.refresh_now().await? {
    ///         println!("{} changed", change.fields.join(", "));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn refresh_now(&self) -> Result<Option<Change>, Error> {
        let core = self.handle.core();
        // Its thread may poll this as well when it tells of a refresh that is over, and then waits for nothing.
        if core.is_itself() && core.status().running.is_some() {
            return Err(circular());
        }
        let mailbox = core.ask();
        told(std::future::poll_fn(|context| mailbox.poll(context)).await)
    }

    /// The same, blocking the thread.
    ///
    /// # Errors
    /// As of [`refresh_now`](Self::refresh_now).
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.refresh_now_blocking()?, None);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn refresh_now_blocking(&self) -> Result<Option<Change>, Error> {
        let core = self.handle.core();
        if core.is_itself() {
            return Err(circular());
        }
        told(core.ask().wait(None))
    }

    /// Forgets what remote sources answered for the field of this path, a credential under a lease included, and
    /// refreshes soon: for a value that its service refused. A path that no field has forgets nothing.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// live.invalidate("port");
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn invalidate(&self, path: &str) {
        let schema = T::schema();
        let leaf = schema.leaves().iter().find(|leaf| leaf.path() == path);
        let parts = leaf.and_then(|leaf| schema.parts(leaf));
        match parts {
            Some(parts) => {
                let paths: Vec<&str> = parts.iter().map(|part| part.path()).collect();
                self.handle.core().invalidate(&paths);
            }
            None => self.handle.core().invalidate(&[path]),
        }
    }

    /// How the settings are: how old, and what keeps their sources from answering. No values.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert!(live.health().is_ready());
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        let (generation, alive) = (self.cell.number(), self.cell.alive());
        self.handle.core().status().health(generation, alive)
    }

    /// The same as numbers, for gauges and counters: see [`Metrics`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.metrics().generation, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let (generation, alive) = (self.cell.number(), self.cell.alive());
        let now = Moment::now();
        let status = self.handle.core().status();
        Metrics {
            generation,
            age_seconds: status.schedule.age(now).as_secs_f64(),
            refreshes_total: status.refreshes,
            failures_total: status.failures,
            live_generations: alive.len(),
            state: health::level(status.state(now)),
            restart_pending: status.pending.len(),
        }
    }

    /// The current settings, and the number of their generation.
    fn current(&self) -> (u64, Arc<T>) {
        self.cell.current()
    }
}

/// The failure of a part of the refresh that asked for one.
fn circular() -> Error {
    let message = "a part of the refresh asked for a refresh, and would wait for itself";
    general(ProblemKind::Circular, message)
}

/// What whoever waited was told; nothing where the thread is gone, which ends with the last handle alone.
fn told(outcome: Option<Refreshed>) -> Refreshed {
    let message = "the thread that refreshes the settings is gone";
    outcome.unwrap_or_else(|| Err(general(ProblemKind::Unreachable, message)))
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), handle: Arc::clone(&self.handle) }
    }
}

/// Shows no value.
impl<T: Secrets + Send + Sync> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.handle.core().status().state(Moment::now());
        f.debug_struct("Live")
            .field("generation", &self.cell.number())
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
