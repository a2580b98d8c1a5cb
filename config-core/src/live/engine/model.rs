//! Every order in which the thread, whoever asks it and whoever ends it can meet, tried by loom. Run by tests/loom.sh.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use super::{Core, Ending, Orders};
use crate::clock::Moment;
use crate::live::builder::WhenExpired;
use crate::live::cell::model::explore;
use crate::live::mailbox::model::awaited;
use crate::live::schedule::{Schedule, Terms};
use crate::live::status::Status;
use crate::resolve::Keeper;

/// Longer than any order takes: who is not woken waits without end.
const LONG: Duration = Duration::from_secs(3600);

fn core() -> Arc<Core> {
    let terms = Terms { ttl: LONG, max_stale: LONG };
    let schedule = Schedule::new(terms, Moment::START, &mut || 0.5);
    let status = Status::new(schedule, LONG, WhenExpired::Serve, LONG);
    Arc::new(Core::new(status, Arc::new(Keeper::new(LONG))))
}

/// Tells those who wait what came of a refresh.
fn tell(orders: Orders) {
    orders.waiting.iter().for_each(|mailbox| mailbox.put(|_| Ok(None)));
}

/// The thread without its refreshes; how often files were hinted at.
fn engine(core: &Arc<Core>) -> thread::JoinHandle<usize> {
    let core = Arc::clone(core);
    thread::spawn(move || {
        let ending = Ending(core);
        let mut hints = 0;
        while let Some(orders) = ending.0.next(LONG) {
            hints += usize::from(orders.hinted);
            tell(orders);
        }
        hints
    })
}

#[test]
fn whoever_asks_is_told_also_where_the_thread_ends_meanwhile() {
    explore("asked while it ends", Some(3), || {
        let core = core();
        let engine = engine(&core);
        let asking = Arc::clone(&core);
        let asked = thread::spawn(move || awaited(&asking.ask()).is_some());
        core.order(|orders| orders.stop = true);
        // Told of a refresh or of the end; who is told neither waits without end, which loom finds.
        let _ = asked.join().unwrap();
        assert_eq!(engine.join().unwrap(), 0);
        assert!(awaited(&core.ask()).is_none(), "the thread is gone");
    });
}

#[test]
fn whoever_asks_is_told_of_a_refresh_while_the_thread_lives() {
    explore("two who ask", Some(3), || {
        let core = core();
        let engine = engine(&core);
        let asking = Arc::clone(&core);
        let other = thread::spawn(move || asking.ask().wait(None).is_some());
        assert!(core.ask().wait(None).is_some());
        assert!(other.join().unwrap());
        core.order(|orders| orders.stop = true);
        engine.join().unwrap();
    });
}

#[test]
fn a_hint_is_not_lost_whatever_else_is_said() {
    explore("hinted and invalidated", Some(3), || {
        let core = core();
        let engine = engine(&core);
        let hinting = Arc::clone(&core);
        let hint = thread::spawn(move || hinting.hint(Path::new("a")));
        core.invalidate(&["a"]);
        hint.join().unwrap();
        // A refresh that begins after the hint.
        assert!(core.ask().wait(None).is_some());
        core.order(|orders| orders.stop = true);
        assert_eq!(engine.join().unwrap(), 1);
    });
}
