//! The requests that a store makes to KV. What is mounted is always asked first: to guess would write elsewhere.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::remote::body::{self, Body};
use crate::remote::http::Response;
use crate::remote::{Asking, Read, Unread, time};
use crate::source::{Failure, FailureKind};
use crate::sources::vault::answer::{number, table, text, truth, unlike};
use crate::sources::vault::backend::Server;
use crate::sources::vault::client::{Call, refused, says};
use crate::sources::vault::mounts::{Asked, Engine, Mount};
use crate::sources::vault::place::{Place, encoded};
use crate::sources::vault::session::{invalid, is_valid};
use crate::sources::vault::words::stanza;
use crate::store::{Metadata, Stored, Version, VersionState};
use crate::value::{Node, Value};

/// A secret of KV, by its mount.
struct Secret {
    place: Place,
    mount: Mount,
}

impl Server {
    pub(super) async fn put(
        &self,
        name: &str,
        value: &Node,
        expected: Option<&str>,
        until: Instant,
    ) -> Result<Version, Failure> {
        if !matches!(value.value, Value::Map(_)) {
            let message = "KV holds tables: the value has to be one";
            return Err(Failure::new(FailureKind::Malformed, message));
        }
        let secret = self.secret(name, until).await?;
        if secret.mount.engine == Engine::Kv1 {
            if expected.is_some() {
                return Err(only_version_2("expects no version: a write overwrites"));
            }
            let call = Call::post(secret.api("data"), body::of(value));
            self.must(&call, &secret, "data", "update", until).await?;
            return Ok(Version::new(""));
        }
        let mut body = Body::new().node("data", value);
        if let Some(expected) = expected {
            let number = version_number(expected).filter(|number| *number > 0 || expected == "0");
            let number = number.ok_or_else(no_number)?;
            body = body.object("options", Body::new().json("cas", &number.to_string()));
        }
        let call = Call::post(secret.api("data"), body.finish());
        let capability = if expected == Some("0") { "create" } else { "update" };
        let response = self.ask(&call, &secret, "data", capability, until).await?;
        if response.status == 400 && says(&response, "check-and-set parameter did not match") {
            return Err(match expected {
                Some("0") => {
                    conflict("there is such a secret already, if only as deleted versions")
                }
                _ => conflict("its current version is another than the expected one"),
            });
        }
        if response.status == 400 && says(&response, "check-and-set parameter required") {
            return Err(conflict("it is written only by who says which version is expected"));
        }
        let answer = done(&response)?.ok_or_else(unlike)?;
        let data = table(&answer, "data")?;
        let version = number(data, "version").ok_or_else(unlike)?;
        Ok(described(version, data))
    }

    pub(super) async fn stored(
        &self,
        name: &str,
        version: Option<&str>,
        until: Instant,
    ) -> Result<Stored, Failure> {
        let secret = self.secret(name, until).await?;
        let read = Read { place: name.to_owned(), version: version.map(str::to_owned) };
        let asking = Asking { until, only_looks: false };
        match self.look(&read, asking).await {
            Ok(blob) => {
                let version = Version::new(blob.version.unwrap_or_default());
                Ok(Stored { value: blob.node, version })
            }
            Err(Unread::Failed(failure)) => Err(failure),
            Err(Unread::Absent(why) | Unread::NotRead(why)) => Err(secret.not_found(why)),
            Err(Unread::WasAbsent { .. }) => Err(secret.not_found("no such secret")),
        }
    }

    pub(super) async fn versions(
        &self,
        name: &str,
        until: Instant,
    ) -> Result<Vec<Version>, Failure> {
        let (_, answer) = self.known(name, until).await?;
        let Value::Map(versions) = &table(table(&answer, "data")?, "versions")?.value else {
            return Err(unlike());
        };
        let mut all = Vec::with_capacity(versions.len());
        for (id, version) in versions {
            all.push(described(id.parse().map_err(|_| unlike())?, version));
        }
        all.sort_by_key(|version| std::cmp::Reverse(version_number(&version.id)));
        Ok(all)
    }

    pub(super) async fn metadata(&self, name: &str, until: Instant) -> Result<Metadata, Failure> {
        let (_, answer) = self.known(name, until).await?;
        let data = table(&answer, "data")?;
        let when = |name| text(data, name).and_then(|text| time::read(text));
        let labels = match data.entry("custom_metadata").map(|node| &node.value) {
            Some(Value::Map(entries)) => entries
                .iter()
                .filter_map(|(name, node)| match &node.value {
                    Value::Text(value) => {
                        Some((name.as_str().to_owned(), value.as_str().to_owned()))
                    }
                    _ => None,
                })
                .collect(),
            _ => BTreeMap::new(),
        };
        let current = number(data, "current_version").filter(|version| *version > 0);
        Ok(Metadata {
            created: when("created_time"),
            updated: when("updated_time"),
            current: current.map(|version| version.to_string()),
            labels,
            next_rotation: None,
        })
    }

    pub(super) async fn put_labels(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
        until: Instant,
    ) -> Result<(), Failure> {
        let secret = self.secret(name, until).await?;
        if secret.mount.engine == Engine::Kv1 {
            return Err(only_version_2("has no metadata"));
        }
        let mut table = Body::new();
        for (name, value) in labels {
            table = table.text(name, value);
        }
        let body = Body::new().object("custom_metadata", table).finish();
        let call = Call::post(secret.api("metadata"), body).repeatable();
        self.must(&call, &secret, "metadata", "update", until).await
    }

    /// Deletes, undeletes or destroys a version. The server says yes whether or not it has it, so it is looked for first.
    pub(super) async fn of_version(
        &self,
        name: &str,
        version: &str,
        what: &'static str,
        until: Instant,
    ) -> Result<(), Failure> {
        let number = version_number(version).filter(|number| *number > 0).ok_or_else(no_number)?;
        let (secret, answer) = self.known(name, until).await?;
        let versions = table(table(&answer, "data")?, "versions")?;
        if versions.entry(&number.to_string()).is_none() {
            return Err(secret.not_found("no such version"));
        }
        let body = Body::new().json("versions", &format!("[{number}]")).finish();
        let call = Call::post(secret.api(what), body).repeatable();
        self.must(&call, &secret, what, "update", until).await
    }

    pub(super) async fn delete(&self, name: &str, until: Instant) -> Result<(), Failure> {
        let secret = self.secret(name, until).await?;
        let part = if secret.mount.engine == Engine::Kv1 { "data" } else { "metadata" };
        self.looked_up(&secret, part, until).await?;
        self.must(&Call::delete(secret.api(part)), &secret, part, "delete", until).await
    }

    /// A secret of KV version 2 and what the server knows of it.
    async fn known(&self, name: &str, until: Instant) -> Result<(Secret, Node), Failure> {
        let secret = self.secret(name, until).await?;
        if secret.mount.engine == Engine::Kv1 {
            return Err(only_version_2("keeps no versions and no metadata"));
        }
        let answer = self.looked_up(&secret, "metadata", until).await?;
        Ok((secret, answer))
    }

    async fn looked_up(
        &self,
        secret: &Secret,
        part: &str,
        until: Instant,
    ) -> Result<Node, Failure> {
        let call = Call::get(secret.api(part));
        let response = self.ask(&call, secret, part, "read", until).await?;
        if response.status == 404 {
            return Err(secret.not_found("no such secret"));
        }
        done(&response)?.ok_or_else(unlike)
    }

    async fn secret(&self, name: &str, until: Instant) -> Result<Secret, Failure> {
        let place = Place::read(name)?;
        let mount = match self.mounts.of(&place) {
            Some(mount) => mount,
            None => {
                let token = self.session.token(&self.client, until).await?;
                let since = Instant::now();
                match self.mounts.ask(&place, &self.client, &token.text, until, since).await? {
                    Asked::Mount(mount) => mount,
                    Asked::Denied if is_valid(&self.client, &token.text, until).await? => {
                        let message = format!(
                            "the token's policies allow nothing at {}, or nothing is mounted there",
                            place.path
                        );
                        return Err(Failure::new(FailureKind::Denied, message));
                    }
                    Asked::Denied => return Err(invalid(self.session.login())),
                }
            }
        };
        if let Engine::Other(kind) = &mount.engine {
            let message = format!("{} is an engine of type {kind}, not one of KV", mount.path);
            return Err(Failure::new(FailureKind::Malformed, message));
        }
        Ok(Secret { place, mount })
    }

    async fn must(
        &self,
        call: &Call,
        secret: &Secret,
        part: &str,
        capability: &str,
        until: Instant,
    ) -> Result<(), Failure> {
        done(&self.ask(call, secret, part, capability, until).await?).map(drop)
    }

    /// Asks, with a fresh token once where the one that there was is no longer good.
    async fn ask(
        &self,
        call: &Call,
        secret: &Secret,
        part: &str,
        capability: &str,
        until: Instant,
    ) -> Result<Response, Failure> {
        let mut token = self.session.token(&self.client, until).await?;
        for is_last in [false, true] {
            let response = self.client.ask(call, Some(&token.text), until).await?;
            if !matches!(response.status, 401 | 403) {
                return Ok(response);
            }
            if is_valid(&self.client, &token.text, until).await? {
                let path = secret.mount.below(&secret.place, part);
                let message = format!("the token's policies do not allow to {capability} {path}");
                let hint = format!("add to one of its policies: {}", stanza(&path, capability));
                return Err(Failure::new(FailureKind::Denied, message).hint(hint));
            }
            match self.session.after(&token, &self.client, until).await? {
                Some(fresh) if !is_last => token = fresh,
                _ => break,
            }
        }
        Err(invalid(self.session.login()))
    }
}

impl Secret {
    /// Where a part of it is in the API.
    fn api(&self, part: &str) -> String {
        encoded(&self.mount.below(&self.place, part))
    }

    fn not_found(&self, why: &'static str) -> Failure {
        Failure::new(FailureKind::NotFound, why).elsewhere(self.place.path.clone())
    }
}

/// The answer of a call that succeeded; none where it has no body.
fn done(response: &Response) -> Result<Option<Node>, Failure> {
    match response.is_success() {
        false => Err(refused(response)),
        true if response.body.is_empty() => Ok(None),
        true => response.json().map(Some),
    }
}

/// A version as the server describes it.
fn described(id: u64, node: &Node) -> Version {
    let is_deleted = text(node, "deletion_time")
        .and_then(|text| time::read(text))
        .is_some_and(|time| time <= std::time::SystemTime::now());
    let state = match (truth(node, "destroyed"), is_deleted) {
        (true, _) => VersionState::Destroyed,
        (false, true) => VersionState::Deleted,
        (false, false) => VersionState::Enabled,
    };
    let created = text(node, "created_time").and_then(|text| time::read(text));
    Version { created, state, ..Version::new(id.to_string()) }
}

fn version_number(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn no_number() -> Failure {
    Failure::new(FailureKind::Malformed, "a version of KV is a number from 1")
}

fn only_version_2(what: &str) -> Failure {
    Failure::new(FailureKind::Malformed, format!("KV version 1 {what}"))
        .hint("run: vault kv enable-versioning")
}

fn conflict(message: &'static str) -> Failure {
    Failure::new(FailureKind::Conflict, message)
}
