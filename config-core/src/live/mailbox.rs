//! One letter from the engine to one who waits for it, in an async runtime of any kind or in none.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

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
    pub(super) const fn new() -> Self {
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
        let mut contents = self.contents();
        match contents.mail.take() {
            None if !contents.is_closed => {
                contents.waker = Some(context.waker().clone());
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

    /// A waker is code of others: it runs under no lock.
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
