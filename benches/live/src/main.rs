//! What one read of live settings costs, beside what others offer for it, in the same run.
//!
//! `cargo run --release -p live`; with `rows`, the rows of RESULTS.md alone. Each round measures all of them in turn; what
//! is judged is the median of the ratios of all rounds. First nobody writes; then a thread swaps what is just being read,
//! a thousand times a second, and without a pause.

mod counted;
mod readers;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use counted::allocations;
use readers::{READERS, Shared};

/// So short that many rounds pass undisturbed, also on a machine that is busy.
const STILL: Pace = Pace { writer: Writer::Still, rounds: 2000, reads: 20_000 };
/// So long that the writer has its turn while others read.
const PACED: Pace = Pace { writer: Writer::Paced, rounds: 20, reads: 2_000_000 };
const UNCEASING: Pace = Pace { writer: Writer::Unceasing, rounds: 20, reads: 300_000 };

/// Whom each is measured against, and what is to be reached, where somebody said so.
const TARGETS: [(&str, &str, f64); 2] =
    [("with", "arc-swap load", 0.1), ("snapshot", "arc-swap load_full", 1.5)];

#[derive(Clone, Copy)]
enum Writer {
    Still,
    Paced,
    Unceasing,
}

/// How many reads of each are timed in one round.
#[derive(Clone, Copy)]
struct Pace {
    writer: Writer,
    rounds: usize,
    reads: u64,
}

/// How much longer a read may take while a thread swaps without a pause: the swaps take the core, or the cache lines of
/// the other, whatever the reader does.
const BESIDE_SWAPS: f64 = 10.0;

struct Measured {
    /// Nanoseconds for each read, round by round.
    times: Vec<Vec<f64>>,
    allocations: Vec<u64>,
    swaps: Vec<u64>,
}

fn main() {
    let shared = Shared::new();
    let still = measure(&shared, STILL);
    if std::env::args().nth(1).as_deref() == Some("rows") {
        return rows(&still, &measure(&shared, PACED), &measure(&shared, UNCEASING));
    }
    let mut reached = judge(&still);
    for (title, pace) in
        [("a thousand swaps a second", PACED), ("swaps without a pause", UNCEASING)]
    {
        reached &= tell(title, &measure(&shared, pace), &still);
    }
    std::process::exit(if reached { 0 } else { 1 });
}

/// Reads with each, in turn. The writer swaps what is being read, and nothing else.
fn measure(shared: &Shared, Pace { writer, rounds, reads }: Pace) -> Measured {
    let (reading, stop) = (&AtomicUsize::new(0), usize::MAX);
    let mut times = vec![Vec::with_capacity(rounds); READERS.len()];
    let mut allocations = vec![0; READERS.len()];
    let swaps = thread::scope(|scope| {
        let writing = scope.spawn(|| swaps(shared, writer, reading, stop));
        for round in 0..rounds + 1 {
            for (at, reader) in READERS.iter().enumerate() {
                reading.store(at, Ordering::Relaxed);
                let (each, allocated) = timed(reads, || (reader.read)(shared, reads));
                // The first round warms up.
                if round > 0 {
                    times[at].push(each);
                    allocations[at] += allocated;
                }
            }
        }
        reading.store(stop, Ordering::Relaxed);
        writing.join().unwrap_or_default()
    });
    Measured { times, allocations, swaps }
}

/// Nanoseconds for each read, and the allocations of this thread.
fn timed(reads: u64, read: impl FnOnce() -> u64) -> (f64, u64) {
    let (started, before) = (Instant::now(), allocations());
    std::hint::black_box(read());
    (started.elapsed().as_secs_f64() * 1e9 / reads as f64, allocations() - before)
}

fn swaps(shared: &Shared, writer: Writer, reading: &AtomicUsize, stop: usize) -> Vec<u64> {
    let mut swaps = vec![0; READERS.len()];
    loop {
        let at = reading.load(Ordering::Relaxed);
        if at == stop {
            return swaps;
        }
        match writer {
            Writer::Still => {
                thread::sleep(Duration::from_millis(10));
                continue;
            }
            Writer::Paced => thread::sleep(Duration::from_millis(1)),
            Writer::Unceasing => {}
        }
        (READERS[at].swap)(shared);
        swaps[at] += 1;
    }
}

// --- the tables ----------------------------------------------------------------------------------------------------------

fn judge(still: &Measured) -> bool {
    let mut reached = true;
    println!("| what | ns | beside | ns | ratio, median | least, most of 80 % | target | |");
    println!("|---|---|---|---|---|---|---|---|");
    for (ours, theirs, most) in TARGETS {
        let (ours_at, theirs_at) = (place(ours), place(theirs));
        let ratios = ratios(still, ours, theirs);
        let (ratio, fits) = (at(&ratios, 0.5), at(&ratios, 0.5) <= most);
        reached &= fits;
        println!(
            "| {ours} | {:.2} | {theirs} | {:.2} | {ratio:.3} x | {:.3}, {:.3} | <= {most} x | {} |",
            at(&still.times[ours_at], 0.5),
            at(&still.times[theirs_at], 0.5),
            at(&ratios, 0.1),
            at(&ratios, 0.9),
            if fits { "reached" } else { "NOT REACHED" }
        );
    }
    tell("nobody writes", still, still) && reached
}

/// Round by round.
fn ratios(measured: &Measured, ours: &str, theirs: &str) -> Vec<f64> {
    let (ours, theirs) = (&measured.times[place(ours)], &measured.times[place(theirs)]);
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}

/// What `RESULTS.md` has of all that.
fn rows(still: &Measured, paced: &Measured, unceasing: &Measured) {
    let verdict = |fits: bool| if fits { "reached" } else { "MISSED" };
    for (ours, theirs, most) in TARGETS {
        let ratio = at(&ratios(still, ours, theirs), 0.5);
        println!(
            "| live read, `{ours}` | {:.2} ns | {theirs} {:.2} ns | {ratio:.3} x | <= {most} x | {} |",
            at(&still.times[place(ours)], 0.5),
            at(&still.times[place(theirs)], 0.5),
            verdict(ratio <= most)
        );
    }
    for (ours, _, _) in TARGETS {
        for (what, measured) in
            [("a thousand swaps a second", paced), ("swaps without a pause", unceasing)]
        {
            let index = place(ours);
            let [under, quiet] =
                [measured, still].map(|measured| at(&measured.times[index], 0.5));
            println!(
                "| live read, `{ours}`, beside {what} | {under:.2} ns | nobody writes {quiet:.2} ns | {:.2} x | <= {BESIDE_SWAPS} x | {} |",
                under / quiet,
                verdict(under / quiet <= BESIDE_SWAPS)
            );
        }
    }
    let ours = READERS.iter().enumerate().filter(|(_, reader)| reader.ours);
    let allocations: u64 = ours
        .flat_map(|(at, _)| [still, paced, unceasing].map(|measured| measured.allocations[at]))
        .sum();
    println!("| allocations in all of these reads | {allocations} | | | 0 | {} |", verdict(allocations == 0));
}

/// Whether ours allocated nothing.
fn tell(title: &str, measured: &Measured, still: &Measured) -> bool {
    println!("\n{title}:\n");
    println!(
        "| | ns, median | least 10 % | most 10 % | beside nobody writing | allocations | swaps |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut reached = true;
    for (index, reader) in READERS.iter().enumerate() {
        let times = &measured.times[index];
        reached &= !reader.ours || measured.allocations[index] == 0;
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {:.1} x | {} | {} |",
            reader.name,
            at(times, 0.5),
            at(times, 0.1),
            at(times, 0.9),
            at(times, 0.5) / at(&still.times[index], 0.5),
            measured.allocations[index],
            measured.swaps[index],
        );
    }
    reached
}

fn place(name: &str) -> usize {
    READERS.iter().position(|reader| reader.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn at(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[(part * (sorted.len() - 1) as f64) as usize]
}
