//! How a token is come by: by an application's own credential, by the managed identity of a service or a machine, by a
//! developer's tools.
//!
//! Applications and tools log in through `azure_identity`, over our own HTTP client, so that TLS, time limits and proxies
//! are the same everywhere. What it lacks is spoken here: managed identities, which it sets up from the environment of the
//! process and no other, and the signing with a certificate, for which it needs OpenSSL.

mod certificate;
mod entra;
mod machine;
mod official;
mod tool;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) use tool::Tool;

use crate::clock::Moment;
use crate::remote::asker::hashed;
use crate::remote::http::Http;
use crate::source::{Failure, FailureKind};
use crate::value::{Text, TextBuilder};

/// Whose a token is that was given.
pub(super) const GIVEN: &str = "whoever the given token is of";

/// One way to come by a token.
#[derive(Clone)]
pub(super) enum Login {
    /// A token that was given.
    Token(Text),
    /// An application with its secret.
    Secret { tenant: String, client: String, secret: Text },
    /// An application with its certificate.
    Certificate { tenant: String, client: String, path: PathBuf },
    /// An application that vouches for itself by a token of its cluster's.
    Workload { tenant: String, client: String, file: PathBuf },
    /// The managed identity of App Service, Functions, Container Apps.
    Service { endpoint: String, header: Text, client: Option<String> },
    /// The managed identity of a machine.
    Machine { host: String, client: Option<String> },
    /// Who is logged in to a tool.
    Tool { tool: Tool, tenant: Option<String>, variables: Vec<(&'static str, Text)> },
}

/// A token.
pub(super) struct Token {
    /// As the header has it.
    pub(super) bearer: Text,
    /// When it is better to have a new one.
    pub(super) renew: Moment,
    /// Whose it is, in words.
    pub(super) who: String,
    /// The tenant that gave it, where that is known.
    pub(super) tenant: Option<String>,
}

/// What a token has to be for, and how it is asked for.
pub(super) struct Asked<'a> {
    /// To the authority.
    pub(super) http: &'a Arc<Http>,
    /// To the machine itself, by no proxy.
    pub(super) machine: &'a Http,
    /// The authority: `https://login.microsoftonline.com`.
    pub(super) authority: &'a str,
    /// Whom it is for: `https://vault.azure.net`.
    pub(super) resource: &'a str,
    /// The tenant that it has to be of, where the vault told.
    pub(super) tenant: Option<&'a str>,
    pub(super) until: Instant,
}

/// Why there is no token.
pub(super) enum Without {
    /// This way leads nowhere here; the next one may.
    Unavailable(String),
    /// It was tried and failed.
    Failed(Failure),
}

impl Login {
    /// Logs in.
    pub(super) async fn token(&self, asked: &Asked<'_>) -> Result<Token, Without> {
        let (token, lasts) = match self {
            Self::Token(token) => (token.clone(), None),
            Self::Secret { tenant, client, secret } => {
                let application =
                    official::Application { tenant: asked.tenant.unwrap_or(tenant), client };
                official::secret(application, secret, asked).await?
            }
            Self::Certificate { tenant, client, path } => {
                let application =
                    official::Application { tenant: asked.tenant.unwrap_or(tenant), client };
                official::certificate(application, path, asked).await?
            }
            Self::Workload { tenant, client, file } => {
                let application =
                    official::Application { tenant: asked.tenant.unwrap_or(tenant), client };
                official::workload(application, file, asked).await?
            }
            Self::Service { endpoint, header, client } => {
                machine::service(endpoint, header, client.as_deref(), asked).await?
            }
            Self::Machine { host, client } => machine::own(host, client.as_deref(), asked).await?,
            Self::Tool { tool, tenant, variables } => {
                let tenant = asked.tenant.or(tenant.as_deref());
                tool.token(tenant, variables, asked).await?
            }
        };
        let tenant = self.tenant().map(|own| asked.tenant.unwrap_or(own).to_owned());
        Ok(Token { bearer: bearer(&token), renew: renewal(lasts), who: self.who(), tenant })
    }

    /// Whom a token is got from, for a plan; none where it is here.
    pub(super) fn call(&self, authority: &str) -> Option<String> {
        match self {
            Self::Token(_) => None,
            Self::Secret { tenant, .. }
            | Self::Certificate { tenant, .. }
            | Self::Workload { tenant, .. } => {
                Some(format!("POST {authority}/{tenant}/oauth2/v2.0/token"))
            }
            Self::Service { endpoint, .. } => {
                let end = endpoint.find(['?', '#']).unwrap_or(endpoint.len());
                Some(format!("GET {}", &endpoint[..end]))
            }
            Self::Machine { host, .. } => Some(format!("GET {host}{}", machine::TOKEN)),
            Self::Tool { tool, .. } => Some(format!("the command `{}`", tool.command())),
        }
    }

    /// Looks at what it needs, before somebody is asked.
    ///
    /// # Errors
    /// A file that cannot be read, or used.
    pub(super) fn checked(&self) -> Result<(), Failure> {
        match self {
            Self::Certificate { client, path, .. } => {
                certificate::assertion(path, client, "").map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The same with another of several managed identities.
    pub(super) fn of(self, named: Option<String>) -> Self {
        match (self, named) {
            (Self::Service { endpoint, header, .. }, Some(named)) => {
                Self::Service { endpoint, header, client: Some(named) }
            }
            (Self::Machine { host, .. }, Some(named)) => {
                Self::Machine { host, client: Some(named) }
            }
            (login, _) => login,
        }
    }

    /// Whose token it is, in words.
    pub(super) fn who(&self) -> String {
        match self {
            Self::Token(_) => GIVEN.to_owned(),
            Self::Secret { client, .. }
            | Self::Certificate { client, .. }
            | Self::Workload { client, .. } => format!("the application {client}"),
            Self::Service { client: Some(client), .. }
            | Self::Machine { client: Some(client), .. } => {
                format!("the managed identity {client}")
            }
            Self::Service { .. } => "the managed identity of the service".to_owned(),
            Self::Machine { .. } => "the managed identity of the machine".to_owned(),
            Self::Tool { tool, .. } => format!("who is logged in to `{}`", tool.name()),
        }
    }

    /// The account that is logged in at, which stays when its credential is replaced, and the file that a platform puts
    /// that into. A token that was given is nobody's but its own.
    pub(super) fn account(&self) -> String {
        let who = match self.tenant() {
            Some(tenant) => format!("{} of {tenant}", self.who()),
            None => self.who(),
        };
        match self {
            Self::Token(token) => format!("token {}", hashed(token)),
            Self::Certificate { path: file, .. } | Self::Workload { file, .. } => {
                format!("{who} by {}", file.display())
            }
            _ => who,
        }
    }

    /// What it logs in with, beside a file.
    pub(super) fn credential(&self) -> Vec<&str> {
        match self {
            Self::Token(_) | Self::Certificate { .. } | Self::Workload { .. } => Vec::new(),
            Self::Secret { secret, .. } => vec![secret],
            Self::Service { endpoint, header, .. } => vec![endpoint, header],
            Self::Machine { host, .. } => vec![host],
            Self::Tool { variables, .. } => {
                variables.iter().flat_map(|(name, text)| [*name, text.as_str()]).collect()
            }
        }
    }

    /// The tenant that is logged in at, where it is set up.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Secret { tenant, .. }
            | Self::Certificate { tenant, .. }
            | Self::Workload { tenant, .. } => Some(tenant),
            Self::Tool { tenant, .. } => tenant.as_deref(),
            Self::Token(_) | Self::Service { .. } | Self::Machine { .. } => None,
        }
    }

    /// Whether logging in again can give another token.
    pub(super) const fn can_renew(&self) -> bool {
        !matches!(self, Self::Token(_))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({})", self.who())
    }
}

impl From<Failure> for Without {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The failure where every way led nowhere.
pub(super) fn nowhere(whys: &[String]) -> Failure {
    let message = format!("there is no credential for Azure: {}", whys.join("; "));
    Failure::new(FailureKind::NotConfigured, message)
        .hint("set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run: az login")
}

fn bearer(token: &str) -> Text {
    let mut text = TextBuilder::with_capacity("Bearer ".len() + token.len());
    text.push_str("Bearer ");
    text.push_str(token);
    text.finish()
}

/// Five minutes before the end, or a tenth of the time where that is less.
fn renewal(lasts: Option<Duration>) -> Moment {
    const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
    let lasts = lasts.map_or(FOREVER, |lasts| lasts.min(FOREVER));
    Moment::now() + (lasts - (lasts / 10).min(Duration::from_secs(300)))
}

#[cfg(test)]
mod tests {
    use super::Login;
    use crate::value::exact;

    fn secret(tenant: &str, secret: &str) -> Login {
        let (tenant, client) = (tenant.to_owned(), "an-application".to_owned());
        Login::Secret { tenant, client, secret: exact(secret) }
    }

    #[test]
    fn two_tokens_are_two_accounts_and_neither_is_shown() {
        let account = |token| Login::Token(exact(token)).account();
        assert_eq!(account("n0t-a-real-one"), "token 76b581b754a264ea3030089d");
        assert_ne!(account("n0t-a-real-one"), account("another"));
    }

    #[test]
    fn an_application_stays_the_account_when_its_secret_is_replaced() {
        let (one, other) = (secret("here", "n0t-a-real-one"), secret("here", "another"));
        assert_eq!(one.account(), other.account());
        assert_ne!(one.credential(), other.credential());
        assert_ne!(one.account(), secret("there", "n0t-a-real-one").account());
        assert!(!one.account().contains("n0t-a-real-one"));
    }
}
