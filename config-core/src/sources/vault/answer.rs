//! What stands in the server's answers.

use std::time::Duration;

use crate::remote::http::Response;
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Text, Value};

const BEFORE: &str = "look whether the address is that of Vault, and not of something before it";

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
        .hint(BEFORE)
}

/// A token that a login gave, with its lease.
pub(super) fn login(response: &Response) -> Result<(Text, Lease), Failure> {
    let answer = response.json()?;
    let auth = table(&answer, "auth")?;
    let token = text(auth, "client_token").filter(|token| !token.is_empty()).ok_or_else(unlike)?;
    Ok((token.clone(), lent(auth, "")?))
}

/// The lease of an answer; none where nothing was lent.
pub(super) fn lease(answer: &Node) -> Result<Option<Lease>, Failure> {
    match answer.entry("lease_id").map(|id| &id.value) {
        // KV version 1 tells of a term without a lease, which only says how often to look again.
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(id)) if id.is_empty() => Ok(None),
        Some(Value::Text(id)) => lent(answer, id).map(Some),
        Some(_) => Err(unlike()),
    }
}

/// A lease by that name, with the term that stands beside it. One that is not told, or cannot be read, is not without end.
fn lent(node: &Node, id: &str) -> Result<Lease, Failure> {
    let Some(seconds) = number(node, "lease_duration") else {
        let message = "lease_duration of the answer is no whole number of seconds";
        return Err(Failure::new(FailureKind::Malformed, message).hint(BEFORE));
    };
    Ok(Lease::new(id, Duration::from_secs(seconds), truth(node, "renewable")))
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

    fn lease_of(id: &str, term: &str) -> Result<Option<Lease>, Failure> {
        lease(&json::parse(&format!(r#"{{"lease_id": {id}{term}}}"#)).unwrap())
    }

    #[test]
    fn a_lease_of_no_seconds_never_ends() {
        let lease = lease_of(r#""a""#, r#", "lease_duration": 0"#).unwrap().unwrap();
        assert_eq!(lease.ends(), None);
    }

    #[test]
    fn a_term_that_is_not_told_or_is_no_whole_number_of_seconds_is_not_without_end() {
        for term in ["3.0", "\"3\"", "-1", "null", "1e3", "99999999999999999999", "[3]"] {
            let failure =
                lease_of(r#""a""#, &format!(r#", "lease_duration": {term}"#)).unwrap_err();
            assert_eq!(failure.kind(), FailureKind::Malformed);
            let text = failure.to_string();
            assert!(text.contains("lease_duration") && !text.contains(term), "{text}");
        }
        assert!(lease_of(r#""a""#, "").is_err());
        assert!(lease_of("7", r#", "lease_duration": 3"#).is_err());
    }

    #[test]
    fn what_was_not_lent_has_no_term_to_be_read() {
        for id in [r#""""#, "null"] {
            assert!(lease_of(id, r#", "lease_duration": "often""#).unwrap().is_none());
        }
    }
}
