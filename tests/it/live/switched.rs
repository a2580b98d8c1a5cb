//! A mounted volume that is switched under readers; ten thousand times by `cargo run -p config-tests --bin live-soak`.

use std::time::Duration;

use config_tests::mounted::Links;
use config_tests::soak::swaps::{Noticed, run};

const SWAPS: u64 = 400;
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn no_snapshot_is_of_two_generations_and_the_last_is_seen_by_events() {
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        let figures = run(links, SWAPS, Noticed::ByEvents, LIMIT);
        assert!(figures.generations > 8, "{figures:?}");
    }
}

#[test]
fn no_snapshot_is_of_two_generations_and_the_last_is_seen_by_looking() {
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        let noticed = Noticed::ByLooking(Duration::from_millis(20));
        let figures = run(links, SWAPS, noticed, LIMIT);
        assert!(figures.generations > 8, "{figures:?}");
    }
}
