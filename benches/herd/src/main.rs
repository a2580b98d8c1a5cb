//! What ten thousand instances ask of their store that were started at the same moment, each by the schedule that live
//! settings have: two hours, counted in less than a second.
//!
//! `cargo run --release -p herd`, in `benches`; `cargo run --release -p herd -- SEED` for other random numbers, and
//! `-- rows` for the rows of RESULTS.md alone. Peaks are those of any window, wherever it begins. It fails where a limit
//! is not kept.
//!
//! A refresh asks for one secret with a token that the instance has: one request where it succeeds. Where it fails, the
//! request is made again as sources do, by the same code: once more by the first refresh that fails, not at all by those
//! that follow until one succeeds. Whoever reads more secrets, or logs in, multiplies.

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

/// A part of a run: what it is called, and whether its peaks are judged.
type Part = (Range<Duration>, &'static str, bool);

/// What was counted, as tables for people, and as rows of `RESULTS.md`.
struct Told {
    /// Requests per second of the calm run.
    mean: f64,
    kept: bool,
    rows: Vec<String>,
}

fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    let only_rows = argument.as_deref() == Some("rows");
    let seed = argument.filter(|_| !only_rows);
    let seed = seed.map_or(1, |seed| seed.parse().expect("SEED: a number"));
    let started = Instant::now();
    let calm = Herd::new(INSTANCES);
    let out = Herd { outage: OUTAGE, ..calm.clone() };
    let told = Herd { says_when: true, ..out.clone() };
    let all = Duration::ZERO..calm.length;
    let runs = [
        ("after the start", calm.run(seed), vec![(all, "", true)]),
        ("outage of 120 s", out.run(seed), around(calm.length)),
        ("outage, with Retry-After", told.run(seed), around(calm.length)),
    ];
    let mean = runs[0].1.count() as f64 / calm.length.as_secs_f64();
    let mut told = Told { mean, kept: true, rows: Vec::new() };
    let mut text = format!(
        "{INSTANCES} instances, time to live {:?}, seed {seed}; one request for each refresh that succeeds:\n\n\
         | | per refresh | mean per s | peak in 1 s | in 10 s | in 60 s | 1 s by mean | 10 s by mean | |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        calm.ttl
    );
    for (name, requests, parts) in &runs {
        parts.iter().for_each(|part| text += &told.peaks(name, requests, part));
    }
    text += "\n| quota, for everybody together | window | peak after the start | around the outage | with Retry-After | |\n\
             |---|---|---|---|---|---|\n";
    for quota in QUOTAS {
        text += &told.quota(quota, runs.each_ref().map(|(_, requests, _)| requests));
    }
    let lease = seconds(3600);
    let lent = Herd { lease: Some(lease), ttl: seconds(24 * 3600), ..calm };
    let peaks = WINDOWS.map(|window| lent.run(seed).peak(window));
    text += &format!(
        "\nLeases of {lease:?} that all began with the start: peaks {peaks:?} in {WINDOWS:?}.\n"
    );
    match only_rows {
        true => println!("{}", told.rows.join("\n")),
        false => print!("{text}Counted in {:.1?}.\n", started.elapsed()),
    }
    if told.kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn around(length: Duration) -> Vec<Part> {
    vec![
        (OUTAGE, ", meanwhile", false),
        (OUTAGE.end..length, ", afterwards", false),
        (OUTAGE.end + seconds(60)..length, ", from a minute later", true),
    ]
}

impl Told {
    /// A row of the table of peaks.
    fn peaks(&mut self, name: &str, requests: &Requests, (part, when, is_bound): &Part) -> String {
        let part_of = requests.within(part.clone());
        let own = part_of.count() as f64 / (part.end - part.start).as_secs_f64();
        let [one, ten, sixty] = WINDOWS.map(|window| part_of.peak(window));
        let [by_one, by_ten] = [one as f64 / self.mean, ten as f64 / self.mean / 10.0];
        let is_kept = !is_bound || by_one.max(by_ten) <= LIMIT;
        self.kept &= is_kept;
        let mut said = String::new();
        if *is_bound {
            let (mean, verdict) = (self.mean, verdict(is_kept));
            said = format!("<= {LIMIT}: {verdict}");
            self.rows.push(format!(
                "| {INSTANCES} instances, {name}{when}: peak per s | {one} | mean {mean:.1} | {by_one:.2} x | <= {LIMIT} x | {verdict} |"
            ));
        }
        let each = part_of.per_refresh();
        format!(
            "| {name}{when} | {each:.2} | {own:.1} | {one} | {ten} | {sixty} | {by_one:.2} | {by_ten:.2} | {said} |\n"
        )
    }

    /// A row of the table of quotas.
    fn quota(
        &mut self,
        (store, quota, window): (&str, usize, Duration),
        runs: [&Requests; 3],
    ) -> String {
        let [start, out, told] = runs.map(|requests| requests.peak(window));
        let most = start.max(out).max(told);
        let verdict = verdict(most < quota);
        self.kept &= most < quota;
        let ratio = most as f64 / quota as f64;
        self.rows.push(format!(
            "| {INSTANCES} instances around an outage of 120 s: peak in {window:?} | {most} | {store}: {quota} | {ratio:.2} x | < 1 x | {verdict} |"
        ));
        format!("| {store} {quota} | {window:?} | {start} | {out} | {told} | {verdict} |\n")
    }
}

const fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "reached" } else { "MISSED" }
}
