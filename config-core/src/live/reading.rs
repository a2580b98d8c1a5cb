//! Reading without a lock: what each thread holds of each cell, and readers that hold a generation of their own.

use std::cell::{Cell as Local, RefCell, RefMut};
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::cell::{Cell, Latest};
use super::sync::{AtomicU64, LocalKey};
use crate::secrets::Secrets;

/// A handle that keeps the settings it read last, for code that reads often and has a place of its own to keep it.
///
/// Made by `Live::reader`. As long as nothing changed, [`get`](Self::get) costs one atomic load. A clone keeps what the
/// original held. A reader does not keep the settings up to date: when the last handle to the live settings is gone, it
/// stays at the generation that was current then.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let mut reader = live.reader();
/// let worker = std::thread::spawn(move || (0..1_000).all(|_| reader.get().port == 9000));
/// assert!(worker.join().is_ok_and(|all| all));
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Reader<T> {
    cell: Arc<Cell<T>>,
    number: u64,
    settings: Arc<T>,
}

impl<T: Shared> Reader<T> {
    pub(super) fn new(cell: Arc<Cell<T>>) -> Self {
        let (number, settings) = cell.current();
        Self { cell, number, settings }
    }

    /// The current settings, whole. Until it is asked again, the reader keeps these alive.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let mut reader = live.reader();
    /// let settings = reader.get();
    /// println!("listening on port {}", settings.port);
    /// # assert_eq!(settings.port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[inline]
    pub fn get(&mut self) -> &Arc<T> {
        if !self.cell.is_current(self.number) {
            self.catch_up();
        }
        &self.settings
    }

    #[cold]
    fn catch_up(&mut self) {
        (self.number, self.settings) = self.cell.current();
    }
}

impl<T> Reader<T> {
    /// The number of the generation that [`get`](Self::get) returned last, or that was current when the reader was made.
    /// It tells what was made of one generation from what has to be made anew.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let mut reader = live.reader();
    /// let mut address = format!("127.0.0.1:{}", reader.get().port);
    /// let made_of = reader.generation();
    /// // Later, again and again:
    /// let port = reader.get().port;
    /// if reader.generation() != made_of {
    ///     address = format!("127.0.0.1:{port}");
    /// }
    /// # assert_eq!((address.as_str(), made_of), ("127.0.0.1:9000", 1));
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.number
    }
}

impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        Self {
            cell: Arc::clone(&self.cell),
            number: self.number,
            settings: Arc::clone(&self.settings),
        }
    }
}

/// Shows no value.
impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("generation", &self.number).finish_non_exhaustive()
    }
}

// --- what has changed -------------------------------------------------------------------------------------------------

/// How often any cell of the process was swapped or dropped. One number for all: while it stands still, everything that
/// a thread holds is current, and once it moves a thread lets go of what is outdated in any cell, whichever it reads.
/// Apart from what others write to, as every read looks at it.
#[repr(align(128))]
struct Changes(AtomicU64);

#[cfg(not(loom))]
static CHANGES: Changes = Changes(AtomicU64::new(0));
#[cfg(loom)]
loom::lazy_static! {
    static ref CHANGES: Changes = Changes(AtomicU64::new(0));
}

#[inline]
pub(super) fn changes() -> u64 {
    CHANGES.0.load(Ordering::Acquire)
}

pub(super) fn tell_of_change() {
    CHANGES.0.fetch_add(1, Ordering::Release);
}

// --- what a thread holds ---------------------------------------------------------------------------------------------

/// Settings that threads hold: each type has a place of its own in every thread, which the derive declares, as a static
/// cannot be generic. That the place is typed is what makes a read cheap: `Any` would cost more than all the rest.
pub trait Shared: Send + Sync + Sized + 'static {
    /// What the current thread holds of this type. Without it, every read takes a lock.
    fn holdings() -> Option<&'static LocalKey<Holdings<Self>>>;
}

impl<T: Secrets + Send + Sync> Shared for T {
    #[inline]
    fn holdings() -> Option<&'static LocalKey<Holdings<Self>>> {
        T::__holdings()
    }
}

/// What one thread holds of the cells of one type.
pub struct Holdings<T> {
    /// The cell that was read last. It is borrowed while a closure reads it, and for that alone as if to be written to:
    /// what a shared borrow writes down depends on what stood there, and the next read would have to wait for it.
    last: RefCell<Option<Hold<T>>>,
    /// Other cells, and what was read while the first place was borrowed. Never borrowed while foreign code runs.
    others: RefCell<Vec<Hold<T>>>,
    is_listed: Local<bool>,
}

struct Hold<T> {
    settings: Arc<T>,
    cell: u64,
    /// The changes up to which it is known to be current.
    seen: u64,
    number: u64,
    latest: Latest,
}

impl<T> Holdings<T> {
    /// Nothing.
    #[allow(clippy::new_without_default, reason = "it is made in constants alone")]
    pub const fn new() -> Self {
        Self {
            last: RefCell::new(None),
            others: RefCell::new(Vec::new()),
            is_listed: Local::new(false),
        }
    }

    /// The current generation of this cell, if it was read last and nobody is just reading it.
    #[inline]
    pub(super) fn last(&self, cell: u64, now: u64) -> Option<RefMut<'_, Arc<T>>> {
        let last = self.last.try_borrow_mut().ok()?;
        RefMut::filter_map(last, |last| match last {
            Some(hold) if hold.is(cell, now) => Some(&mut hold.settings),
            _ => None,
        })
        .ok()
    }

    /// The current generation of this cell, if it is held in another place. From now on it is the one that was read last;
    /// what was until now is given out if it is outdated.
    fn other(&self, cell: u64, now: u64) -> Option<(Arc<T>, Option<Hold<T>>)> {
        let mut others = self.others.borrow_mut();
        let at = others.iter().position(|hold| hold.is(cell, now))?;
        let settings = Arc::clone(&others[at].settings);
        let Ok(mut last) = self.last.try_borrow_mut() else { return Some((settings, None)) };
        let mut before = last.replace(others.swap_remove(at));
        others.extend(before.take_if(|before| before.is_current(now)));
        Some((settings, before))
    }

    /// What it takes the place of is given out.
    fn hold(&self, hold: Hold<T>) -> Option<Hold<T>> {
        if let Ok(mut last) = self.last.try_borrow_mut()
            && last.as_ref().is_none_or(|last| last.cell == hold.cell)
        {
            return last.replace(hold);
        }
        let mut others = self.others.borrow_mut();
        if let Some(other) = others.iter_mut().find(|other| other.cell == hold.cell) {
            return Some(mem::replace(other, hold));
        }
        others.push(hold);
        None
    }

    /// Something outdated, no longer held. Of the rest it is known now that it was current when `seen` was looked up.
    fn outdated(&self, seen: u64) -> Option<Hold<T>> {
        if let Ok(mut last) = self.last.try_borrow_mut()
            && let Some(outdated) = last.take_if(|hold| !hold.is_current(seen))
        {
            return Some(outdated);
        }
        let mut others = self.others.borrow_mut();
        let at = others.iter_mut().position(|hold| !hold.is_current(seen))?;
        Some(others.swap_remove(at))
    }
}

impl<T> Hold<T> {
    #[inline]
    fn is(&self, cell: u64, now: u64) -> bool {
        self.cell == cell && self.seen == now
    }

    fn is_current(&mut self, seen: u64) -> bool {
        self.seen = self.seen.max(seen);
        self.latest.load(Ordering::Acquire) == self.number
    }
}

/// Holds a generation that was current when `seen` was looked up, or later, unless the thread is ending.
pub(super) fn hold<T: Shared>(
    cell: u64,
    seen: u64,
    number: u64,
    latest: &Latest,
    settings: &Arc<T>,
) {
    let Some(holdings) = T::holdings() else { return };
    let _ = holdings.try_with(|holdings| {
        let (settings, latest) = (Arc::clone(settings), Arc::clone(latest));
        if !holdings.is_listed.replace(true) {
            let _ = LISTED.try_with(|listed| listed.borrow_mut().push(let_go_of::<T>));
        }
        holdings.hold(Hold { settings, cell, seen, number, latest })
    });
}

/// The current generation of this cell, if the thread holds it without having read it last.
pub(super) fn other<T: Shared>(cell: u64, now: u64) -> Option<Arc<T>> {
    let other = T::holdings()?.try_with(|holdings| holdings.other(cell, now)).ok()??;
    // What is dropped here, if anything, is dropped when nothing is borrowed any more.
    Some(other.0)
}

#[cfg(not(loom))]
thread_local! {
    /// For each type of which this thread ever held settings, what lets go of the outdated ones.
    static LISTED: RefCell<Vec<fn(u64)>> = const { RefCell::new(Vec::new()) };
}
#[cfg(loom)]
loom::thread_local! {
    static LISTED: RefCell<Vec<fn(u64)>> = RefCell::new(Vec::new());
}

/// Drops each generation that is no longer current, or whose cell is gone, and that the thread is not just reading.
pub(super) fn let_go_of_the_outdated(seen: u64) {
    let listed = |at: usize| LISTED.try_with(|listed| listed.borrow().get(at).copied());
    let mut at = 0;
    while let Ok(Some(let_go)) = listed(at) {
        let_go(seen);
        at += 1;
    }
}

fn let_go_of<T: Shared>(seen: u64) {
    let Some(holdings) = T::holdings() else { return };
    // One by one, when the holdings are no longer borrowed: dropping settings may read some.
    while let Ok(Some(outdated)) = holdings.try_with(|holdings| holdings.outdated(seen)) {
        drop(outdated);
    }
}
