//! A mounted volume that is switched again and again under readers.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use config_core::{Live, Secrets};

use crate::mounted::{Links, Mounted};
use crate::{Bench, NOTHING, random::Random};

/// Settings of which all fields hold the number of the generation that they are of. Two sources read the volume, so that
/// it is not enough for each of them to read one state of it.
#[derive(Debug, Secrets)]
#[secrets(sources(dir("mounted"), file("mounted/app.json")))]
struct Settings {
    #[setting(required)]
    first: u64,
    #[setting(required)]
    second: u64,
    #[nested]
    part: Part,
    /// In the file.
    #[setting(required)]
    fourth: u64,
    /// In every other generation, so that links come and go.
    #[setting]
    odd: Option<u64>,
}

#[derive(Debug, Secrets)]
struct Part {
    #[setting(required)]
    third: u64,
}

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// The operating system tells of them, and nobody looks.
    ByEvents,
    /// By looking so often.
    ByLooking(Duration),
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// How often the volume was switched.
    pub swaps: u64,
    /// How many generations there were.
    pub generations: u64,
    /// How many snapshots were read.
    pub reads: usize,
    /// How many refreshes were tried, and how many of them failed.
    pub refreshes: (u64, u64),
    /// How long it took each time that the writer rested until the last change was seen, the shortest first.
    pub rests: Vec<Duration>,
}

impl Noticed {
    /// Within which half of the changes are to be seen, on a machine that has time.
    #[must_use]
    pub fn promise(self) -> Duration {
        match self {
            Self::ByEvents => Duration::from_millis(250),
            Self::ByLooking(poll) => poll + Duration::from_millis(50),
        }
    }
}

impl Figures {
    /// Until half of the last changes were seen.
    #[must_use]
    pub fn median(&self) -> Duration {
        self.rests.get(self.rests.len() / 2).copied().unwrap_or_default()
    }

    /// Until the last of them was.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.rests.last().copied().unwrap_or_default()
    }
}

/// After so many switches without a break the last has to be seen.
const ROW: u64 = 50;

/// Switches a volume so often while it is read, and asserts that no snapshot is of two generations, that none comes
/// after a later one, and that the last of a row of changes is always seen within `limit`.
///
/// # Panics
/// Where one of these does not hold.
#[must_use]
pub fn run(links: Links, swaps: u64, noticed: Noticed, limit: Duration) -> Figures {
    let bench = Bench::new();
    let mut mounted = mount(&bench.at("mounted"), links);
    let live = started(&bench, noticed);
    let (ends, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut figures = Figures { swaps, ..Figures::default() };
    thread::scope(|scope| {
        let ending = Ending(&ends);
        for read in [Reading::With, Reading::Snapshot, Reading::Reader] {
            let (live, ends, reads) = (&live, &ends, &reads);
            scope.spawn(move || {
                let _ends_all = Ending(ends);
                reads.fetch_add(reader(live, read, ends), Ordering::Relaxed);
            });
        }
        let mut random = Random::seeded(swaps);
        for number in 2..=swaps + 1 {
            let is_last = number % ROW == 0 || number == swaps + 1;
            if is_last {
                // What is told late is not always told together with those before.
                thread::sleep(Duration::from_micros(random.next() % 150_000));
            }
            publish(&mut mounted, number);
            if is_last {
                figures.rests.push(seen(&live, number, limit, &ends));
            } else if number % 3 == 0 {
                thread::sleep(Duration::from_micros(random.next() % 4000));
            }
        }
        drop(ending);
    });
    let metrics = live.metrics();
    figures.rests.sort_unstable();
    figures.reads = reads.into_inner();
    figures.generations = metrics.generation;
    figures.refreshes = (metrics.refreshes_total, metrics.failures_total);
    figures
}

/// Ends all that run beside whatever it is held by, its panic included.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn mount(root: &Path, links: Links) -> Mounted {
    Mounted::new(root, links, &files(1, "1", r#"{"fourth": 1}"#))
}

fn publish(mounted: &mut Mounted, number: u64) {
    let (text, json) = (number.to_string(), format!(r#"{{"fourth": {number}}}"#));
    mounted.publish(&files(number, &text, &json));
}

fn files<'a>(number: u64, text: &'a str, json: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut files =
        vec![("first", text), ("second", text), ("part/third", text), ("app.json", json)];
    if number % 2 == 1 {
        files.push(("odd", text));
    }
    files
}

fn started(bench: &Bench, noticed: Noticed) -> Live<Settings> {
    let builder = Settings::loader().root(bench.path()).env(NOTHING).live();
    let builder = match noticed {
        Noticed::ByEvents => builder.poll(Duration::from_secs(3600)),
        Noticed::ByLooking(poll) => builder.poll(poll).events(false),
    };
    builder.start_blocking().expect("the first generation")
}

/// How long it takes until this generation is the current one, and all of it.
fn seen(live: &Live<Settings>, number: u64, limit: Duration, ends: &AtomicBool) -> Duration {
    let began = Instant::now();
    let odd = (number % 2 == 1).then_some(number);
    while live.with(|settings| (settings.first, settings.odd) != (number, odd)) {
        let health = live.health();
        assert!(!ends.load(Ordering::Relaxed), "a reader has failed");
        assert!(began.elapsed() < limit, "{number} is not seen within {limit:?}: {health}");
        thread::sleep(Duration::from_millis(1));
    }
    began.elapsed()
}

/// The ways to read.
#[derive(Clone, Copy)]
enum Reading {
    With,
    Snapshot,
    Reader,
}

/// Reads until it is told to end; how often.
fn reader(live: &Live<Settings>, how: Reading, ends: &AtomicBool) -> usize {
    let (mut reader, mut reads) = (live.reader(), 0);
    let (mut number, mut generation) = (0, 0);
    while !ends.load(Ordering::Relaxed) {
        // A hundred at a time, so that a machine of few cores has some left for the writer.
        for _ in 0..100 {
            let read = match how {
                Reading::With => live.with(whole),
                Reading::Snapshot => whole(&live.snapshot()),
                Reading::Reader => whole(reader.get()),
            };
            assert!(read >= number, "{read} after {number}");
            number = read;
            if matches!(how, Reading::Reader) {
                let read = reader.generation();
                assert!(read >= generation, "generation {read} after {generation}");
                generation = read;
            }
            reads += 1;
        }
        thread::sleep(Duration::from_micros(200));
    }
    reads
}

/// The number that all fields hold.
fn whole(settings: &Settings) -> u64 {
    let number = settings.first;
    let is_whole = settings.second == number
        && settings.part.third == number
        && settings.fourth == number
        && settings.odd.is_none_or(|odd| odd == number);
    assert!(is_whole, "of several generations: {settings:?}");
    number
}
