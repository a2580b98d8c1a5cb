//! Reading secrets of Secrets Manager: one, or many at once.

use std::time::Instant;

use super::Account;
use super::call::{Again, Call, Service};
use super::refusal::{self, Refusal};
use super::region::Region;
use super::remedy::{DELETED, NO_SECRET, NO_VALUE, NO_VERSION};
use super::target::{CURRENT, Version};
use crate::remote::body::Body;
use crate::remote::encode::from_base64;
use crate::remote::locate::text_or_bytes;
use crate::remote::{Blob, Outcome, Unread, other_version};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Position, Value};

/// How many secrets one call may ask for.
pub(super) const BATCH: usize = 20;

/// A secret as it was answered.
pub(super) struct Answered {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) stages: Vec<String>,
    pub(super) created: Option<std::time::SystemTime>,
    pub(super) value: Node,
}

/// Reads one.
pub(super) async fn one(
    account: &Account,
    id: &str,
    region: Option<&Region>,
    version: Option<&str>,
    until: Instant,
) -> Outcome {
    match value(account, id, region, version, until).await {
        Ok(answered) => Ok(answered.blob()),
        Err(refusal) => Err(unread(refusal, version.is_some())),
    }
}

/// The value of one version.
pub(super) async fn value(
    account: &Account,
    id: &str,
    region: Option<&Region>,
    version: Option<&str>,
    until: Instant,
) -> Result<Answered, Refusal> {
    let body = Body::new().text("SecretId", id);
    let version = version.map_or(Version::Stage(CURRENT), Version::read);
    // Without a stage some stand-ins of AWS answer with an old version.
    let body = match version {
        Version::Stage(stage) => body.text("VersionStage", stage),
        Version::Id(id) => body.text("VersionId", id),
    };
    let call = Call {
        service: Service::Secrets,
        region,
        action: "GetSecretValue",
        resource: id,
        body: body.finish(),
        again: Again::Always,
    };
    let answer = account.client.call(&call, until).await?;
    let answered = Answered::read(answer)?;
    match answered.is_of(version) {
        true => Ok(answered),
        false => Err(other_version().into()),
    }
}

/// Reads the current versions of several; none for one that the answer says nothing of.
pub(super) async fn many(
    account: &Account,
    ids: &[&str],
    region: Option<&Region>,
    until: Instant,
) -> Result<Vec<Option<Outcome>>, Refusal> {
    let call = Call {
        service: Service::Secrets,
        region,
        action: "BatchGetSecretValue",
        resource: "*",
        body: Body::new().texts("SecretIdList", ids.iter().copied()).finish(),
        again: Again::UnlessTurnedAway,
    };
    let answer = account.client.call(&call, until).await?;
    let mut outcomes: Vec<Option<Outcome>> = ids.iter().map(|_| None).collect();
    let Value::Map(entries) = answer.value else { return Err(malformed().into()) };
    for (name, node) in entries {
        let Value::List(items) = node.value else { continue };
        for item in items {
            match name.as_str() {
                "SecretValues" => {
                    let answered = Answered::read(item)?;
                    let is_it = |id: &&str| **id == answered.name || **id == answered.arn;
                    let is_current = answered.is_of(Version::Stage(CURRENT));
                    if let Some(index) = ids.iter().position(is_it).filter(|_| is_current) {
                        outcomes[index] = Some(Ok(answered.blob()));
                    }
                }
                "Errors" => {
                    let id = text(&item, "SecretId");
                    let Some(index) = ids.iter().position(|wanted| *wanted == id) else { continue };
                    let single =
                        Call { action: "GetSecretValue", resource: ids[index], ..empty(&call) };
                    let code = text(&item, "ErrorCode");
                    match refusal::of_entry(code, &item, &single) {
                        Refusal::Throttled(_) => {}
                        refusal => outcomes[index] = Some(Err(unread(refusal, false))),
                    }
                }
                _ => {}
            }
        }
    }
    Ok(outcomes)
}

impl Answered {
    fn read(answer: Node) -> Result<Self, Failure> {
        let Value::Map(entries) = answer.value else { return Err(malformed()) };
        let mut read = Self {
            arn: String::new(),
            name: String::new(),
            version: String::new(),
            stages: Vec::new(),
            created: None,
            value: Node::default(),
        };
        for (name, node) in entries {
            match (name.as_str(), node.value) {
                ("ARN", Value::Text(text)) => read.arn = text.as_str().to_owned(),
                ("Name", Value::Text(text)) => read.name = text.as_str().to_owned(),
                ("VersionId", Value::Text(text)) => read.version = text.as_str().to_owned(),
                ("VersionStages", value) => read.stages = texts(&value),
                ("CreatedDate", value) => read.created = super::store::time(&value),
                ("SecretString", Value::Text(text)) => {
                    read.value = Node::new(Value::Text(text), Position::default());
                }
                ("SecretBinary", Value::Text(text)) => {
                    let bytes = from_base64(&text).ok_or_else(malformed)?;
                    read.value = Node::new(Value::Bytes(bytes), Position::default());
                }
                _ => {}
            }
        }
        match read.value.value {
            Value::Null => Err(malformed()),
            _ => Ok(read),
        }
    }

    /// Whether that version was answered.
    fn is_of(&self, version: Version<'_>) -> bool {
        match version {
            Version::Stage(stage) => self.stages.iter().any(|answered| answered == stage),
            Version::Id(id) => self.version == id,
        }
    }

    fn blob(self) -> Blob {
        let version = Some(self.version).filter(|version| is_identifier(version));
        let node = match self.value.value {
            Value::Bytes(bytes) => text_or_bytes(bytes),
            value => Node::new(value, Position::default()),
        };
        Blob { version, ..Blob::new(node) }
    }
}

/// Whether a version may be shown: whatever else stands in the answer in its place is not known to be none of the value.
fn is_identifier(version: &str) -> bool {
    let groups = version.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12])
        && version.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// What a refusal to read comes to.
pub(super) fn unread(refusal: Refusal, has_version: bool) -> Unread {
    match refusal {
        Refusal::NoSecret => Unread::Absent(NO_SECRET),
        Refusal::NoVersion if has_version => Unread::Absent(NO_VERSION),
        Refusal::NoVersion => Unread::Absent(NO_VALUE),
        Refusal::Deleted => Unread::Absent(DELETED),
        refusal => Unread::Failed(refusal.into()),
    }
}

/// The text of an entry, or an empty one.
pub(super) fn text<'n>(node: &'n Node, name: &str) -> &'n str {
    match node.entry(name).map(|node| &node.value) {
        Some(Value::Text(text) | Value::Number(text)) => text,
        _ => "",
    }
}

/// The texts of a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let Value::List(items) = value else { return Vec::new() };
    let text = |item: &Node| match &item.value {
        Value::Text(text) => Some(text.as_str().to_owned()),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

pub(super) fn malformed() -> Failure {
    Failure::new(FailureKind::Malformed, "the answer is not what AWS documents")
        .hint("look whether the endpoint is that of AWS")
}

fn empty<'a>(call: &Call<'a>) -> Call<'a> {
    Call { body: zeroize::Zeroizing::default(), ..*call }
}
