//! One refresh for however many connections were refused together, again with growing pauses where it brings nothing new.
//!
//! On a thread of its own, which is there only while somebody waits: no runtime is needed, and none is held up.

use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After a flight that brought nothing, none is begun for this long, twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Refresher {
    state: Mutex<State>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    flying: bool,
    flights: u64,
    fruitless: u32,
    rest_until: Option<Instant>,
    wakers: Vec<Waker>,
    closed: bool,
}

/// What one try in a flight found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Something newer.
    News,
    /// Nothing newer, or no answer.
    Nothing,
    /// There is nobody left to tell.
    Gone,
}

impl Refresher {
    /// Waits for the end of the flight that is under way, or of one begun now. `look` refreshes and says what it found;
    /// it is called on a thread, at least once, and again until it finds something or `patience` is over.
    pub(crate) async fn fly(
        self: &Arc<Self>,
        patience: Duration,
        look: impl FnMut() -> Found + Send + 'static,
    ) {
        let Some(flight) = self.board(patience, look) else {
            return;
        };
        poll_fn(|context| {
            let mut state = self.state();
            if state.flights != flight || state.closed {
                return Poll::Ready(());
            }
            state.wakers.retain(|waker| !waker.will_wake(context.waker()));
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
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

    /// The number of the flight to wait for; none while the last one's rest goes on.
    fn board(
        self: &Arc<Self>,
        patience: Duration,
        look: impl FnMut() -> Found + Send + 'static,
    ) -> Option<u64> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        if !state.flying {
            if state.rest_until.is_some_and(|until| Instant::now() < until) {
                return None;
            }
            let this = Arc::clone(self);
            let thread = std::thread::Builder::new().name("config-core pool".into());
            thread.spawn(move || this.run(patience, look)).ok()?;
            state.flying = true;
        }
        Some(state.flights)
    }

    fn run(&self, patience: Duration, mut look: impl FnMut() -> Found) {
        // However the flight ends, those who wait are told.
        let mut landing = Landing { refresher: self, found: Found::Nothing };
        let end = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        loop {
            landing.found = look();
            let left = end.saturating_duration_since(Instant::now());
            if landing.found != Found::Nothing || left.is_zero() || self.sleep(pause.min(left)) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
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

struct Landing<'a> {
    refresher: &'a Refresher,
    found: Found,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let mut state = self.refresher.state();
        state.flying = false;
        state.flights += 1;
        if self.found == Found::News {
            state.fruitless = 0;
            state.rest_until = None;
        } else {
            let rest = (FIRST_REST * 2_u32.pow(state.fruitless.min(8))).min(LONGEST_REST);
            state.fruitless += 1;
            state.rest_until = Some(Instant::now() + rest);
        }
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}
