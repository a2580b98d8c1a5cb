//! Writing a version only where the current one is still the expected one.
//!
//! Secret Manager has no such call: a version's etag guards its state, and the secret's own does not change with a new
//! version. So whoever writes marks the secret first, by an annotation that the secret's etag guards; of two who mark it
//! one is refused. What is written without a mark, by hand for instance, is not kept out.

use std::time::{Duration, Instant, SystemTime};

use super::client::Client;
use super::names::Name;
use super::writing::About;
use crate::remote::Unread;
use crate::source::{Failure, FailureKind};
use crate::store::Version;

const MARK: &str = "config-core-writing";

/// How old a mark is of which nobody speaks any more. A write gives up long before, so this bounds how far clocks may
/// be apart.
const OLD: Duration = Duration::from_secs(300);

impl Client {
    /// Adds a version behind the expected one.
    pub(super) async fn add_behind(
        &self,
        name: &Name,
        expected: &str,
        value: &[u8],
        until: Instant,
    ) -> Result<Version, Unread> {
        let mut secret = self.look(name, until).await?;
        if is_marked(&secret) {
            return Err(conflict("somebody else is writing it").into());
        }
        let current = match self.version(name, "latest", until).await {
            Ok(version) => version.id,
            Err(Unread::Absent(_)) => return Err(conflict("it has no version yet").into()),
            Err(other) => return Err(other),
        };
        if current != expected {
            let message = format!("the current version is {current}, and not the expected one");
            return Err(Failure::new(FailureKind::Conflict, message).into());
        }
        secret.annotations.insert(MARK.to_owned(), seconds().to_string());
        let marked =
            self.replace(name, "annotations", &secret.annotations, &secret.etag, until).await?;
        let added = self.add(name, value, until).await;
        self.unmark(name, marked, until).await;
        added
    }

    /// Takes the mark away. Where that fails it grows old, and the write has succeeded all the same.
    async fn unmark(&self, name: &Name, mut secret: About, until: Instant) {
        for _ in 0..2 {
            secret.annotations.remove(MARK);
            let entries = &secret.annotations;
            if self.replace(name, "annotations", entries, &secret.etag, until).await.is_ok() {
                return;
            }
            match self.look(name, until).await {
                Ok(changed) => secret = changed,
                Err(_) => return,
            }
        }
    }
}

fn is_marked(secret: &About) -> bool {
    let since = secret.annotations.get(MARK).and_then(|mark| mark.parse::<u64>().ok());
    since.is_some_and(|since| since.abs_diff(seconds()) < OLD.as_secs())
}

fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

fn conflict(message: &'static str) -> Failure {
    Failure::new(FailureKind::Conflict, message)
}
