//! Writing secrets of Secrets Manager.

use std::cmp::Reverse;
use std::time::Instant;

use super::super::Account;
use super::super::call::{Again, Call, Service};
use super::super::refusal::Refusal;
use super::super::secrets::{text, texts};
use super::super::target::{CURRENT, Target};
use super::time;
use crate::remote::body::{self, Body};
use crate::remote::encode::base64;
use crate::source::{Failure, FailureKind};
use crate::store::{Metadata, Version, VersionState};
use crate::value::{Node, Value};
use zeroize::Zeroizing;

pub(super) async fn create(
    account: &Account,
    id: &str,
    value: &Node,
    until: Instant,
) -> Result<Version, Failure> {
    let token = token();
    let body = Body::new().text("Name", id).text("ClientRequestToken", &token);
    call(account, "CreateSecret", id, with_value(body, value)?, until).await?;
    Ok(current(token))
}

/// A new version, which becomes the current one, of a secret that is made where there is none.
pub(super) async fn put(
    account: &Account,
    id: &str,
    value: &Node,
    until: Instant,
) -> Result<Version, Failure> {
    let token = token();
    match put_value(account, id, &token, value, CURRENT, until).await {
        Ok(()) => Ok(current(token)),
        Err(Refusal::NoSecret) => create(account, id, value, until).await,
        Err(refusal) => Err(refusal.into()),
    }
}

/// A new version in the stead of the expected one. The value is written aside first; which version is the current one is
/// compared and changed by AWS in one step.
pub(super) async fn exchange(
    account: &Account,
    id: &str,
    value: &Node,
    expected: &str,
    until: Instant,
) -> Result<Version, Failure> {
    if metadata(account, id, until).await?.current.as_deref() != Some(expected) {
        return Err(Refusal::Moved.into());
    }
    let token = token();
    let aside = format!("config-core-{token}");
    put_value(account, id, &token, value, &aside, until).await?;
    let moved = move_stage(account, id, CURRENT, Some(&token), Some(expected), until).await;
    // Whatever came of it, the stage has done its work; without one AWS deletes a version in time.
    let _ = move_stage(account, id, &aside, None, Some(&token), until).await;
    match moved {
        Ok(()) => Ok(current(token)),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Writes a version with one stage. Made again with the same identifier and value it does nothing.
pub(in super::super) async fn put_value(
    account: &Account,
    id: &str,
    version: &str,
    value: &Node,
    stage: &str,
    until: Instant,
) -> Result<(), Refusal> {
    let body = Body::new()
        .text("SecretId", id)
        .text("ClientRequestToken", version)
        .texts("VersionStages", [stage]);
    call(account, "PutSecretValue", id, with_value(body, value)?, until).await.map(drop)
}

/// Moves a stage from one version to another, or takes it away; refused where it is not at the one that is expected.
/// What was done already is done.
pub(in super::super) async fn move_stage(
    account: &Account,
    id: &str,
    stage: &str,
    to: Option<&str>,
    from: Option<&str>,
    until: Instant,
) -> Result<(), Refusal> {
    let body = Body::new()
        .text("SecretId", id)
        .text("VersionStage", stage)
        .maybe("MoveToVersionId", to)
        .maybe("RemoveFromVersionId", from);
    match call(account, "UpdateSecretVersionStage", id, body, until).await {
        // The answer to an earlier attempt may have been lost.
        Err(Refusal::Moved) => {
            let holder = at_stage(&describe(account, id, until).await?, stage);
            let is_done = match to {
                Some(to) => holder.as_deref() == Some(to),
                None => holder.as_deref() != from,
            };
            if is_done { Ok(()) } else { Err(Refusal::Moved) }
        }
        outcome => outcome.map(drop),
    }
}

pub(super) async fn versions(
    account: &Account,
    id: &str,
    until: Instant,
) -> Result<Vec<Version>, Failure> {
    let mut versions: Vec<Version> = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let body = Body::new()
            .text("SecretId", id)
            .json("IncludeDeprecated", "true")
            .json("MaxResults", "100")
            .maybe("NextToken", next.as_deref());
        let answer = call(account, "ListSecretVersionIds", id, body, until).await?;
        if let Some(Value::List(items)) = answer.entry("Versions").map(|node| &node.value) {
            versions.extend(items.iter().map(version));
        }
        next = Some(text(&answer, "NextToken").to_owned()).filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    // Times have whole seconds; of those made within one the current one is the newest that is in use.
    versions.sort_by_key(|version| Reverse((version.created, is_current(version))));
    Ok(versions)
}

pub(super) async fn delete_version(
    account: &Account,
    id: &str,
    version: &str,
    until: Instant,
) -> Result<(), Failure> {
    let known = versions(account, id, until).await?;
    let Some(found) = known.iter().find(|known| known.id == version) else {
        return Err(Refusal::NoVersion.into());
    };
    if is_current(found) {
        let message = "the current version cannot be deleted: make another one the current one";
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    for stage in &found.stages {
        move_stage(account, id, stage, None, Some(version), until).await?;
    }
    Ok(())
}

pub(super) async fn delete(
    account: &Account,
    id: &str,
    for_good: bool,
    until: Instant,
) -> Result<(), Failure> {
    let body = Body::new().text("SecretId", id);
    let body = match for_good {
        true => body.json("ForceDeleteWithoutRecovery", "true"),
        false => body.json("RecoveryWindowInDays", "30"),
    };
    call(account, "DeleteSecret", id, body, until).await?;
    Ok(())
}

pub(super) async fn restore(account: &Account, id: &str, until: Instant) -> Result<(), Failure> {
    call(account, "RestoreSecret", id, Body::new().text("SecretId", id), until).await?;
    Ok(())
}

pub(super) async fn metadata(
    account: &Account,
    id: &str,
    until: Instant,
) -> Result<Metadata, Failure> {
    let answer = describe(account, id, until).await?;
    let time = |name: &str| answer.entry(name).and_then(|node| time(&node.value));
    let mut metadata = Metadata {
        created: time("CreatedDate"),
        updated: time("LastChangedDate"),
        current: at_stage(&answer, CURRENT),
        next_rotation: time("NextRotationDate"),
        ..Metadata::default()
    };
    if let Some(Value::List(tags)) = answer.entry("Tags").map(|node| &node.value) {
        let tag = |tag: &Node| (text(tag, "Key").to_owned(), text(tag, "Value").to_owned());
        metadata.labels = tags.iter().map(tag).collect();
    }
    Ok(metadata)
}

/// What AWS knows of a secret beside its values. One that is to be deleted is told as such.
pub(in super::super) async fn describe(
    account: &Account,
    id: &str,
    until: Instant,
) -> Result<Node, Refusal> {
    let answer =
        call(account, "DescribeSecret", id, Body::new().text("SecretId", id), until).await?;
    match answer.entry("DeletedDate").map(|node| &node.value) {
        None | Some(Value::Null) => Ok(answer),
        Some(_) => Err(Refusal::Deleted),
    }
}

/// The version that has a stage, of what was described.
pub(in super::super) fn at_stage(answer: &Node, stage: &str) -> Option<String> {
    let Value::Map(versions) = &answer.entry("VersionIdsToStages")?.value else { return None };
    let has = |stages: &Node| texts(&stages.value).iter().any(|known| known == stage);
    let (id, _) = versions.iter().find(|(_, stages)| has(stages))?;
    Some(id.as_str().to_owned())
}

pub(in super::super) async fn call(
    account: &Account,
    action: &'static str,
    id: &str,
    body: Body,
    until: Instant,
) -> Result<Node, Refusal> {
    let region = Target::read(id)?.region;
    let call = Call {
        service: Service::Secrets,
        region: region.as_ref(),
        action,
        resource: id,
        body: body.finish(),
        again: match action {
            // Done a second time it is refused, since the first time there was one.
            "DeleteSecret" => Again::IfTurnedAway,
            // Done twice, each of the others does nothing more: versions are named by the one who writes.
            _ => Again::Always,
        },
    };
    account.client.call(&call, until).await
}

/// Adds a value: bytes as such, all else as text.
fn with_value(body: Body, value: &Node) -> Result<Body, Failure> {
    match &value.value {
        Value::Bytes(bytes) => Ok(body.text("SecretBinary", &base64(bytes))),
        _ => Ok(body.text("SecretString", as_text(&payload(value)?)?)),
    }
}

/// A value as it is stored.
///
/// # Errors
/// There is none.
pub(super) fn payload(value: &Node) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match &value.value {
        Value::Null => Err(Failure::new(FailureKind::Malformed, "there is no value to write")),
        _ => Ok(body::payload(value)),
    }
}

/// # Errors
/// It is no text.
pub(super) fn as_text(payload: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(payload).map_err(|_| {
        let failure = Failure::new(FailureKind::Malformed, "a parameter holds text, not bytes");
        failure.hint("keep bytes as a secret of Secrets Manager")
    })
}

fn version(node: &Node) -> Version {
    let stages = node.entry("VersionStages").map_or_else(Vec::new, |node| texts(&node.value));
    Version {
        id: text(node, "VersionId").to_owned(),
        created: node.entry("CreatedDate").and_then(|node| time(&node.value)),
        // What no stage holds is deleted by AWS in time, and is there until a stage is put to it again.
        state: if stages.is_empty() { VersionState::Deleted } else { VersionState::Enabled },
        stages,
    }
}

fn current(id: String) -> Version {
    Version { stages: vec![CURRENT.to_owned()], ..Version::new(id) }
}

fn is_current(version: &Version) -> bool {
    version.stages.iter().any(|stage| stage == CURRENT)
}

/// A name for a version, in the form of a random UUID.
pub(in super::super) fn token() -> String {
    let random = fastrand::u128(..);
    let random = random & !(0xF000 << 64) | (0x4000 << 64);
    let random = random & !(0xC000 << 48) | (0x8000 << 48);
    let digits = format!("{random:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
