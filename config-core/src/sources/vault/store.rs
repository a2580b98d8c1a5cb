//! Writing: new versions with check-and-set, and taking them away.

mod kv;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Vault;
use super::backend::Server;
use crate::remote::runtime::Runtime;
use crate::source::Failure;
use crate::store::{Done, Expect, Metadata, Store, Stored, Version};
use crate::value::Node;

/// How long a call of a store may take, with all that it asks.
const LIMIT: Duration = Duration::from_secs(30);

impl Vault {
    /// Does the work on the thread of the network.
    async fn run<T, F>(&self, work: impl FnOnce(Arc<Server>, Instant) -> F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let runtime = Runtime::shared()?;
        let until = Instant::now() + LIMIT;
        runtime.run(work(Arc::clone(&self.server), until)).await?
    }

    /// Destroys a version for good; [`delete_version`](Store::delete_version) leaves a way back.
    ///
    /// # Errors
    /// As of [`delete_version`](Store::delete_version).
    ///
    /// ```no_run
    /// # let vault = config_core::Vault::from_env()?;
    /// config_core::store::wait(vault.destroy_version("secret/app", "7"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub async fn destroy_version(&self, name: &str, version: &str) -> Result<(), Failure> {
        self.of_version(name, version, "destroy").await
    }

    /// Brings a deleted version back.
    ///
    /// # Errors
    /// As of [`delete_version`](Store::delete_version).
    ///
    /// ```no_run
    /// # let vault = config_core::Vault::from_env()?;
    /// config_core::store::wait(vault.undelete_version("secret/app", "7"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub async fn undelete_version(&self, name: &str, version: &str) -> Result<(), Failure> {
        self.of_version(name, version, "undelete").await
    }

    /// Sets the custom metadata of a secret, in the stead of what it has.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    ///
    /// ```no_run
    /// # let vault = config_core::Vault::from_env()?;
    /// config_core::store::wait(vault.put_metadata("secret/app", [("owner", "team-a")]))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub async fn put_metadata(
        &self,
        name: &str,
        labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<(), Failure> {
        let labels: BTreeMap<String, String> =
            labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let name = name.to_owned();
        self.run(|server, until| async move { server.put_labels(&name, &labels, until).await })
            .await
    }

    async fn of_version(
        &self,
        name: &str,
        version: &str,
        what: &'static str,
    ) -> Result<(), Failure> {
        let (name, version) = (name.to_owned(), version.to_owned());
        let work = |server: Arc<Server>, until| async move {
            server.of_version(&name, &version, what, until).await
        };
        self.run(work).await
    }
}

impl Store for Vault {
    fn label(&self) -> String {
        let name = self.name.as_ref().map_or(String::new(), |name| format!("@{name}"));
        format!("vault{name} {}", self.server.client.address())
    }

    fn create<'a>(&'a self, name: &'a str, value: &'a Node) -> Done<'a, Version> {
        self.put(name, value, Expect::Absent)
    }

    fn put<'a>(&'a self, name: &'a str, value: &'a Node, expect: Expect<'a>) -> Done<'a, Version> {
        Box::pin(async move {
            let (name, value) = (name.to_owned(), value.clone());
            let expected = match expect {
                Expect::Any => None,
                Expect::Absent => Some("0".to_owned()),
                Expect::Version(version) => Some(version.to_owned()),
            };
            let work = |server: Arc<Server>, until| async move {
                server.put(&name, &value, expected.as_deref(), until).await
            };
            self.run(work).await
        })
    }

    fn read<'a>(&'a self, name: &'a str, version: Option<&'a str>) -> Done<'a, Stored> {
        Box::pin(async move {
            let (name, version) = (name.to_owned(), version.map(str::to_owned));
            self.run(|server, until| async move {
                server.stored(&name, version.as_deref(), until).await
            })
            .await
        })
    }

    fn versions<'a>(&'a self, name: &'a str) -> Done<'a, Vec<Version>> {
        Box::pin(async move {
            let name = name.to_owned();
            self.run(|server, until| async move { server.versions(&name, until).await }).await
        })
    }

    fn delete_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        Box::pin(self.of_version(name, version, "delete"))
    }

    fn delete<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        Box::pin(async move {
            let name = name.to_owned();
            self.run(|server, until| async move { server.delete(&name, until).await }).await
        })
    }

    fn metadata<'a>(&'a self, name: &'a str) -> Done<'a, Metadata> {
        Box::pin(async move {
            let name = name.to_owned();
            self.run(|server, until| async move { server.metadata(&name, until).await }).await
        })
    }
}
