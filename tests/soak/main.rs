//! Live settings under load for long. `live-soak swaps [NUMBER]`: a mounted volume is switched so often; it fails where the
//! median until the last switch is seen is longer than what is promised. `live-soak steady [SECONDS]`: an hour unless told,
//! with files, a store over a network, refreshes and readers; it fails where memory, threads or tasks grow, or a secret is
//! left. `live-soak wiped [SECONDS]`: the same with the allocator that wipes, under which the store's client leaves nothing.

use std::process::ExitCode;
use std::time::Duration;

use config_tests::mounted::Links;
use config_tests::quarantine::Quarantine;
use config_tests::soak::steady::{self, Memory, Pace};
use config_tests::soak::swaps::{self, Noticed};

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine::new();

fn main() -> ExitCode {
    if std::env::var_os("WIPING").is_some() {
        ALLOCATOR.wipe();
    }
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    if what == "child" {
        let directory = arguments.next().expect("a directory");
        let seconds = arguments.next().and_then(|text| text.parse().ok()).expect("seconds");
        let pace = arguments.next().expect("a pace");
        steady::child(directory.as_ref(), seconds, &pace);
        return ExitCode::SUCCESS;
    }
    let number = arguments.next().map(|text| text.parse().expect("a number"));
    match what.as_str() {
        "steady" => steady(number.unwrap_or(3600), Memory::AsItIs),
        "wiped" => steady(number.unwrap_or(3600), Memory::Wiped),
        "swaps" => switch(number.unwrap_or(10_000)),
        _ => panic!(
            "live-soak swaps [NUMBER], live-soak steady [SECONDS], live-soak wiped [SECONDS]"
        ),
    }
}

fn steady(seconds: u64, memory: Memory) -> ExitCode {
    let program = std::env::current_exe().expect("this program");
    println!("{:?}", steady::run(program, seconds, Pace::Hard, memory));
    ExitCode::SUCCESS
}

/// Both orders of links, noticed in both ways.
fn switch(number: u64) -> ExitCode {
    let looking = Noticed::ByLooking(Duration::from_millis(50));
    let mut is_kept = true;
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        for noticed in [Noticed::ByEvents, looking] {
            let figures = swaps::run(links, number, noticed, Duration::from_secs(5));
            let (median, longest, promise) =
                (figures.median(), figures.longest(), noticed.promise());
            is_kept &= median <= promise;
            println!(
                "{links:?}, {noticed:?}: {} switches, {} generations, {} reads, {} refreshes of which {} failed; \
                 the last of {} rows seen within {median:.1?} (median; promised: {promise:?}), {longest:.1?} at most",
                figures.swaps,
                figures.generations,
                figures.reads,
                figures.refreshes.0,
                figures.refreshes.1,
                figures.rests.len(),
            );
        }
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
