//! What one read comes to, under what is known, declared or guessed of the mount that it is in.

use std::time::Instant;

use super::answer;
use super::backend::{DELETED, DESTROYED, Server};
use super::client::{Call, refused, says};
use super::mounts::{Asked, Engine, Mount, is_fixed};
use super::place::{Place, encoded};
use super::session::Token;
use super::words::{self, denied};
use crate::remote::both::both;
use crate::remote::http::Response;
use crate::remote::lease::Lease;
use crate::remote::{Asking, Blob, Outcome, Unread, other_version};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// Why a read came to nothing, and what might help.
pub(super) enum Stop {
    Unread(Unread),
    /// The server refused, and it may be for the token.
    Refused(Box<Token>),
}

/// What a response comes to under an assumption of what is mounted.
enum Step {
    Done(Box<Outcome>),
    /// There is nothing, in these words, or the assumption is wrong.
    Missing(&'static str),
    /// There is something else, or the assumption is wrong.
    Unlike,
    /// The assumption is wrong, for this reason.
    Wrong(Box<Failure>),
    Refused,
}

/// Why a place is taken to be in a mount.
#[derive(Clone, Copy)]
enum Basis {
    /// The server says so now, or every server has it.
    Told,
    /// The declaration says so.
    Declared,
    /// The server said so, or answered as if, some time ago.
    Learned,
    Guessed,
}

impl Basis {
    /// Whether the server is asked for the mount, after such a response.
    const fn is_doubted_for(self, step: &Step) -> bool {
        match (self, step) {
            (_, Step::Done(_)) | (Self::Told, _) => false,
            (Self::Guessed, _) => true,
            (Self::Declared, step) => matches!(step, Step::Missing(_)),
            // The next read asks, if it is the path and not the token that is refused.
            (Self::Learned, step) => !matches!(step, Step::Refused),
        }
    }
}

impl Step {
    fn done(outcome: Outcome) -> Self {
        Self::Done(Box::new(outcome))
    }

    fn wrong(failure: Failure) -> Self {
        Self::Wrong(Box::new(failure))
    }

    /// What it comes to where the assumption is right.
    fn end(self, token: &Token) -> Result<Blob, Stop> {
        match self {
            Self::Done(outcome) => (*outcome).map_err(Stop::Unread),
            Self::Missing(what) => Err(Unread::Absent(what).into()),
            Self::Unlike => Err(answer::unlike().into()),
            Self::Wrong(failure) => Err((*failure).into()),
            Self::Refused => Err(Stop::Refused(Box::new(token.clone()))),
        }
    }
}

impl Server {
    /// Reads a place. Of a mount that is gone or is another by now, what was learned of it says so no more than a guess:
    /// a secret that is not there is taken for such once the server has told the mount.
    pub(super) async fn read_with(
        &self,
        place: &Place,
        version: Option<u64>,
        token: &Token,
        asking: Asking,
    ) -> Result<Blob, Stop> {
        let started = Instant::now();
        let (mount, basis) = self.assumed(place, token, asking).await?;
        let step = self.read_at(&mount, place, version, token, asking).await?;
        if !basis.is_doubted_for(&step) {
            if matches!((&basis, &step), (Basis::Guessed, Step::Done(outcome)) if outcome.is_ok()) {
                self.mounts.learn(mount);
            }
            return step.end(token);
        }
        let asked = self.mounts.ask(place, &self.client, &token.text, asking.until, started);
        let asked = asked.await?;
        if matches!(asked, Asked::Denied) {
            self.mounts.forget(place);
        }
        match (asked, step) {
            (Asked::Mount(asked), _) if asked != mount && !place.kv1 => {
                self.read_at(&asked, place, version, token, asking).await?.end(token)
            }
            // It knows the token, so it is the path that may not be read.
            (Asked::Mount(_), Step::Refused) => Err(denied(&mount, place).into()),
            // A slip in the list, and no secret that is not there: nothing weaker may answer for it.
            (Asked::Denied, Step::Missing(_)) => {
                let mend = "mend the mount in the place, or enable it: vault secrets enable";
                Err(Failure::new(FailureKind::NotFound, "no such mount")
                    .hint(words::of_api(&mount.path, place).unwrap_or_else(|| mend.to_owned()))
                    .into())
            }
            (_, step) => step.end(token),
        }
    }

    /// The mount that a place is taken to be in.
    async fn assumed(
        &self,
        place: &Place,
        token: &Token,
        asking: Asking,
    ) -> Result<(Mount, Basis), Stop> {
        if let Some(mount) = self.mounts.of(place) {
            let basis = match (place.kv1, is_fixed(place)) {
                (true, _) => Basis::Declared,
                (false, true) => Basis::Told,
                (false, false) => Basis::Learned,
            };
            return Ok((mount, basis));
        }
        if self.mints(place) && !asking.only_looks {
            let term = self.session.settled(token, &self.client, asking.until);
            // What comes of the term is seen where it counts.
            let mount = both(self.mount(place, token, asking.until), term).await.0?;
            return Ok((mount, Basis::Told));
        }
        if place.may_mint() {
            return Ok((self.mount(place, token, asking.until).await?, Basis::Told));
        }
        Ok((Mount::guess(place), Basis::Guessed))
    }

    async fn mount(&self, place: &Place, token: &Token, until: Instant) -> Result<Mount, Stop> {
        let now = Instant::now();
        match self.mounts.ask(place, &self.client, &token.text, until, now).await? {
            Asked::Mount(mount) => Ok(mount),
            Asked::Denied => Err(Stop::Refused(Box::new(token.clone()))),
        }
    }

    /// Reads a place as if this were its mount.
    async fn read_at(
        &self,
        mount: &Mount,
        place: &Place,
        version: Option<u64>,
        token: &Token,
        asking: Asking,
    ) -> Result<Step, Stop> {
        if version.is_some() && mount.engine != Engine::Kv2 {
            let message = format!("{} is not KV version 2, and so has no versions", mount.path);
            return Ok(Step::wrong(Failure::new(FailureKind::Malformed, message)));
        }
        let mints = mount.mints(place);
        if mints && asking.only_looks {
            return Err(Unread::NotRead("not read: reading it mints a credential").into());
        }
        let query = version.map_or(String::new(), |version| format!("?version={version}"));
        let call = Call::get(format!("{}{query}", encoded(&mount.api_path(place))));
        let (call, token) = match mints {
            true => (call.once(), self.session.settled(token, &self.client, asking.until).await?),
            false => (call, token.clone()),
        };
        let response = self.client.ask(&call, Some(&token.text), asking.until).await?;
        if response.status == 404 && says(&response, "namespace not found") {
            return Err(refused(&response).into());
        }
        match (response.status, &mount.engine) {
            (200, Engine::Kv2) => Ok(self.versioned(&response, version)?),
            (404, Engine::Kv2) => Ok(missing_version(&response, version)?),
            (200 | 203, _) => Ok(Step::done(self.logical(&response, &token))),
            (404, Engine::Kv1) if says(&response, "versioned K/V") => {
                let message = format!("{} is of KV version 2, not 1", mount.path);
                let failure = Failure::new(FailureKind::Malformed, message);
                Ok(Step::wrong(match place.kv1 {
                    true => failure.hint("take `kv1:` out of the place"),
                    false => failure,
                }))
            }
            (404, _) => Ok(Step::Missing("no such secret")),
            (400, Engine::Other(_)) if says(&response, "unknown role") => {
                Ok(Step::done(Err(Unread::Absent("no such role"))))
            }
            (204, _) => Ok(Step::done(Err(Unread::Absent("nothing is there")))),
            (401 | 403, _) => Ok(Step::Refused),
            _ => Err(refused(&response).into()),
        }
    }

    /// An answer of KV version 2.
    fn versioned(&self, response: &Response, asked: Option<u64>) -> Result<Step, Failure> {
        let mut answer = response.json()?;
        let warnings = answer::warnings(&answer);
        let metadata = answer.entry("data").and_then(|data| data.entry("metadata"));
        // Another engine answers where it was guessed that this is one of KV.
        let Some(version) = metadata.and_then(|of| answer::number(of, "version")) else {
            return Ok(Step::Unlike);
        };
        if asked.is_some_and(|asked| asked != version) {
            return Err(other_version());
        }
        let node = taken(&mut answer, &["data", "data"]);
        let Some(node) = node.filter(|node| matches!(node.value, Value::Map(_))) else {
            return Ok(Step::Unlike);
        };
        let version = Some(version.to_string());
        Ok(Step::done(Ok(Blob { version, remarks: self.said(warnings), ..Blob::new(node) })))
    }

    /// An answer of any other engine.
    fn logical(&self, response: &Response, token: &Token) -> Outcome {
        let mut answer = response.json()?;
        let warnings = answer::warnings(&answer);
        let lease = answer::lease(&answer)?;
        let lease = lease.map(|lease| lease.under(token.number, token.ends()));
        let node = taken(&mut answer, &["data"]).filter(|node| matches!(node.value, Value::Map(_)));
        let node = node.ok_or_else(answer::unlike)?;
        let good_until = lease.as_ref().and_then(Lease::ends);
        Ok(Blob { good_until, lease, remarks: self.said(warnings), ..Blob::new(node) })
    }

    fn said(&self, mut warnings: Vec<String>) -> Vec<String> {
        warnings.extend(self.remarks.iter().cloned());
        warnings
    }
}

/// A secret that is not there, a version of it that is not there, or one that is no more.
fn missing_version(response: &Response, version: Option<u64>) -> Result<Step, Failure> {
    let answer = response.json()?;
    let Some(metadata) = answer.entry("data").and_then(|data| data.entry("metadata")) else {
        // KV version 2 says the same of a version and of a secret that it does not have.
        return Ok(Step::Missing(version.map_or("no such secret", |_| "no such version")));
    };
    let other = answer::number(metadata, "version").filter(|other| Some(*other) != version);
    if version.is_some() && other.is_some() {
        return Err(other_version());
    }
    Ok(Step::done(Err(Unread::Absent(match (answer::truth(metadata, "destroyed"), version) {
        (true, Some(_)) => DESTROYED,
        (true, None) => "its current version is destroyed",
        (false, Some(_)) => DELETED,
        (false, None) => "its current version is deleted",
    }))))
}

/// Takes an entry of an entry out of an answer.
fn taken(node: &mut Node, names: &[&str]) -> Option<Node> {
    let [name, rest @ ..] = names else { return Some(std::mem::take(node)) };
    let Value::Map(entries) = &mut node.value else { return None };
    let (_, found) = entries.iter_mut().find(|(key, _)| key.as_str() == *name)?;
    taken(found, rest)
}

impl From<Unread> for Stop {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Unread(Unread::Failed(failure))
    }
}
