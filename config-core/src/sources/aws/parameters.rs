//! Reading parameters of Parameter Store: one, many at once, or all below a path.

use std::time::Instant;

use zeroize::Zeroizing;

use super::Account;
use super::call::{Again, Call, Service};
use super::refusal::Refusal;
use super::region::Region;
use super::remedy::{NO_PARAMETER, NO_VERSION};
use super::secrets::{malformed, text, texts};
use crate::remote::body::Body;
use crate::remote::{Blob, Outcome, Unread, other_version};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Position, Value};

/// How many parameters one call may ask for, by their names or below a path.
pub(super) const BATCH: usize = 10;

/// How many answers make one path.
const PAGES: usize = 1000;

/// One parameter as it was answered.
pub(super) struct Parameter {
    name: String,
    pub(super) version: String,
    pub(super) updated: Option<std::time::SystemTime>,
    pub(super) value: Node,
}

/// Reads one.
pub(super) async fn one(
    account: &Account,
    name: &str,
    region: Option<&Region>,
    version: Option<&str>,
    until: Instant,
) -> Outcome {
    match value(account, name, region, version, until).await {
        Ok(parameter) => Ok(parameter.blob()),
        Err(refusal) => Err(unread(refusal)),
    }
}

/// The value of one version.
pub(super) async fn value(
    account: &Account,
    name: &str,
    region: Option<&Region>,
    version: Option<&str>,
    until: Instant,
) -> Result<Parameter, Refusal> {
    let call = Call {
        service: Service::Parameters,
        region,
        action: "GetParameter",
        resource: name,
        body: Body::new()
            .text("Name", &selected(name, version))
            .json("WithDecryption", "true")
            .finish(),
        again: Again::Always,
    };
    let answer = account.client.call(&call, until).await?;
    let Value::Map(entries) = answer.value else { return Err(malformed().into()) };
    let parameter = entries.into_iter().find(|(name, _)| name.as_str() == "Parameter");
    let (_, parameter) = parameter.ok_or_else(malformed)?;
    let parameter = Parameter::read(parameter)?;
    // Which version has a label now, it alone knows.
    let number = version.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()));
    match number.is_none_or(|number| number.trim_start_matches('0') == parameter.version) {
        true => Ok(parameter),
        false => Err(other_version().into()),
    }
}

/// Reads several; none for one that the answer says nothing of.
pub(super) async fn many(
    account: &Account,
    names: &[&str],
    until: Instant,
) -> Result<Vec<Option<Outcome>>, Refusal> {
    let call = Call {
        service: Service::Parameters,
        region: None,
        action: "GetParameters",
        resource: "*",
        body: Body::new()
            .texts("Names", names.iter().copied())
            .json("WithDecryption", "true")
            .finish(),
        again: Again::UnlessTurnedAway,
    };
    let answer = account.client.call(&call, until).await?;
    let mut outcomes: Vec<Option<Outcome>> = names.iter().map(|_| None).collect();
    let Value::Map(entries) = answer.value else { return Err(malformed().into()) };
    for (entry, node) in entries {
        match (entry.as_str(), node.value) {
            ("Parameters", Value::List(items)) => {
                for item in items {
                    let parameter = Parameter::read(item)?;
                    if let Some(index) = names.iter().position(|name| *name == parameter.name) {
                        outcomes[index] = Some(Ok(parameter.blob()));
                    }
                }
            }
            ("InvalidParameters", value) => {
                for name in texts(&value) {
                    if let Some(index) = names.iter().position(|wanted| *wanted == name) {
                        outcomes[index] = Some(Err(Unread::Absent(NO_PARAMETER)));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(outcomes)
}

/// Reads all below a path as one table; `/prod/app/db/password` below `/prod/app/` is `password` in the table `db`.
pub(super) async fn tree(account: &Account, path: &str, until: Instant) -> Outcome {
    let mut root: Vec<(Zeroizing<String>, Node)> = Vec::new();
    let mut dotted: Vec<(String, Node)> = Vec::new();
    let mut next: Option<Zeroizing<String>> = None;
    for _ in 0..PAGES {
        let (parameters, token) = page(account, path, next.as_deref().map(String::as_str), until)
            .await
            .map_err(unread)?;
        for parameter in parameters {
            let Some(below) = parameter.name.strip_prefix(path).filter(|below| !below.is_empty())
            else {
                continue;
            };
            let parts: Vec<&str> = below.split('/').collect();
            if let Some(blocked) = insert(&mut root, &parts, parameter.value) {
                dotted.push((parts.join("."), blocked));
            }
        }
        next = token;
        if next.is_none() {
            break;
        }
    }
    if next.is_some() {
        let message = format!("more than {} parameters below the path", PAGES * BATCH);
        return Err(Failure::new(FailureKind::Malformed, message).into());
    }
    if root.is_empty() {
        return Err(Unread::Absent("no parameter below the path"));
    }
    for (name, node) in dotted {
        if !root.iter().any(|(known, _)| **known == name) {
            root.push((Zeroizing::new(name), node));
        }
    }
    let node = Node::new(Value::Map(root), Position::default());
    Ok(Blob::new(node))
}

/// One answer of a path, and where the next begins.
async fn page(
    account: &Account,
    path: &str,
    next: Option<&str>,
    until: Instant,
) -> Result<(Vec<Parameter>, Option<Zeroizing<String>>), Refusal> {
    // The service wants the path without the `/` at its end.
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let body = Body::new()
        .text("Path", path)
        .json("Recursive", "true")
        .json("WithDecryption", "true")
        .json("MaxResults", &BATCH.to_string())
        .maybe("NextToken", next);
    let call = Call {
        service: Service::Parameters,
        region: None,
        action: "GetParametersByPath",
        resource: path,
        body: body.finish(),
        again: Again::Always,
    };
    let answer = account.client.call(&call, until).await?;
    let Value::Map(entries) = answer.value else { return Err(malformed().into()) };
    let (mut parameters, mut token) = (Vec::new(), None);
    for (name, node) in entries {
        match (name.as_str(), node.value) {
            ("Parameters", Value::List(items)) => {
                for item in items {
                    parameters.push(Parameter::read(item)?);
                }
            }
            ("NextToken", Value::Text(text)) if !text.is_empty() => token = Some(text),
            _ => {}
        }
    }
    Ok((parameters, token))
}

impl Parameter {
    fn read(node: Node) -> Result<Self, Failure> {
        let is_list = text(&node, "Type") == "StringList";
        let owned = |name: &str| text(&node, name).to_owned();
        let (name, version) = (owned("Name"), owned("Version"));
        let updated =
            node.entry("LastModifiedDate").and_then(|node| super::store::time(&node.value));
        let Value::Map(entries) = node.value else { return Err(malformed()) };
        let value = entries.into_iter().find(|(name, _)| name.as_str() == "Value");
        let Some((_, Node { value: Value::Text(value), .. })) = value else {
            return Err(malformed());
        };
        let value = match is_list {
            true => Value::List(value.split(',').map(Node::from).collect()),
            false => Value::Text(value),
        };
        let value = Node::new(value, Position::default());
        Ok(Self { name, version, updated, value })
    }

    fn blob(self) -> Blob {
        // What a version looks like is shown; a value may stand there by mistake.
        let is_number = |version: &str| version.bytes().all(|byte| byte.is_ascii_digit());
        let version = Some(self.version).filter(|text| (1..=10).contains(&text.len()));
        let version = version.filter(|text| is_number(text));
        Blob { version, ..Blob::new(self.value) }
    }
}

/// Puts a value where the parts of its name lead. It comes back where something else stands there already.
fn insert(table: &mut Vec<(Zeroizing<String>, Node)>, parts: &[&str], node: Node) -> Option<Node> {
    let (first, rest) = parts.split_first()?;
    let position = table.iter().position(|(name, _)| name.as_str() == *first);
    match (position, rest.is_empty()) {
        (Some(_), true) => Some(node),
        (None, true) => {
            table.push((Zeroizing::new((*first).to_owned()), node));
            None
        }
        (Some(position), false) => match &mut table[position].1.value {
            Value::Map(inner) => insert(inner, rest, node),
            _ => Some(node),
        },
        (None, false) => {
            let mut inner = Vec::new();
            let blocked = insert(&mut inner, rest, node);
            let inner = Node::new(Value::Map(inner), Position::default());
            table.push((Zeroizing::new((*first).to_owned()), inner));
            blocked
        }
    }
}

/// The name of a version, as the service has it.
fn selected(name: &str, version: Option<&str>) -> String {
    version.map_or_else(|| name.to_owned(), |version| format!("{name}:{version}"))
}

fn unread(refusal: Refusal) -> Unread {
    match refusal {
        Refusal::NoSecret => Unread::Absent(NO_PARAMETER),
        Refusal::NoVersion => Unread::Absent(NO_VERSION),
        refusal => Unread::Failed(refusal.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::Parameter;
    use crate::document::json;

    #[test]
    fn a_version_is_a_number_and_nothing_else_is_shown_as_one() {
        for (version, expected) in [
            ("3", Some("3")),
            (r#""7""#, Some("7")),
            (r#""hunter2""#, None),
            ("12345678901", None),
            (r#""""#, None),
        ] {
            let text = format!(
                r#"{{"Name": "/a", "Type": "String", "Value": "x", "Version": {version}}}"#
            );
            let parameter = Parameter::read(json::parse(&text).unwrap()).ok().unwrap();
            assert_eq!(parameter.blob().version.as_deref(), expected, "{version}");
        }
    }
}
