//! What ten thousand instances ask of their store that were started at the same moment, each by the schedule that live
//! settings have: two hours, counted in less than a second.
//!
//! `cargo run --release -p herd`, in `benches`; `cargo run --release -p herd -- SEED` for other random numbers. Peaks are
//! those of any window, wherever it begins. It fails where a limit is not kept.

use std::ops::Range;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use config_core::__private::herd::{Herd, Requests};

const INSTANCES: usize = 10_000;
/// The highest rate, as a multiple of the mean.
const LIMIT: f64 = 2.2;
const OUTAGE: Range<Duration> = seconds(900)..seconds(1020);
const WINDOWS: [Duration; 3] = [seconds(1), seconds(10), seconds(60)];

/// What a store lets everybody ask together, and in what time:
/// - <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>: DescribeSecret and
///   GetSecretValue, combined, 10,000 per second, for each account and region
/// - <https://cloud.google.com/secret-manager/quotas>: access requests, 90,000 per minute, for each project
/// - <https://learn.microsoft.com/azure/key-vault/general/service-limits>: secrets GET, 4,000 in 10 seconds, for each
///   vault and region
///
/// Vault has none, unless somebody set one.
const QUOTAS: [(&str, usize, Duration); 3] = [
    ("AWS Secrets Manager", 10_000, seconds(1)),
    ("Google Secret Manager", 90_000, seconds(60)),
    ("Azure Key Vault", 4_000, seconds(10)),
];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn main() -> ExitCode {
    let seed = std::env::args().nth(1).map_or(1, |seed| seed.parse().expect("SEED: a number"));
    let started = Instant::now();
    let calm = Herd::new(INSTANCES);
    let out = Herd { outage: OUTAGE, ..calm.clone() };
    let told = Herd { says_when: true, ..out.clone() };
    let all = Duration::ZERO..calm.length;
    let after = OUTAGE.end..calm.length;
    let settled = OUTAGE.end + seconds(60)..calm.length;

    println!("{INSTANCES} instances, time to live {:?}, seed {seed}; requests:\n", calm.ttl);
    println!("| | mean per s | peak in 1 s | in 10 s | in 60 s | 1 s by mean | 10 s by mean | |");
    println!("|---|---|---|---|---|---|---|---|");
    let mean = calm.run(seed).count() as f64 / calm.length.as_secs_f64();
    let mut kept = true;
    let runs = [
        ("after the start", calm.run(seed), vec![(all, "", true)]),
        (
            "outage of 120 s",
            out.run(seed),
            vec![
                (OUTAGE, ", meanwhile", false),
                (after.clone(), ", afterwards", false),
                (settled.clone(), ", from a minute later", true),
            ],
        ),
        (
            "outage, with Retry-After",
            told.run(seed),
            vec![
                (OUTAGE, ", meanwhile", false),
                (after, ", afterwards", false),
                (settled, ", from a minute later", true),
            ],
        ),
    ];
    for (name, requests, parts) in &runs {
        for (part, when, is_bound) in parts {
            kept &= row(&format!("{name}{when}"), requests, part, mean, is_bound.then_some(LIMIT));
        }
    }

    println!(
        "\n| quota, for everybody together | window | peak after the start | around the outage | with Retry-After | |"
    );
    println!("|---|---|---|---|---|---|");
    for (store, quota, window) in QUOTAS {
        let peaks = runs.each_ref().map(|(_, requests, _)| requests.peak(window));
        let is_kept = peaks.iter().all(|peak| *peak < quota);
        kept &= is_kept;
        let [start, out, told] = peaks;
        let verdict = verdict(is_kept);
        println!("| {store} {quota} | {window:?} | {start} | {out} | {told} | {verdict} |");
    }

    let lease = seconds(3600);
    let lent = Herd { lease: Some(lease), ttl: seconds(24 * 3600), ..calm };
    let peaks = WINDOWS.map(|window| lent.run(seed).peak(window));
    println!(
        "\nLeases of {lease:?} that all began with the start: peaks {peaks:?} in {WINDOWS:?}."
    );
    println!("Counted in {:.1?}.", started.elapsed());
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A row of the table; whether its limit is kept.
fn row(
    name: &str,
    requests: &Requests,
    part: &Range<Duration>,
    mean: f64,
    limit: Option<f64>,
) -> bool {
    let part_of = requests.within(part.clone());
    let own = part_of.count() as f64 / (part.end - part.start).as_secs_f64();
    let [one, ten, sixty] = WINDOWS.map(|window| part_of.peak(window));
    let ratios = [one as f64 / mean, ten as f64 / mean / 10.0];
    let is_kept = limit.is_none_or(|limit| ratios.iter().all(|ratio| *ratio <= limit));
    let said = limit.map_or(String::new(), |limit| format!("<= {limit}: {}", verdict(is_kept)));
    let [by_one, by_ten] = ratios;
    println!(
        "| {name} | {own:.1} | {one} | {ten} | {sixty} | {by_one:.2} | {by_ten:.2} | {said} |"
    );
    is_kept
}

const fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "kept" } else { "NOT KEPT" }
}
