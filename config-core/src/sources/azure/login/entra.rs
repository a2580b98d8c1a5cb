//! What Entra's refusals mean, by their numbers alone: its words may quote what it was sent.

use crate::remote::http::Response;
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// The failure of a login that Entra refused.
pub(super) fn refusal(response: &Response, tenant: &str, client: &str) -> Failure {
    if matches!(response.status, 408 | 429 | 500..=599) {
        return response.failure();
    }
    match response.json().ok().as_ref().and_then(number) {
        Some(number) => meaning(number, tenant, client),
        None => {
            let message = format!("Entra refused the login (HTTP {})", response.status);
            Failure::new(FailureKind::Denied, message)
                .hint("does AZURE_AUTHORITY_HOST name the right place?")
        }
    }
}

/// The number of the refusal: of `"error_codes": [7000215]`, else of a description that begins with `AADSTS7000215`.
fn number(answer: &Node) -> Option<u32> {
    if let Some(Value::List(numbers)) = answer.entry("error_codes").map(|node| &node.value)
        && let Some(Value::Number(digits)) = numbers.first().map(|node| &node.value)
    {
        return digits.parse().ok();
    }
    match &answer.entry("error_description")?.value {
        Value::Text(text) => {
            let digits = text.strip_prefix("AADSTS")?;
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            digits[..end].parse().ok()
        }
        _ => None,
    }
}

fn meaning(number: u32, tenant: &str, client: &str) -> Failure {
    use FailureKind::{Denied, Expired, Unreachable};
    let (kind, message, hint) = match number {
        7_000_215 => (
            Denied,
            format!("the secret of the application {client} is wrong"),
            "AZURE_CLIENT_SECRET is the secret's value, not its identifier",
        ),
        7_000_222 => (
            Expired,
            format!("every secret of the application {client} has expired"),
            "make a new one: az ad app credential reset",
        ),
        700_016 => (
            Denied,
            format!("the tenant {tenant} has no application {client}"),
            "see AZURE_TENANT_ID and AZURE_CLIENT_ID",
        ),
        7_000_112 | 7_000_218 | 7_000_229 => (
            Denied,
            format!("the application {client} may not log in at the tenant {tenant}"),
            "see that its service principal is there and enabled",
        ),
        90_002 | 900_021 | 900_023 => {
            (Denied, format!("there is no tenant {tenant}"), "see AZURE_TENANT_ID")
        }
        500_011 | 500_014 => (
            Denied,
            format!("the tenant {tenant} does not know Key Vault"),
            "see that the vault belongs to this tenant and cloud",
        ),
        700_024 => (
            Expired,
            "what the application vouches for itself with is not valid now".to_owned(),
            "see that the clock is right, and that the token in AZURE_FEDERATED_TOKEN_FILE is renewed",
        ),
        700_027 | 700_030 | 5_002_738 => (
            Denied,
            format!("the certificate is none of the application {client}'s"),
            "add it: az ad app credential reset --cert",
        ),
        70_021 | 700_211..=700_213 => (
            Denied,
            format!("the application {client} does not trust the cluster's token"),
            "see issuer, subject and audience of its federated credential",
        ),
        50_027 | 50_013 => (
            Denied,
            "what the application vouches for itself with cannot be read".to_owned(),
            "see what stands in AZURE_FEDERATED_TOKEN_FILE",
        ),
        53_000..=53_011 | 50_076 | 50_079 | 530_035 => (
            Denied,
            "a rule of the tenant does not allow this login".to_owned(),
            "see its conditional access policies",
        ),
        90_033 | 90_055 | 50_196 | 90_012 | 90_019 => {
            (Unreachable, "Entra is in trouble".to_owned(), "see status.azure.com")
        }
        _ => (
            Denied,
            "Entra refused the login".to_owned(),
            "see the number at login.microsoftonline.com/error",
        ),
    };
    Failure::new(kind, format!("{message} (AADSTS{number})")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::{meaning, number};
    use crate::document::json;
    use crate::source::FailureKind;

    #[test]
    fn the_number_is_found_where_entra_writes_it() {
        let of = |text| number(&json::parse(text).unwrap());
        assert_eq!(of(r#"{"error_codes": [7000215]}"#), Some(7_000_215));
        assert_eq!(
            of(r#"{"error_description": "AADSTS90002: Tenant 'x' not found"}"#),
            Some(90_002)
        );
        assert_eq!(of(r#"{"error_description": "AADSTS"}"#), None);
        assert_eq!(of(r#"{"error_codes": []}"#), None);
        assert_eq!(of(r#"{"error_codes": [99999999999999]}"#), None);
    }

    #[test]
    fn what_expired_is_told_from_what_is_wrong() {
        assert_eq!(meaning(7_000_215, "t", "c").kind(), FailureKind::Denied);
        assert_eq!(meaning(7_000_222, "t", "c").kind(), FailureKind::Expired);
        assert_eq!(meaning(700_024, "t", "c").kind(), FailureKind::Expired);
        assert_eq!(meaning(90_033, "t", "c").kind(), FailureKind::Unreachable);
        let unknown = meaning(1, "t", "c");
        assert_eq!(unknown.to_string(), "Entra refused the login (AADSTS1)");
    }
}
