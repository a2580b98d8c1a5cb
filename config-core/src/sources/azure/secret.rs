//! A secret as Key Vault tells it, and whether it is good now.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::source::{Failure, FailureKind};
use crate::value::{Node, Text, Value};

/// What Key Vault tells of a secret, or of one version of it.
pub(super) struct Secret {
    /// None where it was asked for what surrounds the value alone.
    pub(super) value: Option<Text>,
    /// The version; none where the secret as a whole is meant.
    pub(super) version: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) enabled: bool,
    pub(super) not_before: Option<u64>,
    pub(super) expires: Option<u64>,
    pub(super) created: Option<u64>,
    pub(super) tags: BTreeMap<String, String>,
    /// When it was deleted, and when it is gone for good.
    pub(super) deleted: Option<u64>,
    pub(super) purged: Option<u64>,
}

impl Secret {
    /// Reads what was answered.
    ///
    /// # Errors
    /// It is no secret.
    pub(super) fn read(mut answer: Node) -> Result<Self, Failure> {
        let attributes = answer.entry("attributes");
        let seconds = |from: Option<&Node>, name: &str| match &from?.entry(name)?.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let enabled = attributes.and_then(|attributes| attributes.entry("enabled"));
        let Some(id) = answer.entry("id").and_then(text) else { return Err(none()) };
        let version = match id.split("/secrets/").nth(1).map(|path| path.split_once('/')) {
            None => return Err(none()),
            Some(None) => None,
            // What a version looks like is shown; a value may stand there by mistake.
            Some(Some((_, version))) => Some(version.to_owned()).filter(|text| is_version(text)),
        };
        let tags = match answer.entry("tags").map(|node| &node.value) {
            Some(Value::Map(entries)) => entries
                .iter()
                .filter_map(|(name, value)| Some((String::clone(name), text(value)?.to_owned())))
                .collect(),
            _ => BTreeMap::new(),
        };
        Ok(Self {
            version,
            content_type: answer.entry("contentType").and_then(text).map(str::to_owned),
            enabled: !matches!(enabled.map(|node| &node.value), Some(Value::Bool(false))),
            not_before: seconds(attributes, "nbf"),
            expires: seconds(attributes, "exp"),
            created: seconds(attributes, "created"),
            tags,
            deleted: seconds(Some(&answer), "deletedDate"),
            purged: seconds(Some(&answer), "scheduledPurgeDate"),
            value: take(&mut answer, "value"),
        })
    }

    /// Whether it may be used now. Key Vault hands a secret out before and after its time all the same.
    pub(super) fn must_be_good(&self, now: SystemTime, options: &str) -> Result<(), Failure> {
        let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let expired =
            |message: String, hint| Err(Failure::new(FailureKind::Expired, message).hint(hint));
        if !self.enabled {
            return Err(disabled(options));
        }
        match (self.not_before, self.expires) {
            (_, Some(expires)) if expires <= now => expired(
                format!("the secret expired on {}", date(expires)),
                "set a new value, or a later date of expiry",
            ),
            (Some(begins), _) if begins > now => expired(
                format!("the secret is not valid before {}", date(begins)),
                "wait until then, or set an earlier date of activation",
            ),
            _ => Ok(()),
        }
    }
}

/// The failure of a secret that was switched off, with what `az` calls it by.
pub(super) fn disabled(options: &str) -> Failure {
    Failure::new(FailureKind::Expired, "the secret is disabled")
        .hint(format!("run: az keyvault secret set-attributes {options} --enabled true"))
}

/// An instant of Key Vault's.
pub(super) fn time(seconds: Option<u64>) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds?))
}

fn none() -> Failure {
    Failure::new(FailureKind::Malformed, "the answer is no secret of Key Vault's")
        .hint("is the address that of a vault?")
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Takes a text out of the table, so that no second copy of it comes about.
fn take(answer: &mut Node, name: &str) -> Option<Text> {
    let Value::Map(entries) = &mut answer.value else { return None };
    let (_, node) = entries.iter_mut().find(|(key, _)| key.as_str() == name)?;
    match std::mem::take(&mut node.value) {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The day and minute of an instant, in UTC: `2026-11-21 14:15 UTC`.
fn date(seconds: u64) -> String {
    let (days, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    // Years of 365 or 366 days that begin in March, in eras of 400 years: "chrono-Compatible Low-Level Date Algorithms".
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + later;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

/// Whether it is 32 digits in hexadecimal, as the vault makes them.
fn is_version(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Secret, date};
    use crate::document::json;
    use std::time::{Duration, UNIX_EPOCH};

    fn secret(attributes: &str) -> Secret {
        let id = "https://a.vault.azure.net/secrets/db/0123456789abcdef0123456789abcdef";
        let text = format!(r#"{{"value": "x", "id": "{id}", "attributes": {attributes}}}"#);
        Secret::read(json::parse(&text).unwrap()).unwrap()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_782_399), "2000-02-28 23:59 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date(1_795_270_500), "2026-11-21 14:15 UTC");
        assert_eq!(date(4_107_542_400), "2100-03-01 00:00 UTC");
        assert!(!date(u64::MAX / 2).is_empty());
    }

    #[test]
    fn a_secret_is_used_within_its_time_alone() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let why = |attributes| {
            secret(attributes)
                .must_be_good(now, "--name db")
                .err()
                .map(|failure| failure.to_string())
        };
        assert_eq!(why("{}"), None);
        assert_eq!(why(r#"{"enabled": true, "nbf": 1000, "exp": 1001}"#), None);
        assert_eq!(why(r#"{"enabled": false}"#).unwrap(), "the secret is disabled");
        assert_eq!(why(r#"{"exp": 1000}"#).unwrap(), "the secret expired on 1970-01-01 00:16 UTC");
        assert!(why(r#"{"nbf": 1001}"#).unwrap().contains("not valid before"));
    }

    #[test]
    fn the_version_stands_at_the_end_of_the_identifier() {
        assert_eq!(secret("{}").version.unwrap(), "0123456789abcdef0123456789abcdef");
        let of = |id: &str| Secret::read(json::parse(&format!(r#"{{"id": "{id}"}}"#)).unwrap());
        assert_eq!(of("https://a.vault.azure.net/secrets/db").unwrap().version, None);
        assert_eq!(of("https://a.vault.azure.net/secrets/db/hunter2").unwrap().version, None);
        assert!(of("https://a.vault.azure.net/keys/db").is_err());
        assert!(Secret::read(json::parse("[]").unwrap()).is_err());
    }
}
