//! Waiting for a future on a thread that is in no async runtime.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

struct Parker(Thread);

/// Blocks the thread until the future is done, or until then; none where it is not done by then.
pub(crate) fn wait_until<T>(future: impl Future<Output = T>, until: Option<Instant>) -> Option<T> {
    let waker = Waker::from(Arc::new(Parker(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            None => std::thread::park(),
            Some(left) if left.is_zero() => return None,
            Some(left) => std::thread::park_timeout(left),
        }
    }
}

/// Blocks the thread until the future is done.
#[cfg(any(test, feature = "_net"))]
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    wait_until(future, None).unwrap_or_else(|| unreachable!("it is waited for without end"))
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::task::Poll;
    use std::time::{Duration, Instant};

    use super::{wait, wait_until};

    #[test]
    fn a_future_that_is_woken_from_another_thread_is_waited_for() {
        let mut is_first = true;
        let value = wait(poll_fn(|context| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(7);
            }
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake());
            Poll::Pending
        }));
        assert_eq!(value, 7);
    }

    #[test]
    fn what_is_not_done_in_time_is_given_up() {
        let until = Instant::now() + Duration::from_millis(20);
        assert_eq!(wait_until(pending::<()>(), Some(until)), None);
        assert!(Instant::now() >= until);
    }
}
