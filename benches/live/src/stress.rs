//! Reads live settings in several threads while another swaps them: no read may show parts of two generations, and none
//! an older one than the thread saw before.
//!
//! `cargo run --release -p live --bin live-stress [READS] [SWAPS] [THREADS]`; 100,000,000 reads, 100,000 swaps and three
//! threads if not said otherwise. With `rows` in their stead, the rows of RESULTS.md alone.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use config_core::__private::live::Cell;
use config_core::Secrets;

/// Each field follows from one number.
#[derive(Secrets)]
struct Numbers {
    #[setting(default = 1)]
    number: u64,
    #[setting(default = 1)]
    squared: u64,
    #[setting(default = 1)]
    negated: u64,
    #[setting(default = "1")]
    text: String,
}

/// What one thread saw.
#[derive(Default)]
struct Seen {
    reads: u64,
    newest: u64,
    generations: u64,
    torn: u64,
    back: u64,
}

/// Reads between two looks at what the others do.
const BATCH: u64 = 1000;

fn main() -> ExitCode {
    let only_rows = std::env::args().nth(1).as_deref() == Some("rows");
    let mut arguments = std::env::args().skip(if only_rows { 2 } else { 1 });
    let mut number =
        |default| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (reads, swaps, threads) = (number(100_000_000), number(100_000), number(3));
    let (cell, done, started) = (Cell::new(numbers(1)), AtomicU64::new(0), Instant::now());
    let seen: Vec<Seen> = thread::scope(|scope| {
        let reading = |kind| {
            let (cell, done) = (&cell, &done);
            scope.spawn(move || read(cell, done, reads, kind))
        };
        let readers: Vec<_> = (0..threads).map(reading).collect();
        swap(&cell, &done, reads, swaps);
        readers.into_iter().map(|reader| reader.join().expect("a reader that ended well")).collect()
    });
    let total = |count: fn(&Seen) -> u64| seen.iter().map(count).sum::<u64>();
    let (torn, back) = (total(|seen| seen.torn), total(|seen| seen.back));
    if only_rows {
        for (what, count) in [("torn", torn), ("older than the thread saw before", back)] {
            let verdict = if count == 0 { "reached" } else { "MISSED" };
            println!(
                "| reads that are {what}, of {} in {threads} threads during {swaps} swaps | {count} | | | 0 | {verdict} |",
                total(|seen| seen.reads)
            );
        }
        return if torn + back == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    println!(
        "{} reads in {threads} threads during {swaps} swaps, {:.1?}",
        total(|seen| seen.reads),
        started.elapsed()
    );
    println!(
        "changes of generation seen by each: {:?}",
        seen.iter().map(|seen| seen.generations).collect::<Vec<_>>()
    );
    println!("torn: {torn}, went back: {back}, alive at the end: {:?}", cell.alive());
    let fine = torn + back == 0
        && cell.alive() == [swaps + 1]
        && cell.with(|numbers| numbers.number) == swaps + 1;
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn numbers(number: u64) -> Numbers {
    let (squared, negated) = (number.wrapping_mul(number), !number);
    Numbers { number, squared, negated, text: number.to_string() }
}

/// Spread evenly over the reads.
fn swap(cell: &Cell<Numbers>, done: &AtomicU64, reads: u64, swaps: u64) {
    for swapped in 0..swaps {
        while u128::from(done.load(Ordering::Relaxed)) * u128::from(swaps)
            < u128::from(swapped) * u128::from(reads)
        {
            thread::yield_now();
        }
        assert_eq!(cell.swap(numbers(swapped + 2)), swapped + 2);
    }
}

/// With a snapshot, a reader or a closure, in turn.
fn read(cell: &Cell<Numbers>, done: &AtomicU64, reads: u64, kind: u64) -> Seen {
    let (mut seen, mut reader) = (Seen::default(), cell.reader());
    for batch in kind.. {
        for _ in 0..BATCH {
            match batch % 3 {
                0 => cell.with(|numbers| seen.look(numbers)),
                1 => seen.look(&cell.snapshot()),
                _ => seen.look(reader.get()),
            }
        }
        if done.fetch_add(BATCH, Ordering::Relaxed) + BATCH >= reads {
            break;
        }
    }
    seen
}

impl Seen {
    fn look(&mut self, numbers: &Numbers) {
        let Numbers { number, squared, negated, text } = numbers;
        self.reads += 1;
        self.back += u64::from(*number < self.newest);
        let torn = *squared != number.wrapping_mul(*number) || *negated != !*number;
        self.torn += u64::from(torn);
        if *number != self.newest {
            self.generations += 1;
            self.torn += u64::from(text.parse() != Ok(*number));
        }
        self.newest = *number;
    }
}
