//! Every case is a test or is left out for a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const CASES: &str = include_str!("../../conformance/settings_cases.md");
const LEFT_OUT: &str = include_str!("../../conformance/left_out.md");

#[test]
fn every_case_is_a_test_or_is_left_out_for_a_reason() {
    let (cases, tests, left_out) = (cases(), tests(), left_out());
    let covered: BTreeSet<&String> = tests.iter().chain(left_out.keys()).collect();
    let forgotten: Vec<&String> = cases.iter().filter(|id| !covered.contains(id)).collect();
    assert!(forgotten.is_empty(), "neither tests nor left out: {forgotten:?}");
    let unknown: Vec<&&String> = covered.iter().filter(|id| !cases.contains(**id)).collect();
    assert!(unknown.is_empty(), "no such cases: {unknown:?}");
    let both: Vec<&String> = left_out.keys().filter(|id| tests.contains(*id)).collect();
    assert!(both.is_empty(), "tests and left out at once: {both:?}");
}

#[test]
fn at_most_a_quarter_of_the_cases_is_left_out_and_each_has_a_reason() {
    let (cases, left_out) = (cases(), left_out());
    assert!(left_out.len() * 4 <= cases.len(), "{} of {}", left_out.len(), cases.len());
    for (id, reason) in &left_out {
        assert!(reason.split_whitespace().count() >= 4, "{id}: {reason}");
    }
    println!("{} cases, {} left out", cases.len(), left_out.len());
}

/// The ids of the list: `- E01 [T] ..`.
fn cases() -> BTreeSet<String> {
    let ids = CASES.lines().filter_map(|line| line.strip_prefix("- ")?.split(' ').next());
    let ids: BTreeSet<String> = ids.map(str::to_owned).collect();
    assert!(ids.len() > 100, "the list is there");
    ids
}

/// The ids with the reason: `- E16: ..`.
fn left_out() -> BTreeMap<String, String> {
    let lines = LEFT_OUT.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(": "));
    lines.map(|(id, reason)| (id.to_owned(), reason.to_owned())).collect()
}

/// The ids that the functions in this directory begin with: `fn e01_..`, each with `#[test]` above it.
fn tests() -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/cases");
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut above: [&str; 2] = ["", ""];
        for line in source.lines() {
            if let Some(name) = line.strip_prefix("fn ") {
                let id = name.split('_').next().unwrap_or_default();
                if above.contains(&"#[test]") && id.ends_with(|c: char| c.is_ascii_digit()) {
                    ids.insert(id.to_ascii_uppercase());
                }
            }
            above = [above[1], line];
        }
    }
    ids
}
