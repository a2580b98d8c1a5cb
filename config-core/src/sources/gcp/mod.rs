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
use setup::{PROJECT, Setup};
pub use store::Labels;

use super::named::of_another;
use super::{Connection, Kind, Open, Request, Unopened};
use crate::environment::{Context, Environment};
use crate::remote::Remote;
use crate::source::Failure;
use crate::value::{Node, Value};

pub(crate) const KIND: Kind =
    Kind { name: "gcp", open: Open::Store(connect), has_variables: false };

/// Google Cloud Secret Manager, as a source and as a [`Store`](crate::store::Store).
///
/// In a list it needs no more than `gcp`; this is for what variables do not say. Given to a loader it takes the place
/// of the list's entry.
///
/// | place | what it is |
/// |---|---|
/// | `gcp` in a list | a secret of its own for each field: `app-smtp-user-name` |
/// | `gcp("app-settings")` in a list | a secret whose JSON has the keys |
/// | `gcp = "db-url"`, `gcp = "db-url@3"` at a field | the whole text, or the bytes, of the current version, or of one by its number or alias |
/// | `gcp = "db#url"`, `gcp = "#smtp.host"` at a field | one key of a secret's JSON, or of that of the list |
/// | `projects/other/secrets/db`, `projects/other/locations/europe-west3/secrets/db`, `locations/europe-west3/secrets/db` | a secret of another project, or of a region; with `@` and `#` likewise |
///
/// Of the environment it reads, as Google's own tools and libraries do:
///
/// | variables | what they say |
/// |---|---|
/// | `GOOGLE_CLOUD_PROJECT`, `GCLOUD_PROJECT`, `GCP_PROJECT`, `CLOUDSDK_CORE_PROJECT` | the project; else that of the credentials, or of the machine |
/// | `GOOGLE_APPLICATION_CREDENTIALS` | a file of credentials |
/// | `CLOUDSDK_AUTH_ACCESS_TOKEN` | an access token, where there is no such file |
/// | `CLOUDSDK_CONFIG`, `HOME`, on Windows `APPDATA` | where `gcloud auth application-default login` left a file |
/// | `GCE_METADATA_HOST`, `GCE_METADATA_IP` | where the machine is asked |
/// | `GOOGLE_CLOUD_QUOTA_PROJECT` | who pays |
/// | `GOOGLE_CLOUD_UNIVERSE_DOMAIN` | the cloud |
/// | `CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER` | the endpoint: with `https://`, or on this machine |
/// | `SSL_CERT_FILE`, `SSL_CERT_DIR`, where the system has them | the certificate authorities |
/// | `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in lower case too | the proxy |
///
/// An entry with a name, `gcp@eu`, has a project of its own, `GOOGLE_CLOUD_EU_PROJECT`, and never the one without its
/// name, nor that of the credentials or the machine; its quota project, universe and endpoint are its own as well. It is
/// asked as whoever the process is, unless `GOOGLE_EU_APPLICATION_CREDENTIALS` or `CLOUDSDK_EU_AUTH_ACCESS_TOKEN` is set.
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

fn connect(request: &Request<'_>, context: &Context<'_>) -> Result<Connection, Unopened> {
    let is_process = matches!(context.environment, Environment::Process);
    let setup = Setup {
        name: request.name.map(str::to_owned),
        is_in_cloud: is_process && setup::is_google_hardware(),
        ..Setup::default()
    };
    let setup = setup.with_variables(request.variables, context.root)?.checked()?;
    let name = setup.name.clone();
    let client = Arc::new(Client::new(setup));
    Ok(Arc::new(move |place| {
        let names_project = place.is_some_and(|place| place.starts_with("projects/"));
        let setup = &client.setup;
        if !names_project && !setup.has_project() {
            return Err(match setup.lent {
                true => {
                    let nor = of_another(PROJECT[0]);
                    Unopened::Without { variable: setup.variable(), nor }
                }
                false => Unopened::NotConfigured(setup.variable().into_owned()),
            });
        }
        Ok(Box::new(Remote::new(Arc::clone(&client), name.clone(), place)?))
    }))
}

impl Gcp {
    /// Secret Manager as the variables of the process say.
    ///
    /// # Errors
    /// No project is known, or a variable cannot be read.
    ///
    /// ```no_run
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
        let project = self.client.setup.project.as_ref();
        f.debug_struct("Gcp").field("project", &project).finish_non_exhaustive()
    }
}

crate::remote::is_source_by!(Gcp, remote);
