//! A secret id that comes in a wrapping: a token that gives it once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::digest::{Context, SHA256};
use tokio::sync::watch;
use tokio::time::timeout_at;

use super::super::answer::{table, text, unlike};
use super::super::client::{Call, Client, refused, says};
use crate::remote::body::Body;
use crate::remote::http::Response;
use crate::remote::late;
use crate::remote::runtime::to_its_end;
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// What was unwrapped: it cannot be done twice, and a process may load more than once. One for each role: a later
/// wrapping takes the place of an earlier one.
static UNWRAPPED: Mutex<Vec<Unwrapping>> = Mutex::new(Vec::new());

/// How long an answer is waited for at most. A request has a limit of its own, which is less most often.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose secret id it is.
#[derive(Clone, Copy)]
pub(super) struct Role<'a> {
    pub(super) mount: &'a str,
    pub(super) role_id: &'a Text,
}

/// One that was sent for.
struct Unwrapping {
    /// Of the wrapping token and of the role: neither is kept.
    wrapping: Fingerprint,
    role: Fingerprint,
    state: watch::Receiver<State>,
}

type Fingerprint = [u8; 32];

/// What came of it so far.
enum State {
    UnderWay,
    Given(Text),
    /// The server said no: it was not opened by us.
    Refused(Failure),
    /// No answer came that could be read, though the server may have opened it.
    Lost(Failure),
}

/// Unwraps a secret id, after a look at who wrapped it.
pub(super) async fn unwrap(
    wrapping: &Text,
    role: Role<'_>,
    client: &Client,
    until: Instant,
) -> Result<Text, Failure> {
    let token = fingerprint(&[wrapping]);
    if let Some(state) = under_way(token) {
        return outcome(state, until).await;
    }
    look(wrapping, role.mount, client, until).await.map_err(|refusal| match refusal {
        // Once it was sent for in vain, we are who opened it.
        Refusal::Gone if was_lost(token) => lost(),
        Refusal::Gone => gone(),
        Refusal::Other(failure) => failure,
    })?;
    outcome(start(wrapping, token, role, client)?, until).await
}

/// Why a wrapping is not to be opened.
enum Refusal {
    Gone,
    Other(Failure),
}

/// Looks at who wrapped it.
async fn look(
    wrapping: &Text,
    mount: &str,
    client: &Client,
    until: Instant,
) -> Result<(), Refusal> {
    let body = Body::new().text("token", wrapping).finish();
    let call = Call::post("sys/wrapping/lookup", body).repeatable();
    let response = client.ask(&call, None, until).await?;
    if !response.is_success() {
        return Err(if is_gone(&response) { Refusal::Gone } else { refused(&response).into() });
    }
    let answer = response.json()?;
    let path = text(table(&answer, "data")?, "creation_path").ok_or_else(unlike)?;
    let is_ours = path
        .strip_prefix("auth/")
        .and_then(|path| path.strip_prefix(mount))
        .is_some_and(|path| path.starts_with("/role/") && path.ends_with("/secret-id"));
    if is_ours {
        return Ok(());
    }
    let message =
        format!("what is wrapped was not made by auth/{mount}: somebody may have exchanged it");
    Err(Failure::new(FailureKind::Denied, message).hint(ALERT).into())
}

/// Sends for it, unless somebody else just did. The server gives it once, so that the answer is awaited and kept also
/// where the load that wanted it gives up.
fn start(
    wrapping: &Text,
    token: Fingerprint,
    role: Role<'_>,
    client: &Client,
) -> Result<watch::Receiver<State>, Failure> {
    let mut unwrapped = unwrapped();
    let other = unwrapped.iter().find(|one| one.wrapping == token && one.is_used());
    if let Some(other) = other {
        return Ok(other.state.clone());
    }
    let (told, state) = watch::channel(State::UnderWay);
    let role = fingerprint(&[
        client.address(),
        client.namespace().unwrap_or(""),
        role.mount,
        role.role_id,
    ]);
    let (wrapping, client) = (wrapping.clone(), client.clone());
    to_its_end(async move {
        let state = sent_for(&wrapping, &client).await;
        drop(told.send(state));
    })?;
    unwrapped.retain(|one| one.wrapping != token && one.role != role);
    unwrapped.push(Unwrapping { wrapping: token, role, state: state.clone() });
    Ok(state)
}

async fn sent_for(wrapping: &Text, client: &Client) -> State {
    let call = Call::post("sys/wrapping/unwrap", Body::new().finish());
    let response = match client.ask(&call, Some(wrapping), Instant::now() + PATIENCE).await {
        Ok(response) => response,
        Err(failure) => return State::Lost(failure),
    };
    match response.status {
        200..=299 => {}
        _ if is_gone(&response) => return State::Refused(gone()),
        400..=499 => return State::Refused(refused(&response)),
        _ => return State::Lost(refused(&response)),
    }
    let secret_id = response
        .json()
        .and_then(|answer| text(table(&answer, "data")?, "secret_id").cloned().ok_or_else(unlike));
    secret_id.map_or_else(State::Lost, State::Given)
}

/// Waits for what comes of it.
async fn outcome(mut state: watch::Receiver<State>, until: Instant) -> Result<Text, Failure> {
    let started = Instant::now();
    let is_over = |state: &State| !matches!(state, State::UnderWay);
    match timeout_at(until.into(), state.wait_for(is_over)).await {
        Ok(Ok(state)) => match &*state {
            State::Given(secret_id) => Ok(secret_id.clone()),
            State::Refused(failure) | State::Lost(failure) => Err(failure.clone()),
            State::UnderWay => Err(lost()),
        },
        Ok(Err(_)) => Err(lost()),
        Err(_) => Err(late(started)),
    }
}

impl Unwrapping {
    /// Whether it has the secret id, or may have it yet.
    fn is_used(&self) -> bool {
        match *self.state.borrow() {
            State::UnderWay => self.state.has_changed().is_ok(),
            State::Given(_) => true,
            State::Refused(_) | State::Lost(_) => false,
        }
    }
}

const ALERT: &str = "treat it as an incident: destroy the role's secret ids, look in the audit log for who unwrapped it, \
                     and issue a new one";

/// Whether a wrapping does not open because it was opened before, or is too old.
fn is_gone(response: &Response) -> bool {
    says(response, "wrapping token is not valid or does not exist") || response.status == 403
}

/// A wrapping that somebody opened before: so an interception is noticed.
fn gone() -> Failure {
    let message = "the wrapped secret id has been unwrapped already, or has expired: somebody may have intercepted it";
    Failure::new(FailureKind::Denied, message).hint(ALERT)
}

/// A wrapping that we opened, most likely.
fn lost() -> Failure {
    let message = "the wrapped secret id is gone: this process asked for it before, and the answer never came";
    Failure::new(FailureKind::Denied, message)
        .hint("issue a new one; if the audit log tells that somebody else unwrapped it, treat it as an incident")
}

/// Whether it was unwrapped before, by this process.
pub(super) fn is_remembered(wrapping: &Text) -> bool {
    under_way(fingerprint(&[wrapping])).is_some()
}

fn under_way(token: Fingerprint) -> Option<watch::Receiver<State>> {
    let unwrapped = unwrapped();
    let known = unwrapped.iter().find(|one| one.wrapping == token && one.is_used());
    known.map(|one| one.state.clone())
}

fn was_lost(token: Fingerprint) -> bool {
    let is_lost = |one: &Unwrapping| !matches!(*one.state.borrow(), State::Refused(_));
    unwrapped().iter().any(|one| one.wrapping == token && is_lost(one))
}

fn unwrapped() -> MutexGuard<'static, Vec<Unwrapping>> {
    UNWRAPPED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fingerprint(texts: &[&str]) -> Fingerprint {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_le_bytes());
        context.update(text.as_bytes());
    }
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}
