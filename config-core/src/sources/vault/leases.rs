//! Prolonging what the server lent: users of databases and other credentials that were made for us.

use super::answer;
use super::backend::Server;
use super::client::Call;
use crate::clock::Moment;
use crate::remote::body::Body;
use crate::remote::lease::Lease;
use crate::remote::{Asking, Blob};

/// The same credential for another while; none where it cannot be had, and a fresh one has to be made.
pub(super) async fn prolonged(server: &Server, blob: &Blob, asking: Asking) -> Option<Blob> {
    let lease = blob.lease.as_ref().filter(|lease| lease.renewable)?;
    let token = server.session.token(&server.client, asking.until).await.ok();
    // What was lent under another token ends with that one, however it is prolonged.
    if token.as_ref().is_some_and(|token| token.number != lease.under) {
        return None;
    }
    let body = Body::new()
        .text("lease_id", &lease.id)
        .json("increment", &lease.first.as_secs().to_string())
        .finish();
    let call = Call::post("sys/leases/renew", body).repeatable();
    let response = match &token {
        Some(token) => server.client.ask(&call, Some(&token.text), asking.until).await.ok(),
        None => None,
    };
    match (response, token) {
        (Some(response), Some(token)) if response.is_success() => {
            let next = answer::lease(&response.json().ok()?);
            let next = lease.prolonged(next.ttl, next.renewable, Moment::now());
            let next =
                Some(next).filter(Lease::is_worth_keeping)?.under(token.number, token.ends());
            Some(Blob { good_until: next.ends(), lease: Some(next), ..blob.clone() })
        }
        (Some(response), _) if matches!(response.status, 400..=499) => None,
        // The server cannot be reached; the credential is good until it is over.
        _ => Some(blob.clone()),
    }
}
