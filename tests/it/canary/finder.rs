//! That the finder finds, and the ways in which the control plants a leak.

use config_tests::canary::{Finder, encodings, plain};
use config_tests::random::Random;

pub(super) type Leak = fn(&str) -> String;

/// Ways to give a canary away.
pub(super) const LEAKS: &[(&str, Leak)] = &[
    ("whole", str::to_owned),
    ("eight characters", |canary| canary.chars().skip(3).take(8).collect()),
    ("base64", |canary| in_encoding(canary, 8)),
    ("hex", |canary| in_encoding(canary, 6)),
];

fn in_encoding(canary: &str, which: usize) -> String {
    String::from_utf8(encodings(canary)[which].clone()).expect("encodings are text")
}

#[test]
fn a_canary_is_found_in_every_encoding_and_in_part() {
    let canary = plain(&mut Random::seeded(1));
    let finder = Finder::of([canary.as_str()]);
    for which in 0..encodings(&canary).len() {
        let text = in_encoding(&canary, which);
        assert!(finder.hit(&format!("a value was {text}.")).is_some(), "{text}");
    }
    assert!(finder.hit(&canary[5..13]).is_some());
    assert!(finder.hit(&canary[5..12]).is_none());
    assert!(finder.hit("port: wrong type: expected a whole number").is_none());
}

#[test]
fn base64_is_found_at_every_alignment_and_in_both_alphabets() {
    let canary = "??>>~~??>>~~ab";
    let finder = Finder::of([canary]);
    for encoded in [
        "Pz8+Pn5+Pz8+Pn5+YWI=",
        "Pz8-Pn5-Pz8-Pn5-YWI",
        "eD8/Pj5+fj8/Pj5+fmFi",
        "eHg/Pz4+fn4/Pz4+fn5hYg==",
    ] {
        assert!(finder.hit(encoded).is_some(), "{encoded}");
    }
}

#[test]
fn escapes_of_json_of_rust_and_of_urls_are_found() {
    let finder = Finder::of(["a\"b\\c\"d\\e\"f"]);
    assert!(finder.hit(r#"{"x": "a\"b\\c\"d\\e\"f"}"#).is_some());
    assert!(finder.hit("a%22b%5Cc%22d%5Ce%22f").is_some());
    assert!(finder.hit("a%22b%5cc%22d%5ce%22f").is_some());
    let finder = Finder::of(["é漢é漢é漢é漢"]);
    assert!(finder.hit(r"\u{e9}\u{6f22}\u{e9}\u{6f22}").is_some());
}
