//! Files of credentials, told apart by their `type`.

use std::path::{Path, PathBuf};

use super::exchange::{ServiceAccount, User};
use super::federation::{Federation, Format, Subject};
use super::{Credentials, Kind, text};
use crate::document::json;
use crate::source::{Failure, FailureKind};
use crate::sources::read::{FILE_CAP, read_text};
use crate::value::{Node, Position, Text, Value, exact};

/// Reads a file.
///
/// # Errors
/// It cannot be read, or has not what its type asks for.
pub(super) fn read(path: &Path) -> Result<Credentials, Failure> {
    let text = read_text(path, FILE_CAP).map_err(|failure| match failure.kind() {
        FailureKind::NotFound => failure.hint(
            "let GOOGLE_APPLICATION_CREDENTIALS name a file that is there, or unset it to use \
             the service account of the machine",
        ),
        _ => failure,
    })?;
    parse(&text, path.parent()).map_err(|failure| match failure.file {
        None => failure.in_file(path.into(), Position::default()),
        Some(_) => failure,
    })
}

/// Reads the text of a file.
///
/// # Errors
/// It has not what its type asks for.
pub(super) fn parse(text: &str, folder: Option<&Path>) -> Result<Credentials, Failure> {
    let root = json::parse(text).map_err(|error| {
        let message = format!("the credentials are not JSON: {}, {}", error.at, error.message);
        Failure::new(FailureKind::Malformed, message)
    })?;
    let optional = |name| self::optional(&root, name).map(str::to_owned);
    Ok(Credentials {
        kind: kind(&root, folder)?,
        project: optional("project_id"),
        quota_project: optional("quota_project_id"),
        universe: optional("universe_domain"),
    })
}

fn kind(root: &Node, folder: Option<&Path>) -> Result<Kind, Failure> {
    match required(root, "type")? {
        "service_account" => Ok(Kind::ServiceAccount(ServiceAccount {
            email: required(root, "client_email")?.to_owned(),
            key: exact(required(root, "private_key")?),
            key_id: optional(root, "private_key_id").map(str::to_owned),
            token_uri: token_uri(root),
            universe: optional(root, "universe_domain").map(str::to_owned),
        })),
        "authorized_user" => Ok(Kind::User(User {
            client_id: required(root, "client_id")?.to_owned(),
            client_secret: exact(required(root, "client_secret")?),
            refresh_token: exact(required(root, "refresh_token")?),
            token_uri: token_uri(root),
        })),
        "external_account" => {
            let federation = Kind::Federation(federation(root, folder)?);
            Ok(match optional(root, "service_account_impersonation_url") {
                None => federation,
                Some(url) => Kind::Impersonated {
                    by: Box::new(federation),
                    url: url.to_owned(),
                    delegates: Vec::new(),
                },
            })
        }
        "impersonated_service_account" => {
            let by = root.entry("source_credentials");
            let by = by.ok_or_else(|| lacks("source_credentials"))?;
            Ok(Kind::Impersonated {
                by: Box::new(kind(by, folder)?),
                url: required(root, "service_account_impersonation_url")?.to_owned(),
                delegates: texts(root.entry("delegates")),
            })
        }
        _ => {
            let message = "credentials of this type are not supported";
            Err(Failure::new(FailureKind::NotConfigured, message).hint(
                "the types service_account, authorized_user, external_account and \
                 impersonated_service_account are",
            ))
        }
    }
}

fn federation(root: &Node, folder: Option<&Path>) -> Result<Federation, Failure> {
    let source = root.entry("credential_source").ok_or_else(|| lacks("credential_source"))?;
    let subject = if let Some(file) = optional(source, "file") {
        let file = PathBuf::from(file);
        let file = folder.map_or(file.clone(), |folder| folder.join(&file));
        Subject::File { path: file, format: format(source)? }
    } else if let Some(url) = optional(source, "url")
        && optional(source, "environment_id").is_none()
    {
        let headers = match source.entry("headers").map(|node| &node.value) {
            Some(Value::Map(headers)) => headers.as_slice(),
            _ => &[],
        };
        let header =
            |(name, value): &(Text, Node)| Some((name.to_string(), exact(text(Some(value))?)));
        let headers = headers.iter().filter_map(header).collect();
        Subject::Url { url: url.to_owned(), headers, format: format(source)? }
    } else {
        let message = "a workload identity by a program, a certificate or AWS is not supported";
        return Err(Failure::new(FailureKind::NotConfigured, message)
            .hint("let `credential_source` name a file or a URL that has the token"));
    };
    Ok(Federation {
        audience: required(root, "audience")?.to_owned(),
        subject_token_type: required(root, "subject_token_type")?.to_owned(),
        token_url: required(root, "token_url")?.to_owned(),
        subject,
        client: match (optional(root, "client_id"), optional(root, "client_secret")) {
            (Some(id), Some(secret)) => Some((id.to_owned(), exact(secret))),
            _ => None,
        },
        workforce_project: optional(root, "workforce_pool_user_project").map(str::to_owned),
    })
}

fn format(source: &Node) -> Result<Format, Failure> {
    let Some(format) = source.entry("format") else { return Ok(Format::Text) };
    match optional(format, "type") {
        None | Some("text") => Ok(Format::Text),
        Some("json") => Ok(Format::Json(required(format, "subject_token_field_name")?.to_owned())),
        Some(_) => Err(super::malformed("`credential_source.format` is neither text nor json")),
    }
}

fn token_uri(root: &Node) -> String {
    optional(root, "token_uri").unwrap_or("https://oauth2.googleapis.com/token").to_owned()
}

fn optional<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    text(node.entry(name)).filter(|text| !text.is_empty())
}

fn required<'n>(node: &'n Node, name: &'static str) -> Result<&'n str, Failure> {
    optional(node, name).ok_or_else(|| lacks(name))
}

fn lacks(name: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, format!("the credentials have no `{name}`"))
}

fn texts(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.value) {
        Some(Value::List(items)) => {
            items.iter().filter_map(|item| text(Some(item))).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
