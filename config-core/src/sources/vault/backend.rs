//! One server as a source: what is asked of it, and with which token.

use std::time::Instant;

use super::client::Client;
use super::leases;
use super::mounts::{Mount, Mounts};
use super::place::Place;
use super::reading::Stop;
use super::session::{LOOK_UP, Session, Token, invalid, is_valid};
use super::words::{self, denied};
use crate::clock::Moment;
use crate::remote::address::exposed;
use crate::remote::asker::Asker;
use crate::remote::{Asking, Backend, Before, Blob, Outcome, Read, Unread, gone};
use crate::source::{Failure, FailureKind, SourcePlan, Trouble};

/// Why there is nothing to read of a version that was named.
pub(super) const DELETED: &str = "this version is deleted";
pub(super) const DESTROYED: &str = "this version is destroyed";

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

impl Server {
    pub(super) fn new(
        client: Client,
        session: Session,
        remarks: Vec<String>,
        program: &'static str,
    ) -> Self {
        Self { client, session, mounts: Mounts::default(), remarks, program }
    }

    /// Whether the token or the path was refused.
    async fn judge(&self, token: &Token, place: &Place, until: Instant) -> Result<bool, Failure> {
        if is_valid(&self.client, &token.text, until).await? {
            let mount = self.mounts.of(place).unwrap_or_else(|| Mount::guess(place));
            // It may be refused because something else is mounted there by now.
            self.mounts.forget(place);
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
    pub(super) fn mints(&self, place: &Place) -> bool {
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

    fn asker(&self) -> Asker {
        let namespace = self.client.namespace().unwrap_or_default();
        let store = format!("vault {} {namespace}", self.client.address());
        self.session.login().asker().at(&store)
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
