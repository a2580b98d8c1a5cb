//! Who asks: Google's application-default credentials, and the access tokens that they are exchanged for.
//!
//! The exchanges are made here and not by `google-cloud-auth`, although that builds on ring alone: its HTTP clients can
//! be neither given nor bounded (no proxy or authority of the load, no time limit) and abort the process unless it has
//! installed a TLS provider for everybody; it reads variables of the process where a load has its own
//! (`GCE_METADATA_HOST`, `AWS_*`); its tokens are renewed by a task that is tied to the runtime of the first load; and
//! it keeps keys and answers in buffers that nobody wipes, and quotes answers in its errors.

mod exchange;
mod federation;
mod file;
mod metadata;
mod wrong;

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{CONTENT_TYPE, HeaderName};
use zeroize::Zeroizing;

pub(super) use exchange::{ServiceAccount, User};
pub(super) use federation::Federation;
pub(super) use metadata::{asked_for_project, project as project_of_machine};

use super::held::Fresh;
use super::net::Net;
use super::setup::{Given, Setup};
use super::text;
use crate::clock::Moment;
use crate::remote::asker::Asker;
use crate::remote::http::{Request, Response};
use crate::source::{Failure, FailureKind};
use crate::value::{Text, Value};

/// What a token may be used for; how much of it, the roles say.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Credentials, and what their file says beside them.
pub(super) struct Credentials {
    pub(super) kind: Kind,
    pub(super) project: Option<String>,
    /// Who pays for the requests, where that is not the secret's project.
    pub(super) quota_project: Option<String>,
    /// The cloud that they are for, where that is not the public one.
    pub(super) universe: Option<String>,
}

/// What a token is got by.
pub(super) enum Kind {
    /// The token itself.
    Token(Text),
    /// The service account of the machine, pod or service that this runs in.
    Metadata,
    /// The key of a service account.
    ServiceAccount(ServiceAccount),
    /// The login of a person.
    User(User),
    /// A token of somebody else whom a workload identity pool trusts.
    Federation(Federation),
    /// A service account that these may act as.
    Impersonated { by: Box<Kind>, url: String, delegates: Vec<String> },
}

/// An access token as the header `Authorization` has it.
pub(super) type Token = Fresh<Text>;

impl Credentials {
    /// Finds the credentials, reading their file where they have one.
    ///
    /// # Errors
    /// The file cannot be read, or is of a kind that is not known.
    pub(super) fn find(setup: &Setup) -> Result<Self, Failure> {
        let plain = |kind| Self { kind, project: None, quota_project: None, universe: None };
        match &setup.credentials {
            Given::Token(token) => Ok(plain(Kind::Token(bearer(token)))),
            Given::Json(json) => file::parse(json, setup.root.as_deref()),
            Given::File(path) => file::read(path),
            Given::Usual(Some(path)) if path.is_file() => file::read(path),
            Given::Usual(_) | Given::Metadata => Ok(plain(Kind::Metadata)),
        }
    }
}

impl Kind {
    /// Whom a token is got from, one after the other, for a plan.
    pub(super) fn calls(&self, net: &Net) -> Vec<String> {
        match self {
            Self::Token(_) => Vec::new(),
            Self::Metadata => vec![metadata::asked(net, metadata::TOKEN)],
            Self::ServiceAccount(account) => account.calls(),
            Self::User(user) => vec![posted(&user.token_uri)],
            Self::Federation(federation) => federation.calls(),
            Self::Impersonated { by, url, .. } => {
                let mut calls = by.calls(net);
                calls.push(posted(url));
                calls
            }
        }
    }

    /// The e-mail address of the service account, where it is known.
    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(account) => Some(&account.email),
            Self::Impersonated { url, .. } => email_in(url),
            _ => None,
        }
    }

    /// Who that is, in words.
    pub(super) fn who(&self) -> String {
        match self {
            Self::Token(_) => "the holder of the given access token".to_owned(),
            Self::Metadata => "the service account of this machine".to_owned(),
            Self::User(_) => "the user who is logged in with gcloud".to_owned(),
            Self::Federation(_) => "the workload identity".to_owned(),
            Self::ServiceAccount(_) | Self::Impersonated { .. } => match self.email() {
                Some(email) => email.to_owned(),
                None => "the impersonated service account".to_owned(),
            },
        }
    }

    /// Their access token, in words, and how there is a new one where it is not accepted.
    pub(super) fn token_in_words(&self) -> (String, &'static str) {
        let hint = match self {
            Self::Token(_) => "give a new one: gcloud auth print-access-token",
            Self::User(_) => "log in again: gcloud auth application-default login",
            _ => "look at this machine's clock, and whether the account is still enabled",
        };
        match self {
            Self::Token(_) => ("the given access token".to_owned(), hint),
            by => (format!("the access token of {}", by.who()), hint),
        }
    }

    /// The account that these are of, and which of its keys they are.
    pub(super) fn asker(&self) -> Asker {
        let account = Asker::new(self.identity());
        match self.key() {
            Some(key) => account.with(&[key]),
            None => account,
        }
    }

    fn key(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(account) => Some(&account.key),
            Self::Impersonated { by, .. } => by.key(),
            _ => None,
        }
    }

    /// What tells their account from others, without a secret of theirs.
    fn identity(&self) -> String {
        match self {
            Self::Token(token) => format!("token {}", digest(token)),
            Self::User(user) => user.identity(),
            Self::Federation(federation) => federation.identity(),
            Self::Impersonated { by, url, .. } => format!("{} as {url}", by.identity()),
            _ => self.who(),
        }
    }

    /// Whether another token may be accepted where one was not.
    pub(super) const fn can_be_renewed(&self) -> bool {
        !matches!(self, Self::Token(_))
    }

    /// A new access token.
    ///
    /// # Errors
    /// Nobody gave one; why.
    pub(super) async fn token(&self, net: &Net, until: Instant) -> Result<Token, Failure> {
        match self {
            Self::Token(token) => Ok(Token { value: token.clone(), good_until: None }),
            Self::Metadata => metadata::token(net, until).await,
            Self::ServiceAccount(account) => account.token(net, until).await,
            Self::User(user) => user.token(net, until).await,
            Self::Federation(federation) => federation.token(net, until).await,
            Self::Impersonated { by, url, delegates } => {
                let token = Box::pin(by.token(net, until)).await?;
                exchange::impersonate(net, &token.value, by, url, delegates, until).await
            }
        }
        .map_err(|failure| self.no_token(failure))
    }

    fn no_token(&self, mut failure: Failure) -> Failure {
        const NO_TOKEN: &str = "no access token for ";
        if !failure.message.starts_with(NO_TOKEN) {
            failure.message = format!("{NO_TOKEN}{}: {}", self.who(), failure.message).into();
        }
        failure
    }
}

/// Where something is posted to, for a plan: nothing of the address that may be a secret.
fn posted(url: &str) -> String {
    format!("POST {}", plain(url))
}

/// An address without a user and without what stands behind its path.
fn plain(url: &str) -> String {
    let (scheme, behind) = url.split_once("://").unwrap_or(("https", url));
    let end = behind.find(['?', '#']).unwrap_or(behind.len());
    let (host, path) = behind[..end].split_at(behind[..end].find('/').unwrap_or(end));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// The request that a form is posted by, to get a token.
fn post_form(url: &str, form: Zeroizing<Vec<u8>>) -> Request {
    let request = Request::new(reqwest::Method::POST, url).body(form).repeatable();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// A header by its name in lower case.
const fn header(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// The token in an answer, `access_token` and `expires_in` (RFC 6749, section 5.1).
fn token_in(response: &Response) -> Result<Token, Failure> {
    let answer = response.json()?;
    let token = text(answer.entry("access_token")).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| malformed("the answer has no access token"))?;
    let seconds = match answer.entry("expires_in").map(|node| &node.value) {
        Some(Value::Number(digits) | Value::Text(digits)) => digits.parse().ok(),
        _ => None,
    };
    Ok(Token { value: bearer(token), good_until: Some(renewed_at(seconds.unwrap_or(0))) })
}

/// What tells one credential from another, and from which nobody learns it: it has too many bits to be guessed.
fn digest(credential: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, credential.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12])
}

/// When a token is no longer used that is good for so many seconds: what is under way with it must not outlive it.
fn renewed_at(seconds: u64) -> Moment {
    let seconds = seconds.min(24 * 3600);
    Moment::now() + Duration::from_secs(seconds - (seconds / 10).min(225))
}

fn bearer(token: &str) -> Text {
    let mut header = Text::new(String::with_capacity("Bearer ".len() + token.len()));
    header.push_str("Bearer ");
    header.push_str(token);
    header
}

/// The account in `.../serviceAccounts/EMAIL:generateAccessToken`.
fn email_in(url: &str) -> Option<&str> {
    let (_, behind) = url.rsplit_once("/serviceAccounts/")?;
    let (email, _) = behind.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_');
    email.chars().all(fits).then_some(email)
}

fn malformed(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::clock::Moment;

    use super::{email_in, renewed_at};

    #[test]
    fn a_token_is_renewed_minutes_before_it_expires_a_short_one_at_nine_tenths() {
        for (seconds, kept) in [(3599, 3374), (60, 54), (1, 1), (0, 0), (u64::MAX, 86_175)] {
            let from_now =
                renewed_at(seconds).saturating_duration_since(Moment::now()).as_secs_f64();
            assert_eq!(Duration::from_secs_f64(from_now.ceil()).as_secs(), kept, "{seconds}");
        }
    }

    #[test]
    fn an_account_is_named_only_where_it_reads_as_one() {
        let url = "https://iam.example/v1/projects/-/serviceAccounts/a-b@p.iam:generateAccessToken";
        assert_eq!(email_in(url), Some("a-b@p.iam"));
        assert_eq!(email_in("https://iam.example/serviceAccounts/a b:x"), None);
        assert_eq!(email_in("https://iam.example/serviceAccounts/a"), None);
        assert_eq!(email_in("https://iam.example/"), None);
    }
}
