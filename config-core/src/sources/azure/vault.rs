//! Which vault it is, which names it allows, and whose tokens it takes.

use crate::remote::address::without_tls;
use crate::source::{Failure, FailureKind};

/// The version of the interface that is spoken.
const API: &str = "api-version=7.4";

/// The longest name of a secret.
const LONGEST: usize = 127;

/// Where each of Microsoft's clouds has its vaults, and where it gives out tokens.
const CLOUDS: [(&str, &str); 3] = [
    ("vault.azure.net", "https://login.microsoftonline.com"),
    ("vault.azure.cn", "https://login.chinacloudapi.cn"),
    ("vault.usgovcloudapi.net", "https://login.microsoftonline.us"),
];

/// The address of a vault.
#[derive(Debug, Clone)]
pub(super) struct Vault {
    /// Scheme, host and port, without a slash at the end.
    pub(super) url: String,
    /// Whom its tokens are for: `https://vault.azure.net`.
    pub(super) resource: String,
}

impl Vault {
    /// Reads an address such as `https://app.vault.azure.net/`.
    ///
    /// # Errors
    /// It is none of a vault: with TLS, and without a path.
    pub(super) fn read(written: &str, resource: Option<&str>) -> Result<Self, Failure> {
        if written.starts_with("http://") {
            return Err(without_tls(written)
                .hint("write it as https://NAME.vault.azure.net, without a path"));
        }
        let host = authority_of(written).ok_or_else(|| {
            let message = "the address of the vault has to begin with https:// and has no path";
            Failure::new(FailureKind::Malformed, message)
                .hint("write it as https://NAME.vault.azure.net, without a path")
        })?;
        let cloud = CLOUDS.iter().find(|(domain, _)| is_below(host_of(host), domain));
        let resource = match (resource, cloud) {
            (Some(resource), _) => match authority_of(resource) {
                Some(host) => format!("https://{host}"),
                None => {
                    let message = "the resource that tokens are for is no address with https";
                    return Err(Failure::new(FailureKind::Malformed, message));
                }
            },
            (None, Some((domain, _))) => format!("https://{domain}"),
            (None, None) => format!("https://{}", CLOUDS[0].0),
        };
        Ok(Self { url: format!("https://{host}"), resource })
    }

    /// Where tokens for this vault are given out, unless another place is named.
    pub(super) fn authority(&self) -> &'static str {
        let host = host_of(self.host());
        let cloud = CLOUDS.iter().find(|(domain, _)| is_below(host, domain));
        cloud.unwrap_or(&CLOUDS[0]).1
    }

    /// Whether the vault stands in the domain of those that tokens for the resource are for. A token that is sent
    /// elsewhere opens every vault that it is good for to whoever gets it.
    pub(super) fn is_of(&self, resource: &str) -> bool {
        let domain = authority_of(resource).map(host_of);
        domain.is_some_and(|domain| is_below(host_of(self.host()), domain))
    }

    /// The vault's name, as `az` takes it.
    pub(super) fn name(&self) -> &str {
        self.host().split(['.', ':']).next().unwrap_or_default()
    }

    /// The path of a secret, or of a version of it.
    ///
    /// # Errors
    /// Key Vault does not allow such a name.
    pub(super) fn secret(name: &str, version: Option<&str>) -> Result<String, Failure> {
        check_name(name)?;
        match version {
            None => Ok(format!("/secrets/{name}?{API}")),
            Some(version) => {
                check_version(version)?;
                Ok(format!("/secrets/{name}/{version}?{API}"))
            }
        }
    }

    /// The path of a secret's versions.
    pub(super) fn versions(name: &str) -> Result<String, Failure> {
        check_name(name)?;
        Ok(format!("/secrets/{name}/versions?{API}&maxresults=25"))
    }

    /// The path of a secret that was deleted, or of what is done with it.
    pub(super) fn deleted(name: &str, verb: &str) -> Result<String, Failure> {
        check_name(name)?;
        Ok(format!("/deletedsecrets/{name}{verb}?{API}"))
    }

    /// A secret, as the commands of `az keyvault secret` take it.
    pub(super) fn options(&self, secret: &str) -> String {
        format!("--vault-name {} --name {secret}", self.name())
    }

    /// Host and port.
    pub(super) fn host(&self) -> &str {
        self.url.trim_start_matches("https://")
    }
}

/// Host and port of an address with TLS and no path; none where it is another one.
pub(super) fn authority_of(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?.trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

/// The host without the port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.as_bytes());
    let Some(dot) = host.len().checked_sub(domain.len() + 1) else { return false };
    host[dot] == b'.' && host[dot + 1..].eq_ignore_ascii_case(domain)
}

fn check_name(name: &str) -> Result<(), Failure> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=LONGEST).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let message =
        "Key Vault has no such names: a name is of letters, digits and hyphens, 127 at most";
    Err(Failure::new(FailureKind::Malformed, message)
        .hint("name the secret at the field: azure = \"its-name\""))
}

fn check_version(version: &str) -> Result<(), Failure> {
    if version.len() == 32 && version.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let message = "versions in Key Vault have names of 32 hexadecimal digits";
    Err(Failure::new(FailureKind::Malformed, message)
        .hint("leave `@version` away for the current one"))
}

#[cfg(test)]
mod tests {
    use super::Vault;

    #[test]
    fn a_vault_tells_its_cloud_by_its_domain() {
        for (url, resource, authority) in [
            (
                "https://a.vault.azure.net/",
                "https://vault.azure.net",
                "https://login.microsoftonline.com",
            ),
            (
                "https://a.vault.azure.cn",
                "https://vault.azure.cn",
                "https://login.chinacloudapi.cn",
            ),
            (
                "https://A.Vault.UsGovCloudApi.net:443",
                "https://vault.usgovcloudapi.net",
                "https://login.microsoftonline.us",
            ),
            (
                "https://10.0.0.7:8443",
                "https://vault.azure.net",
                "https://login.microsoftonline.com",
            ),
        ] {
            let vault = Vault::read(url, None).unwrap();
            assert_eq!((&*vault.resource, vault.authority()), (resource, authority), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_no_vault_is_refused() {
        for url in [
            "",
            "app",
            "http://app.vault.azure.net",
            "https://",
            "https://app.vault.azure.net/secrets/x",
            "https://app.vault.azure.net?x",
            "https://me:pass@app.vault.azure.net",
        ] {
            assert!(Vault::read(url, None).is_err(), "{url}");
        }
    }

    #[test]
    fn an_address_without_tls_is_told_to_need_it() {
        let failure = Vault::read("http://v.example.com", None).err().unwrap();
        assert_eq!(failure.to_string(), "a token is not sent to v.example.com without TLS");
    }

    #[test]
    fn a_token_is_only_for_vaults_of_its_own_domain() {
        let is_of = |url, resource| Vault::read(url, None).unwrap().is_of(resource);
        assert!(is_of("https://app.vault.azure.net", "https://vault.azure.net"));
        assert!(is_of("https://app.vault.azure.net", "https://VAULT.azure.net/"));
        assert!(!is_of("https://appvault.azure.net", "https://vault.azure.net"));
        assert!(!is_of("https://vault.azure.net.evil.example", "https://vault.azure.net"));
        assert!(!is_of("https://app.vault.azure.net", "https://management.azure.com"));
        assert!(!is_of("https://127.0.0.1:1", "https://vault.azure.net"));
    }

    #[test]
    fn names_that_key_vault_does_not_allow_are_told_before_it_is_asked() {
        assert!(Vault::secret("app-Smtp-1", None).is_ok());
        for name in ["", "app_smtp", "app.smtp", "a/b", "ä", "..", &"a".repeat(128)] {
            assert!(Vault::secret(name, None).is_err(), "{name}");
        }
        let version = "0123456789abcdef0123456789ABCDEF";
        let path = Vault::secret("db", Some(version)).unwrap();
        assert_eq!(path, format!("/secrets/db/{version}?api-version=7.4"));
        for version in ["1", "latest", "../other?x=0123456789abcdef0123", ""] {
            assert!(Vault::secret("db", Some(version)).is_err(), "{version}");
        }
    }
}
