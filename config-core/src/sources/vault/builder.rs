//! How a program says which server, and as whom.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Vault;
use super::backend::Server;
use super::client::Client;
use super::login::{GitHub, Jwt, Login, SecretId};
use super::session::Session;
use crate::remote::Remote;
use crate::remote::address::{is_loopback, origin};
use crate::remote::http::Http;
use crate::remote::reach::{Authority, Reach};
use crate::secret::SecretString;
use crate::source::{Failure, FailureKind};
use crate::value::{Text, exact};
use secrecy::ExposeSecret;

/// Where Kubernetes puts the token of a pod's service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// A connection to Vault or OpenBao under construction: from [`Vault::builder`]. Its `Debug` shows no credential.
///
/// ```
/// use config_core::Vault;
///
/// let vault = Vault::builder()
///     .endpoint("https://vault.example:8200")
///     .namespace("team-a")
///     .app_role("role-id", "secret-id-that-is-not-real")
///     .build()?;
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct VaultBuilder {
    pub(super) endpoint: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) login: Option<Way>,
    pub(super) auth_mount: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) reach: Reach,
    /// The proxy for whoever signs identities.
    pub(super) aside: Reach,
    pub(super) name: Option<String>,
    pub(super) remarks: Vec<String>,
    pub(super) is_bao: bool,
}

/// A way to log in, without its mount.
pub(super) enum Way {
    Token(Text),
    TokenFile(PathBuf),
    AppRole { role_id: Text, secret_id: SecretId },
    Kubernetes { role: String, token_file: Option<PathBuf> },
    Jwt { role: String, jwt: Text },
    JwtFile { role: String, file: PathBuf },
    GitHub { role: String, url: Text, token: Text },
}

impl VaultBuilder {
    /// The server's address: `https://vault.example:8200`.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().endpoint("https://vault.example:8200").token("not-a-real-token");
    /// ```
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The namespace in which everything is done, the login too.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().namespace("team-a/shop");
    /// ```
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Asks with this token.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().token("not-a-real-token");
    /// ```
    pub fn token(self, token: impl Into<SecretString>) -> Self {
        self.way(Way::Token(secret(token)))
    }

    /// Asks with the token in a file, such as an agent's sink, read anew when it is refused.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().token_file("/run/vault/token");
    /// ```
    pub fn token_file(self, file: impl Into<PathBuf>) -> Self {
        self.way(Way::TokenFile(file.into()))
    }

    /// Logs in as an AppRole.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().app_role("role-id", "not-a-real-secret-id");
    /// ```
    pub fn app_role(
        self,
        role_id: impl Into<SecretString>,
        secret_id: impl Into<SecretString>,
    ) -> Self {
        let secret_id = SecretId::Plain(secret(secret_id));
        self.way(Way::AppRole { role_id: secret(role_id), secret_id })
    }

    /// Logs in as an AppRole whose secret id is in a wrapping, which is opened once. Where it does not open, somebody may
    /// have intercepted it, and the failure says so. What was in it is kept for the later loads of the process, until another
    /// wrapping for the same role takes its place.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().app_role_wrapped("role-id", "not-a-real-wrapping-token");
    /// ```
    pub fn app_role_wrapped(
        self,
        role_id: impl Into<SecretString>,
        wrapping_token: impl Into<SecretString>,
    ) -> Self {
        let secret_id = SecretId::Wrapped(secret(wrapping_token));
        self.way(Way::AppRole { role_id: secret(role_id), secret_id })
    }

    /// Logs in as the service account of the pod.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().kubernetes("shop");
    /// ```
    pub fn kubernetes(self, role: impl Into<String>) -> Self {
        self.way(Way::Kubernetes { role: role.into(), token_file: None })
    }

    /// Logs in as a service account whose token is in this file, such as a projected volume.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().kubernetes_with("shop", "/var/run/secrets/vault/token");
    /// ```
    pub fn kubernetes_with(self, role: impl Into<String>, token_file: impl Into<PathBuf>) -> Self {
        self.way(Way::Kubernetes { role: role.into(), token_file: Some(token_file.into()) })
    }

    /// Logs in with a signed identity (JWT, OIDC).
    ///
    /// ```
    /// let builder = config_core::Vault::builder().jwt("shop", "not.a.jwt");
    /// ```
    pub fn jwt(self, role: impl Into<String>, jwt: impl Into<SecretString>) -> Self {
        self.way(Way::Jwt { role: role.into(), jwt: secret(jwt) })
    }

    /// Logs in with a signed identity from a file, read at each login.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().jwt_file("shop", "/run/secrets/identity");
    /// ```
    pub fn jwt_file(self, role: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        self.way(Way::JwtFile { role: role.into(), file: file.into() })
    }

    /// Logs in with the identity that GitHub Actions signs for a job; both values are in the job's environment as
    /// `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().github_actions("shop", "https://actions.example/token", "not-a-real-token");
    /// ```
    pub fn github_actions(
        self,
        role: impl Into<String>,
        request_url: impl Into<String>,
        request_token: impl Into<SecretString>,
    ) -> Self {
        let (url, token) = (Text::new(request_url.into()), secret(request_token));
        self.way(Way::GitHub { role: role.into(), url, token })
    }

    /// Where the way to log in is mounted, if not at `approle`, `kubernetes` or `jwt`.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().kubernetes("shop").auth_mount("kubernetes-eu");
    /// ```
    pub fn auth_mount(mut self, mount: impl Into<String>) -> Self {
        self.auth_mount = Some(mount.into());
        self
    }

    /// Whom the identity is for that GitHub signs.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().audience("https://vault.example");
    /// ```
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Trusts the certificate authorities in this file or directory (PEM), and no others. It is read anew where a certificate
    /// is refused after it was replaced.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().ca("/etc/ssl/vault-ca.pem");
    /// ```
    pub fn ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.reach.authorities.push(Authority::File(path.into()));
        self
    }

    /// Trusts these certificate authorities (PEM), and no others.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().ca_pem("-----BEGIN CERTIFICATE-----");
    /// ```
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.reach.authorities.push(Authority::Pem(pem.into()));
        self
    }

    /// The proxy by way of which the server is reached.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().proxy("http://proxy.example:3128");
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.reach.proxy = Some(Text::new(url.into()));
        self
    }

    /// How long one request may take; 5 seconds unless told.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().timeout(std::time::Duration::from_secs(2));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.reach.timeout = Some(timeout);
        self
    }

    /// The name by which a list means it: `eu` for `vault@eu`.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().name("eu");
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The source and store. Nothing is asked yet.
    ///
    /// # Errors
    /// There is no endpoint, or no way to log in; or the endpoint is no `http://` or `https://` address.
    ///
    /// ```
    /// let builder = config_core::Vault::builder().endpoint("https://vault.example");
    /// assert_eq!(builder.build().unwrap_err().to_string(), "no token or login was given");
    /// ```
    pub fn build(self) -> Result<Vault, Failure> {
        let not_configured =
            |message: &'static str| Failure::new(FailureKind::NotConfigured, message);
        let endpoint = self.endpoint.ok_or_else(|| not_configured("no endpoint was given"))?;
        let address = address(&endpoint)?;
        let way = self.login.ok_or_else(|| not_configured("no token or login was given"))?;
        let login = login(way, self.auth_mount, self.audience)?;
        let namespace = self.namespace.map(|name| name.trim_matches('/').to_owned());
        let namespace = namespace.filter(|name| !name.is_empty());
        let client = Client::new(Http::new(self.reach), address, namespace);
        let session = Session::new(login, Http::new(self.aside));
        let program = if self.is_bao { "bao" } else { "vault" };
        let server = Arc::new(Server::new(client, session, self.remarks, program));
        let remote = Remote::new(Arc::clone(&server), self.name.clone(), None)?;
        Ok(Vault { remote: Arc::new(remote), server, name: self.name })
    }

    fn way(mut self, way: Way) -> Self {
        self.login = Some(way);
        self
    }
}

impl std::fmt::Debug for VaultBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let login = self.login.as_ref().map_or("none", Way::name);
        let host = self.endpoint.as_deref().map(|endpoint| {
            let (scheme, host) = origin(endpoint);
            format!("{scheme}://{}", host.rsplit_once('@').map_or(host, |(_, host)| host))
        });
        write!(f, "VaultBuilder({host:?}, login: {login}, [REDACTED])")
    }
}

impl Way {
    const fn name(&self) -> &'static str {
        match self {
            Self::Token(_) | Self::TokenFile(_) => "token",
            Self::AppRole { .. } => "approle",
            Self::Kubernetes { .. } => "kubernetes",
            Self::Jwt { .. } | Self::JwtFile { .. } | Self::GitHub { .. } => "jwt",
        }
    }
}

/// An address without a slash at its end.
fn address(endpoint: &str) -> Result<String, Failure> {
    let malformed = |message: &'static str| Failure::new(FailureKind::Malformed, message);
    let trimmed = endpoint.trim().trim_end_matches('/');
    let scheme = trimmed.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") if reqwest::Url::parse(trimmed).is_ok() => {}
        _ => {
            return Err(malformed("the address of the server is none")
                .hint("write it as https://vault.example:8200"));
        }
    }
    if origin(trimmed).1.contains('@') {
        return Err(malformed("the address of the server has a user or password in it").hint(
            "take it out of the address: the server is asked with a token, see VAULT_TOKEN",
        ));
    }
    if trimmed.contains(['?', '#']) {
        return Err(malformed("the address of the server has a query or fragment in it")
            .hint("write it as https://vault.example:8200"));
    }
    Ok(trimmed.to_owned())
}

/// The way to log in with its mount.
fn login(way: Way, mount: Option<String>, audience: Option<String>) -> Result<Login, Failure> {
    let mount = mount.map(|mount| {
        let mount = mount.trim_matches('/');
        mount.strip_prefix("auth/").unwrap_or(mount).to_owned()
    });
    let mount = mount.unwrap_or_else(|| way.name().to_owned());
    if mount.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        let message = "the mount of the login has empty segments, or `.` or `..`";
        return Err(Failure::new(FailureKind::Malformed, message)
            .hint("write it as `vault auth list` has it: approle, team/kubernetes"));
    }
    Ok(match way {
        Way::Token(token) => Login::Token(token),
        Way::TokenFile(file) => Login::TokenFile(file),
        Way::AppRole { role_id, secret_id } => Login::AppRole { mount, role_id, secret_id },
        Way::Kubernetes { role, token_file } => {
            let token_file = token_file.unwrap_or_else(|| SERVICE_ACCOUNT.into());
            Login::Kubernetes { mount, role, token_file }
        }
        Way::Jwt { role, jwt } => Login::Jwt { mount, role, jwt: Jwt::Text(jwt) },
        Way::JwtFile { role, file } => Login::Jwt { mount, role, jwt: Jwt::File(file) },
        Way::GitHub { role, url, token } => {
            if !url.starts_with("https://") && !is_loopback(&url) {
                let message = "the address where GitHub signs identities is not https://";
                return Err(Failure::new(FailureKind::Malformed, message));
            }
            Login::Jwt { mount, role, jwt: Jwt::GitHub(GitHub { url, token, audience }) }
        }
    })
}

fn secret(secret: impl Into<SecretString>) -> Text {
    exact(secret.into().expose_secret())
}
