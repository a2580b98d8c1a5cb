//! Azure Key Vault.

mod builder;
mod challenge;
mod client;
mod login;
mod properties;
mod refusal;
mod secret;
mod session;
mod settings;
mod store;
mod vault;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use builder::AzureBuilder;
pub use properties::{AzureDeleted, AzureProperties, AzureVersion};

use client::Client;
use settings::{ADDRESS, OWN};

use super::named::of_another;
use super::{Connection, Kind, Open, Request, Unopened};
use crate::environment::Context;
use crate::remote::Remote;
use crate::source::Failure;

pub(crate) const KIND: Kind =
    Kind { name: "azure", open: Open::Store(connect), has_variables: false };

/// A vault of Azure Key Vault: a source of settings, and a store that secrets are written to.
///
/// | place | what it is |
/// |---|---|
/// | `azure` in a list | a secret of its own for each field: `app-smtp-user-name` |
/// | `azure("app-settings")` in a list | a secret whose text is a JSON object that has the keys |
/// | `azure = "db-url"`, `azure = "db-url@VERSION"` at a field | the whole text, of the current version, or of one by its 32 hexadecimal digits |
/// | `azure = "db#url"`, `azure = "#smtp.host"` at a field | one key of a secret's JSON, or of that of the list |
///
/// Names of secrets ignore case, and are of letters, digits and hyphens. A vault holds texts: a field of bytes has
/// `format = base64`.
///
/// Of the environment it reads, as Azure's own clients do:
///
/// | variables | what they say |
/// |---|---|
/// | `KEY_VAULT_URI`, `AZURE_KEYVAULT_URL` | the vault: with `https://` always, on this machine too |
/// | `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` with `AZURE_CLIENT_SECRET`, `AZURE_CLIENT_CERTIFICATE_PATH` or `AZURE_FEDERATED_TOKEN_FILE` | an application |
/// | `IDENTITY_ENDPOINT`, `IDENTITY_HEADER` | the managed identity of a service; `AZURE_CLIENT_ID` names one of several |
/// | `AZURE_POD_IDENTITY_AUTHORITY_HOST` | where the machine is asked for its managed identity |
/// | `PATH`, `HOME`, `AZURE_CONFIG_DIR`, `AZD_CONFIG_DIR` | where `az` and `azd` are, and who is logged in to them |
/// | `AZURE_TOKEN_CREDENTIALS` | which of these are tried |
/// | `AZURE_AUTHORITY_HOST`, `AZURE_ADDITIONALLY_ALLOWED_TENANTS` | where tokens are given out, and for which tenants too |
/// | `SSL_CERT_FILE`, `SSL_CERT_DIR`, where the system has them | the certificate authorities |
/// | `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in lower case too | the proxy |
///
/// An entry with a name, `azure@eu`, has an address of its own, `KEY_VAULT_EU_URI`, and never the one without its name. It
/// is asked as whoever the process is, unless one of the other variables that begin with `AZURE_` is set with its name,
/// `AZURE_EU_CLIENT_ID`: then those alone count, without `AZURE_EU_AUTHORITY_HOST` at the usual authority.
///
/// ```no_run
/// use config_core::{Azure, SecretString, Secrets};
///
/// #[derive(Debug, Secrets)]
/// #[secrets(prefix = "APP", sources(env, azure))]
/// struct Settings {
///     /// Postgres connection string: the secret `app-database-url`.
///     #[secret(required, format = url("postgres"))]
///     database_url: SecretString,
///
///     /// What calls of partners are signed with: another secret's JSON.
///     #[secret(required, format = any, azure = "partners#signing.key")]
///     signing_key: SecretString,
/// }
///
/// let vault = Azure::builder().endpoint("https://app.vault.azure.net").developer_tools().build()?;
/// let settings = Settings::loader().source(vault).load();
/// # Ok::<(), config_core::Failure>(())
/// ```
///
/// As a source it is called `azure`, or by its name `azure@eu`:
///
/// ```
/// use config_core::{Azure, Source};
/// let vault = Azure::builder().endpoint("https://app.vault.azure.net").name("eu").build()?;
/// assert_eq!(Source::label(&vault), "azure@eu");
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone)]
pub struct Azure {
    client: Arc<Client>,
    source: Arc<Remote<Client>>,
}

impl Azure {
    /// Sets a vault up by hand.
    ///
    /// ```
    /// let vault = config_core::Azure::builder().endpoint("https://app.vault.azure.net").build()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn builder() -> AzureBuilder {
        AzureBuilder::default()
    }

    /// The vault that the variables of the process tell of.
    ///
    /// # Errors
    /// `KEY_VAULT_URI` is not set, or what is cannot be used.
    ///
    /// ```no_run
    /// let vault = config_core::Azure::from_env()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn from_env() -> Result<Self, Failure> {
        Self::builder().build()
    }

    fn new(client: Arc<Client>, name: Option<String>) -> Result<Self, Failure> {
        let source = Arc::new(Remote::new(Arc::clone(&client), name, None)?);
        Ok(Self { client, source })
    }
}

impl fmt::Debug for Azure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Azure").field("vault", &self.client.vault.url).finish_non_exhaustive()
    }
}

crate::remote::is_source_by!(Azure, source);

fn connect(request: &Request<'_>, context: &Context<'_>) -> Result<Connection, Unopened> {
    let mut builder = AzureBuilder::default();
    builder.root = context.root.map(Path::to_owned);
    builder.name = request.name.map(str::to_owned);
    let Some(client) = builder.client(request.variables)? else {
        return Err(match request.name {
            None => Unopened::NotConfigured(ADDRESS[0].to_owned()),
            name => Unopened::Without {
                variable: OWN.place_of(name, ADDRESS[0]),
                nor: of_another(ADDRESS[0]),
            },
        });
    };
    let (client, name) = (Arc::new(client), request.name.map(str::to_owned));
    Ok(Arc::new(move |place| Ok(Box::new(Remote::new(Arc::clone(&client), name.clone(), place)?))))
}
