//! The ways to a token.

mod identity;
mod jwt;
mod wrapped;

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::answer;
use super::client::{Call, Client, refused, says};
use crate::remote::blocking::blocking;
use crate::remote::body::Body;
use crate::remote::http::{Http, Response};
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind};
use crate::value::{Position, Text, exact};

pub(super) use jwt::GitHub;

/// How a token is come by.
pub(super) enum Login {
    /// There is one.
    Token(Text),
    /// A file has one, as the command line leaves it after `vault login`.
    TokenFile(PathBuf),
    /// AppRole.
    AppRole { mount: String, role_id: Text, secret_id: SecretId },
    /// The service account of a pod.
    Kubernetes { mount: String, role: String, token_file: PathBuf },
    /// A signed identity.
    Jwt { mount: String, role: String, jwt: Jwt },
}

/// What goes with a role id.
pub(super) enum SecretId {
    /// Nothing: the role binds no secret id.
    None,
    Plain(Text),
    /// A token that gives it once.
    Wrapped(Text),
}

/// Where a signed identity comes from.
pub(super) enum Jwt {
    Text(Text),
    File(PathBuf),
    /// GitHub signs one for the running job.
    GitHub(GitHub),
}

impl Login {
    /// Whether it can be done once.
    pub(super) const fn is_used_up(&self) -> bool {
        matches!(self, Self::AppRole { secret_id: SecretId::Wrapped(_), .. })
    }

    /// Whether a token that is refused can be followed by a fresh one.
    pub(super) const fn can_be_repeated(&self) -> bool {
        !matches!(self, Self::Token(_))
    }

    /// The calls that it makes one after the other, for a plan.
    pub(super) fn calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        match self {
            Self::AppRole { secret_id: SecretId::Wrapped(token), .. }
                if !wrapped::is_remembered(token) =>
            {
                calls.push("POST /v1/sys/wrapping/lookup".to_owned());
                calls.push("POST /v1/sys/wrapping/unwrap".to_owned());
            }
            Self::Jwt { jwt: Jwt::GitHub(_), .. } => {
                calls.push("GET the job's identity token from GitHub".to_owned());
            }
            _ => {}
        }
        if let Some(mount) = self.mount() {
            calls.push(format!("POST /v1/auth/{mount}/login"));
        }
        calls
    }

    fn mount(&self) -> Option<&str> {
        match self {
            Self::Token(_) | Self::TokenFile(_) => None,
            Self::AppRole { mount, .. }
            | Self::Kubernetes { mount, .. }
            | Self::Jwt { mount, .. } => Some(mount),
        }
    }

    fn role(&self) -> Option<&str> {
        match self {
            Self::Kubernetes { role, .. } | Self::Jwt { role, .. } => Some(role),
            Self::Token(_) | Self::TokenFile(_) | Self::AppRole { .. } => None,
        }
    }

    /// Comes by a token; its lease is none where it is not known.
    pub(super) async fn token(
        &self,
        client: &Client,
        aside: &Http,
        until: Instant,
    ) -> Result<(Text, Option<Lease>), Failure> {
        let body = match self {
            Self::Token(token) => return Ok((token.clone(), None)),
            Self::TokenFile(file) => return Ok((content(file).await?, None)),
            Self::AppRole { role_id, secret_id, mount } => {
                let body = Body::new().text("role_id", role_id);
                match secret_id {
                    SecretId::None => body,
                    SecretId::Plain(secret_id) => body.text("secret_id", secret_id),
                    SecretId::Wrapped(token) => {
                        let role = wrapped::Role { mount, role_id };
                        let secret_id = wrapped::unwrap(token, role, client, until).await?;
                        body.text("secret_id", &secret_id)
                    }
                }
            }
            Self::Kubernetes { role, token_file, .. } => {
                Body::new().text("role", role).text("jwt", &content(token_file).await?)
            }
            Self::Jwt { role, jwt, .. } => {
                let jwt = match jwt {
                    Jwt::Text(text) => text.clone(),
                    Jwt::File(file) => content(file).await?,
                    Jwt::GitHub(github) => github.sign(aside, until).await?,
                };
                Body::new().text("role", role).text("jwt", &jwt)
            }
        };
        let mount = self.mount().unwrap_or_default();
        let call =
            Call::post(format!("auth/{}/login", super::place::encoded(mount)), body.finish());
        let response = client.ask(&call, None, until).await?;
        if !response.is_success() {
            return Err(self.refused(&response));
        }
        let (token, lease) = answer::login(&response)?;
        Ok((token, Some(lease)))
    }

    /// Why there was no token.
    fn refused(&self, response: &Response) -> Failure {
        let (mount, role) = (self.mount().unwrap_or_default(), self.role().unwrap_or_default());
        let denied = |message: String| Failure::new(FailureKind::Denied, message);
        let is_refusal = matches!(response.status, 400 | 401 | 403 | 404);
        if !is_refusal || says(response, "namespace not found") {
            return refused(response);
        }
        if says(response, "invalid role name") || says(response, "could not be found") {
            return denied(format!("the login at auth/{mount} has no role {role}"));
        }
        if says(response, "could not load configuration") {
            return denied(format!("the login at auth/{mount} is not set up"))
                .hint(format!("write its configuration: vault write auth/{mount}/config .."));
        }
        if matches!(self, Self::Jwt { .. }) && says(response, "expired") {
            let message = format!("the login at auth/{mount} refuses the identity: it has expired");
            return Failure::new(FailureKind::Expired, message);
        }
        // What Kubernetes finds invalid is refused in the same words as a mount that is not there.
        if response.status == 404
            || (response.status == 403 && !matches!(self, Self::Kubernetes { .. }))
        {
            return denied(format!("there is no login at auth/{mount}, or not for this machine"));
        }
        let (what, hint) = match self {
            Self::AppRole { secret_id: SecretId::None, .. } => {
                ("the role id, or wants a secret id with it", "set VAULT_SECRET_ID")
            }
            Self::AppRole { .. } => (
                "the role id or the secret id",
                "a secret id may have expired or been used up: issue a new one",
            ),
            Self::Kubernetes { .. } => (
                "the service account, or is not there",
                "compare the role's bound_service_account_names and _namespaces",
            ),
            Self::Jwt { .. } => (
                "the signed identity for this role",
                "compare the role's bound_audiences, bound_subject and bound_claims",
            ),
            Self::Token(_) | Self::TokenFile(_) => ("the token", "log in again"),
        };
        denied(format!("the login at auth/{mount} refuses {what}")).hint(hint)
    }
}

/// The same as [`read`], without holding up whatever else is asked over the network.
async fn content(file: &Path) -> Result<Text, Failure> {
    let file = file.to_owned();
    blocking(move || read(&file)).await?
}

/// A token from a file, without the blanks around it.
fn read(file: &Path) -> Result<Text, Failure> {
    const LARGEST: u64 = 64 * 1024;
    let text = crate::sources::read::read_text(file, LARGEST)?;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Failure::new(FailureKind::Malformed, "the file is empty")
            .in_file(file.into(), Position::default()));
    }
    Ok(exact(trimmed))
}
