//! Live settings under load for long. `live-soak swaps [NUMBER]`: a mounted volume is switched so often.
//! `live-soak steady [SECONDS]`: an hour unless told, with files, refreshes and readers.

use std::time::Duration;

use config_tests::mounted::Links;
use config_tests::soak::steady;
use config_tests::soak::swaps::{self, Noticed};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    if what == "child" {
        let directory = arguments.next().expect("a directory");
        let seconds = arguments.next().and_then(|text| text.parse().ok()).expect("seconds");
        return steady::child(directory.as_ref(), seconds);
    }
    let number = arguments.next().map(|text| text.parse().expect("a number"));
    match what.as_str() {
        "steady" => {
            let program = std::env::current_exe().expect("this program");
            println!("{:?}", steady::run(program, number.unwrap_or(3600)));
        }
        "swaps" => switch(number.unwrap_or(10_000)),
        _ => panic!("live-soak swaps [NUMBER], or live-soak steady [SECONDS]"),
    }
}

/// Both orders of links, noticed in both ways.
fn switch(number: u64) {
    let looking = Noticed::ByLooking(Duration::from_millis(50));
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        for noticed in [Noticed::ByEvents, looking] {
            let figures = swaps::run(links, number, noticed, Duration::from_secs(5));
            println!("{links:?}, {noticed:?}: {figures:?}");
        }
    }
}
