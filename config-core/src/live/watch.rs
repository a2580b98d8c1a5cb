//! Notices that something in a set of paths may have changed: by events, and by looking again and again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::events::Events;
use super::stamps::Stamps;

/// How long nothing has to happen until a change is told, so that one of many steps is told once.
const QUIET: Duration = Duration::from_millis(50);

/// How long a change is held back at most, where things happen all the time.
const HELD_BACK: Duration = Duration::from_millis(200);

/// The shortest time between two looks.
const LEAST_POLL: Duration = Duration::from_millis(10);

/// Follows a set of paths on a thread of its own, which is there from the first path on.
///
/// All of the thread's looks at paths may block for as long as a network file system hangs; changes are not noticed
/// until then. Nobody who calls it waits for that thread, and it ends by itself once this is dropped. Only
/// [`stamps`](Self::stamps) looks on the caller's own thread, which reads the same files.
pub(crate) struct Watch(Arc<Shared>);

struct Shared {
    poll: Duration,
    events: bool,
    hint: Box<dyn Fn(&Path) + Send + Sync>,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    paths: Arc<[PathBuf]>,
    /// The paths are new, and not watched yet.
    are_new: bool,
    seen: Option<Seen>,
    burst: Option<Burst>,
    events_work: bool,
    has_thread: bool,
    ends: bool,
}

/// What the paths looked like when a load began, or a change was told.
struct Seen {
    stamps: Stamps,
    /// When to have everything loaded once more, since until then something may have changed that does not show.
    again: Option<Instant>,
}

/// Events in quick succession.
struct Burst {
    /// Where the first happened; none where that is not known.
    path: Option<PathBuf>,
    first: Instant,
    last: Instant,
}

/// What the thread has to do next.
enum Task {
    Follow,
    Tell(Option<PathBuf>),
    Look,
    End,
}

impl Watch {
    /// Calls `hint` with a path from a thread of its own, soon after something in the followed paths may have changed:
    /// events tell of it within 250 ms, a look every `poll`. Without `events` there are looks only.
    ///
    /// No lock is held while the hint runs; nothing is told meanwhile, and a panic in it goes no further.
    pub(crate) fn new(
        poll: Duration,
        events: bool,
        hint: impl Fn(&Path) + Send + Sync + 'static,
    ) -> Self {
        let (poll, hint) = (poll.max(LEAST_POLL), Box::new(hint));
        Self(Arc::new(Shared { poll, events, hint, state: Mutex::default(), wake: Condvar::new() }))
    }

    /// Follows these paths from now on instead of all others.
    ///
    /// What changed before the first [`stamps`](Self::stamps) of a new set is not told: they differ from those of any
    /// other set, so that whoever compares those before a load with those after it loads again.
    pub(crate) fn follow(&self, paths: &[PathBuf]) {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        paths.dedup();
        let mut state = self.0.state();
        if *state.paths != *paths {
            state.paths = paths.into();
            state.are_new = true;
            state.seen = None;
        }
        if !state.has_thread && !state.paths.is_empty() {
            state.are_new = true;
            let shared = Arc::clone(&self.0);
            let thread = thread::Builder::new().name("config-core watch".to_owned());
            // Where the system gives no thread, the next load asks for one again.
            state.has_thread = thread.spawn(move || shared.run()).is_ok();
        }
        self.0.wake.notify_all();
    }

    /// What the paths look like now. From now on the thread tells where they look otherwise: so this is for whoever
    /// is about to load them, or just has.
    pub(crate) fn stamps(&self) -> Stamps {
        let paths = Arc::clone(&self.0.state().paths);
        let stamps = Stamps::of(&paths);
        let mut state = self.0.state();
        if Arc::ptr_eq(&paths, &state.paths) {
            state.see(stamps.clone());
            self.0.wake.notify_all();
        }
        stamps
    }

    /// Whether events tell of all changes; else, or where it was told to do without them, it takes up to a whole poll
    /// interval. On a network file system events tell only of what happens on this machine, and nobody can know.
    pub(crate) fn events_work(&self) -> bool {
        self.0.state().events_work
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.state().ends = true;
        self.0.wake.notify_all();
    }
}

impl State {
    /// Remembers what was seen, and when to look again, unless it was seen before.
    fn see(&mut self, stamps: Stamps) {
        if self.seen.as_ref().is_some_and(|seen| seen.stamps == stamps) {
            return;
        }
        let again = stamps.settle_in(SystemTime::now()).map(|wait| Instant::now() + wait);
        self.seen = Some(Seen { stamps, again });
    }

    /// What to do now, or when there may be something next; none where somebody has to say so.
    fn task(&mut self, next_look: Option<Instant>) -> Result<Task, Option<Instant>> {
        if self.ends {
            return Ok(Task::End);
        }
        if std::mem::take(&mut self.are_new) {
            return Ok(Task::Follow);
        }
        let now = Instant::now();
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let told = self.burst.as_ref().map(Burst::due);
        if due(told) {
            return Ok(Task::Tell(self.burst.take().and_then(|burst| burst.path)));
        }
        let again = self.seen.as_mut().map(|seen| &mut seen.again);
        if let Some(again) = again
            && due(*again)
        {
            *again = None;
            return Ok(Task::Tell(None));
        }
        let next_look = next_look.filter(|_| !self.paths.is_empty());
        if due(next_look) {
            return Ok(Task::Look);
        }
        let again = self.seen.as_ref().and_then(|seen| seen.again);
        Err([told, again, next_look].into_iter().flatten().min())
    }
}

impl Burst {
    fn due(&self) -> Instant {
        (self.last + QUIET).min(self.first + HELD_BACK)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread, until there is nobody who could be told.
    fn run(self: Arc<Self>) {
        let mut events = self.events.then(|| {
            let shared = Arc::downgrade(&self);
            Events::new(Arc::new(move |path: Option<&Path>| Self::happened(&shared, path)))
        });
        let mut next_look = Instant::now().checked_add(self.poll);
        loop {
            match self.next(next_look) {
                Task::End => return,
                Task::Follow => {
                    self.watch(&mut events);
                    self.look(&mut events);
                }
                Task::Tell(path) => {
                    // Before it is told: what happens after the load that follows is then seen.
                    self.watch(&mut events);
                    self.tell(path.as_deref());
                }
                Task::Look => {
                    if !self.state().events_work {
                        self.watch(&mut events);
                    }
                    self.look(&mut events);
                    next_look = Instant::now().checked_add(self.poll);
                }
            }
        }
    }

    /// Waits until there is something to do.
    fn next(&self, next_look: Option<Instant>) -> Task {
        let mut state = self.state();
        loop {
            state = match state.task(next_look) {
                Ok(task) => return task,
                Err(None) => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
                Err(Some(until)) => {
                    let wait = until.saturating_duration_since(Instant::now());
                    let woken = self.wake.wait_timeout(state, wait);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Has events told of what there is to be watched now.
    fn watch(&self, events: &mut Option<Events>) {
        let Some(events) = events else { return };
        let paths = Arc::clone(&self.state().paths);
        let events_work = events.watch(&paths);
        self.state().events_work = events_work;
    }

    /// Compares what the paths look like with what was seen last.
    fn look(&self, events: &mut Option<Events>) {
        let (paths, before) = {
            let state = self.state();
            let before = state.seen.as_ref().map(|seen| seen.stamps.clone());
            (Arc::clone(&state.paths), before)
        };
        let now = Stamps::of(&paths);
        {
            let mut state = self.state();
            let seen = state.seen.as_ref().map(|seen| &seen.stamps);
            let is_last = match (seen, &before) {
                (Some(seen), Some(before)) => seen.is_same(before),
                (seen, before) => seen.is_none() && before.is_none(),
            };
            if !is_last || !Arc::ptr_eq(&paths, &state.paths) {
                // Somebody else has looked in the meantime, and knows more.
                return;
            }
            state.see(now.clone());
        }
        if let Some(path) = before.and_then(|before| now.difference(&before).map(Path::to_owned)) {
            self.watch(events);
            self.tell(Some(&path));
        }
    }

    /// Tells that something may have changed, here or wherever.
    fn tell(&self, path: Option<&Path>) {
        let paths = Arc::clone(&self.state().paths);
        let Some(path) = path.or_else(|| paths.first().map(PathBuf::as_path)) else { return };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (self.hint)(path))) {
            // What it panicked with may panic in its turn when it is dropped.
            std::mem::forget(panic);
        }
    }

    /// An event. Runs on a thread of the events.
    fn happened(shared: &Weak<Self>, path: Option<&Path>) {
        let Some(shared) = shared.upgrade() else { return };
        let now = Instant::now();
        let mut state = shared.state();
        if let Some(burst) = &mut state.burst {
            // It only becomes due later, which the thread sees by itself.
            burst.last = now;
            return;
        }
        state.burst = Some(Burst { path: path.map(Path::to_owned), first: now, last: now });
        drop(state);
        shared.wake.notify_all();
    }
}

#[cfg(all(test, unix))]
mod tests;
