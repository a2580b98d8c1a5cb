//! Every order in which a letter and whoever waits for it can meet, tried by loom. Run by tests/loom.sh.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use loom::thread;

use super::Mailbox;
use crate::live::cell::model::explore;
use crate::live::sync::{Condvar, Mutex, lock};

/// Who awaits on a thread.
struct Parked {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        *lock(&self.is_woken) = true;
        self.woken.notify_all();
    }
}

/// Waits as a task does: asks, and asks again once it was woken.
pub(in crate::live) fn awaited<M>(mailbox: &Mailbox<M>) -> Option<M> {
    let parked = Arc::new(Parked { is_woken: Mutex::new(false), woken: Condvar::new() });
    let waker = Waker::from(Arc::clone(&parked));
    loop {
        if let Poll::Ready(mail) = mailbox.poll(&Context::from_waker(&waker)) {
            return mail;
        }
        let mut is_woken = lock(&parked.is_woken);
        while !*is_woken {
            is_woken = parked.woken.wait(is_woken).unwrap();
        }
        *is_woken = false;
    }
}

#[test]
fn what_is_put_in_reaches_whoever_waits() {
    for (name, wait) in
        [("awaited", awaited as fn(&Mailbox<u32>) -> Option<u32>), ("blocked", |of| of.wait(None))]
    {
        explore(name, None, move || {
            let mailbox = Arc::new(Mailbox::new());
            let sent = Arc::clone(&mailbox);
            let sender = thread::spawn(move || {
                sent.put(|before| before.unwrap_or(0) + 1);
                sent.put(|before| before.unwrap_or(0) + 1);
            });
            let mut taken = 0;
            while taken < 2 {
                taken += wait(&mailbox).expect("nobody closes it");
            }
            sender.join().unwrap();
            assert_eq!((taken, mailbox.take()), (2, None), "each letter once");
        });
    }
}

#[test]
fn nobody_waits_at_a_box_that_is_closed_and_what_came_before_is_not_lost() {
    explore("closed", None, || {
        let mailbox = Arc::new(Mailbox::new());
        let closed = Arc::clone(&mailbox);
        let closer = thread::spawn(move || {
            closed.put(|_| 1);
            closed.close();
        });
        assert_eq!((awaited(&mailbox), awaited(&mailbox)), (Some(1), None));
        closer.join().unwrap();
    });
}
