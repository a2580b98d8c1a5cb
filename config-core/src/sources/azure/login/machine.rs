//! Managed identities: the machine, or the service that runs the program, has a token.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderName;
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use super::official::Given;
use super::{Asked, Without};
use crate::remote::address::{is_of_the_link, without_tls};
use crate::remote::http::{Request, Response};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Text, Value, exact};

/// How long a machine may take to say that somebody is there; outside of Azure nobody ever does.
const PROBE: Duration = Duration::from_secs(1);

/// Where a machine's metadata service gives tokens out.
pub(super) const TOKEN: &str = "/metadata/identity/oauth2/token";

/// By the machine's metadata service.
pub(super) async fn own(
    host: &str,
    client: Option<&str>,
    asked: &Asked<'_>,
) -> Result<Given, Without> {
    let none = |why: &str| {
        Err(Without::Unavailable(format!("the machine has no managed identity ({why})")))
    };
    if !is_there(host, asked.until).await {
        return none("nobody answers there");
    }
    let url = format!(
        "{host}{TOKEN}?api-version=2018-02-01&resource={}{}",
        asked.resource,
        selected(client)
    );
    let request = Request::get(url).header(HeaderName::from_static("metadata"), "true");
    let response = asked.machine.send(&request, asked.until).await?;
    match (response.status, client) {
        (400, None) => none("it is switched off"),
        // Other clouds have something else at the same address.
        (401..=407, _) => none("what answers there gives out no tokens"),
        _ => Ok(token(&response, client)?),
    }
}

/// Whether somebody takes connections there. A token itself may take longer than it is reasonable to wait for nobody.
async fn is_there(host: &str, until: Instant) -> bool {
    let address = host.split_once("://").map_or(host, |(_, address)| address);
    let address = match address.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => address.to_owned(),
        _ => format!("{address}:80"),
    };
    let until = until.min(Instant::now() + PROBE);
    matches!(timeout_at(until.into(), TcpStream::connect(address)).await, Ok(Ok(_)))
}

/// By App Service, Functions or Container Apps, which say themselves where to ask.
pub(super) async fn service(
    endpoint: &str,
    header: &Text,
    client: Option<&str>,
    asked: &Asked<'_>,
) -> Result<Given, Failure> {
    if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        let message = "is no address that tokens could be asked for";
        return Err(Failure::new(FailureKind::Malformed, message).key("IDENTITY_ENDPOINT"));
    }
    if endpoint.starts_with("http://") && !is_of_the_link(endpoint) {
        return Err(without_tls(endpoint).key("IDENTITY_ENDPOINT"));
    }
    let url = format!(
        "{endpoint}?api-version=2019-08-01&resource={}{}",
        asked.resource,
        selected(client)
    );
    let request = Request::get(url)
        .header(HeaderName::from_static("x-identity-header"), String::clone(header));
    token(&asked.machine.send(&request, asked.until).await?, client)
}

/// Which of several identities.
fn selected(client: Option<&str>) -> String {
    let plain = |id: &&str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    client.filter(plain).map_or(String::new(), |id| format!("&client_id={id}"))
}

fn token(response: &Response, client: Option<&str>) -> Result<Given, Failure> {
    if !response.is_success() {
        return Err(match (response.status, client) {
            (400..=404, Some(client)) => {
                let message = format!("the managed identity {client} is not assigned here");
                Failure::new(FailureKind::Denied, message)
                    .hint("assign it, or take AZURE_CLIENT_ID away for the system's own")
            }
            (400..=404, None) => {
                Failure::new(FailureKind::Denied, "there is no managed identity here")
                    .hint("switch one on, or name one by AZURE_CLIENT_ID")
            }
            (410, _) => {
                Failure::new(FailureKind::Unreachable, "the managed identity is being updated")
                    .hint("try again in a minute")
            }
            _ => {
                let failure = response.failure();
                let message = format!("the managed identity: {}", failure.message);
                Failure { message: message.into(), ..failure }
            }
        });
    }
    let answer = response.json()?;
    let Some(Value::Text(token)) = answer.entry("access_token").map(|node| &node.value) else {
        let message = "the managed identity answered without a token";
        return Err(Failure::new(FailureKind::Malformed, message));
    };
    Ok((exact(token), lasts(&answer)))
}

/// How long the token is good: until `expires_on`, else for `expires_in`; both are numbers or texts of digits.
fn lasts(answer: &Node) -> Option<Duration> {
    let seconds = |name: &str| match &answer.entry(name)?.value {
        Value::Text(digits) | Value::Number(digits) => digits.parse().ok().map(Duration::from_secs),
        _ => None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A date in words was never more than an hour away from now.
    let unknown = Duration::from_secs(600);
    Some(match seconds("expires_on") {
        Some(until) => until.saturating_sub(now),
        None => seconds("expires_in").unwrap_or(unknown),
    })
}
