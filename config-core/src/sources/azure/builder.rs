//! Setting up a vault by the program.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Azure;
use super::client::Client;
use super::login::{Login, Tool};
use super::session::Session;
use super::settings::{ADDRESS, OWN, Settings};
use super::vault::{Vault, authority_of};
use crate::environment::Environment;
use crate::remote::http::Http;
use crate::remote::reach::{Authority, Reach};
use crate::secret::{ExposeSecret, SecretString};
use crate::source::{Failure, FailureKind};
use crate::sources::named::Names;
use crate::sources::{Variables, variable_of};
use crate::value::{Text, exact};

/// Sets up a [`Azure`]: what is not said here is read from the variables that Azure's own clients read.
///
/// ```
/// use config_core::Azure;
///
/// let vault = Azure::builder()
///     .endpoint("https://app.vault.azure.net")
///     .managed_identity(None)
///     .build()?;
/// # Ok::<(), config_core::Failure>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct AzureBuilder {
    endpoint: Option<String>,
    authority: Option<String>,
    resource: Option<String>,
    unverified: bool,
    credential: Credential,
    pub(super) name: Option<String>,
    reach: Reach,
    environment: Environment,
    /// What relative paths in variables start from.
    pub(super) root: Option<PathBuf>,
}

/// How the program says that a token is come by.
#[derive(Default)]
enum Credential {
    #[default]
    Chain,
    Login(Login),
    Managed(Option<String>),
    Tools,
}

impl AzureBuilder {
    /// The address of the vault: `https://app.vault.azure.net`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The name by which lists tell this vault from others: `azure@eu`. What is not said here is then looked for in the
    /// variables with that name, `KEY_VAULT_EU_URI`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A token that was come by elsewhere; it is used until the vault refuses it.
    pub fn token(self, token: impl Into<SecretString>) -> Self {
        self.login(Login::Token(exact(token.into().expose_secret())))
    }

    /// An application with its secret.
    ///
    /// ```
    /// use config_core::Azure;
    /// let client = "00000000-0000-0000-0000-00000000bbbb";
    /// let vault = Azure::builder()
    ///     .endpoint("https://app.vault.azure.net")
    ///     .client_secret("contoso.onmicrosoft.com", client, "n0t-a-real-one")
    ///     .build()?;
    /// assert!(!format!("{vault:?}").contains("n0t-a-real-one"));
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn client_secret(
        self,
        tenant: impl Into<String>,
        client: impl Into<String>,
        secret: impl Into<SecretString>,
    ) -> Self {
        let secret = exact(secret.into().expose_secret());
        self.login(Login::Secret { tenant: tenant.into(), client: client.into(), secret })
    }

    /// An application with a certificate and its RSA key, both in one PEM file.
    pub fn client_certificate(
        self,
        tenant: impl Into<String>,
        client: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Self {
        let (tenant, client, path) = (tenant.into(), client.into(), path.into());
        self.login(Login::Certificate { tenant, client, path })
    }

    /// An application that vouches for itself by a token that its cluster writes into a file.
    pub fn workload_identity(
        self,
        tenant: impl Into<String>,
        client: impl Into<String>,
        file: impl Into<PathBuf>,
    ) -> Self {
        let (tenant, client, file) = (tenant.into(), client.into(), file.into());
        self.login(Login::Workload { tenant, client, file })
    }

    /// The managed identity of the machine or service; of several, the one with this client id.
    pub fn managed_identity(mut self, client: Option<&str>) -> Self {
        self.credential = Credential::Managed(client.map(str::to_owned));
        self
    }

    /// Who is logged in to `az`, else to `azd`.
    pub fn developer_tools(mut self) -> Self {
        self.credential = Credential::Tools;
        self
    }

    /// Where Entra gives out tokens: `https://login.microsoftonline.com`, unless the vault's domain tells another cloud.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// Whom tokens are for, where the vault's domain does not tell: `https://vault.azure.net`.
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }

    /// Whether the vault has to stand in the domain that tokens are for, as it does unless this says `false`: a token
    /// that is sent elsewhere opens every vault of its owner to whoever gets it. For a vault behind a name of one's own.
    pub const fn verify_challenge_resource(mut self, verify: bool) -> Self {
        self.unverified = !verify;
        self
    }

    /// These variables instead of those of the process.
    ///
    /// ```
    /// use config_core::Azure;
    /// let vault = Azure::builder().env([("KEY_VAULT_URI", "https://app.vault.azure.net")]).build()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn env<N: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), Text::new(value.into())));
        self.environment = Environment::Pairs(Arc::new(pairs.collect()));
        self
    }

    /// Who signs the certificates of the vault and of Entra, in a file or directory in PEM; these alone are trusted then.
    pub fn ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.reach.authorities.push(Authority::File(path.into()));
        self
    }

    /// The same, in PEM itself.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.reach.authorities.push(Authority::Pem(pem.into()));
        self
    }

    /// The proxy, instead of the one in `HTTPS_PROXY`.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.reach.proxy = Some(Text::new(url.into()));
        self
    }

    /// How long one request may take: 5 seconds unless told.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.reach.timeout = Some(timeout);
        self
    }

    /// The vault; nothing is asked yet.
    ///
    /// # Errors
    /// What it needs is not set, cannot be read, or cannot be used.
    pub fn build(self) -> Result<Azure, Failure> {
        let reach = self.reach.checked()?;
        let this = Self { reach, ..self };
        if let Credential::Login(login) = &this.credential {
            login.checked()?;
        }
        this.built()
    }

    fn built(self) -> Result<Azure, Failure> {
        let environment = self.environment.clone();
        let name = self.name.clone();
        let variables = |name: &str| variable_of(&environment, name);
        let Some(client) = self.client(&variables)? else {
            let variable = OWN.place_of(name.as_deref(), ADDRESS[0]);
            let message = format!("{variable} is not set");
            let hint = format!("set {variable}, or call `endpoint` on the builder");
            return Err(Failure::new(FailureKind::NotConfigured, message).hint(hint));
        };
        Azure::new(Arc::new(client), name)
    }

    /// The client; none where neither the program nor a variable says where the vault is.
    pub(super) fn client(self, variables: Variables<'_>) -> Result<Option<Client>, Failure> {
        let names = Names::of(&OWN, self.name.as_deref(), variables)?;
        let own = |name: &str| variables(&names.called(name));
        self.called(&names, &own).map_err(|failure| names.told(failure))
    }

    fn called(
        mut self,
        names: &Names,
        variables: Variables<'_>,
    ) -> Result<Option<Client>, Failure> {
        for name in ADDRESS {
            if self.endpoint.is_none() {
                self.endpoint = variables(name)?.map(|url| url.trim().to_owned());
            }
        }
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let vault = Vault::read(endpoint, self.resource.as_deref())?;
        if !self.unverified && !vault.is_of(&vault.resource) {
            let message = format!(
                "a token for {} would be sent to {}, which is not of that domain",
                vault.resource,
                vault.host()
            );
            return Err(Failure::new(FailureKind::NotConfigured, message).hint(
                "call `.resource(..)` on the builder, or where the vault is your own \
                 `.verify_challenge_resource(false)`",
            ));
        }
        let settings = Settings::read(variables)?.below(self.root.as_deref());
        let authority = match self.authority.as_ref().or(settings.authority.as_ref()) {
            Some(url) => match authority_of(url) {
                Some(host) => format!("https://{host}"),
                None => {
                    let message = "must be an address with https and without a path";
                    return Err(
                        Failure::new(FailureKind::Malformed, message).key("AZURE_AUTHORITY_HOST")
                    );
                }
            },
            None => vault.authority().to_owned(),
        };
        let mut half = None;
        let logins = match self.credential {
            Credential::Chain => {
                half = settings.half();
                settings.logins()?
            }
            Credential::Login(login) => vec![login],
            Credential::Managed(client) => vec![settings.managed()?.of(client)],
            Credential::Tools => vec![settings.tool(Tool::Az), settings.tool(Tool::Azd)],
        };
        let alone = Reach { proxy: None, no_proxy: None, ..self.reach.clone() };
        let http = Arc::new(Http::new(self.reach.with_proxy_of(variables)?));
        let session = Session::new(logins, authority, Arc::clone(&http), Http::new(alone))
            .tenants(settings.tenants)
            .lacking(half)
            .called(names.clone())
            .verified(!self.unverified);
        Ok(Some(Client::new(vault, session, http)))
    }

    fn login(mut self, login: Login) -> Self {
        self.credential = Credential::Login(login);
        self
    }
}

impl fmt::Debug for AzureBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureBuilder").finish_non_exhaustive()
    }
}
