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
use settings::ADDRESS;

use super::{Kind, Opened, Request, Unopened};
use crate::environment::Context;
use crate::remote::Remote;
use crate::source::Failure;

pub(crate) const KIND: Kind = Kind { name: "azure", open, has_variables: false };

/// A vault of Azure Key Vault: a source of settings, and a store that secrets are written to.
///
/// In a list, `azure` has every field as a secret of its own, `app-smtp-user-name`, and `azure("app-settings")` one secret
/// whose text is a JSON object. Where the vault is says `KEY_VAULT_URI`; who asks, the variables that Azure's own clients
/// read. Names of secrets ignore case. A vault holds texts: a field of bytes has `format = base64`.
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
        write!(f, "Azure({})", self.client.vault.url)
    }
}

crate::remote::is_source_by!(Azure, source);

fn open(request: &Request<'_>, context: &Context<'_>) -> Opened {
    let place = match request.place {
        Some(place) => Some(context.expand(place)?),
        None => None,
    };
    let mut builder = AzureBuilder::default();
    builder.root = context.root.map(Path::to_owned);
    let client = builder.client(request.variables).map_err(Unopened::Failed)?;
    let Some(client) = client else {
        return Err(Unopened::NotConfigured(ADDRESS[0].to_owned()));
    };
    let name = request.name.map(str::to_owned);
    let source = Remote::new(Arc::new(client), name, place.as_deref());
    Ok(Box::new(source.map_err(Unopened::Failed)?))
}
