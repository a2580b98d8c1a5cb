//! Writing parameters of Parameter Store.

use std::time::Instant;

use super::super::Account;
use super::super::call::{Again, Call, Service};
use super::super::refusal::Refusal;
use super::super::secrets::{malformed, text, texts};
use super::super::target::Target;
use super::secrets::{as_text, payload};
use super::time;
use crate::remote::body::Body;
use crate::source::Failure;
use crate::store::{Metadata, Version};
use crate::value::{Node, Value};

pub(super) async fn create(
    account: &Account,
    name: &str,
    value: &Node,
    until: Instant,
) -> Result<Version, Failure> {
    Ok(try_create(account, name, value, until).await?)
}

/// A new version of a parameter that is made where there is none. One that is there keeps its type.
pub(super) async fn put(
    account: &Account,
    name: &str,
    value: &Node,
    until: Instant,
) -> Result<Version, Failure> {
    match try_create(account, name, value, until).await {
        Err(Refusal::Exists) => {
            let payload = payload(value)?;
            let body = Body::new()
                .text("Name", name)
                .text("Value", as_text(&payload)?)
                .json("Overwrite", "true");
            let answer =
                call(account, "PutParameter", name, body, Again::IfTurnedAway, until).await?;
            Ok(numbered(&answer)?)
        }
        outcome => Ok(outcome?),
    }
}

pub(super) async fn versions(
    account: &Account,
    name: &str,
    until: Instant,
) -> Result<Vec<Version>, Failure> {
    let mut versions = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let body = Body::new()
            .text("Name", name)
            .json("WithDecryption", "false")
            .json("MaxResults", "50")
            .maybe("NextToken", next.as_deref());
        let answer = call(account, "GetParameterHistory", name, body, Again::Always, until).await?;
        if let Some(Value::List(items)) = answer.entry("Parameters").map(|node| &node.value) {
            versions.extend(items.iter().map(|item| Version {
                created: item.entry("LastModifiedDate").and_then(|node| time(&node.value)),
                stages: item.entry("Labels").map_or_else(Vec::new, |node| texts(&node.value)),
                ..Version::new(text(item, "Version"))
            }));
        }
        next = Some(text(&answer, "NextToken").to_owned()).filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    versions.reverse();
    Ok(versions)
}

pub(super) async fn delete(account: &Account, name: &str, until: Instant) -> Result<(), Failure> {
    let body = Body::new().text("Name", name);
    // Done a second time it is refused, since the first time there was one.
    call(account, "DeleteParameter", name, body, Again::IfTurnedAway, until).await?;
    Ok(())
}

pub(super) async fn metadata(
    account: &Account,
    name: &str,
    until: Instant,
) -> Result<Metadata, Failure> {
    let versions = versions(account, name, until).await?;
    let body = Body::new().text("ResourceType", "Parameter").text("ResourceId", name);
    let answer = call(account, "ListTagsForResource", name, body, Again::Always, until).await?;
    let mut metadata = Metadata {
        created: versions.last().and_then(|version| version.created),
        updated: versions.first().and_then(|version| version.created),
        current: versions.first().map(|version| version.id.clone()),
        ..Metadata::default()
    };
    if let Some(Value::List(tags)) = answer.entry("TagList").map(|node| &node.value) {
        let tag = |tag: &Node| (text(tag, "Key").to_owned(), text(tag, "Value").to_owned());
        metadata.labels = tags.iter().map(tag).collect();
    }
    Ok(metadata)
}

async fn try_create(
    account: &Account,
    name: &str,
    value: &Node,
    until: Instant,
) -> Result<Version, Refusal> {
    let payload = payload(value)?;
    let body = Body::new()
        .text("Name", name)
        .text("Value", as_text(&payload)?)
        .text("Type", "SecureString")
        .json("Overwrite", "false");
    let answer = call(account, "PutParameter", name, body, Again::IfTurnedAway, until).await?;
    Ok(numbered(&answer)?)
}

async fn call(
    account: &Account,
    action: &'static str,
    name: &str,
    body: Body,
    again: Again,
    until: Instant,
) -> Result<Node, Refusal> {
    let region = Target::read(name).ok().and_then(|target| target.region);
    let call = Call {
        service: Service::Parameters,
        region: region.as_ref(),
        action,
        resource: name,
        body: body.finish(),
        again,
    };
    account.client.call(&call, until).await
}

fn numbered(answer: &Node) -> Result<Version, Failure> {
    match text(answer, "Version") {
        "" => Err(malformed()),
        number => Ok(Version::new(number)),
    }
}
