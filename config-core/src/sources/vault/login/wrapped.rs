//! A secret id that comes in a wrapping: a token that gives it once.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::super::answer::{table, text, unlike};
use super::super::client::{Call, Client, refused, says};
use crate::remote::body::Body;
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// What was unwrapped, by the wrapping token: it cannot be done twice, and a process may load more than once.
static UNWRAPPED: Mutex<Vec<(Text, Text)>> = Mutex::new(Vec::new());

/// Unwraps a secret id, after a look at who wrapped it.
pub(super) async fn unwrap(
    wrapping: &Text,
    mount: &str,
    client: &Client,
    until: Instant,
) -> Result<Text, Failure> {
    if let Some(secret_id) = remembered(wrapping) {
        return Ok(secret_id);
    }
    let body = Body::new().text("token", wrapping).finish();
    let call = Call::post("sys/wrapping/lookup", body).repeatable();
    let response = client.ask(&call, None, until).await?;
    if !response.is_success() {
        return Err(gone(&response));
    }
    let answer = response.json()?;
    let path = text(table(&answer, "data")?, "creation_path").ok_or_else(unlike)?;
    let is_ours = path
        .strip_prefix("auth/")
        .and_then(|path| path.strip_prefix(mount))
        .is_some_and(|path| path.starts_with("/role/") && path.ends_with("/secret-id"));
    if !is_ours {
        let message =
            format!("what is wrapped was not made by auth/{mount}: somebody may have exchanged it");
        return Err(Failure::new(FailureKind::Denied, message).hint(ALERT));
    }
    let response = client
        .ask(&Call::post("sys/wrapping/unwrap", Body::new().finish()), Some(wrapping), until)
        .await?;
    if !response.is_success() {
        return Err(gone(&response));
    }
    let answer = response.json()?;
    let secret_id = text(table(&answer, "data")?, "secret_id").ok_or_else(unlike)?;
    let mut unwrapped = UNWRAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    unwrapped.push((wrapping.clone(), secret_id.clone()));
    Ok(secret_id.clone())
}

const ALERT: &str = "treat it as an incident: destroy the role's secret ids, look in the audit log for who unwrapped it, \
                     and issue a new one";

/// A wrapping that does not open was opened before, or is too old. The first is how an interception is noticed.
fn gone(response: &crate::remote::http::Response) -> Failure {
    if !says(response, "wrapping token is not valid or does not exist") && response.status != 403 {
        return refused(response);
    }
    let message = "the wrapped secret id has been unwrapped already, or has expired: somebody may have intercepted it";
    Failure::new(FailureKind::Denied, message).hint(ALERT)
}

/// Whether it was unwrapped before, by this process.
pub(super) fn is_remembered(wrapping: &Text) -> bool {
    remembered(wrapping).is_some()
}

fn remembered(wrapping: &Text) -> Option<Text> {
    let unwrapped = UNWRAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = unwrapped.iter().find(|(token, _)| token == wrapping);
    known.map(|(_, secret_id)| secret_id.clone())
}
