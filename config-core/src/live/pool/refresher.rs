//! One refresh for however many connections were refused together, again with growing pauses where it brings nothing new.
//!
//! On a thread of its own, which is there only while somebody waits: no runtime is needed, and none is held up.

use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After all that patience brought nothing that a server accepts, nobody asks for this long, twice as long after each
/// further time.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// What is lent is renounced once, then after this long, twice as long after each further time: where another is refused
/// as well, the fault may not be the credential's, and a store makes a user for each.
const FIRST_TERM: Duration = Duration::from_secs(15);
const LONGEST_TERM: Duration = Duration::from_secs(600);

#[derive(Debug)]
pub(crate) struct Refresher {
    /// How long one goes on asking.
    patience: Duration,
    state: Mutex<State>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    flying: bool,
    flights: u64,
    /// What the last one found.
    found: Option<Found>,
    landed: Option<Instant>,
    spell: Spell,
    wakers: Vec<Waker>,
    closed: bool,
}

/// The time since a server last accepted a credential for the first time, as far as connections are refused in it.
#[derive(Debug, Default)]
struct Spell {
    /// When the first flight of it began, and how often it was looked since.
    began: Option<Instant>,
    looks: u32,
    fruitless: u32,
    rest_until: Option<Instant>,
    renounced: u32,
    renounce_from: Option<Instant>,
}

/// What one try in a flight found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Something newer.
    News,
    /// Nothing newer, but what was refused may be accepted soon.
    Again,
    /// Nothing newer, or no answer.
    Nothing,
    /// There is nobody left to tell.
    Gone,
}

/// How a try asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The sources.
    Anew,
    /// The same, also for another of what was lent and is good still.
    Instead,
}

impl Refresher {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, state: Mutex::default(), closed: Condvar::new() }
    }

    /// Waits for the end of the flight that is under way, or of one begun now, and gives what it found; none while the
    /// last one's rest goes on. `look` refreshes and says what it found; it is called on a thread, at least once, and
    /// again until it finds something or `time` is over.
    pub(crate) async fn fly(
        self: &Arc<Self>,
        time: Duration,
        look: impl FnMut(Ask) -> Found + Send + 'static,
    ) -> Option<Found> {
        let flight = self.board(time, look)?;
        poll_fn(|context| {
            let mut state = self.state();
            if state.flights != flight || state.closed {
                return Poll::Ready(state.found.filter(|_| !state.closed));
            }
            state.wakers.retain(|waker| !waker.will_wake(context.waker()));
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// A server has accepted a credential that none had accepted before.
    pub(crate) fn accepted(&self) {
        self.state().spell = Spell::default();
    }

    /// Ends what is under way; for good.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.closed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The number of the flight to wait for.
    fn board(
        self: &Arc<Self>,
        time: Duration,
        look: impl FnMut(Ask) -> Found + Send + 'static,
    ) -> Option<u64> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        if !state.flying {
            let now = Instant::now();
            if state.spell.rest_until.is_some_and(|until| now < until) {
                return None;
            }
            let this = Arc::clone(self);
            let thread = std::thread::Builder::new().name("config-core pool".into());
            thread.spawn(move || this.run(time, look)).ok()?;
            state.flying = true;
            let is_long_ago = |at: Instant| now.duration_since(at) > LONGEST_REST + self.patience;
            if state.landed.is_some_and(is_long_ago) {
                (state.spell.began, state.spell.looks, state.spell.fruitless) = (None, 0, 0);
            }
            state.spell.began.get_or_insert(now);
        }
        Some(state.flights)
    }

    fn run(&self, time: Duration, mut look: impl FnMut(Ask) -> Found) {
        // However the flight ends, those who wait are told.
        let mut landing = Landing { refresher: self, found: Found::Nothing };
        let end = Instant::now() + time;
        let mut is_first = true;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let pause = self.state().spell.pause();
            if self.sleep(pause.min(left)) {
                return;
            }
            let ask = self.state().spell.next(is_first);
            landing.found = look(ask);
            if landing.found != Found::Nothing || Instant::now() >= end {
                return;
            }
            is_first = false;
        }
    }

    /// True where it was closed meanwhile.
    fn sleep(&self, pause: Duration) -> bool {
        let (state, _) = self
            .closed
            .wait_timeout_while(self.state(), pause, |state| !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        state.closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spell {
    /// Before the next look.
    fn pause(&self) -> Duration {
        match self.looks {
            0 => Duration::ZERO,
            looks => (FIRST_PAUSE * 2_u32.pow((looks - 1).min(8))).min(LONGEST_PAUSE),
        }
    }

    fn next(&mut self, is_first: bool) -> Ask {
        self.looks = self.looks.saturating_add(1);
        let now = Instant::now();
        if !is_first || self.renounce_from.is_some_and(|from| now < from) {
            return Ask::Anew;
        }
        let term = (FIRST_TERM * 2_u32.pow(self.renounced.min(8))).min(LONGEST_TERM);
        self.renounced = self.renounced.saturating_add(1);
        self.renounce_from = Some(now + term);
        Ask::Instead
    }

    fn rest(&mut self, now: Instant) {
        let rest = (FIRST_REST * 2_u32.pow(self.fruitless.min(8))).min(LONGEST_REST);
        self.fruitless = self.fruitless.saturating_add(1);
        self.rest_until = Some(now + rest);
        (self.began, self.looks) = (None, 0);
    }
}

struct Landing<'a> {
    refresher: &'a Refresher,
    found: Found,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.refresher.state();
        state.flying = false;
        state.flights += 1;
        state.found = Some(self.found);
        state.landed = Some(now);
        let is_over =
            |began: Instant| now.saturating_duration_since(began) >= self.refresher.patience;
        if self.found == Found::Nothing || state.spell.began.is_some_and(is_over) {
            state.spell.rest(now);
        }
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}
