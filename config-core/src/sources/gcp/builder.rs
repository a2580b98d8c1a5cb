//! What a program says of the source.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::setup::{Given, PROJECT, Setup};
use super::{Client, Gcp};
use crate::remote::reach::Authority;
use crate::secret::SecretString;
use crate::source::{Failure, FailureKind};
use crate::sources::named::of_another;
use crate::value::{Text, exact};
use secrecy::ExposeSecret;

/// A connection to Secret Manager under construction: from [`Gcp::builder`]. What is not said comes from the variables
/// of the process. Its `Debug` shows no credential.
///
/// ```
/// use config_core::Gcp;
///
/// let gcp = Gcp::builder()
///     .project("my-project")
///     .location("europe-west3")
///     .access_token("a-token-that-is-not-real")
///     .build()?;
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct GcpBuilder {
    setup: Setup,
}

impl GcpBuilder {
    /// The project of secrets whose names have none: its ID or its number.
    pub fn project(mut self, project: impl Into<String>) -> Self {
        self.setup.project = Some(project.into());
        self
    }

    /// The region of secrets whose names have none. Without it they are global ones.
    pub fn location(mut self, region: impl Into<String>) -> Self {
        self.setup.location = Some(region.into());
        self
    }

    /// The regions that a new secret is replicated to. Without them Google chooses.
    pub fn replicas<R: Into<String>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        self.setup.replicas = regions.into_iter().map(Into::into).collect();
        self
    }

    /// Where Secret Manager is asked: `https://secretmanager.googleapis.com` unless told.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.setup.endpoint = Some(url.into());
        self
    }

    /// The cloud, where that is not the public one: `googleapis.com`.
    pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
        self.setup.universe = Some(domain.into());
        self
    }

    /// The project that pays for the requests.
    pub fn quota_project(mut self, project: impl Into<String>) -> Self {
        self.setup.quota_project = Some(project.into());
        self
    }

    /// A file of credentials: the key of a service account, a login, a workload identity.
    pub fn credentials_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.credentials = Given::File(path.into());
        self
    }

    /// The text of such a file.
    pub fn credentials_json(mut self, json: impl Into<SecretString>) -> Self {
        self.setup.credentials = Given::Json(exact(json.into().expose_secret()));
        self
    }

    /// An access token that somebody else renews.
    pub fn access_token(mut self, token: impl Into<SecretString>) -> Self {
        self.setup.credentials = Given::Token(exact(token.into().expose_secret()));
        self
    }

    /// The service account of the machine, even where a variable or gcloud names a file.
    pub fn metadata_server(mut self) -> Self {
        self.setup.credentials = Given::Metadata;
        self.setup.is_in_cloud = true;
        self
    }

    /// The host of the metadata server, where it is not `metadata.google.internal`.
    pub fn metadata_host(mut self, host: impl Into<String>) -> Self {
        self.setup.metadata = Some(host.into());
        self.setup.is_in_cloud = true;
        self
    }

    /// A file, or a directory of files, with the certificate authorities to trust, and no others.
    pub fn ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.reach.authorities.push(Authority::File(path.into()));
        self
    }

    /// The certificate authorities to trust, in PEM, and no others.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.setup.reach.authorities.push(Authority::Pem(pem.into()));
        self
    }

    /// The proxy; the metadata server is asked without it.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.setup.reach.proxy = Some(Text::new(url.into()));
        self
    }

    /// How long one request may take: 5 seconds unless told.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.setup.reach.timeout = Some(timeout);
        self
    }

    /// The name of the list's entry whose place it takes, of `gcp@eu` the `eu`. What is not said here is then looked for
    /// in the variables with that name, `GOOGLE_CLOUD_EU_PROJECT`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.setup.name = Some(name.into());
        self
    }

    /// Makes it; nobody is asked yet.
    ///
    /// # Errors
    /// Something that was said cannot be, a file that was named cannot be read, no project is known, or a variable
    /// cannot be read.
    pub fn build(self) -> Result<Gcp, Failure> {
        let is_given = matches!(self.setup.credentials, Given::File(_) | Given::Json(_));
        let reach = self.setup.reach.clone().checked()?;
        let setup = Setup { reach, ..self.setup }.with_process()?.checked()?;
        if !setup.has_project() {
            let variable = setup.variable();
            let nor = match setup.lent {
                true => of_another(PROJECT[0]),
                false => "nor do the credentials name a project".to_owned(),
            };
            let message = format!("{variable} is not set, {nor}");
            return Err(Failure::new(FailureKind::NotConfigured, message)
                .hint(format!("set {variable}, or call `project` on the builder")));
        }
        let name = setup.name.clone();
        let client = Client::new(setup);
        if is_given {
            client.credentials()?;
        }
        Gcp::of(client, name)
    }
}

impl fmt::Debug for GcpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcpBuilder").finish_non_exhaustive()
    }
}
