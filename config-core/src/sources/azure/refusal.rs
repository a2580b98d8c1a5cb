//! What Key Vault's refusals mean, by their codes alone.

use super::client::Call;
use super::login::GIVEN;
use super::secret::disabled;
use super::vault::Vault;
use crate::remote::http::Response;
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// What was asked of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Get,
    List,
    Set,
    Delete,
    Recover,
    Purge,
}

impl Act {
    /// The permission, as access policies call it.
    const fn permission(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Set => "set",
            Self::Delete => "delete",
            Self::Recover => "recover",
            Self::Purge => "purge",
        }
    }

    /// The least role that has it.
    const fn role(self) -> &'static str {
        match self {
            Self::Get | Self::List => "Key Vault Secrets User",
            Self::Set | Self::Delete | Self::Recover | Self::Purge => "Key Vault Secrets Officer",
        }
    }
}

/// The codes of a refusal: of the error, and of what is behind it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Codes {
    outer: String,
    inner: String,
}

/// Whether the refusal says that there is no such secret, or no such version.
pub(super) fn is_absent(response: &Response) -> bool {
    response.status == 404 && {
        let codes = Codes::of(response);
        codes.outer == "SecretNotFound" || codes.inner == "SecretNotFound"
    }
}

/// The failure of a request that the vault refused to whom the token is of.
pub(super) fn failure(response: &Response, call: &Call, vault: &Vault, who: &str) -> Failure {
    let denied = |message: String| Failure::new(FailureKind::Denied, message);
    let conflict = |message: &'static str| Failure::new(FailureKind::Conflict, message);
    let act = call.act;
    let permission = act.permission();
    let codes = Codes::of(response);
    match (response.status, codes.inner.as_str(), codes.outer.as_str()) {
        (401, ..) if who == GIVEN => denied("the vault does not accept the given token".to_owned())
            .hint(format!(
                "give a new one for it: az account get-access-token --resource {}",
                vault.resource
            )),
        (401, ..) => denied(format!("the vault does not accept the token of {who}"))
            .hint("see that the vault belongs to the tenant that was logged in at"),
        (403, "SecretDisabled", _) => disabled(&vault.options(call.secret().unwrap_or("NAME"))),
        (403, "ForbiddenByRbac", _) => {
            let role = act.role();
            denied(format!("{who} has no role that allows to {permission} secrets (ForbiddenByRbac)"))
                .hint(format!("assign the role \"{role}\" on the vault {}", vault.name()))
        }
        (403, "ForbiddenByPolicy" | "AccessDenied", _) => denied(format!(
            "no access policy of the vault allows {who} to {permission} secrets (ForbiddenByPolicy)"
        ))
        .hint(format!(
            "run: az keyvault set-policy --name {} --secret-permissions {permission} --object-id ID",
            vault.name()
        )),
        (403, "ForbiddenByFirewall", _) => {
            denied("the firewall of the vault does not let this address in (ForbiddenByFirewall)".to_owned())
                .hint("allow the address or its network, or use the vault's private endpoint")
        }
        (403, "ForbiddenByConnection", _) => {
            denied("the vault is closed to public networks (ForbiddenByConnection)".to_owned())
                .hint("use the vault's private endpoint")
        }
        (403, ..) => denied(format!("{who} may not {permission} this secret"))
            .hint(format!("assign the role \"{}\" on the vault {}", act.role(), vault.name())),
        (404, _, "SecretNotFound") | (404, "SecretNotFound", _) => {
            Failure::new(FailureKind::NotFound, "no such secret")
        }
        (404, ..) => Failure::new(FailureKind::NotFound, "no vault answers there (HTTP 404)")
            .hint("is the address that of a vault?"),
        (409, "ObjectIsDeletedButRecoverable", _) => {
            conflict("a secret of that name was deleted and can be recovered")
                .hint("recover it, or purge it, before the name is used again")
        }
        (409, "ObjectIsBeingDeleted" | "ObjectIsBeingRecovered", _) => {
            conflict("the secret is being deleted or recovered").hint("try again in a minute")
        }
        (409, ..) => conflict("the secret is in a state that does not allow this"),
        (400, ..) => Failure::new(
            FailureKind::Malformed,
            "Key Vault did not understand the request (HTTP 400)",
        ),
        _ => response.failure(),
    }
}

impl Codes {
    fn of(response: &Response) -> Self {
        response.json().map_or_else(|_| Self::default(), |answer| Self::read(&answer))
    }

    fn read(answer: &Node) -> Self {
        let code = |node: Option<&Node>| match node.and_then(|node| node.entry("code")) {
            Some(Node { value: Value::Text(text), .. }) => String::clone(text),
            _ => String::new(),
        };
        let error = answer.entry("error");
        let inner = error.and_then(|error| error.entry("innererror"));
        Self { outer: code(error), inner: code(inner) }
    }
}

#[cfg(test)]
mod tests {
    use super::Codes;
    use crate::document::json;

    #[test]
    fn both_codes_are_read() {
        let text = r#"{"error": {"code": "Forbidden", "message": "..", "innererror": {"code": "SecretDisabled"}}}"#;
        let codes = Codes::read(&json::parse(text).unwrap());
        assert_eq!((&*codes.outer, &*codes.inner), ("Forbidden", "SecretDisabled"));
        assert_eq!(Codes::read(&json::parse("[7]").unwrap()), Codes::default());
        assert_eq!(Codes::read(&json::parse(r#"{"error": "x"}"#).unwrap()), Codes::default());
    }
}
