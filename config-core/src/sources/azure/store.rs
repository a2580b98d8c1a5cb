//! Writing to a vault.
//!
//! A vault has no compare-and-set: what a write expects is looked at right before it, and another writer may come in
//! between. Who needs more takes a lock elsewhere, and finds its own version by a tag.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use zeroize::Zeroizing;

use super::Azure;
use super::client::{Call, Client};
use super::properties::{AzureDeleted, AzureProperties, AzureVersion, BYTES, value};
use super::refusal::Act;
use super::secret::{Secret, time};
use super::vault::Vault;
use crate::remote::body::{self, Body};
use crate::remote::encode;
use crate::remote::runtime::Runtime;
use crate::source::{Failure, FailureKind};
use crate::store::{Done, Expect, Metadata, Store, Stored, Version};
use crate::value::{Node, Value};

/// How long a call may take with all its requests.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much a secret can hold, in bytes.
const LARGEST: usize = 25_600;

impl Azure {
    /// Writes a new version with what surrounds it, which becomes the current one.
    ///
    /// # Errors
    /// The vault could not be asked, or refused.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// use config_core::{Node, AzureProperties};
    /// let tagged = AzureProperties::default().tag("transaction", "7f3a");
    /// let written = vault.set("db-url", &Node::text("postgres://.."), tagged).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set(
        &self,
        name: &str,
        value: &Node,
        properties: AzureProperties,
    ) -> Result<AzureVersion, Failure> {
        let path = Vault::secret(name, None)?;
        let body = written(value, properties)?;
        self.run(async move |client, until| {
            let call = Call::change(Act::Set, Method::PUT, path).body(body);
            let secret = client.secret(&call, until).await?;
            Ok(AzureVersion::from(&secret))
        })
        .await
    }

    /// Changes what surrounds a version: switches it off, dates it, tags it.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where there is no such version.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// use config_core::AzureProperties;
    /// let version = "0123456789abcdef0123456789abcdef";
    /// vault.update("db-url", version, AzureProperties::default().enabled(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update(
        &self,
        name: &str,
        version: &str,
        properties: AzureProperties,
    ) -> Result<AzureVersion, Failure> {
        let path = Vault::secret(name, Some(version))?;
        let body = properties.written(Body::new()).finish();
        self.run(async move |client, until| {
            let call = Call::change(Act::Set, Method::PATCH, path).body(body).repeatable();
            let secret = client.secret(&call, until).await?;
            Ok(AzureVersion::from(&secret))
        })
        .await
    }

    /// The versions with what surrounds them, the newest first: that is how a writer finds what it wrote.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where there is no such secret.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// let versions = vault.history("db-url").await?;
    /// let mine = versions.iter().find(|version| version.properties.tags["transaction"] == "7f3a");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn history(&self, name: &str) -> Result<Vec<AzureVersion>, Failure> {
        let name = name.to_owned();
        self.run(async move |client, until| client.history(&name, until).await).await
    }

    /// When a deleted secret was deleted, and when it is gone; none where no secret of that name was deleted.
    ///
    /// # Errors
    /// The vault could not be asked, or refused.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// let is_recoverable = vault.deleted("db-url").await?.is_some();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn deleted(&self, name: &str) -> Result<Option<AzureDeleted>, Failure> {
        let path = Vault::deleted(name, "")?;
        self.run(async move |client, until| {
            match client.send(&Call::get(Act::Get, path), until).await? {
                None => Ok(None),
                Some(response) => {
                    let answer = response.json()?;
                    let secret = Secret::read(answer)?;
                    let (deleted, purged) = (time(secret.deleted), time(secret.purged));
                    Ok(Some(AzureDeleted { deleted, purged }))
                }
            }
        })
        .await
    }

    /// Brings a deleted secret back with all its versions. The vault takes some seconds to do so.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where no secret of that name was deleted.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// vault.recover("db-url").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn recover(&self, name: &str) -> Result<(), Failure> {
        let path = Vault::deleted(name, "/recover")?;
        self.change(Act::Recover, Method::POST, path).await
    }

    /// Takes a deleted secret away for good. A vault that is protected against that refuses.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`] where no secret of that name was deleted.
    ///
    /// ```no_run
    /// # async fn example(vault: config_core::Azure) -> Result<(), config_core::Failure> {
    /// vault.purge("db-url").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn purge(&self, name: &str) -> Result<(), Failure> {
        let path = Vault::deleted(name, "")?;
        self.change(Act::Purge, Method::DELETE, path).await
    }

    async fn change(&self, act: Act, method: Method, path: String) -> Result<(), Failure> {
        self.run(async move |client, until| {
            let call = Call::change(act, method, path);
            client.send(&call, until).await?.map(drop).ok_or_else(|| absent(None))
        })
        .await
    }

    /// Does the work on the thread of the network.
    async fn run<T, F, W>(&self, work: W) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
        W: FnOnce(Arc<Client>, Instant) -> F,
    {
        let client = Arc::clone(&self.client);
        Runtime::shared()?.run(work(client, Instant::now() + PATIENCE)).await?
    }
}

impl Store for Azure {
    fn label(&self) -> String {
        format!("azure {}", self.client.vault.url)
    }

    fn create<'a>(&'a self, name: &'a str, value: &'a Node) -> Done<'a, Version> {
        self.put(name, value, Expect::Absent)
    }

    fn put<'a>(&'a self, name: &'a str, value: &'a Node, expect: Expect<'a>) -> Done<'a, Version> {
        Box::pin(async move {
            match expect {
                Expect::Any => {}
                Expect::Absent => {
                    if self.current(name).await?.is_some() {
                        return Err(conflict("the secret exists already"));
                    }
                }
                Expect::Version(expected) => match self.current(name).await? {
                    Some(Some(version)) if version == expected => {}
                    Some(_) => {
                        return Err(conflict("the current version is not the expected one"));
                    }
                    None => return Err(conflict("there is no such secret any more")),
                },
            }
            Ok(self.set(name, value, AzureProperties::default()).await?.version)
        })
    }

    fn read<'a>(&'a self, name: &'a str, version: Option<&'a str>) -> Done<'a, Stored> {
        Box::pin(async move {
            let path = Vault::secret(name, version)?;
            let wanted = version.map(str::to_owned);
            self.run(async move |client, until| {
                let response = client.send(&Call::get(Act::Get, path), until).await?;
                let response = response.ok_or_else(|| absent(wanted.as_deref()))?;
                let mut secret = Secret::read(response.json()?)?;
                let version = AzureVersion::from(&secret).version;
                let text = secret.value.take().unwrap_or_default();
                Ok(Stored { value: value(text, secret.content_type.as_deref()), version })
            })
            .await
        })
    }

    fn versions<'a>(&'a self, name: &'a str) -> Done<'a, Vec<Version>> {
        Box::pin(async move {
            let history = self.history(name).await?;
            Ok(history.into_iter().map(|known| known.version).collect())
        })
    }

    /// Switches the version off: Key Vault cannot delete one alone.
    fn delete_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        Box::pin(async move {
            self.update(name, version, AzureProperties::default().enabled(false)).await.map(drop)
        })
    }

    /// Deletes the secret so that it can be [recovered](Azure::recover) for as long as the vault keeps it.
    fn delete<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        Box::pin(async move {
            let path = Vault::secret(name, None)?;
            self.change(Act::Delete, Method::DELETE, path).await
        })
    }

    fn metadata<'a>(&'a self, name: &'a str) -> Done<'a, Metadata> {
        Box::pin(async move {
            let history = self.history(name).await?;
            let newest = history.first();
            let created = history.iter().filter_map(|known| known.version.created).min();
            Ok(Metadata {
                created,
                updated: newest.and_then(|known| known.version.created),
                current: newest.map(|known| known.version.id.clone()),
                labels: newest.map(|known| known.properties.tags.clone()).unwrap_or_default(),
                ..Metadata::default()
            })
        })
    }
}

impl Azure {
    /// The current version; within, none where it is switched off and so does not tell its name.
    async fn current(&self, name: &str) -> Result<Option<Option<String>>, Failure> {
        let name = name.to_owned();
        self.run(async move |client, until| match client.current(&name, until).await {
            Ok(found) => Ok(found.map(|secret| secret.version)),
            Err(failure) if failure.kind() == FailureKind::Expired => Ok(Some(None)),
            Err(failure) => Err(failure),
        })
        .await
    }
}

impl Client {
    /// The secret that a call answers with.
    async fn secret(&self, call: &Call, until: Instant) -> Result<Secret, Failure> {
        let response = self.send(call, until).await?.ok_or_else(|| absent(None))?;
        Secret::read(response.json()?)
    }

    async fn current(&self, name: &str, until: Instant) -> Result<Option<Secret>, Failure> {
        let call = Call::get(Act::Get, Vault::secret(name, None)?);
        match self.send(&call, until).await? {
            Some(response) => Ok(Some(Secret::read(response.json()?)?)),
            None => Ok(None),
        }
    }

    async fn history(&self, name: &str, until: Instant) -> Result<Vec<AzureVersion>, Failure> {
        let mut versions: Vec<AzureVersion> = Vec::new();
        let mut next = Some(Vault::versions(name)?);
        while let Some(path) = next.take() {
            let response = self.send(&Call::get(Act::List, path), until).await?;
            let mut answer = response.ok_or_else(|| absent(None))?.json()?;
            next = self.next(&answer)?;
            for secret in listed(&mut answer) {
                versions.push(AzureVersion::from(&Secret::read(secret)?));
            }
        }
        versions.sort_by_key(|known| std::cmp::Reverse(known.version.created));
        let newest = versions.first().map(|known| known.version.created);
        let twins = versions.iter().filter(|known| Some(known.version.created) == newest).count();
        // Dates have whole seconds: of two that are as new, the vault alone knows which is the current one.
        if twins > 1
            && let Ok(Some(current)) = self.current(name, until).await
            && let Some(at) = versions
                .iter()
                .position(|known| Some(&known.version.id) == current.version.as_ref())
        {
            versions[..=at].rotate_right(1);
        }
        Ok(versions)
    }

    /// The path of the next page, which has to be the vault's own: it is asked with the token.
    fn next(&self, answer: &Node) -> Result<Option<String>, Failure> {
        let Some(Value::Text(link)) = answer.entry("nextLink").map(|node| &node.value) else {
            return Ok(None);
        };
        match link.strip_prefix(self.vault.url.as_str()) {
            Some(path) if path.starts_with('/') => Ok(Some(path.to_owned())),
            _ => {
                let message = "the list of versions goes on somewhere else than in the vault";
                Err(Failure::new(FailureKind::Malformed, message))
            }
        }
    }
}

fn listed(answer: &mut Node) -> Vec<Node> {
    let Value::Map(entries) = &mut answer.value else { return Vec::new() };
    let value = entries.iter_mut().find(|(name, _)| name.as_str() == "value");
    match value.map(|(_, node)| std::mem::take(&mut node.value)) {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

/// The body that writes a value: a text as it is, bytes as base64, anything else as JSON.
fn written(value: &Node, mut properties: AzureProperties) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let malformed = |message: &'static str| Err(Failure::new(FailureKind::Malformed, message));
    let (json, base64);
    let (text, content_type) = match &value.value {
        Value::Null => return malformed("nothing cannot be written"),
        Value::Text(text) => (text.as_str(), None),
        Value::Bytes(bytes) => {
            base64 = encode::base64(bytes);
            (base64.as_str(), Some(BYTES))
        }
        other => {
            json = body::of(value);
            let is_document = matches!(other, Value::List(_) | Value::Map(_));
            let content_type = is_document.then_some("application/json");
            (std::str::from_utf8(&json).unwrap_or_default(), content_type)
        }
    };
    if text.len() > LARGEST {
        return malformed("the value is larger than the 25,600 bytes that Key Vault holds");
    }
    if let (None, Some(content_type)) = (&properties.content_type, content_type) {
        properties.content_type = Some(content_type.to_owned());
    }
    Ok(properties.written(Body::new().text("value", text)).finish())
}

fn absent(version: Option<&str>) -> Failure {
    let message = if version.is_some() { "no such version" } else { "no such secret" };
    Failure::new(FailureKind::NotFound, message)
}

fn conflict(message: &'static str) -> Failure {
    Failure::new(FailureKind::Conflict, message)
}
