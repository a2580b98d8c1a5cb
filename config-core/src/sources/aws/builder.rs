//! Setting an account up by hand.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Aws;
use super::settings::{Given, credentials};
use crate::remote::reach::Authority;
use crate::secret::{ExposeSecret, SecretString};
use crate::source::Failure;
use crate::value::{Text, exact};

/// What is said of an account at AWS; all that is not said is taken from the environment of the process.
///
/// ```
/// let builder = config_core::Aws::builder().region("eu-west-1");
/// assert!(!format!("{builder:?}").contains("eu-west-1"));
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is set up before `build`"]
pub struct AwsBuilder {
    given: Given,
}

impl AwsBuilder {
    /// The region, in the stead of `AWS_REGION`.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().region("eu-west-1");
    /// ```
    pub fn region(mut self, name: impl Into<String>) -> Self {
        self.given.region = Some(name.into());
        self
    }

    /// Where both services are asked, in the stead of the addresses of AWS: a private endpoint, a stand-in for tests.
    /// Without TLS that may be this machine alone.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().endpoint("http://127.0.0.1:5000");
    /// ```
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.given.endpoint = Some(url.into());
        self
    }

    /// The profile of `~/.aws` whose credentials are used, whatever keys the environment has.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().profile("production");
    /// ```
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.given.profile = Some(name.into());
        self
    }

    /// The access key and its secret, in the stead of those that are found.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().credentials("AKIAIOSFODNN7EXAMPLE", "not-a-real-one");
    /// ```
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        let secret = exact(secret.into().expose_secret());
        self.given.credentials = Some(credentials(&Text::new(id.into()), &secret, None));
        self
    }

    /// An access key with its secret and session token, which are good for a while.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().session("ASIAIOSFODNN7EXAMPLE", "not-a-real-one", "nor-this");
    /// ```
    pub fn session(
        mut self,
        id: impl Into<String>,
        secret: impl Into<SecretString>,
        token: impl Into<SecretString>,
    ) -> Self {
        let secret = exact(secret.into().expose_secret());
        let token = exact(token.into().expose_secret());
        self.given.credentials = Some(credentials(&Text::new(id.into()), &secret, Some(&token)));
        self
    }

    /// A file, or directory of files, with the certificate authorities to trust, and no others.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().ca("/etc/ssl/proxy.pem");
    /// ```
    pub fn ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.given.reach.authorities.push(Authority::File(path.into()));
        self
    }

    /// Certificate authorities to trust, in PEM, and no others.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().ca_pem("-----BEGIN CERTIFICATE-----");
    /// ```
    pub fn ca_pem(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.given.reach.authorities.push(Authority::Pem(certificates.into()));
        self
    }

    /// The proxy that AWS is reached by, in the stead of `HTTPS_PROXY`.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().proxy("http://proxy.example:3128");
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.given.reach.proxy = Some(Text::new(url.into()));
        self
    }

    /// How long one request may take, 5 seconds unless told.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().timeout(std::time::Duration::from_secs(2));
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.given.reach.timeout = Some(limit);
        self
    }

    /// The name by which a list has it: `aws@eu("prod/app")`. What is not said here is then looked for in the variables
    /// with that name, `AWS_EU_REGION`.
    ///
    /// ```
    /// let builder = config_core::Aws::builder().name("eu").region("eu-west-1");
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.given.name = Some(name.into());
        self
    }

    /// Sets it up. Nobody is asked yet.
    ///
    /// ```
    /// let account = config_core::Aws::builder().region("eu-west-1").build()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    ///
    /// # Errors
    /// There is no region, a file or profile that was named is not there, or something cannot be used.
    pub fn build(self) -> Result<Aws, Failure> {
        Aws::given(self.given)
    }
}

impl fmt::Debug for AwsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsBuilder").finish_non_exhaustive()
    }
}
