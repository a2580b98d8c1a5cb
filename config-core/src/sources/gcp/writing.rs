//! What Secret Manager is asked beside reading a value.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use reqwest::Method;
use zeroize::Zeroizing;

use super::checksum::crc32c;
use super::client::{Call, Client};
use super::names::{Name, is_number};
use super::refusal::Verb;
use super::text;
use crate::remote::Unread;
use crate::remote::body::{Body, payload};
use crate::remote::encode::{base64, percent};
use crate::remote::time;
use crate::source::{Failure, FailureKind};
use crate::store::{Version, VersionState};
use crate::value::{Node, Value};

const ADD: Verb = Verb {
    does: "add a version to",
    permission: "secretmanager.versions.add",
    role: "roles/secretmanager.secretVersionAdder",
};
const CREATE: Verb = Verb {
    does: "create",
    permission: "secretmanager.secrets.create",
    role: "roles/secretmanager.admin",
};
const LOOK: Verb = Verb {
    does: "look at",
    permission: "secretmanager.secrets.get",
    role: "roles/secretmanager.viewer",
};
const LIST: Verb =
    Verb { does: "list the versions of", permission: "secretmanager.versions.list", ..LOOK };
const LOOK_AT_VERSION: Verb = Verb { permission: "secretmanager.versions.get", ..LOOK };
const DELETE: Verb = Verb { does: "delete", permission: "secretmanager.secrets.delete", ..CREATE };
const CHANGE: Verb = Verb { does: "change", permission: "secretmanager.secrets.update", ..CREATE };

/// How large a value may be, in bytes.
const LARGEST: usize = 64 * 1024;

/// A change of a version's state.
#[derive(Clone, Copy)]
pub(super) enum Change {
    Enable,
    Disable,
    Destroy,
}

/// A secret without its values.
pub(super) struct About {
    pub(super) created: Option<SystemTime>,
    pub(super) next_rotation: Option<SystemTime>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) etag: String,
}

/// A value as it is written.
///
/// # Errors
/// It is of a size that Secret Manager does not take.
pub(super) fn value(node: &Node) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let payload = payload(node);
    match payload.len() {
        1..=LARGEST => Ok(payload),
        length => {
            let message = format!("a value has 1 to {LARGEST} bytes here; this one has {length}");
            Err(Failure::new(FailureKind::Malformed, message))
        }
    }
}

impl Client {
    /// Makes a secret without a version.
    pub(super) async fn make(&self, name: &Name, until: Instant) -> Result<(), Unread> {
        let replication = match &self.setup.replicas[..] {
            [] => Body::new().object("automatic", Body::new()),
            regions => {
                let replica = |region| format!(r#"{{"location":"{region}"}}"#);
                let replicas: Vec<String> = regions.iter().map(replica).collect();
                let replicas = format!("[{}]", replicas.join(","));
                Body::new().object("userManaged", Body::new().json("replicas", &replicas))
            }
        };
        // A regional secret is kept in its region alone.
        let body = match &name.location {
            Some(_) => Body::new(),
            None => Body::new().object("replication", replication),
        };
        let behind = format!("/secrets?secretId={}", name.id);
        let call = Call { body: Some(body.finish()), ..call(Method::POST, &behind, CREATE) };
        self.above(name, &call, until).await.map(drop)
    }

    /// Adds a version.
    pub(super) async fn add(
        &self,
        name: &Name,
        value: &[u8],
        until: Instant,
    ) -> Result<Version, Unread> {
        let body = Some(new_version(value));
        let call = Call { body, ..call(Method::POST, ":addVersion", ADD) };
        let answer = self.about(name, &call, until).await?.json()?;
        Ok(version(&answer)?)
    }

    /// A version without its value; `latest` for the current one.
    pub(super) async fn version(
        &self,
        name: &Name,
        number: &str,
        until: Instant,
    ) -> Result<Version, Unread> {
        let behind = format!("/versions/{number}");
        let looking = Call { repeatable: true, ..call(Method::GET, &behind, LOOK_AT_VERSION) };
        let call = Call { version: Some(number), ..looking };
        let answer = self.about(name, &call, until).await?.json()?;
        Ok(version(&answer)?)
    }

    /// All versions, the newest first.
    pub(super) async fn list(&self, name: &Name, until: Instant) -> Result<Vec<Version>, Unread> {
        let mut versions = Vec::new();
        let mut behind = "/versions?pageSize=1000".to_owned();
        loop {
            let call = Call { repeatable: true, ..call(Method::GET, &behind, LIST) };
            let answer = self.about(name, &call, until).await?.json()?;
            if let Some(Value::List(page)) = answer.entry("versions").map(|node| &node.value) {
                for found in page {
                    versions.push(version(found)?);
                }
            }
            let Some(token) = text(answer.entry("nextPageToken")).filter(|token| !token.is_empty())
            else {
                // The order is documented, but not in the reference.
                versions.sort_by_key(|version| std::cmp::Reverse(version.id.parse::<u64>().ok()));
                return Ok(versions);
            };
            behind = format!("/versions?pageSize=1000&pageToken={}", *percent(token, ""));
        }
    }

    /// Enables, disables or destroys a version.
    pub(super) async fn change(
        &self,
        name: &Name,
        number: &str,
        change: Change,
        until: Instant,
    ) -> Result<(), Unread> {
        if !is_number(number) {
            return Err(malformed("a version is changed by its number alone").into());
        }
        let (word, does, permission) = match change {
            Change::Enable => ("enable", "enable versions of", "secretmanager.versions.enable"),
            Change::Disable => ("disable", "disable versions of", "secretmanager.versions.disable"),
            Change::Destroy => ("destroy", "destroy versions of", "secretmanager.versions.destroy"),
        };
        let verb = Verb { does, permission, role: "roles/secretmanager.secretVersionManager" };
        let behind = format!("/versions/{number}:{word}");
        let body = Some(Zeroizing::new(b"{}".to_vec()));
        // Enabled or disabled twice is the same as once; a version that was destroyed before is told apart.
        let repeatable = !matches!(change, Change::Destroy);
        let changing = Call { body, repeatable, ..call(Method::POST, &behind, verb) };
        let call = Call { version: Some(number), ..changing };
        self.about(name, &call, until).await.map(drop)
    }

    /// Takes the secret away.
    pub(super) async fn remove(&self, name: &Name, until: Instant) -> Result<(), Unread> {
        self.about(name, &call(Method::DELETE, "", DELETE), until).await.map(drop)
    }

    /// Looks at a secret.
    pub(super) async fn look(&self, name: &Name, until: Instant) -> Result<About, Unread> {
        let call = Call { repeatable: true, ..call(Method::GET, "", LOOK) };
        Ok(about(&self.about(name, &call, until).await?.json()?)?)
    }

    /// Replaces the labels or the annotations of a secret that is still as it was when its etag was read.
    pub(super) async fn replace(
        &self,
        name: &Name,
        field: &str,
        entries: &BTreeMap<String, String>,
        etag: &str,
        until: Instant,
    ) -> Result<About, Unread> {
        let entries = entries.iter().fold(Body::new(), |body, (name, text)| body.text(name, text));
        let body = Body::new().text("etag", etag).object(field, entries);
        let behind = format!("?updateMask={field}");
        let call = Call { body: Some(body.finish()), ..call(Method::PATCH, &behind, CHANGE) };
        Ok(about(&self.about(name, &call, until).await?.json()?)?)
    }
}

const fn call(method: Method, behind: &str, verb: Verb) -> Call<'_> {
    Call { method, behind, body: None, repeatable: false, verb, version: None }
}

fn about(answer: &Node) -> Result<About, Failure> {
    let time = |node: Option<&Node>| text(node).and_then(time::read);
    let texts = |name| match answer.entry(name).map(|node| &node.value) {
        Some(Value::Map(entries)) => entries
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), text(Some(value))?.to_owned())))
            .collect(),
        _ => BTreeMap::new(),
    };
    let rotation = answer.entry("rotation");
    Ok(About {
        created: time(answer.entry("createTime")),
        next_rotation: time(rotation.and_then(|rotation| rotation.entry("nextRotationTime"))),
        labels: texts("labels"),
        annotations: texts("annotations"),
        etag: text(answer.entry("etag")).ok_or_else(unknown)?.to_owned(),
    })
}

fn version(answer: &Node) -> Result<Version, Failure> {
    let name = text(answer.entry("name")).ok_or_else(unknown)?;
    let number = name.rsplit('/').next().filter(|number| is_number(number)).ok_or_else(unknown)?;
    Ok(Version {
        created: text(answer.entry("createTime")).and_then(time::read),
        state: match text(answer.entry("state")) {
            Some("ENABLED") => VersionState::Enabled,
            Some("DISABLED") => VersionState::Disabled,
            Some("DESTROYED") => VersionState::Destroyed,
            _ => return Err(unknown()),
        },
        ..Version::new(number)
    })
}

/// A new version with its payload and the checksum of that.
fn new_version(payload: &[u8]) -> Zeroizing<Vec<u8>> {
    let checksum = crc32c(payload).to_string();
    let payload = Body::new().text("data", &base64(payload)).text("dataCrc32c", &checksum);
    Body::new().object("payload", payload).finish()
}

fn unknown() -> Failure {
    malformed("the answer is not that of Secret Manager")
        .hint("look whether the endpoint is that of Secret Manager")
}

fn malformed(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::new_version;

    #[test]
    fn a_new_version_carries_its_checksum() {
        let body = new_version(b"123456789");
        let text = std::str::from_utf8(&body).unwrap();
        assert_eq!(text, r#"{"payload":{"data":"MTIzNDU2Nzg5","dataCrc32c":"3808858755"}}"#);
    }
}
