//! What a vault says of the tokens that it takes, when it refuses one.

use super::vault::{Vault, authority_of};
use crate::source::{Failure, FailureKind};

/// The terms of a vault: `Bearer authorization="https://login.windows.net/TENANT", resource="https://vault.azure.net"`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    /// The tenant that the vault belongs to.
    pub(super) tenant: Option<String>,
    /// Whom tokens have to be for.
    pub(super) resource: Option<String>,
}

impl Challenge {
    /// Reads the header; what is not understood in it is left out.
    pub(super) fn read(header: &str) -> Self {
        let mut challenge = Self::default();
        let scheme = header.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
        if scheme.is_none() {
            return challenge;
        }
        for part in header[7..].split([',', ' ']) {
            let Some((name, value)) = part.split_once('=') else { continue };
            let value = value.trim_matches('"');
            match name {
                "authorization" | "authorization_uri" => challenge.tenant = tenant(value),
                "resource" => challenge.resource = resource(value),
                "scope" => {
                    challenge.resource = resource(value.trim_end_matches("/.default"));
                }
                _ => {}
            }
        }
        challenge
    }

    /// Whom a new token has to be for.
    ///
    /// # Errors
    /// For somebody else than vaults of this one's domain: it would be a token for a stranger.
    pub(super) fn resource(&self, vault: &Vault, verified: bool) -> Result<String, Failure> {
        match &self.resource {
            Some(resource) if *resource != vault.resource => {
                if verified && !vault.is_of(resource) {
                    let message =
                        "the vault asks for a token for another service than vaults of its domain";
                    return Err(Failure::new(FailureKind::Denied, message)
                        .hint("if that is what it should, say verify_challenge_resource(false)"));
                }
                Ok(resource.clone())
            }
            _ => Ok(vault.resource.clone()),
        }
    }
}

/// The last part of the address, which is a tenant's.
fn tenant(address: &str) -> Option<String> {
    let (_, path) = address.strip_prefix("https://")?.split_once('/')?;
    let tenant = path.trim_end_matches('/');
    is_tenant(tenant).then(|| tenant.to_owned())
}

fn resource(address: &str) -> Option<String> {
    Some(format!("https://{}", authority_of(address)?))
}

/// Whether a text may be the name of a tenant, and so stand in an address or behind an option.
pub(super) fn is_tenant(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=253).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::Challenge;
    use crate::sources::azure::vault::Vault;

    #[test]
    fn tenant_and_resource_are_read() {
        let header = r#"Bearer authorization="https://login.windows.net/72f9-1", resource="https://vault.azure.net""#;
        let challenge = Challenge::read(header);
        assert_eq!(challenge.tenant.as_deref(), Some("72f9-1"));
        assert_eq!(challenge.resource.as_deref(), Some("https://vault.azure.net"));
        let scoped = Challenge::read(r#"bearer scope="https://vault.azure.net/.default""#);
        assert_eq!(scoped.resource.as_deref(), Some("https://vault.azure.net"));
    }

    #[test]
    fn what_is_no_challenge_says_nothing() {
        for header in
            ["", "Basic realm=\"x\"", "Bearer", "Bearer ,,=", "ä", "Bearer authorization=\"x\""]
        {
            assert_eq!(Challenge::read(header), Challenge::default(), "{header}");
        }
        let odd =
            Challenge::read(r#"Bearer authorization="https://x/a/../b", resource="http://x""#);
        assert_eq!(odd, Challenge::default());
    }

    #[test]
    fn a_vault_cannot_ask_for_a_token_for_somebody_else() {
        let vault = Vault::read("https://app.vault.azure.net", None).unwrap();
        let asking =
            |resource: &str| Challenge { tenant: None, resource: Some(resource.to_owned()) };
        assert!(asking("https://management.azure.com").resource(&vault, true).is_err());
        assert!(asking("https://management.azure.com").resource(&vault, false).is_ok());
        assert!(asking("https://azure.net").resource(&vault, true).is_ok());
        assert_eq!(Challenge::default().resource(&vault, true).unwrap(), "https://vault.azure.net");
    }
}
