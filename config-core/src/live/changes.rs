//! What changed, and those who want to know.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::mailbox::Mailbox;

/// Other settings than before: which, and why it was looked. It holds no value.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let mut changes = live.subscribe();
/// if let Some(change) = changes.try_next() {
///     println!("generation {}: {}", change.to, change.fields.join(", "));
/// }
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The generation before. Where the same as `to`, nothing is new but that a restart is due.
    pub from: u64,
    /// The generation after.
    pub to: u64,
    /// The paths of the fields that have another value, in declaration order: `smtp.password`.
    pub fields: Vec<&'static str>,
    /// The paths of the fields that their source has another value for, and that keep the one they had at the start,
    /// as they are declared `restart_only`.
    pub restart_only: Vec<&'static str>,
    /// Why it was looked; of several changes in one, the last.
    pub cause: Cause,
}

/// Why the sources were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The time to live was over.
    Scheduled,
    /// A file or a mounted directory changed.
    Changed,
    /// Something lent was due: a token, a credential made for this process.
    Lease,
    /// Somebody called [`refresh_now`](crate::Live::refresh_now).
    Asked,
    /// Somebody called [`invalidate`](crate::Live::invalidate).
    Invalidated,
}

/// The changes of live settings, for one who waits for them. It does not keep the settings alive: once the last handle
/// is gone, it ends.
///
/// Whoever is slow misses no field: changes that were not taken yet become one, from the first to the last generation.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let mut changes = live.subscribe();
/// drop(live);
/// assert_eq!(changes.wait(std::time::Duration::from_secs(5)), None);
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Changes {
    mailbox: Arc<Mailbox<Change>>,
}

/// All who want to know.
#[derive(Default)]
pub(super) struct Feed {
    readers: Mutex<Readers>,
}

#[derive(Default)]
struct Readers {
    mailboxes: Vec<Weak<Mailbox<Change>>>,
    is_closed: bool,
}

impl Changes {
    /// The next change; none once the last handle to the settings is gone. Runs in any async runtime.
    ///
    /// ```
    /// # use config_core::{Live, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// async fn follow(live: Live<Settings>) {
    ///     let mut changes = live.subscribe();
    ///     drop(live);
    ///     while let Some(change) = changes.changed().await {
    ///         println!("{} changed", change.fields.join(", "));
    ///     }
    /// }
    /// ```
    pub async fn changed(&mut self) -> Option<Change> {
        poll_fn(|context| self.mailbox.poll(context)).await
    }

    /// The next change, waited for by blocking the thread; none where there is none in that time, or the last handle to
    /// the settings is gone.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # use std::time::Duration;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.subscribe().wait(Duration::from_millis(10)), None);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn wait(&mut self, timeout: Duration) -> Option<Change> {
        self.mailbox.wait(Some(timeout))
    }

    /// The next change, if there is one already.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.subscribe().try_next(), None);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn try_next(&mut self) -> Option<Change> {
        self.mailbox.take()
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheduled => "scheduled",
            Self::Changed => "changed",
            Self::Lease => "lease",
            Self::Asked => "asked",
            Self::Invalidated => "invalidated",
        })
    }
}

impl Change {
    /// Both in one; the order of fields is that of their declaration.
    fn after(mut self, earlier: Self, order: &[&'static str]) -> Self {
        let both = |earlier: &[&'static str], later: &[&'static str]| {
            let named = |path: &&&'static str| earlier.contains(path) || later.contains(path);
            order.iter().filter(named).copied().collect()
        };
        self.fields = both(&earlier.fields, &self.fields);
        self.restart_only = both(&earlier.restart_only, &self.restart_only);
        Self { from: earlier.from, ..self }
    }
}

impl Feed {
    pub(super) fn subscribe(&self) -> Changes {
        let mailbox = Arc::new(Mailbox::new());
        let mut readers = self.readers();
        readers.mailboxes.retain(|mailbox| mailbox.strong_count() > 0);
        match readers.is_closed {
            true => mailbox.close(),
            false => readers.mailboxes.push(Arc::downgrade(&mailbox)),
        }
        Changes { mailbox }
    }

    /// Tells everybody; `order` has the paths of all fields.
    pub(super) fn publish(&self, change: &Change, order: &[&'static str]) {
        for mailbox in self.alive() {
            mailbox.put(|earlier| match earlier {
                Some(earlier) => change.clone().after(earlier, order),
                None => change.clone(),
            });
        }
    }

    pub(super) fn close(&self) {
        self.readers().is_closed = true;
        self.alive().iter().for_each(|mailbox| mailbox.close());
    }

    fn alive(&self) -> Vec<Arc<Mailbox<Change>>> {
        let mut readers = self.readers();
        readers.mailboxes.retain(|mailbox| mailbox.strong_count() > 0);
        readers.mailboxes.iter().filter_map(Weak::upgrade).collect()
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
