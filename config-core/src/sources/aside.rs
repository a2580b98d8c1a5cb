//! Work that blocks, on threads of its own: whoever waits for it waits as a future and is not held up.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::source::{Call, Failure, FailureKind, Wanted};

/// How many pieces of work are under way at once.
const PARALLEL: usize = 16;

/// How long work may take where the load waits as long as it likes.
const UNTOLD: Duration = Duration::from_secs(10);

/// The results of several pieces of work, in their order. Dropped before, it has the work give up.
pub(crate) struct Aside<J, T>(Arc<Shared<J, T>>);

struct Shared<J, T> {
    state: Mutex<State<J, T>>,
    given_up: AtomicBool,
}

struct State<J, T> {
    jobs: VecDeque<(usize, J)>,
    results: Vec<Option<Result<T, Failure>>>,
    waker: Option<Waker>,
}

/// Until when work may go on.
pub(crate) struct Patience<'a> {
    pub(crate) until: Instant,
    given_up: &'a AtomicBool,
}

impl Patience<'_> {
    /// Whether nobody waits for the result any more.
    pub(crate) fn is_over(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) || Instant::now() >= self.until
    }
}

/// Does all of the work, several pieces at a time, a little longer than the load waits at most.
pub(crate) fn each<J: Send + 'static, T: Send + 'static>(
    jobs: Vec<J>,
    wanted: &Wanted<'_>,
    work: fn(J, &Patience<'_>) -> Result<T, Failure>,
) -> Aside<J, T> {
    let threads = jobs.len().min(PARALLEL);
    let results = jobs.iter().map(|_| None).collect();
    let jobs = jobs.into_iter().enumerate().collect();
    let state = Mutex::new(State { jobs, results, waker: None });
    let shared = Arc::new(Shared { state, given_up: AtomicBool::new(false) });
    let until = until(wanted.until());
    let started = (0..threads).filter(|_| {
        let (shared, call) = (Arc::clone(&shared), wanted.call.clone());
        let thread = std::thread::Builder::new().name("config-core aside".to_owned());
        thread.spawn(move || shared.work(until, call, work)).is_ok()
    });
    if started.count() == 0 {
        let message = "the operating system gave no thread to ask it on";
        let failure = Failure::new(FailureKind::Unreachable, message);
        shared.state().results.fill_with(|| Some(Err(failure.clone())));
    }
    Aside(shared)
}

impl<J, T> Shared<J, T> {
    fn state(&self) -> MutexGuard<'_, State<J, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(
        &self,
        until: Instant,
        mut call: Option<Arc<Call>>,
        work: fn(J, &Patience<'_>) -> Result<T, Failure>,
    ) {
        loop {
            let Some((index, job)) = self.state().jobs.pop_front() else { return };
            let patience = Patience { until, given_up: &self.given_up };
            let result = catch_unwind(AssertUnwindSafe(|| work(job, &patience)));
            let waker = {
                let mut state = self.state();
                state.results[index] = Some(result.unwrap_or_else(|_| Err(Failure::panicked())));
                if state.jobs.is_empty() {
                    // Before the result is seen: whoever has it may ask again at once.
                    drop(call.take());
                }
                state.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl<J, T> Future for Aside<J, T> {
    type Output = Vec<Result<T, Failure>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.state();
        if state.results.iter().any(Option::is_none) {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut state.results).into_iter().flatten().collect())
    }
}

impl<J, T> Drop for Aside<J, T> {
    fn drop(&mut self) {
        self.0.given_up.store(true, Ordering::Relaxed);
        self.0.state().jobs.clear();
    }
}

/// A little before the load stops waiting, so that what is late is told apart from what is there.
fn until(load: Option<Instant>) -> Instant {
    let now = Instant::now();
    let load = load.unwrap_or(now + UNTOLD);
    let left = load.saturating_duration_since(now);
    load.checked_sub((left / 10).min(Duration::from_millis(500))).unwrap_or(load)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::{PARALLEL, each};
    use crate::park::wait;
    use crate::source::{FailureKind, Wanted};

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let jobs: Vec<u64> = (0..PARALLEL as u64 * 3).rev().collect();
        let results = wait(each(jobs.clone(), &Wanted::of(&[]), |job, _| {
            std::thread::sleep(Duration::from_micros(job * 100));
            Ok(job)
        }));
        assert_eq!(results.into_iter().map(Result::unwrap).collect::<Vec<_>>(), jobs);
    }

    #[test]
    fn no_work_is_done_at_once() {
        assert!(wait(each(Vec::<()>::new(), &Wanted::of(&[]), |(), _| Ok(()))).is_empty());
    }

    #[test]
    fn work_that_panics_has_failed_and_the_rest_has_not() {
        let results = wait(each(vec![0, 1], &Wanted::of(&[]), |job, _| match job {
            0 => panic!("on purpose"),
            other => Ok(other),
        }));
        assert_eq!(results[0].as_ref().unwrap_err().kind(), FailureKind::Unreachable);
        assert_eq!(results[1], Ok(1));
    }

    #[test]
    fn work_that_nobody_waits_for_is_told_so_and_the_rest_is_not_begun() {
        static BEGUN: AtomicUsize = AtomicUsize::new(0);
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let aside = each(vec![(); PARALLEL * 2], &Wanted::of(&[]), |(), patience| {
            BEGUN.fetch_add(1, Ordering::SeqCst);
            while !patience.is_over() {
                std::thread::sleep(Duration::from_millis(1));
            }
            TOLD.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        while BEGUN.load(Ordering::SeqCst) < PARALLEL {
            std::thread::yield_now();
        }
        drop(aside);
        let end = Instant::now() + Duration::from_secs(10);
        while TOLD.load(Ordering::SeqCst) < PARALLEL && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(TOLD.load(Ordering::SeqCst), PARALLEL);
        assert_eq!(BEGUN.load(Ordering::SeqCst), PARALLEL);
    }
}
