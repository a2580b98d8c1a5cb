//! Secret Manager as a store.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Gcp;
use super::client::Client;
use super::names::Name;
use super::writing::{Change, value};
use crate::remote::{Remote, Unread};
use crate::source::{Failure, FailureKind, Source};
use crate::store::{Done, Expect, Metadata, Store, Stored, Version};
use crate::value::Node;

/// How long one call may take, repetitions included.
const LONGEST: Duration = Duration::from_secs(30);

/// The labels of a secret, and by what they can be replaced if nobody else has changed the secret meanwhile: of
/// [`Gcp::labels`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Labels {
    /// Names and values: lower case letters, digits, `_` and `-`.
    pub entries: BTreeMap<String, String>,
    /// Which state of the secret they are of.
    pub etag: String,
}

/// A name is that of a secret, `db`, or one in full, `projects/other/secrets/db`.
impl Store for Gcp {
    fn label(&self) -> String {
        match &self.client.setup.project {
            Some(project) => format!("gcp projects/{project}"),
            None => Remote::label(&*self.remote),
        }
    }

    fn create<'a>(&'a self, name: &'a str, node: &'a Node) -> Done<'a, Version> {
        let value = value(node);
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let value = value?;
            client.make(&name, until).await?;
            client.add(&name, &value, until).await.map_err(|unread| {
                let mut failure = as_failure(unread);
                let message =
                    format!("it was made, but not its first version: {}", failure.message);
                failure.message = message.into();
                failure.into()
            })
        })
    }

    fn put<'a>(&'a self, name: &'a str, node: &'a Node, expect: Expect<'a>) -> Done<'a, Version> {
        let expected = match expect {
            Expect::Absent => return self.create(name, node),
            Expect::Version(version) => Some(version.to_owned()),
            Expect::Any => None,
        };
        let value = value(node);
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let value = value?;
            match expected {
                Some(expected) => client.add_behind(&name, &expected, &value, until).await,
                None => client.add(&name, &value, until).await,
            }
        })
    }

    fn read<'a>(&'a self, name: &'a str, version: Option<&'a str>) -> Done<'a, Stored> {
        let version = version.map(str::to_owned);
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let accessed = client.access(&name, version.as_deref(), until).await?;
            Ok(Stored { value: accessed.node, version: Version::new(accessed.number) })
        })
    }

    fn versions<'a>(&'a self, name: &'a str) -> Done<'a, Vec<Version>> {
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let mut versions = client.list(&name, until).await?;
            if let Some(newest) = versions.first_mut() {
                newest.stages.push("latest".to_owned());
            }
            Ok(versions)
        })
    }

    fn delete_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        self.change(name, version, Change::Destroy)
    }

    fn delete<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            client.remove(&name, until).await
        })
    }

    fn metadata<'a>(&'a self, name: &'a str) -> Done<'a, Metadata> {
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let secret = client.look(&name, until).await?;
            let latest = match client.version(&name, "latest", until).await {
                Ok(version) => Some(version),
                Err(Unread::Absent(_)) => None,
                Err(other) => return Err(other),
            };
            Ok(Metadata {
                created: secret.created,
                updated: latest.as_ref().and_then(|version| version.created),
                current: latest.map(|version| version.id),
                labels: secret.labels,
                next_rotation: secret.next_rotation,
            })
        })
    }
}

impl Gcp {
    /// Takes a version out of use until it is enabled again.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where there is no such version.
    ///
    /// ```no_run
    /// # async fn example(gcp: config_core::Gcp) -> Result<(), config_core::Failure> {
    /// gcp.disable_version("db", "7").await?;
    /// # Ok(()) }
    /// ```
    pub fn disable_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        self.change(name, version, Change::Disable)
    }

    /// Puts a version back into use.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where there is no such version, [`FailureKind::Expired`] where it is destroyed.
    ///
    /// ```no_run
    /// # async fn example(gcp: config_core::Gcp) -> Result<(), config_core::Failure> {
    /// gcp.enable_version("db", "7").await?;
    /// # Ok(()) }
    /// ```
    pub fn enable_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        self.change(name, version, Change::Enable)
    }

    /// The labels of a secret.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where there is no such secret.
    ///
    /// ```no_run
    /// # async fn example(gcp: config_core::Gcp) -> Result<(), config_core::Failure> {
    /// let owner = gcp.labels("db").await?.entries.remove("owner");
    /// # Ok(()) }
    /// ```
    pub fn labels<'a>(&'a self, name: &'a str) -> Done<'a, Labels> {
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let secret = client.look(&name, until).await?;
            Ok(Labels { entries: secret.labels, etag: secret.etag })
        })
    }

    /// Replaces the labels of a secret, unless somebody has changed it since they were read; as they are then.
    ///
    /// # Errors
    /// [`FailureKind::Conflict`] where somebody has; nothing was changed then.
    ///
    /// ```no_run
    /// # async fn example(gcp: config_core::Gcp) -> Result<(), config_core::Failure> {
    /// let mut labels = gcp.labels("db").await?;
    /// labels.entries.insert("owner".to_owned(), "team-a".to_owned());
    /// let labels = gcp.set_labels("db", &labels).await?;
    /// # Ok(()) }
    /// ```
    pub fn set_labels<'a>(&'a self, name: &'a str, labels: &'a Labels) -> Done<'a, Labels> {
        let Labels { entries, etag } = labels.clone();
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            let secret = client.replace(&name, "labels", &entries, &etag, until).await?;
            Ok(Labels { entries: secret.labels, etag: secret.etag })
        })
    }

    fn change<'a>(&'a self, name: &'a str, version: &'a str, change: Change) -> Done<'a, ()> {
        let version = version.to_owned();
        self.work(name, move |client: Arc<Client>, name: Name, until| async move {
            client.change(&name, &version, change, until).await
        })
    }

    /// Does something with a secret, on the thread of the network.
    fn work<'a, T, F>(
        &'a self,
        name: &'a str,
        work: impl FnOnce(Arc<Client>, Name, Instant) -> F + Send + 'a,
    ) -> Done<'a, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Unread>> + Send + 'static,
    {
        let client = Arc::clone(&self.client);
        Box::pin(async move {
            let keyed = |mut failure: Failure| {
                failure.key.get_or_insert_with(|| name.to_owned().into());
                failure
            };
            let secret = client.name(name).map_err(keyed)?;
            let until = Instant::now() + LONGEST;
            let running = client.held.runtime()?.run(work(Arc::clone(&client), secret, until));
            running.await?.map_err(|unread| keyed(as_failure(unread)))
        })
    }
}

fn as_failure(unread: Unread) -> Failure {
    match unread {
        Unread::Failed(failure) => failure,
        Unread::Absent(why) | Unread::NotRead(why) => Failure::new(FailureKind::NotFound, why),
        Unread::WasAbsent { why, .. } => Failure::new(FailureKind::NotFound, why),
    }
}
