//! `vault("secret/app")`: HashiCorp Vault and OpenBao.

mod answer;
mod backend;
mod builder;
mod client;
mod leases;
mod login;
mod mounts;
mod place;
mod reading;
mod session;
mod store;
mod variables;
mod words;

use std::sync::Arc;

pub use builder::VaultBuilder;

use self::backend::Server;
use super::{Connection, Kind, Open, Request, Unopened, variable_of};
use crate::environment::{Context, Environment};
use crate::remote::Remote;
use crate::source::{Failure, FailureKind};

pub(crate) const KIND: Kind =
    Kind { name: "vault", open: Open::Store(connect), has_variables: false };

/// HashiCorp Vault or OpenBao, as one login and one namespace see it: a source of settings, and a store of secrets.
///
/// Places are `secret/app` (KV version 2), `kv1:secret/app` (version 1), `database/creds/app` (a credential that is made
/// when it is read), or any other path that can be read. `@7` behind a place is a version of KV version 2.
///
/// A login is made when there is no token yet, or none that is good, by [`explain`](crate::Loader::explain) too: each
/// takes one use of an AppRole's secret id, where these are counted. A secret id that is good for one login is best given
/// wrapped: that one `explain` leaves alone.
///
/// ```
/// use config_core::{SecretString, Secrets, Vault};
///
/// #[derive(Secrets)]
/// #[secrets(sources(env, vault("secret/app")))]
/// struct Settings {
///     #[secret(required, format = any)]
///     api_key: SecretString,
/// }
///
/// let vault = Vault::builder().endpoint("http://127.0.0.1:1").token("not-a-real-token").build()?;
/// let error = Settings::loader().env([("A", "b")]).source(vault).load().err().unwrap();
/// assert!(error.to_string().contains("vault secret/app"));
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone)]
pub struct Vault {
    remote: Arc<Remote<Server>>,
    server: Arc<Server>,
    name: Option<String>,
}

fn connect(request: &Request<'_>, context: &Context<'_>) -> Result<Connection, Unopened> {
    let vault = variables::builder(request.variables, context, request.name)?.build()?;
    Ok(Arc::new(move |place| {
        let (server, name) = (Arc::clone(&vault.server), vault.name.clone());
        Ok(Box::new(Remote::new(server, name, place)?))
    }))
}

impl Vault {
    /// A connection, said piece by piece.
    ///
    /// ```
    /// let vault = config_core::Vault::builder().endpoint("https://vault.example").kubernetes("app").build()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn builder() -> VaultBuilder {
        VaultBuilder::default()
    }

    /// A connection as the environment of the process says: `VAULT_ADDR`, `VAULT_TOKEN` and the others.
    ///
    /// # Errors
    /// What is missing in it, or cannot be read.
    ///
    /// ```no_run
    /// let vault = config_core::Vault::from_env()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn from_env() -> Result<Self, Failure> {
        let environment = Environment::Process;
        let context = Context::of(&environment, None, None);
        let variables = |name: &str| variable_of(&environment, name);
        match variables::builder(&variables, &context, None) {
            Ok(builder) => builder.build(),
            Err(Unopened::Failed(failure)) => Err(failure),
            Err(unset) => Err(Failure::new(FailureKind::NotConfigured, unset.to_string())),
        }
    }
}

crate::remote::is_source_by!(Vault, remote);

/// Without any credential.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({}, [REDACTED])", self.server.client.address())
    }
}
