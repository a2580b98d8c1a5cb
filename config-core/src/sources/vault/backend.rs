//! Reading secrets: one request each where the engine is known or as guessed.

use std::time::Instant;

use super::answer;
use super::client::{Call, Client, refused, says};
use super::leases;
use super::mounts::{Asked, Engine, Mount, Mounts};
use super::place::{Place, encoded};
use super::session::{LOOK_UP, Session, Token, invalid, is_valid};
use super::words::{self, denied};
use crate::clock::Moment;
use crate::remote::address::exposed;
use crate::remote::both::both;
use crate::remote::http::Response;
use crate::remote::lease::Lease;
use crate::remote::{Asking, Backend, Before, Blob, Outcome, Read, Unread, gone};
use crate::source::{Failure, FailureKind, SourcePlan, Trouble};
use crate::value::{Node, Value};

/// Why there is nothing to read of a version that was named.
const DELETED: &str = "this version is deleted";
const DESTROYED: &str = "this version is destroyed";

/// One server, as one login and one namespace see it.
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) mounts: Mounts,
    /// What is said of the configuration whenever something was read.
    pub(super) remarks: Vec<String>,
    /// The program that a person runs: `vault` or `bao`.
    pub(super) program: &'static str,
}

/// Why a read came to nothing, and what might help.
enum Stop {
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
    Refused,
}

impl Step {
    fn done(outcome: Outcome) -> Self {
        Self::Done(Box::new(outcome))
    }

    /// What it comes to where the assumption is right.
    fn end(self, token: &Token) -> Result<Blob, Stop> {
        match self {
            Self::Done(outcome) => (*outcome).map_err(Stop::Unread),
            Self::Missing(what) => Err(Unread::Absent(what).into()),
            Self::Unlike => Err(answer::unlike().into()),
            Self::Refused => Err(Stop::Refused(Box::new(token.clone()))),
        }
    }
}

impl Server {
    pub(super) fn new(
        client: Client,
        session: Session,
        remarks: Vec<String>,
        program: &'static str,
    ) -> Self {
        Self { client, session, mounts: Mounts::default(), remarks, program }
    }

    async fn read_with(
        &self,
        place: &Place,
        version: Option<u64>,
        token: &Token,
        asking: Asking,
    ) -> Result<Blob, Stop> {
        let known = match self.mounts.of(place) {
            None if self.mints(place) && !asking.only_looks => {
                let term = self.session.settled(token, &self.client, asking.until);
                // What comes of the term is seen where it counts.
                Some(both(self.mount(place, token, asking.until), term).await.0?)
            }
            None if place.may_mint() => Some(self.mount(place, token, asking.until).await?),
            known => known,
        };
        let guessed = known.is_none();
        let mount = known.unwrap_or_else(|| Mount::guess(place));
        let step = self.read_at(&mount, place, version, token, asking).await?;
        if !guessed {
            return step.end(token);
        }
        if let Step::Done(outcome) = step {
            if outcome.is_ok() {
                self.mounts.learn(mount);
            }
            return (*outcome).map_err(Stop::Unread);
        }
        match (self.mounts.ask(place, &self.client, &token.text, asking.until).await?, step) {
            (Asked::Mount(asked), _) if asked != mount => {
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

    async fn mount(&self, place: &Place, token: &Token, until: Instant) -> Result<Mount, Stop> {
        match self.mounts.ask(place, &self.client, &token.text, until).await? {
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
            return Err(Failure::new(FailureKind::Malformed, message).into());
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
            (200, Engine::Kv2) => Ok(self.versioned(&response)?),
            (404, Engine::Kv2) => Ok(missing_version(&response, version)?),
            (200 | 203, _) => Ok(Step::done(self.logical(&response, &token))),
            (404, Engine::Kv1) if says(&response, "versioned K/V") => {
                let message = format!("{} is of KV version 2, not 1", mount.path);
                let failure = Failure::new(FailureKind::Malformed, message);
                Err(failure.hint("take `kv1:` out of the place").into())
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
    fn versioned(&self, response: &Response) -> Result<Step, Failure> {
        let mut answer = response.json()?;
        let warnings = answer::warnings(&answer);
        let metadata = answer.entry("data").and_then(|data| data.entry("metadata"));
        // Another engine answers where it was guessed that this is one of KV.
        let Some(version) = metadata.and_then(|of| answer::number(of, "version")) else {
            return Ok(Step::Unlike);
        };
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
        // KV version 1 tells of a term without a lease, which only says how often to look again.
        let lease = Some(answer::lease(&answer)).filter(|lease| !lease.id.is_empty());
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

    /// Whether the token or the path was refused.
    async fn judge(&self, token: &Token, place: &Place, until: Instant) -> Result<bool, Failure> {
        if is_valid(&self.client, &token.text, until).await? {
            let mount = self.mounts.of(place).unwrap_or_else(|| Mount::guess(place));
            return Err(denied(&mount, place));
        }
        Ok(false)
    }

    /// Reads one secret; a version that was named and is not there is absent, as a secret is.
    pub(super) async fn look(&self, read: &Read, asking: Asking) -> Outcome {
        let (place, version) = Self::named(read)?;
        if asking.only_looks && self.session.would_use_something_up().await {
            return Err(Unread::NotRead("not read: it would use up the wrapped secret id"));
        }
        let token = self.session.token(&self.client, asking.until).await?;
        let refused = match self.read_with(&place, version, &token, asking).await {
            Ok(blob) => return Ok(blob),
            Err(Stop::Unread(unread)) => return Err(unread),
            Err(Stop::Refused(token)) => token,
        };
        self.judge(&refused, &place, asking.until).await?;
        let fresh = self.session.after(&refused, &self.client, asking.until).await?;
        let Some(fresh) = fresh else { return Err(invalid(self.session.login()).into()) };
        match self.read_with(&place, version, &fresh, asking).await {
            Ok(blob) => Ok(blob),
            Err(Stop::Unread(unread)) => Err(unread),
            Err(Stop::Refused(token)) => {
                self.judge(&token, &place, asking.until).await?;
                Err(invalid(self.session.login()).into())
            }
        }
    }

    /// Whether reading a place makes a credential, as far as is known without asking.
    fn mints(&self, place: &Place) -> bool {
        match self.mounts.of(place) {
            Some(mount) => mount.mints(place),
            None => place.may_mint() && !place.is_static(),
        }
    }

    /// Whether the term of the token is asked for along with these: what is made under it ends with it.
    pub(super) fn looks_up(&self, reads: &[Read]) -> bool {
        let mints = |read| Self::named(read).is_ok_and(|(place, _)| self.mints(&place));
        self.session.is_unsettled() && reads.iter().any(mints)
    }

    /// What is read, and which version of it.
    pub(super) fn named(read: &Read) -> Result<(Place, Option<u64>), Failure> {
        let place = Place::read(&read.place)?;
        let version = match &read.version {
            None => None,
            Some(text) => match text.parse::<u64>() {
                Ok(version) if version > 0 => Some(version),
                _ => {
                    let message = "a version of KV is a number from 1";
                    return Err(Failure::new(FailureKind::Malformed, message));
                }
            },
        };
        Ok((place, version))
    }
}

impl Backend for Server {
    const KIND: &'static str = "vault";

    fn identity(&self) -> String {
        let namespace = self.client.namespace().unwrap_or_default();
        format!("vault {} {namespace} {}", self.client.address(), self.session.login().identity())
    }

    fn exposed(&self) -> Option<&'static str> {
        exposed(self.client.address())
    }

    async fn read(&self, read: &Read, asking: Asking) -> Outcome {
        self.look(read, asking).await.map_err(|unread| match unread {
            Unread::Absent(why) if read.version.is_some() => match why {
                DELETED | DESTROYED => gone(self, read, FailureKind::Expired, why),
                _ => gone(self, read, FailureKind::NotFound, "no such version, or no such secret"),
            },
            unread => unread,
        })
    }

    async fn prolonged(&self, blob: &Blob, asking: Asking) -> Result<Option<Blob>, Failure> {
        leases::prolonged(self, blob, asking).await
    }

    fn due(&self) -> Option<Moment> {
        self.session.due()
    }

    async fn upkeep(&self, asking: Asking) {
        // What comes of it is told as its trouble.
        drop(self.session.token(&self.client, asking.until).await);
    }

    fn trouble(&self) -> Option<Trouble> {
        self.session.trouble()
    }

    fn before(&self, reads: &[Read]) -> Before {
        let mut before = self.session.before();
        before.calls.extend(self.looks_up(reads).then(|| format!("GET /v1/{LOOK_UP}")));
        before
    }

    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan {
        words::plan(self, reads)
    }

    fn remedy(
        &self,
        read: &Read,
        key: Option<&str>,
        absent: Option<&'static str>,
    ) -> Option<String> {
        words::remedy(self, read, key, absent.is_some())
    }
}

/// A secret that is not there, a version of it that is not there, or one that is no more.
fn missing_version(response: &Response, version: Option<u64>) -> Result<Step, Failure> {
    let answer = response.json()?;
    let Some(metadata) = answer.entry("data").and_then(|data| data.entry("metadata")) else {
        // KV version 2 says the same of a version and of a secret that it does not have.
        return Ok(Step::Missing(version.map_or("no such secret", |_| "no such version")));
    };
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
