//! The current generation of settings, swapped whole.

use std::mem;
use std::sync::atomic::{self, Ordering, fence};
use std::sync::{Arc, Weak};

use super::reading::{self, Reader, Shared};
use super::sync::{AtomicU64, Mutex, lock};

#[cfg(all(test, loom))]
pub(super) mod model;
#[cfg(all(test, not(loom)))]
mod tests;

/// Holds the current generation; whoever reads gets it whole.
///
/// A thread keeps the generation that it read last, and reads it again without a lock for as long as nothing changed.
pub(crate) struct Cell<T> {
    /// Of this cell alone, for as long as the process runs.
    id: u64,
    latest: Latest,
    current: Mutex<Generation<T>>,
    /// Those that were current, as far as somebody may still hold them. Locked before `current`, and for the whole swap.
    past: Mutex<Vec<(u64, Weak<T>)>>,
}

struct Generation<T> {
    number: u64,
    settings: Arc<T>,
}

/// The number of the current generation, for readers that hold no lock; it may be new before the swap is over. Written
/// under the lock of the generation: whoever got one out of there, or heard of it, never sees an older number.
pub(super) type Latest = Arc<AtomicU64>;

/// The number of a cell that is gone.
const GONE: u64 = 0;

/// The id of the next cell.
static NEXT: atomic::AtomicU64 = atomic::AtomicU64::new(0);

impl<T: Shared> Cell<T> {
    /// Its generation is number 1.
    pub(crate) fn new(settings: T) -> Self {
        let first = Generation { number: 1, settings: Arc::new(settings) };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            latest: Arc::new(AtomicU64::new(first.number)),
            current: Mutex::new(first),
            past: Mutex::new(Vec::new()),
        }
    }

    /// Makes these settings the current generation, and returns its number.
    pub(crate) fn swap(&self, settings: T) -> u64 {
        let settings = Arc::new(settings);
        let (number, old) = self.replace(settings);
        // Under no lock: dropping wipes secrets, and may take its time.
        drop(old);
        lock(&self.past).retain(|(_, settings)| is_held(settings));
        number
    }

    /// The new number, and what was current. From here to the entry in `past` nobody may look for who is alive: the old
    /// generation would be missing.
    fn replace(&self, settings: Arc<T>) -> (u64, Arc<T>) {
        let mut past = lock(&self.past);
        let (number, old) = {
            let mut current = lock(&self.current);
            let number = current.number + 1;
            let old = mem::replace(&mut *current, Generation { number, settings });
            self.latest.store(number, Ordering::Release);
            reading::tell_of_change();
            (number, old)
        };
        past.push((old.number, Arc::downgrade(&old.settings)));
        (number, old.settings)
    }

    /// The number of the current generation. Under the lock: whoever was told a number never reads an older generation.
    pub(crate) fn number(&self) -> u64 {
        lock(&self.current).number
    }

    #[inline]
    pub(super) fn is_current(&self, number: u64) -> bool {
        self.latest.load(Ordering::Acquire) == number
    }

    /// The current generation, for as long as the caller likes.
    #[inline]
    pub(crate) fn snapshot(&self) -> Arc<T> {
        self.held(Arc::clone).unwrap_or_else(|| self.fetched())
    }

    /// What `read` makes of the current generation. It may read this cell and others; a generation that comes meanwhile
    /// shows in reads that begin later.
    #[inline]
    pub(crate) fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        let mut read = Some(read);
        let answer = self.held(|settings| read.take().map(|read| read(settings)));
        match (answer.flatten(), read) {
            (Some(answer), _) => answer,
            (None, Some(read)) => read(&self.fetched()),
            (None, None) => unreachable!("what was held was read"),
        }
    }

    /// What `read` makes of the current generation, if this is the cell of its type that the thread read last. If not, and
    /// within such a read, and while the thread is ending, `read` is not called.
    #[inline]
    fn held<R>(&self, read: impl FnOnce(&Arc<T>) -> R) -> Option<R> {
        let now = reading::changes();
        let holdings = T::holdings()?;
        holdings.try_with(|holdings| holdings.last(self.id, now).map(|held| read(&held))).ok()?
    }

    /// The current generation, from wherever it is; the next read of this thread finds it at once.
    #[cold]
    #[inline(never)]
    fn fetched(&self) -> Arc<T> {
        // Before the look at the generation: what changes in between shows at the next read.
        let seen = reading::changes();
        let other = || reading::other(self.id, seen);
        other().unwrap_or_else(|| {
            reading::let_go_of_the_outdated(seen);
            self.held(Arc::clone).or_else(other).unwrap_or_else(|| {
                let (number, settings) = self.current();
                reading::hold(self.id, seen, number, &self.latest, &settings);
                settings
            })
        })
    }

    /// The number and the settings of one and the same generation.
    pub(crate) fn current(&self) -> (u64, Arc<T>) {
        let current = lock(&self.current);
        (current.number, Arc::clone(&current.settings))
    }

    /// The numbers of the generations that somebody still holds, in order; the current one is the last.
    ///
    /// What counts is whoever could still look at it: a snapshot, a [`Reader`] that was not asked since, a `with` that is
    /// running, and a thread that read it last and read nothing since. A number that is missing here never comes back.
    pub(crate) fn alive(&self) -> Vec<u64> {
        let mut past = lock(&self.past);
        past.retain(|(_, settings)| is_held(settings));
        // What the last holder did with it came before what the caller does now.
        fence(Ordering::Acquire);
        let current = lock(&self.current).number;
        past.iter().map(|(number, _)| *number).chain([current]).collect()
    }

    /// A handle that keeps the generation it read last.
    pub(crate) fn reader(self: &Arc<Self>) -> Reader<T> {
        Reader::new(Arc::clone(self))
    }
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        // So that threads let go of what they hold of it.
        self.latest.store(GONE, Ordering::Release);
        reading::tell_of_change();
    }
}

fn is_held<T>(settings: &Weak<T>) -> bool {
    settings.strong_count() > 0
}
