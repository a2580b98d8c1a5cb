//! The thread that keeps settings up to date: what it waits for, and when it does what.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use zeroize::Zeroize;

use super::cell::Cell;
use super::changes::{Cause, Change, Feed};
use super::mailbox::Mailbox;
use super::overdue;
use super::pool::registry::Registry;
use super::refresh::Refresher;
use super::schedule::State;
use super::status::{self, Status};
use super::sync::{Condvar, Mutex, MutexGuard};
use super::watch::Watch;
use crate::clock::Moment;
use crate::error::{Error, Problem, ProblemKind};
use crate::resolve::Keeper;
use crate::secrets::Secrets;
use crate::trace;

#[cfg(all(test, loom))]
mod model;

/// The longest sleep: what wakes the thread is a clock that stands still while the machine sleeps, so that a lease which
/// ended meanwhile is seen to this long after the machine woke up, at the latest.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// How long to wait for a thread to end that may be held by a file.
const PATIENCE: Duration = Duration::from_millis(200);

/// What came of a refresh: a change, or none where nothing is different.
pub(super) type Refreshed = Result<Option<Change>, Error>;

/// What the engine shares with those who ask it, whatever the settings are.
pub(super) struct Core {
    orders: Mutex<Orders>,
    wake: Condvar,
    status: Mutex<Status>,
    pub(super) feed: Feed,
    pub(super) pools: Registry,
    thread: OnceLock<ThreadId>,
    keeper: Arc<Keeper>,
    #[cfg(feature = "_net")]
    cache: crate::remote::Cache,
}

/// What the engine is to do.
#[derive(Default)]
struct Orders {
    stop: bool,
    /// Those who wait for a refresh that begins from now on.
    waiting: Waiting,
    invalidated: bool,
    hinted: bool,
}

/// Those who wait for a refresh. However it ends, they are told that it did.
#[derive(Default)]
struct Waiting(Vec<Arc<Mailbox<Refreshed>>>);

/// The thread; dropped, it is stopped.
pub(super) struct Handle {
    core: Arc<Core>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Where the process is to end when the settings are too old.
    overdue: Option<JoinHandle<()>>,
}

pub(super) struct Engine<T> {
    pub(super) core: Arc<Core>,
    pub(super) cell: Arc<Cell<T>>,
    pub(super) refresher: Refresher<T>,
    pub(super) watch: Watch,
    /// What the state was when it was last told.
    told: State,
    /// What began the refreshes that have failed since the last that succeeded.
    began: Option<Cause>,
    /// When everything was last asked for anew.
    asked_all: Moment,
}

impl Core {
    pub(super) fn new(
        status: Status,
        keeper: Arc<Keeper>,
        #[cfg(feature = "_net")] cache: crate::remote::Cache,
    ) -> Self {
        Self {
            orders: Mutex::default(),
            wake: Condvar::new(),
            status: Mutex::new(status),
            feed: Feed::default(),
            pools: Registry::default(),
            thread: OnceLock::new(),
            keeper,
            #[cfg(feature = "_net")]
            cache,
        }
    }

    pub(super) fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the outcome of a refresh that begins after this call is put.
    pub(super) fn ask(&self) -> Arc<Mailbox<Refreshed>> {
        let mailbox = Arc::new(Mailbox::new());
        let mut orders = self.orders();
        match orders.stop {
            true => mailbox.close(),
            false => orders.waiting.0.push(Arc::clone(&mailbox)),
        }
        drop(orders);
        self.wake.notify_all();
        mailbox
    }

    /// Whether it is a part of a refresh that asks, a validator or parser, which would wait for itself.
    pub(super) fn is_itself(&self) -> bool {
        self.thread.get() == Some(&std::thread::current().id())
    }

    /// Forgets what was read for these fields, and looks.
    pub(super) fn invalidate(&self, paths: &[&str]) {
        #[cfg(feature = "_net")]
        paths.iter().for_each(|path| self.cache.invalidate(path));
        paths.iter().for_each(|path| self.keeper.forget_field(path));
        self.order(|orders| orders.invalidated = true);
    }

    /// Refreshes, and waits for that, but no longer than it takes where nothing holds it: a file on a mount that is gone, or
    /// a validator that does not come back.
    #[cfg(feature = "_pools")]
    pub(super) fn refreshed_in_time(&self) {
        let patience = self.status().patience;
        drop(self.ask().wait(Some(patience)));
    }

    /// Has the next refresh ask for another of what is lent and holds such a text: its service refuses it.
    #[cfg(feature = "_pools")]
    pub(super) fn renounce(&self, is_refused: &dyn Fn(&str) -> bool) {
        #[cfg(feature = "_net")]
        self.cache.renounce(is_refused);
        #[cfg(not(feature = "_net"))]
        let _ = is_refused;
    }

    /// A file may have changed.
    pub(super) fn hint(&self, _path: &Path) {
        self.order(|orders| orders.hinted = true);
    }

    fn order(&self, say: impl FnOnce(&mut Orders)) {
        say(&mut self.orders());
        self.wake.notify_all();
    }

    /// Blocks that long, or until it is to stop, which it tells.
    pub(super) fn stops_within(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let mut orders = self.orders();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if orders.stop || left.is_zero() {
                return orders.stop;
            }
            let woken = self.wake.wait_timeout(orders, left);
            orders = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What there is to do; none to stop. Blocks that long at most, if nothing is said before.
    fn next(&self, timeout: Duration) -> Option<Orders> {
        let mut orders = self.orders();
        if !orders.is_any() {
            let woken = self.wake.wait_timeout(orders, timeout);
            orders = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        (!orders.stop).then(|| std::mem::take(&mut *orders))
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Orders {
    const fn is_any(&self) -> bool {
        self.stop || self.invalidated || self.hinted || !self.waiting.0.is_empty()
    }
}

impl Waiting {
    fn told(&self, outcome: &Refreshed) {
        for mailbox in &self.0 {
            unharmed(|| mailbox.put(|_| outcome.clone()));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.iter().for_each(|mailbox| unharmed(|| mailbox.close()));
    }
}

impl<T: Secrets + Send + Sync> Engine<T> {
    pub(super) fn new(
        core: Arc<Core>,
        cell: Arc<Cell<T>>,
        refresher: Refresher<T>,
        watch: Watch,
    ) -> Self {
        let asked_all = Moment::now();
        Self { core, cell, refresher, watch, told: State::Fresh, began: None, asked_all }
    }

    /// Starts the thread.
    pub(super) fn start(self) -> Result<Handle, Error> {
        let core = Arc::clone(&self.core);
        let thread = std::thread::Builder::new().name("config-core live".to_owned());
        let without = |_| {
            let message = "the operating system gave no thread to refresh the settings on";
            general(ProblemKind::Unreachable, message)
        };
        let thread = thread.spawn(move || self.run()).map_err(without)?;
        let _ = core.thread.set(thread.thread().id());
        let mut handle = Handle { core, thread: Mutex::new(Some(thread)), overdue: None };
        handle.overdue = overdue::start(&handle.core).map_err(without)?;
        Ok(handle)
    }

    fn run(mut self) {
        let ending = Ending(Arc::clone(&self.core));
        unharmed(trace::started);
        while let Some(orders) = ending.0.next(self.pause()) {
            let cause = self.cause(&orders);
            match cause {
                Some(cause) => self.turn(cause, orders.waiting),
                None => debug_assert!(orders.waiting.0.is_empty()),
            }
            overwrite_stack();
            // After the try that may be due: a machine that slept gets one before anything is too old.
            self.look_at_state();
        }
    }

    /// How long to sleep: until something is due.
    fn pause(&self) -> Duration {
        let now = Moment::now();
        let status = self.core.status();
        let next = status.schedule.next().saturating_duration_since(now);
        let unseen = self.refresher.is_unseen().then_some(Duration::ZERO);
        let limits = [Some(LONGEST_SLEEP), unseen, status.until_expired(now)];
        limits.into_iter().flatten().fold(next, Duration::min)
    }

    /// Why to refresh now, if there is a reason.
    fn cause(&mut self, orders: &Orders) -> Option<Cause> {
        if !orders.waiting.0.is_empty() {
            return Some(Cause::Asked);
        }
        if orders.invalidated {
            return Some(Cause::Invalidated);
        }
        let now = Moment::now();
        if self.core.status().schedule.next() <= now {
            let is_due = self.refresher.due().is_some_and(|due| due <= now);
            return Some(if is_due { Cause::Lease } else { Cause::Scheduled });
        }
        let may_have_changed = orders.hinted || self.refresher.is_unseen();
        (may_have_changed && self.refresher.has_changed(&self.watch)).then_some(Cause::Changed)
    }

    /// One refresh, from beginning to end, and everybody told of it.
    fn turn(&mut self, cause: Cause, waiting: Waiting) {
        let began = Moment::now();
        let failures = {
            let mut status = self.core.status();
            status.running = Some(began);
            status.schedule.failures()
        };
        let is_first_try = cause == Cause::Scheduled && failures == 0;
        if cause == Cause::Asked || is_first_try || self.is_time_to_ask_all(began) {
            self.asked_all = began;
            self.core.keeper.forget_answers();
            #[cfg(feature = "_net")]
            self.core.cache.expire();
        }
        // A try again is made for the reason of the first.
        let cause = match (cause, self.began) {
            (Cause::Scheduled, Some(began)) => began,
            _ => cause,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| self.refreshed(cause)));
        let outcome = outcome.unwrap_or_else(|payload| {
            // Its words may hold a value, and its destructor may panic in its turn.
            std::mem::forget(payload);
            // Which value it was of is not known, and each may be another by the next try.
            #[cfg(feature = "_net")]
            self.core.cache.expire();
            let message =
                "a validator, a parser or a source panicked while the settings were refreshed";
            let error = general(ProblemKind::Refused, message);
            unharmed(|| drop(trace::failed(error.clone())));
            Err(error)
        });
        if let Err(error) = &outcome
            && error.iter().any(|problem| !problem.kind().is_of_a_source())
        {
            // What a value is refused for may be mended where it comes from, which the next try then sees.
            self.core.keeper.forget_answers();
        }
        unharmed(|| self.note(cause, &outcome));
        if let Ok(Some(change)) = &outcome {
            let order: Vec<&'static str> =
                T::schema().leaves().iter().map(crate::schema::Leaf::path).collect();
            unharmed(|| self.core.feed.publish(change, &order));
        }
        if matches!(&outcome, Ok(Some(_))) {
            unharmed(|| self.core.pools.swapped());
        }
        waiting.told(&outcome);
    }

    fn is_time_to_ask_all(&self, now: Moment) -> bool {
        now.saturating_duration_since(self.asked_all) >= self.refresher.ttl()
    }

    fn refreshed(&mut self, cause: Cause) -> Refreshed {
        let next = self.refresher.load(&self.watch, &self.core)?;
        let from = self.cell.number();
        let to = match next.settings {
            Some(settings) => self.cell.swap(settings),
            None => from,
        };
        let (fields, restart_only) = (next.fields, next.restart_only);
        let is_change = to != from || !restart_only.is_empty();
        Ok(is_change.then_some(Change { from, to, fields, restart_only, cause }))
    }

    /// Writes down how it went, and when to try again.
    fn note(&mut self, cause: Cause, outcome: &Refreshed) {
        let now = Moment::now();
        let generation = self.cell.number();
        let mut status = self.core.status();
        status.running = None;
        status.refreshes += 1;
        status.events_work = self.watch.events_work();
        match outcome {
            Ok(change) => {
                status.good_until = self.refresher.good_until();
                if let Some(trouble) = self.refresher.trouble() {
                    self.began.get_or_insert(cause);
                    status.failures += 1;
                    status.neglects(trouble, self.refresher.retry_after(), now);
                    let next = status.schedule.next().saturating_duration_since(now);
                    let failures = status.schedule.failures();
                    drop(status);
                    trace::refreshed(generation, change.as_ref(), cause);
                    trace::neglected(failures, next, &trouble.why);
                    return;
                }
                self.began = None;
                status.last_failure = None;
                status.schedule.succeeded(now, self.refresher.next_due(now), &mut fastrand::f64);
                status.schedule.rests_on(self.refresher.oldest());
                drop(status);
                trace::refreshed(generation, change.as_ref(), cause);
            }
            Err(error) => {
                self.began.get_or_insert(cause);
                status.failures += 1;
                status.last_failure = Some(status::words(error));
                let wait = self.refresher.retry_after();
                // What the settings hold may have been prolonged all the same.
                status.good_until = self.refresher.good_until();
                let until = status.good_until;
                status.schedule.failed(now, wait, until, &mut fastrand::f64);
                let next = status.schedule.next().saturating_duration_since(now);
                let (age, failures) = (status.schedule.age(now), status.schedule.failures());
                drop(status);
                trace::refresh_failed(generation, age, failures, next, cause);
            }
        }
    }

    /// Tells of a state that is another than before, and does what the program said of settings that are too old.
    fn look_at_state(&mut self) {
        let now = Moment::now();
        let status = self.core.status();
        let (state, age) = (status.state(now), status.schedule.age(now));
        drop(status);
        if state != self.told {
            self.told = state;
            unharmed(|| trace::state(state, age));
        }
        self.core.end_if_too_old();
    }
}

/// Tells those who wait that nothing comes any more, however the thread ends.
struct Ending(Arc<Core>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut orders = self.0.orders();
        orders.stop = true;
        let waiting = std::mem::take(&mut orders.waiting);
        drop(orders);
        drop(waiting);
        self.0.status().is_over = true;
        unharmed(|| self.0.feed.close());
    }
}

impl Handle {
    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.core.order(|orders| orders.stop = true);
        unharmed(|| self.core.feed.close());
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let overdue = self.overdue.take();
        let Some(thread) = thread else { return };
        if thread.thread().id() == std::thread::current().id() {
            return;
        }
        drop(overdue.map(JoinHandle::join));
        // A file on a mount that is gone, or code of the program, may hold it; it ends as soon as that lets go of it.
        let patience = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < patience {
            std::thread::sleep(Duration::from_micros(100));
        }
        if thread.is_finished() {
            drop(thread.join());
        }
    }
}

/// Runs what may be code of others; the thread survives its panic.
pub(super) fn unharmed(run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        std::mem::forget(payload);
    }
}

/// Overwrites what a refresh left on the stack of its thread, which sleeps then and would keep it: words of a value that
/// was compared or decoded.
#[inline(never)]
fn overwrite_stack() {
    const WORDS: usize = 16 * 1024;
    [0_u64; WORDS].zeroize();
}

/// The failure of a refresh that is of no field.
pub(super) fn general(kind: ProblemKind, message: &'static str) -> Error {
    Error::new(vec![Problem::general("refresh", kind, message)], Vec::new(), None)
}
