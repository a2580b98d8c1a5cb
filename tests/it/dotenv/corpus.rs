//! Every case of `conformance/dotenv_corpus.json`.

use std::collections::BTreeMap;

use config_core::dotenv::parse;
use serde_json::{Value, json};

#[test]
fn every_case_of_the_corpus_is_read_as_the_dialect_says() {
    let corpus: Value =
        serde_json::from_str(include_str!("../../conformance/dotenv_corpus.json")).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    assert!(cases.len() >= 103, "cases went missing");
    let differ = |case: &&Value| outcome(case["input"].as_str().unwrap()) != case["expect"];
    let wrong: Vec<String> = cases
        .iter()
        .filter(differ)
        .map(|case| {
            let measured = outcome(case["input"].as_str().unwrap());
            format!(
                "{} {}\n  is     {measured}\n  expect {}",
                case["id"], case["input"], case["expect"]
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The pairs that count, or the error, in the corpus's own form.
fn outcome(input: &str) -> Value {
    match parse(input.as_bytes()) {
        Ok(pairs) => {
            let last: BTreeMap<_, _> =
                pairs.iter().map(|pair| (pair.key.as_str(), pair.value.as_str())).collect();
            json!({ "ok": last })
        }
        Err(error) => {
            let at = error.position();
            json!({ "error": { "line": at.line, "column": at.column, "message": error.message() } })
        }
    }
}
