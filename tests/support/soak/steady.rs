//! A process that reads, refreshes and changes its settings for as long as is wanted, and is measured and looked into
//! from outside: its memory, its threads, the tasks of its network, and what is left of secrets that nobody holds.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use config_core::__private::net::tasks;
use config_core::{ExposeSecret, Failure, FailureKind, Live, SecretString, Secrets, State};

use super::store::Restless;
use crate::changing::Changing;
use crate::memory::{Census, Paused, canary, pause};
use crate::{Bench, block_on};

/// What the process reads. Each file has the same secret, so that one look finds what is left of any.
#[derive(Secrets)]
#[secrets(sources(file("app.json"), vault("{PLACE}"), "store"))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(required)]
    number: u64,
    /// Of the store over a network, where it changes.
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(required)]
    #[expect(dead_code, reason = "that it changes counts")]
    turn: u64,
    #[setting(required)]
    #[expect(dead_code, reason = "that the source is asked counts")]
    size: u64,
    /// The last that is written.
    #[setting(default = false)]
    ends: bool,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Figures {
    /// What the process said of itself.
    pub said: String,
    /// Its resident memory in KiB after the first quarter, and at the end.
    pub resident: (usize, usize),
    /// Its threads before the settings were started, while they were, and once they were dropped.
    pub threads: (usize, usize, usize),
    /// The fewest tasks of its network that were seen at one time in the second quarter, and in the last.
    pub tasks: (usize, usize),
    /// How often the file was written.
    pub written: u64,
    /// How often the store over the network was asked.
    pub asked: u64,
    /// What was found of the secrets at the end, of which one is held: that of the files, that of the store, and the one
    /// that the store had in the first half.
    pub found: [Census; 3],
}

/// How hard the process is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As hard as it goes, on a core of its own.
    Hard,
    /// So that others have the machine as well.
    Easy,
}

/// What becomes of memory that the process gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It stays as it is until it is given out again.
    AsItIs,
    /// It is wiped, by the allocator that an application may choose.
    Wiped,
}

/// How much the resident memory may grow after the first quarter, in KiB: what an allocator has not given back yet.
const GROWTH: usize = 4096;

/// How many tasks more there may be at the end: connections come and go.
const MORE_TASKS: usize = 3;

impl Pace {
    fn pause(self, short: Duration) {
        thread::sleep(match self {
            Self::Hard => short,
            Self::Easy => short * 8,
        });
    }
}

/// Runs `program child DIRECTORY SECONDS PACE` while its file and its store change for that long, and asserts that its
/// memory is steady, no thread and no task is left, and no secret but the current ones. The client of the store leaves
/// copies in memory that it gives back, as SECURITY.md tells: of what the store had, nothing is left where that is wiped.
///
/// # Panics
/// Where one of these does not hold.
#[must_use]
pub fn run(program: impl AsRef<Path>, seconds: u64, pace: Pace, memory: Memory) -> Figures {
    let (bench, store) = (Bench::new(), Restless::start());
    let [secret, earlier, password] = [40, 40, 40].map(canary);
    let write = |number: u64, ends: bool| {
        let text = format!(r#"{{"token": "{secret}", "number": {number}, "ends": {ends}}}"#);
        match number % 3 {
            0 => drop(bench.write("app.json", text)),
            _ => {
                bench.write("next.json", text);
                fs::rename(bench.at("next.json"), bench.at("app.json")).expect("the next file");
            }
        }
    };
    write(1, false);
    store.hold(&earlier, 1);
    let mut command = Command::new(program.as_ref());
    command.arg("child").arg(bench.path()).arg(seconds.to_string()).arg(format!("{pace:?}"));
    command.env_clear().envs(store.variables());
    command.envs((memory == Memory::Wiped).then_some(("WIPING", "")));
    let (paused, written) = thread::scope(|scope| {
        let running = scope.spawn(|| Paused::start(&mut command));
        let (began, mut number) = (Instant::now(), 1);
        while began.elapsed() < Duration::from_secs(seconds) && !running.is_finished() {
            number += 1;
            write(number, false);
            let is_late = began.elapsed() > Duration::from_secs(seconds) / 2;
            store.hold(if is_late { &password } else { &earlier }, number / 5);
            pace.pause(Duration::from_millis(5 + number * 7 % 60));
        }
        store.rest();
        write(number + 1, true);
        (running.join().expect("it is waited for").expect("the process"), number + 1)
    });
    let found = [&secret, &password, &earlier]
        .map(|secret| paused.census(secret.as_bytes()).expect("its memory"));
    let numbers: Vec<usize> =
        paused.said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [warm, end, before, during, after, few, late, ..] = numbers[..] else {
        panic!("{}", paused.said)
    };
    let figures = Figures {
        said: paused.said.clone(),
        resident: (warm, end),
        threads: (before, during, after),
        tasks: (few, late),
        written,
        asked: store.asked(),
        found,
    };
    figures.assert_steady(memory);
    figures
}

impl Figures {
    fn assert_steady(&self, memory: Memory) {
        let ((warm, end), (before, _, after), (few, late)) =
            (self.resident, self.threads, self.tasks);
        assert!(end <= warm + GROWTH, "memory grows: {self:?}");
        assert_eq!(before, after, "threads are left: {self:?}");
        assert!(late <= few + MORE_TASKS, "tasks are left: {self:?}");
        let found = self.found.each_ref().map(|census| (census.full(), census.partial()));
        let [secret, password, earlier] = found;
        assert_eq!(secret, (1, 0), "{self:?}");
        match memory {
            Memory::AsItIs => assert!(password.0 >= 1, "{self:?}"),
            Memory::Wiped => assert_eq!((password, earlier), ((1, 0), (0, 0)), "{self:?}"),
        }
    }
}

/// The process that is measured: `child DIRECTORY SECONDS PACE`.
///
/// # Panics
/// Where the settings are not what was written.
pub fn child(directory: &Path, seconds: u64, pace: &str) {
    let pace = if pace == "Hard" { Pace::Hard } else { Pace::Easy };
    quietly();
    let before = threads();
    let store = Changing::remote("store", [("size", "1")]);
    let live = started(directory, &store);
    let ends = AtomicBool::new(false);
    let (mut warm, mut fewest) = (0, [usize::MAX; 4]);
    let (reads, during) = thread::scope(|scope| {
        let readers = [0, 1, 2].map(|how| {
            let (live, ends) = (&live, &ends);
            scope.spawn(move || read(live, how, pace, ends))
        });
        scope.spawn(|| refresh(&live, &store, pace, &ends));
        scope.spawn(|| start_and_drop(directory, pace, &ends));
        let (began, quarter) = (Instant::now(), Duration::from_secs(seconds) / 4);
        while !live.with(|settings| settings.ends) {
            if warm == 0 && began.elapsed() > quarter {
                warm = resident();
            }
            let quarter = (began.elapsed().as_nanos() / quarter.as_nanos()).min(3) as usize;
            fewest[quarter] = fewest[quarter].min(tasks().unwrap_or(0));
            let late = Duration::from_secs(seconds + 20);
            assert!(began.elapsed() < late, "the last file is not seen: {}", live.health());
            thread::sleep(Duration::from_millis(5));
        }
        ends.store(true, Ordering::Relaxed);
        let reads: u64 = readers.into_iter().map(|reader| reader.join().expect("whole")).sum();
        (reads, threads())
    });
    let (end, metrics) = (resident(), live.metrics());
    assert_eq!(live.health().live_generations, [metrics.generation], "nobody holds another");
    assert_eq!(live.health().state, State::Fresh, "{}", live.health());
    // One that is held by itself, so that one secret is there when it is looked for.
    let last = live.snapshot();
    drop((live, store));
    let after = ended(before);
    let [_, few, _, late] = fewest;
    assert_eq!(tasks(), None, "the network goes with the last that needs it");
    pause(&format!(
        "{warm} {end} KiB, threads {before} {during} {after} , tasks {few} {late} ; generations: {}, refreshes: {}, \
         failed: {}, reads: {reads}, seconds of a core: {:.1}",
        metrics.generation,
        metrics.refreshes_total,
        metrics.failures_total,
        busy().as_secs_f64()
    ));
    drop(last);
}

/// Panics that are wanted, those of the store, are not shown.
fn quietly() {
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some("config-core load") {
            shown(panic);
        }
    }));
}

fn started(directory: &Path, store: &Changing) -> Live<Settings> {
    let start = || {
        let loader = Settings::loader().root(directory).source(store.clone());
        let live = loader.live().ttl(Duration::from_millis(500));
        live.poll(Duration::from_millis(100)).start_blocking()
    };
    // The store may refuse one.
    start().or_else(|_| start()).or_else(|_| start()).expect("the first file")
}

/// Reads in one of the ways there are.
fn read(live: &Live<Settings>, how: u32, pace: Pace, ends: &AtomicBool) -> u64 {
    let (mut reads, mut last) = (0, 0);
    let mut reader = live.reader();
    let mut changes = live.subscribe();
    let field = live.field(|settings| &settings.number);
    while !ends.load(Ordering::Relaxed) {
        let number = match how {
            0 => live.with(|settings| settings.number),
            1 => reader.get().number.max(*field.get()),
            _ => {
                drop(changes.wait(Duration::from_millis(20)));
                let held = live.snapshot();
                assert_eq!(held.token.expose_secret().len(), 40);
                assert_eq!(held.password.expose_secret().len(), 40);
                held.number
            }
        };
        assert!(number >= last, "{number} after {last}");
        last = number;
        reads += 1;
        if reads % 64 == 0 {
            pace.pause(Duration::from_micros(300));
        }
    }
    reads
}

/// Refreshes in both ways, while the store changes, fails, and panics now and then.
fn refresh(live: &Live<Settings>, store: &Changing, pace: Pace, ends: &AtomicBool) {
    let mut round: u64 = 0;
    while !ends.load(Ordering::Relaxed) {
        round += 1;
        let failure = || Failure::new(FailureKind::Unreachable, "out of order");
        store.fail(round.is_multiple_of(7).then(failure));
        store.panic(round.is_multiple_of(31));
        store.set("size", &(round / 5).to_string());
        let refreshed = match round % 2 {
            0 => live.refresh_now_blocking(),
            _ => block_on(live.refresh_now()),
        };
        // A file may be read while it is written.
        drop(refreshed);
        pace.pause(Duration::from_millis(20));
    }
    store.fail(None);
    store.panic(false);
    let end = Instant::now() + Duration::from_secs(5);
    while live.refresh_now_blocking().is_err() {
        assert!(Instant::now() < end, "{}", live.health());
    }
}

/// Others of their own, of which nothing may be left.
fn start_and_drop(directory: &Path, pace: Pace, ends: &AtomicBool) {
    let store = Changing::remote("store", [("size", "1")]);
    while !ends.load(Ordering::Relaxed) {
        let loader = Settings::loader().root(directory).source(store.clone());
        if let Ok(live) = loader.live().start_blocking() {
            let waiting = live.refresh_now();
            drop((waiting, live.reader()));
        }
        pace.pause(Duration::from_millis(50));
    }
}

/// How many threads there are, once they are so few or some seconds have passed.
fn ended(expected: usize) -> usize {
    let end = Instant::now() + Duration::from_secs(5);
    while threads() > expected && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
    threads()
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("the threads").count()
}

/// The resident memory in KiB.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("what the process is");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("the resident memory")
}

/// How long the process has kept a core busy, in steps of the kernel's clock.
fn busy() -> Duration {
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string("/proc/self/stat").expect("what the process is");
    let behind_the_name = stat.rsplit(") ").next().expect("a name in brackets");
    let ticks = behind_the_name.split(' ').skip(11).take(2).map(|text| text.parse().unwrap_or(0));
    TICK * ticks.sum::<u32>()
}
