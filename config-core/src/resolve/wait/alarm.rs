//! What wakes a task at the deadline, without an async runtime.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// Wakes the load at its deadline; its thread starts only if somebody really has to wait, and ends with the load.
pub(super) struct Alarm {
    /// None where it lies beyond what the clock can say.
    at: Option<Instant>,
    shared: Arc<(Mutex<AlarmState>, Condvar)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct AlarmState {
    waker: Option<Waker>,
    stopped: bool,
}

impl Alarm {
    pub(super) fn new(at: Option<Instant>) -> Self {
        Self { at, shared: Arc::default(), thread: None }
    }

    pub(super) fn has_rung(&mut self, waker: &Waker) -> bool {
        let Some(at) = self.at else { return false };
        if Instant::now() >= at {
            return true;
        }
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).waker = Some(waker.clone());
        if self.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            self.thread = Some(std::thread::spawn(move || ring(&shared, at)));
        }
        false
    }
}

fn ring(shared: &(Mutex<AlarmState>, Condvar), at: Instant) {
    let (state, stop) = shared;
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    while !state.stopped {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
            return;
        }
        state = stop.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
