//! Prolonging what the server lent: users of databases and other credentials that were made for us.

use super::answer;
use super::backend::Server;
use super::client::{Call, refused};
use crate::clock::Moment;
use crate::remote::body::Body;
use crate::remote::lease::Lease;
use crate::remote::{Asking, Blob};
use crate::source::{Failure, FailureKind};

/// The same credential for another while; none where it cannot be had, and a fresh one has to be made.
///
/// # Errors
/// The server could not be asked, or has no time for it; the credential is good until it is over.
pub(super) async fn prolonged(
    server: &Server,
    blob: &Blob,
    asking: Asking,
) -> Result<Option<Blob>, Failure> {
    let Some(lease) = blob.lease.as_ref().filter(|lease| lease.renewable) else { return Ok(None) };
    let token = server.session.token(&server.client, asking.until).await.map_err(kept)?;
    // What was lent under another token ends with that one, however it is prolonged.
    if token.number != lease.under {
        return Ok(None);
    }
    let (session, client) = (&server.session, &server.client);
    let token = session.settled(&token, client, asking.until).await.map_err(kept)?;
    let body = Body::new()
        .text("lease_id", &lease.id)
        .json("increment", &lease.first.as_secs().to_string())
        .finish();
    let call = Call::post("sys/leases/renew", body).repeatable();
    let response = server.client.ask(&call, Some(&token.text), asking.until).await.map_err(kept)?;
    if !response.is_success() {
        let failure = refused(&response);
        let is_refused = matches!(response.status, 400..=499);
        return match is_refused && failure.kind() != FailureKind::Unreachable {
            true => Ok(None),
            false => Err(kept(failure)),
        };
    }
    let Ok(answer) = response.json() else { return Ok(None) };
    let Ok(Some(next)) = answer::lease(&answer) else { return Ok(None) };
    let next = lease.prolonged(next.ttl, next.renewable, Moment::now());
    let next = Some(next).filter(Lease::is_worth_keeping);
    let next = next.map(|next| next.under(token.number, token.ends()));
    Ok(next.map(|next| Blob { good_until: next.ends(), lease: Some(next), ..blob.clone() }))
}

/// The failure of what goes on being used until it ends.
fn kept(failure: Failure) -> Failure {
    let message = format!("what was lent could not be prolonged: {}", failure.message);
    Failure { message: message.into(), ..failure }
}
