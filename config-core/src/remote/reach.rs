//! How a store is reached: how long a request may take, whom to trust, by way of which proxy.

use std::path::PathBuf;
use std::time::Duration;

use crate::source::Failure;
use crate::sources::Variables;
use crate::value::Text;

/// How a store is reached, in what is the same for all of them.
#[derive(Clone, Default)]
pub(crate) struct Reach {
    /// How long one request may take, 5 seconds unless told.
    pub(crate) timeout: Option<Duration>,
    /// Who signs the store's certificate; these alone are trusted then, else those that the system trusts.
    pub(crate) authorities: Vec<Authority>,
    /// The proxy; none for what the environment says.
    pub(crate) proxy: Option<Text>,
    /// What is reached without the proxy.
    pub(crate) no_proxy: Option<Text>,
}

/// A certificate authority.
#[derive(Clone)]
pub(crate) enum Authority {
    /// A file, or a directory of files, in PEM.
    File(PathBuf),
    /// The certificates themselves, in PEM.
    Pem(Vec<u8>),
}

impl Reach {
    /// Fills in the proxy that the environment says, where none was given.
    ///
    /// # Errors
    /// A variable that cannot be read.
    pub(crate) fn with_proxy_of(mut self, variables: Variables<'_>) -> Result<Self, Failure> {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            if self.proxy.is_none() {
                self.proxy = variables(name)?;
            }
        }
        for name in ["NO_PROXY", "no_proxy"] {
            if self.no_proxy.is_none() {
                self.no_proxy = variables(name)?;
            }
        }
        Ok(self)
    }

    /// The same, once the authorities and the proxy that it has were looked at.
    ///
    /// # Errors
    /// A file that cannot be read, a text that has no certificate, an address that is none.
    pub(crate) fn checked(self) -> Result<Self, Failure> {
        super::http::check(&self)?;
        Ok(self)
    }

    /// What may be shown of the proxy.
    pub(super) fn proxy_shown(&self) -> Option<&str> {
        self.proxy.as_ref().map(|url| super::http::shown(url))
    }

    /// How long one request may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(5))
    }
}
