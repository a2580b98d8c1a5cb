use std::time::Duration;

use super::{Herd, Requests};

const INSTANCES: usize = 1000;
const TEN: Duration = Duration::from_secs(10);
const OUTAGE: std::ops::Range<Duration> = seconds(900)..seconds(1020);

/// Of a store's quota for ten thousand instances, what a thousand may use.
const QUOTAS: [(&str, usize, Duration); 3] = [
    ("AWS Secrets Manager", 1_000, seconds(1)),
    ("Google Secret Manager", 9_000, seconds(60)),
    ("Azure Key Vault", 400, TEN),
];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How many requests there are in a window on average, where each instance asks once in nineteen twentieths of the time
/// to live.
fn mean(herd: &Herd, window: Duration) -> f64 {
    herd.instances as f64 * window.as_secs_f64() / (herd.ttl.as_secs_f64() * 0.95)
}

fn ratio(requests: &Requests, herd: &Herd) -> f64 {
    requests.peak(TEN) as f64 / mean(herd, TEN)
}

#[test]
fn instances_that_start_together_ask_evenly_from_the_start() {
    let herd = Herd::new(INSTANCES);
    let requests = herd.run(1);
    let expected = mean(&herd, herd.length);
    assert!((requests.count() as f64 / expected - 1.0).abs() < 0.02, "{}", requests.count());
    let ratio = ratio(&requests, &herd);
    assert!(ratio <= 2.2, "{ratio}");
}

#[test]
fn without_randomness_they_would_all_ask_at_once() {
    let herd = Herd::new(INSTANCES);
    let requests = herd.run_with(&mut || 0.5);
    assert_eq!(requests.peak(Duration::from_nanos(1)), INSTANCES);
}

#[test]
fn an_outage_is_followed_by_no_wave() {
    for says_when in [false, true] {
        let herd = Herd { outage: OUTAGE, says_when, ..Herd::new(INSTANCES) };
        let requests = herd.run(2);
        for (store, quota, window) in QUOTAS {
            let peak = requests.peak(window);
            assert!(peak < quota, "{store}: {peak} of {quota}");
        }
        let after = requests.within(OUTAGE.end + seconds(60)..herd.length);
        let ratio = ratio(&after, &herd);
        assert!(ratio <= 2.2, "{ratio}");
    }
}

#[test]
fn a_refresh_tries_again_once_and_not_at_all_where_the_last_one_failed() {
    let outage = Duration::ZERO..seconds(7200);
    let herd = Herd { outage, ..Herd::new(1) };
    let requests = herd.run(4);
    let mut first = requests.0.iter().map(|request| request.is_first);
    assert_eq!((first.next(), first.next(), first.next()), (Some(true), Some(false), Some(true)));
    assert!(first.all(|is_first| is_first));
    assert!(Herd::new(INSTANCES).run(5).per_refresh() < 1.001, "where all is well");
    let told = Herd { says_when: true, ..herd };
    assert!(told.run(6).0.iter().all(|request| request.is_first), "it asked to be left alone");
}

#[test]
fn what_was_lent_to_all_at_once_is_not_prolonged_at_once() {
    let lease = Some(seconds(3600));
    let herd = Herd { lease, ttl: seconds(24 * 3600), ..Herd::new(INSTANCES) };
    let requests = herd.run(3);
    assert!(requests.peak(TEN) < INSTANCES / 10, "{}", requests.peak(TEN));
}
