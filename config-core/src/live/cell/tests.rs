//! What the cell promises to those who read it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::Cell;
use crate::live::{Holdings, LocalKey, Shared};

/// A type with a place of its own in each thread, as the derive declares it.
macro_rules! shared {
    ($settings:ident) => {
        impl Shared for $settings {
            fn holdings() -> Option<&'static LocalKey<Holdings<Self>>> {
                thread_local! {
                    static HOLDINGS: Holdings<$settings> = const { Holdings::new() };
                }
                Some(&HOLDINGS)
            }
        }
    };
}

/// All of it follows from one number.
struct Numbers {
    number: u64,
    squared: u64,
    text: String,
    rest: [u64; 16],
}

shared!(Numbers);

impl Numbers {
    fn new(number: u64) -> Self {
        let squared = number.wrapping_mul(number);
        Self { number, squared, text: number.to_string(), rest: [number; 16] }
    }

    /// The number, if nothing is of another one.
    fn whole(&self) -> u64 {
        let Numbers { number, squared, text, rest } = self;
        assert_eq!(*squared, number.wrapping_mul(*number), "torn");
        assert_eq!(text.parse(), Ok(*number), "torn");
        assert!(rest.iter().all(|part| part == number), "torn");
        *number
    }
}

/// Runs a function when it is dropped.
struct OnDrop(Option<Box<dyn FnOnce() + Send + Sync>>);

shared!(OnDrop);

impl OnDrop {
    fn new(run: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(run)))
    }

    fn nothing() -> Self {
        Self(None)
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

fn cell() -> Arc<Cell<Numbers>> {
    Arc::new(Cell::new(Numbers::new(1)))
}

fn on_another_thread<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(run).join().unwrap())
}

#[test]
fn generations_are_counted_from_one_and_number_and_settings_belong_together() {
    let cell = cell();
    assert_eq!((cell.number(), cell.current().0, cell.current().1.whole()), (1, 1, 1));
    assert_eq!(cell.swap(Numbers::new(20)), 2);
    assert_eq!((cell.number(), cell.current().0, cell.current().1.whole()), (2, 2, 20));
}

#[test]
fn every_way_to_read_shows_a_swap_of_another_thread_at_once() {
    let cell = cell();
    let mut reader = cell.reader();
    for number in 2..50 {
        assert_eq!(on_another_thread(|| cell.swap(Numbers::new(number))), number);
        assert_eq!(cell.with(Numbers::whole), number);
        assert_eq!(cell.snapshot().whole(), number);
        assert_eq!((reader.get().whole(), reader.generation()), (number, number));
    }
}

#[test]
fn a_snapshot_stays_as_it_is() {
    let cell = cell();
    let before = cell.snapshot();
    cell.swap(Numbers::new(2));
    assert_eq!((before.whole(), cell.snapshot().whole()), (1, 2));
}

#[test]
fn a_read_within_a_read_shows_the_generation_of_its_own_time() {
    let (cell, other) = (cell(), cell());
    for _ in 0..3 {
        let before = cell.number();
        cell.with(|outer| {
            assert_eq!((outer.whole(), cell.with(Numbers::whole)), (before, before));
            assert_eq!(cell.swap(Numbers::new(before + 1)), before + 1);
            assert_eq!(
                cell.with(|inner| (inner.whole(), cell.snapshot().whole())),
                (before + 1, before + 1)
            );
            assert_eq!(other.with(|_| cell.with(Numbers::whole)), before + 1);
            assert_eq!(outer.whole(), before);
        });
        assert_eq!(cell.with(Numbers::whole), before + 1);
    }
    assert_eq!(cell.alive(), [4]);
}

#[test]
fn a_panic_in_a_read_harms_nothing() {
    let cell = cell();
    for number in 2..5 {
        let panicked = catch_unwind(AssertUnwindSafe(|| cell.with(|_| panic!("in the middle"))));
        assert!(panicked.is_err());
        cell.swap(Numbers::new(number));
        assert_eq!((cell.with(Numbers::whole), cell.alive()), (number, vec![number]));
    }
}

#[test]
fn cells_of_one_type_are_told_apart_also_where_one_takes_the_place_of_another() {
    let cells: Vec<_> = (0..5).map(|number| Cell::new(Numbers::new(number))).collect();
    for _ in 0..3 {
        for (number, cell) in (0..).zip(&cells) {
            assert_eq!((cell.with(Numbers::whole), cell.with(Numbers::whole)), (number, number));
            assert_eq!(cell.snapshot().whole(), number);
        }
    }
    for number in 0..50 {
        let cell = Cell::new(Numbers::new(number));
        assert_eq!(cell.with(Numbers::whole), number);
        drop(cell);
        assert_eq!(cells[0].with(Numbers::whole), 0);
    }
}

#[test]
fn the_living_are_those_that_a_snapshot_a_reader_or_a_thread_holds() {
    let cell = cell();
    let mut reader = cell.reader();
    cell.swap(Numbers::new(2));
    let snapshot = cell.snapshot();
    cell.swap(Numbers::new(3));
    cell.with(|_| cell.swap(Numbers::new(4)));
    // The thread read the third last, the reader has the first, nobody else the others.
    assert_eq!(cell.alive(), [1, 2, 3, 4]);
    cell.with(Numbers::whole);
    assert_eq!(cell.alive(), [1, 2, 4]);
    reader.get();
    assert_eq!(cell.alive(), [2, 4]);
    drop(snapshot);
    assert_eq!(cell.alive(), [4]);
    for number in 5..1000 {
        cell.swap(Numbers::new(number));
    }
    assert_eq!((cell.alive(), cell.past.lock().unwrap().len()), (vec![4, 999], 1));
}

#[test]
fn a_thread_that_ends_holds_nothing() {
    let cell = cell();
    let (go, wait) = channel::<()>();
    thread::scope(|scope| {
        let (has_read, read) = channel();
        let cell = &cell;
        let ending = scope.spawn(move || {
            has_read.send(cell.with(Numbers::whole)).unwrap();
            wait.recv().unwrap();
        });
        assert_eq!(read.recv(), Ok(1));
        cell.swap(Numbers::new(2));
        assert_eq!(cell.alive(), [1, 2]);
        go.send(()).unwrap();
        // The end of the scope alone waits for the closure, not for what the thread holds.
        ending.join().unwrap();
    });
    assert_eq!(cell.alive(), [2]);
}

#[test]
fn reading_any_cell_lets_go_of_what_is_outdated_and_of_cells_that_are_gone() {
    let (stays, outdated) = (Cell::new(OnDrop::nothing()), cell());
    stays.with(|_| ());
    let gone = cell();
    let (weak, old) = (Arc::downgrade(&gone.snapshot()), Arc::downgrade(&outdated.snapshot()));
    outdated.swap(Numbers::new(2));
    drop(gone);
    assert_eq!((weak.strong_count(), old.strong_count()), (1, 1));
    stays.with(|_| ());
    assert_eq!((weak.strong_count(), old.strong_count()), (0, 0));
}

#[test]
fn a_read_while_the_thread_ends_is_served() {
    struct ReadsAtTheEnd(RefCell<Option<Ends>>);
    type Ends = (Arc<Cell<Numbers>>, Sender<u64>);
    impl Drop for ReadsAtTheEnd {
        fn drop(&mut self) {
            let (cell, read) = self.0.take().unwrap();
            read.send(cell.with(Numbers::whole)).unwrap();
            read.send(cell.snapshot().whole()).unwrap();
        }
    }
    thread_local! {
        static BEFORE: ReadsAtTheEnd = const { ReadsAtTheEnd(RefCell::new(None)) };
        static AFTER: ReadsAtTheEnd = const { ReadsAtTheEnd(RefCell::new(None)) };
    }
    let cell = cell();
    let (sender, read) = channel();
    on_another_thread(|| {
        BEFORE.with(|end| end.0.replace(Some((Arc::clone(&cell), sender.clone()))));
        cell.with(Numbers::whole);
        AFTER.with(|end| end.0.replace(Some((Arc::clone(&cell), sender))));
        cell.swap(Numbers::new(2));
    });
    assert_eq!(read.iter().collect::<Vec<_>>(), [2; 4]);
    assert_eq!(cell.alive(), [2]);
}

#[test]
fn settings_may_read_and_swap_when_they_are_dropped() {
    let cell = cell();
    let (dropping, dropped) = (Arc::clone(&cell), Arc::new(AtomicU64::new(0)));
    let seen = Arc::clone(&dropped);
    let drops = Arc::new(Cell::new(OnDrop::nothing()));
    let again = Arc::downgrade(&drops);
    drops.swap(OnDrop::new(move || {
        dropping.swap(Numbers::new(7));
        let again = again.upgrade().unwrap();
        again.with(|_| seen.store(dropping.with(Numbers::whole), Ordering::Relaxed));
        again.swap(OnDrop::nothing());
    }));
    drops.with(|_| ());
    drops.swap(OnDrop::nothing());
    // Only this thread still holds it, and drops it here.
    drops.with(|_| ());
    assert_eq!((dropped.load(Ordering::Relaxed), drops.number(), drops.alive()), (7, 4, vec![4]));
}

#[test]
fn nobody_waits_for_the_old_settings_to_be_dropped() {
    let (go, wait): (Sender<()>, Receiver<()>) = channel();
    let (begins, begun) = channel();
    let wait = Mutex::new(wait);
    let cell = Cell::new(OnDrop::new(move || {
        begins.send(()).unwrap();
        // Until the other end is gone.
        let _ = wait.lock().unwrap().recv();
    }));
    thread::scope(|scope| {
        let go = go;
        let swapping = scope.spawn(|| cell.swap(OnDrop::nothing()));
        begun.recv().unwrap();
        cell.with(|_| ());
        drop(cell.snapshot());
        assert_eq!((cell.current().0, cell.alive()), (2, vec![2]));
        assert_eq!(cell.swap(OnDrop::nothing()), 3);
        assert!(!swapping.is_finished());
        drop(go);
    });
}

#[test]
fn a_type_without_a_place_in_the_thread_is_read_under_the_lock() {
    struct Plain(u64);
    impl Shared for Plain {
        fn holdings() -> Option<&'static LocalKey<Holdings<Self>>> {
            None
        }
    }
    let cell = Cell::new(Plain(1));
    assert_eq!((cell.with(|plain| plain.0), cell.snapshot().0), (1, 1));
    cell.swap(Plain(2));
    assert_eq!((cell.with(|plain| plain.0), cell.alive()), (2, vec![2]));
}

#[cfg(feature = "derive")]
#[test]
fn the_derive_gives_each_struct_its_place_in_the_thread() {
    #[derive(crate::Secrets)]
    #[secrets(crate = "crate")]
    struct Derived {
        #[setting(default = 8080)]
        port: u16,
    }
    assert!(Derived::holdings().is_some());
    let cell = Cell::new(Derived { port: 1 });
    let first = cell.with(|derived| std::ptr::from_ref(derived).addr());
    assert_eq!(cell.with(|derived| (std::ptr::from_ref(derived).addr(), derived.port)), (first, 1));
}

#[test]
fn a_reader_can_be_copied_and_shows_no_value() {
    let cell = cell();
    let reader = cell.reader();
    cell.swap(Numbers::new(2));
    let mut copy = reader.clone();
    assert_eq!((copy.generation(), copy.get().whole(), copy.generation()), (1, 2, 2));
    assert_eq!(format!("{reader:?}"), "Reader { generation: 1, .. }");
    drop(cell);
    assert_eq!(copy.get().whole(), 2);
}

/// The long form is `live-stress` in benches/live.
#[test]
fn no_reader_sees_a_torn_or_an_older_generation_under_swaps_without_a_pause() {
    let (cell, stop) = (cell(), AtomicBool::new(false));
    let swaps = if cfg!(miri) { 20 } else { u64::MAX };
    let until = Instant::now() + Duration::from_millis(700);
    let reads: u64 = thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| reads(&cell, &stop))).collect();
        for number in 2..swaps {
            assert_eq!(cell.swap(Numbers::new(number)), number);
            if Instant::now() > until && !cfg!(miri) {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    assert!(reads > 0);
    assert_eq!(cell.with(Numbers::whole), cell.number());
    assert_eq!(cell.alive(), [cell.number()]);
}

fn reads(cell: &Arc<Cell<Numbers>>, stop: &AtomicBool) -> u64 {
    let (mut reader, mut newest, mut reads) = (cell.reader(), 0, 0);
    let mut ascends = |number| {
        assert!(number >= newest, "{number} after {newest}");
        newest = number;
        reads += 1;
    };
    while !stop.load(Ordering::Relaxed) {
        ascends(cell.with(Numbers::whole));
        ascends(cell.snapshot().whole());
        ascends(reader.get().whole());
        ascends(cell.current().1.whole());
    }
    reads
}
