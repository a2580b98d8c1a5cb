//! `gcp`, `gcp("app-settings")`: Google Cloud Secret Manager.

mod builder;
mod checksum;
mod client;
mod credentials;
mod guard;
mod held;
mod names;
mod net;
mod reading;
mod refusal;
mod setup;
mod store;
mod writing;

use std::fmt;
use std::sync::Arc;

pub use builder::GcpBuilder;
use client::Client;
use setup::Setup;
pub use store::Labels;

use super::{Kind, Opened, Request, Unopened};
use crate::environment::{Context, Environment};
use crate::remote::Remote;
use crate::source::Failure;
use crate::value::{Node, Value};

pub(crate) const KIND: Kind = Kind { name: "gcp", open, has_variables: false };

/// Google Cloud Secret Manager, as a source and as a [`Store`](crate::store::Store).
///
/// In a list it needs no more than `gcp`; this is for what variables do not say. Given to a loader it takes the place
/// of the list's entry.
///
/// ```
/// use config_core::{Gcp, Secrets};
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
///
/// let gcp = Gcp::builder().project("my-project").location("europe-west3").build()?;
/// let loader = Settings::loader().source(gcp);
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone)]
pub struct Gcp {
    client: Arc<Client>,
    remote: Arc<Remote<Client>>,
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Opened {
    let place = match request.place {
        Some(place) if !request.given => Some(context.expand(place)?),
        place => place.map(str::to_owned),
    };
    let is_process = matches!(context.environment, Environment::Process);
    let setup =
        Setup { is_in_cloud: is_process && setup::is_google_hardware(), ..Setup::default() };
    let setup = setup.with_variables(request.variables, context.root).and_then(Setup::checked);
    let setup = setup.map_err(Unopened::Failed)?;
    let names_project = place.as_ref().is_some_and(|place| place.starts_with("projects/"));
    if !names_project && !setup.has_project() {
        return Err(Unopened::NotConfigured("GOOGLE_CLOUD_PROJECT".to_owned()));
    }
    let remote = Remote::new(Arc::new(Client::new(setup)), None, place.as_deref());
    Ok(Box::new(remote.map_err(Unopened::Failed)?))
}

impl Gcp {
    /// Secret Manager as the variables of the process say.
    ///
    /// # Errors
    /// A variable cannot be read.
    ///
    /// ```
    /// let gcp = config_core::Gcp::from_env()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn from_env() -> Result<Self, Failure> {
        Self::builder().build()
    }

    /// A builder, for what the variables do not say.
    ///
    /// ```
    /// let gcp = config_core::Gcp::builder().project("my-project").build()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn builder() -> GcpBuilder {
        GcpBuilder::default()
    }

    fn of(client: Client, name: Option<String>) -> Result<Self, Failure> {
        let client = Arc::new(client);
        let remote = Arc::new(Remote::new(Arc::clone(&client), name, None)?);
        Ok(Self { client, remote })
    }
}

/// The text that stands in an answer; none where nothing or no text does.
fn text(node: Option<&Node>) -> Option<&str> {
    match node.map(|node| &node.value) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

impl fmt::Debug for Gcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gcp([REDACTED])")
    }
}

crate::remote::is_source_by!(Gcp, remote);
