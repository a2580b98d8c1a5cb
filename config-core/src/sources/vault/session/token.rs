//! What the server says of a token.

use std::time::Instant;

use super::super::answer;
use super::super::client::{Call, Client, refused, says};
use super::super::login::Login;
use crate::clock::Moment;
use crate::remote::body::Body;
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// Where a token is asked what it is.
pub(in super::super) const LOOK_UP: &str = "auth/token/lookup-self";

/// What to do about a token that was given.
const NEW: &str = "put a new one in VAULT_TOKEN, or log in as AppRole, Kubernetes or JWT";

/// Where it is prolonged.
pub(super) const PROLONG: &str = "auth/token/renew-self";

/// How long a token is good for; none where the server does not tell.
pub(super) async fn term(
    client: &Client,
    token: &Text,
    until: Instant,
) -> Result<Option<Lease>, Failure> {
    let response = client.ask(&Call::get(LOOK_UP), Some(token), until).await?;
    if !response.is_success() {
        let failure = refused(&response);
        return match failure.kind() {
            FailureKind::Unreachable => Err(failure),
            _ => Ok(None),
        };
    }
    let Ok(answer) = response.json() else { return Ok(None) };
    Ok(answer.entry("data").and_then(answer::term))
}

/// The term of a token, prolonged by the server.
pub(super) async fn prolonged(
    lease: &Lease,
    client: &Client,
    token: &Text,
    until: Instant,
) -> Result<Lease, Failure> {
    let call = Call::post(PROLONG, Body::new().finish()).repeatable();
    let response = client.ask(&call, Some(token), until).await?;
    if !response.is_success() {
        return Err(refused(&response));
    }
    let (_, renewed) = answer::login(&response)?;
    Ok(lease.prolonged(renewed.ttl, renewed.renewable, Moment::now()))
}

/// Whether a token is valid at all, asked after the server refused it something.
pub(in super::super) async fn is_valid(
    client: &Client,
    token: &Text,
    until: Instant,
) -> Result<bool, Failure> {
    let response = client.ask(&Call::get(LOOK_UP), Some(token), until).await?;
    match response.status {
        // One that is valid but may not even look itself up is refused by a policy, which says so in a list of errors.
        403 => Ok(says(&response, "error occurred") && !says(&response, "invalid token")),
        401 => Ok(false),
        _ if response.is_success() => Ok(true),
        _ => Err(refused(&response)),
    }
}

/// The failure of a token that is not good.
pub(in super::super) fn invalid(login: &Login) -> Failure {
    let hint = match login {
        Login::Token(_) => NEW,
        Login::TokenFile(_) => "run: vault login",
        _ => "the server takes back what it has just given: look at its clock and its audit log",
    };
    Failure::new(FailureKind::Expired, "the token is not valid, or has expired")
        .hint(hint)
        .of_store()
}

/// The failure of a token that comes to its end and is followed by none.
pub(super) fn ending() -> Failure {
    Failure::new(FailureKind::Expired, "it ends soon, and may not be prolonged").hint(NEW)
}
