//! Every order in which readers and a writer can meet, tried by loom. Run by tests/loom.sh.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use loom::sync::atomic::AtomicBool;
use loom::thread;

use super::Cell;
use crate::live::{Holdings, LocalKey, Shared};

/// Of one generation; says when it is dropped.
struct Model {
    generation: u64,
    dropped: Arc<AtomicUsize>,
}

impl Shared for Model {
    fn holdings() -> Option<&'static LocalKey<Holdings<Self>>> {
        loom::thread_local! {
            static HOLDINGS: Holdings<Model> = Holdings::new();
        }
        Some(&HOLDINGS)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// A cell, and how many generations were dropped.
struct Bench {
    cell: Arc<Cell<Model>>,
    dropped: Arc<AtomicUsize>,
}

impl Bench {
    fn new() -> Self {
        let dropped = Arc::new(AtomicUsize::new(0));
        let first = Model { generation: 1, dropped: Arc::clone(&dropped) };
        Self { cell: Arc::new(Cell::new(first)), dropped }
    }

    fn swap(&self, generation: u64) {
        let next = Model { generation, dropped: Arc::clone(&self.dropped) };
        assert_eq!(self.cell.swap(next), generation);
    }

    fn with(&self) -> u64 {
        self.cell.with(|model| model.generation)
    }

    fn snapshot(&self) -> u64 {
        self.cell.snapshot().generation
    }

    /// Another handle of the same.
    fn share(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), dropped: Arc::clone(&self.dropped) }
    }
}

/// Tries every order, and says how many there were.
pub(in crate::live) fn explore(
    name: &str,
    preemptions: Option<usize>,
    model: impl Fn() + Send + Sync + 'static,
) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 10_000;
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let bound = preemptions.map_or("all".to_string(), |most| format!("up to {most} preemptions"));
    println!("{name}: {} executions ({bound})", count.load(Ordering::Relaxed));
}

fn ascending(reads: &[u64]) -> u64 {
    assert!(reads.is_sorted(), "went back: {reads:?}");
    *reads.last().expect("something was read")
}

#[test]
fn what_a_thread_reads_never_goes_back_and_ends_at_the_newest() {
    explore("with against two swaps", None, || {
        let bench = Bench::new();
        let writer = bench.share();
        let writer = thread::spawn(move || {
            writer.swap(2);
            writer.swap(3);
        });
        ascending(&[bench.with(), bench.with(), bench.with()]);
        writer.join().unwrap();
        assert_eq!((bench.with(), bench.snapshot(), bench.cell.number()), (3, 3, 3));
    });
}

#[test]
fn every_way_to_read_agrees_with_the_others() {
    explore("all ways to read against a swap", None, || {
        let bench = Bench::new();
        let mut reader = bench.cell.reader();
        assert_eq!(bench.with(), 1);
        let writer = bench.share();
        let writer = thread::spawn(move || writer.swap(2));
        let first = reader.get().generation;
        let second = bench.with();
        let (number, current) = bench.cell.current();
        assert_eq!(number, current.generation);
        ascending(&[first, second, number, bench.cell.number(), bench.snapshot()]);
        assert!(reader.get().generation >= number && reader.generation() >= number);
        writer.join().unwrap();
        assert_eq!((reader.get().generation, bench.with()), (2, 2));
    });
}

#[test]
fn whoever_is_told_of_a_generation_reads_no_older_one() {
    explore("two readers, one tells the other, and a writer", Some(3), || {
        let bench = Bench::new();
        let told = Arc::new(AtomicBool::new(false));
        let (writer, teller, flag) = (bench.share(), bench.share(), Arc::clone(&told));
        let writer = thread::spawn(move || writer.swap(2));
        let teller = thread::spawn(move || {
            if teller.with() == 2 {
                flag.store(true, Ordering::Release);
            }
        });
        let before = bench.with();
        let knows = told.load(Ordering::Acquire);
        let after = ascending(&[before, bench.with()]);
        assert!(!knows || after == 2, "told of generation 2, and read generation {after}");
        writer.join().unwrap();
        teller.join().unwrap();
        assert_eq!(bench.with(), 2);
    });
}

#[test]
fn a_number_is_told_only_when_its_generation_can_be_read() {
    explore("number against a swap", None, || {
        let bench = Bench::new();
        assert_eq!(bench.with(), 1);
        let writer = bench.share();
        let writer = thread::spawn(move || writer.swap(2));
        let number = bench.cell.number();
        assert!(bench.with() >= number);
        writer.join().unwrap();
    });
}

#[test]
fn each_generation_is_dropped_exactly_once() {
    explore("drops of three generations", Some(3), || {
        let bench = Bench::new();
        let dropped = Arc::clone(&bench.dropped);
        let (writer, other) = (bench.share(), bench.share());
        let writer = thread::spawn(move || {
            writer.swap(2);
            writer.with();
            writer.swap(3);
        });
        let other = thread::spawn(move || {
            let held = other.cell.snapshot();
            ascending(&[held.generation, other.with()]);
        });
        writer.join().unwrap();
        other.join().unwrap();
        // Threads that ended hold nothing.
        assert_eq!(bench.cell.alive(), [3]);
        assert_eq!(dropped.load(Ordering::SeqCst), 2);
        drop(bench);
        assert_eq!(dropped.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn a_generation_that_is_held_is_never_missing_among_the_living() {
    explore("alive against a swap and a reader", Some(3), || {
        let bench = Bench::new();
        let (writer, holder) = (bench.share(), bench.share());
        let writer = thread::spawn(move || writer.swap(2));
        let holder = thread::spawn(move || {
            let held = holder.cell.snapshot();
            let alive = holder.cell.alive();
            assert!(alive.contains(&held.generation), "{alive:?} without {}", held.generation);
        });
        let alive = bench.cell.alive();
        assert!(alive.is_sorted() && !alive.is_empty());
        writer.join().unwrap();
        holder.join().unwrap();
        assert_eq!(bench.cell.alive(), [2]);
    });
}

#[test]
fn what_is_held_of_a_cell_that_is_gone_goes_at_the_next_read_of_another() {
    thread_local! {
        static HELD: RefCell<Weak<Model>> = const { RefCell::new(Weak::new()) };
    }
    explore("a cell that goes", None, || {
        let (gone, stays) = (Bench::new(), Bench::new());
        let weak = Arc::downgrade(&gone.cell.snapshot());
        stays.with();
        HELD.set(weak);
        let swapped = stays.share();
        let ending = thread::spawn(move || drop(gone.cell));
        let swapping = thread::spawn(move || swapped.swap(2));
        ascending(&[stays.with(), stays.with()]);
        ending.join().unwrap();
        swapping.join().unwrap();
        assert_eq!(stays.with(), 2);
        assert_eq!(HELD.take().strong_count(), 0);
    });
}
