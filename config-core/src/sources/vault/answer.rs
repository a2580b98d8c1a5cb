//! What stands in the server's answers.

use std::time::Duration;

use crate::remote::http::Response;
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Text, Value};

/// The text of an entry.
pub(super) fn text<'n>(node: &'n Node, name: &str) -> Option<&'n Text> {
    match &node.entry(name)?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The whole number of an entry.
pub(super) fn number(node: &Node, name: &str) -> Option<u64> {
    match &node.entry(name)?.value {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// Whether an entry is true.
pub(super) fn truth(node: &Node, name: &str) -> bool {
    node.entry(name).is_some_and(|node| matches!(node.value, Value::Bool(true)))
}

/// The part of an answer that has to be a table.
pub(super) fn table<'n>(node: &'n Node, name: &str) -> Result<&'n Node, Failure> {
    node.entry(name).filter(|node| matches!(node.value, Value::Map(_))).ok_or_else(unlike)
}

/// The answer is JSON, but not what the API has there.
pub(super) fn unlike() -> Failure {
    Failure::new(FailureKind::Malformed, "the answer is not what Vault's API has there")
        .hint("look whether the address is that of Vault, and not of something before it")
}

/// A token that a login gave, with its lease.
pub(super) fn login(response: &Response) -> Result<(Text, Lease), Failure> {
    let answer = response.json()?;
    let auth = table(&answer, "auth")?;
    let token = text(auth, "client_token").filter(|token| !token.is_empty()).ok_or_else(unlike)?;
    Ok((token.clone(), lease(auth)))
}

/// The lease of an answer, or of the part of it that has one.
pub(super) fn lease(node: &Node) -> Lease {
    let id = text(node, "lease_id").map_or("", |id| id.as_str());
    let ttl = Duration::from_secs(number(node, "lease_duration").unwrap_or(0));
    Lease::new(id, ttl, truth(node, "renewable"))
}

/// What a token is told of itself: how long it is good yet.
pub(super) fn term(data: &Node) -> Option<Lease> {
    let ttl = Duration::from_secs(number(data, "ttl")?);
    // Whole seconds are told: of one that ends within the next they are as many as of one without end.
    let ends = text(data, "expire_time").is_some();
    let ttl = if ends { ttl.max(Duration::from_millis(1)) } else { ttl };
    Some(Lease::new("", ttl, truth(data, "renewable")))
}

/// What the server remarks, in our words: its own may repeat the token or a value, in whatever spelling.
pub(super) fn warnings(answer: &Node) -> Vec<String> {
    let Some(Node { value: Value::List(warnings), .. }) = answer.entry("warnings") else {
        return Vec::new();
    };
    let texts = warnings.iter().filter_map(|warning| match &warning.value {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let mut known: Vec<&str> = texts.map(known).collect();
    known.sort_unstable();
    known.dedup();
    known.into_iter().map(str::to_owned).collect()
}

/// What a sentence of the server comes to.
fn known(sentence: &str) -> &'static str {
    const KNOWN: &[(&str, &str)] = &[
        ("versioned K/V", "the server warns: the path is not written as KV version 2 wants it"),
        ("unrecognized parameters", "the server warns: it ignored a part of the request"),
        ("TTL", "the server warns: a time to live was cut to what is allowed"),
        ("deprecated", "the server warns: what was asked is deprecated"),
    ];
    let found = KNOWN.iter().find(|(words, _)| sentence.contains(words));
    found.map_or("the server warns of something: its own command line shows it", |(_, said)| said)
}

#[cfg(test)]
mod tests {
    use super::{warnings, *};
    use crate::document::json;

    #[test]
    fn a_warning_is_told_in_our_words_and_once() {
        let answer = r#"{"data": {"a": "n0t-a-real-one"}, "warnings": [
            "TTL of \"n0t-a-real-one\" exceeded", "saw n0t-a-real-one", "saw bjB0LWEtcmVhbC1vbmU", 7]}"#;
        let warnings = warnings(&json::parse(answer).unwrap());
        assert_eq!(
            warnings,
            [
                "the server warns of something: its own command line shows it",
                "the server warns: a time to live was cut to what is allowed",
            ]
        );
    }

    #[test]
    fn an_answer_without_warnings_has_none() {
        assert!(warnings(&json::parse(r#"{"warnings": null}"#).unwrap()).is_empty());
        assert!(warnings(&json::parse("{}").unwrap()).is_empty());
    }

    #[test]
    fn a_token_in_its_last_second_is_not_taken_for_one_without_end() {
        let ends = |expires: &str| {
            let told = format!(r#"{{"ttl": 0, "expire_time": {expires}, "renewable": true}}"#);
            term(&json::parse(&told).unwrap()).unwrap().ends().is_some()
        };
        assert!(ends(r#""2026-01-02T03:04:05Z""#));
        assert!(!ends("null"));
    }

    #[test]
    fn a_lease_without_a_term_never_ends() {
        assert_eq!(lease(&json::parse(r#"{"lease_duration": 0}"#).unwrap()).ends(), None);
    }
}
