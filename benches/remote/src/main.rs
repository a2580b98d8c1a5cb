//! How long a load of two hundred fields from four stores takes, each of which takes 50 ms for every answer.
//!
//! `cargo run --release -p remote`. What is printed is the best of several loads, as a multiple of the delay: one where
//! tokens are at hand, two where each store wants a login first. The stores are on loopback; a process's first load sets
//! up TLS, and is printed too.

use std::time::{Duration, Instant};

use config_tests::crafted::Way;
use config_tests::crafted::rounds::{Four, rounds};

const DELAY: Duration = Duration::from_millis(50);
const LOADS: usize = 20;

fn main() {
    println!("| credentials | rounds | first load | best of {LOADS} | median | by rounds x {DELAY:?} |");
    println!("|---|---|---|---|---|---|");
    for (name, way) in [("tokens at hand", Way::Token), ("a login first", Way::Login)] {
        let four = Four::slow(DELAY, way);
        let mut times = Vec::new();
        let mut most = 0;
        for _ in 0..LOADS {
            let started = Instant::now();
            let loaded = four.load();
            times.push(started.elapsed());
            match loaded {
                Ok(settings) if settings.right() == 200 => {}
                Ok(settings) => panic!("only {} fields are right", settings.right()),
                Err(error) => panic!("{error}"),
            }
            most = most.max(rounds(&four.asked()));
        }
        let first = times[0];
        times.sort_unstable();
        let (best, median) = (times[0], times[LOADS / 2]);
        let least = DELAY * u32::try_from(most).unwrap_or(1);
        let ratio = best.as_secs_f64() / least.as_secs_f64();
        println!("| {name} | {most} | {first:.1?} | {best:.1?} | {median:.1?} | {ratio:.2} |");
    }
}
