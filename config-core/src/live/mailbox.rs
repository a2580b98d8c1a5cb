//! One letter from the engine to one who waits for it, in an async runtime of any kind or in none.

use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::sync::{Condvar, Mutex, MutexGuard};

#[cfg(all(test, loom))]
pub(super) mod model;

pub(super) struct Mailbox<M> {
    contents: Mutex<Contents<M>>,
    came: Condvar,
}

struct Contents<M> {
    mail: Option<M>,
    is_closed: bool,
    waker: Option<Waker>,
}

impl<M> Mailbox<M> {
    pub(super) fn new() -> Self {
        let contents = Contents { mail: None, is_closed: false, waker: None };
        Self { contents: Mutex::new(contents), came: Condvar::new() }
    }

    /// Puts in what becomes of what is still there.
    pub(super) fn put(&self, merge: impl FnOnce(Option<M>) -> M) {
        let mut contents = self.contents();
        let mail = merge(contents.mail.take());
        contents.mail = Some(mail);
        self.tell(contents);
    }

    /// Nothing comes any more.
    pub(super) fn close(&self) {
        let mut contents = self.contents();
        contents.is_closed = true;
        self.tell(contents);
    }

    pub(super) fn take(&self) -> Option<M> {
        self.contents().mail.take()
    }

    /// None where the box is closed and empty.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Option<M>> {
        // A waker is code of others: it is made, run and dropped under no lock.
        let waker = context.waker().clone();
        let mut contents = self.contents();
        match contents.mail.take() {
            None if !contents.is_closed => {
                let before = contents.waker.replace(waker);
                drop(contents);
                drop(before);
                Poll::Pending
            }
            mail => Poll::Ready(mail),
        }
    }

    /// None where the box is closed and empty, or nothing came in that time.
    pub(super) fn wait(&self, timeout: Option<Duration>) -> Option<M> {
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut contents = self.contents();
        loop {
            if let Some(mail) = contents.mail.take() {
                return Some(mail);
            }
            if contents.is_closed {
                return None;
            }
            contents = match end {
                None => self.came.wait(contents).unwrap_or_else(PoisonError::into_inner),
                Some(end) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    let woken = self.came.wait_timeout(contents, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn tell(&self, mut contents: MutexGuard<'_, Contents<M>>) {
        let waker = contents.waker.take();
        drop(contents);
        self.came.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn contents(&self) -> MutexGuard<'_, Contents<M>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, mpsc};
    use std::task::{Context, Wake, Waker};
    use std::time::Duration;

    use super::Mailbox;

    /// A waker of a task that owns the last handle to live settings: its end closes the box.
    struct Last {
        mailbox: Arc<Mailbox<u8>>,
        dropped: Arc<AtomicU32>,
    }

    impl Wake for Last {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Last {
        fn drop(&mut self) {
            self.mailbox.close();
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_waker_whose_end_asks_the_box_waits_for_nothing() {
        let (done, over) = mpsc::channel();
        std::thread::spawn(move || {
            let mailbox = Arc::new(Mailbox::new());
            let dropped = Arc::new(AtomicU32::new(0));
            let last = Last { mailbox: Arc::clone(&mailbox), dropped: Arc::clone(&dropped) };
            let waker = Waker::from(Arc::new(last));
            assert!(mailbox.poll(&Context::from_waker(&waker)).is_pending());
            drop(waker);
            assert!(mailbox.poll(&Context::from_waker(Waker::noop())).is_pending());
            done.send(dropped.load(Ordering::Relaxed)).unwrap();
        });
        assert_eq!(over.recv_timeout(Duration::from_secs(30)), Ok(1));
    }
}
