//! The metadata server: of Compute Engine, Kubernetes Engine with workload identity, Cloud Run, App Engine, Functions.

use std::time::{Duration, Instant};

use super::{Token, header, malformed, token_in};
use crate::remote::http::{Request, Response};
use crate::source::{Failure, FailureKind};
use crate::sources::gcp::names::is_project;
use crate::sources::gcp::net::Net;

/// How long somebody is waited for who may not be there.
const GUESS: Duration = Duration::from_secs(3);

/// Where a token is to be had, and the project.
pub(super) const TOKEN: &str = "instance/service-accounts/default/token";
const PROJECT: &str = "project/project-id";

/// What is asked, for a plan.
pub(super) fn asked(net: &Net, path: &str) -> String {
    format!("GET {}", address(net, path))
}

/// The same for the project.
pub(in crate::sources::gcp) fn asked_for_project(net: &Net) -> String {
    asked(net, PROJECT)
}

/// A token of the service account that is attached.
pub(super) async fn token(net: &Net, until: Instant) -> Result<Token, Failure> {
    // Where there is a choice, the token is for every service; on a machine with fewer scopes it is for those.
    let path = format!("{TOKEN}?scopes={}", super::SCOPE);
    let response = ask(net, &path, until).await?;
    match response.status {
        404 => {
            Err(Failure::new(FailureKind::Denied, "no service account is attached to the machine")
                .hint("attach a service account, or name a file in GOOGLE_APPLICATION_CREDENTIALS"))
        }
        _ => token_in(&response),
    }
}

/// The project that the machine is in.
///
/// # Errors
/// There is no metadata server, or it does not say.
pub(in crate::sources::gcp) async fn project(net: &Net, until: Instant) -> Result<String, Failure> {
    let response = ask(net, PROJECT, until).await?;
    let project = std::str::from_utf8(&response.body).unwrap_or_default().trim();
    match response.is_success() && is_project(project) {
        true => Ok(project.to_owned()),
        false => Err(malformed("the metadata server does not name the project")),
    }
}

async fn ask(net: &Net, path: &str, until: Instant) -> Result<Response, Failure> {
    let request = Request::get(address(net, path)).header(header("metadata-flavor"), "Google");
    // Where nothing tells of one, there mostly is none, and nobody says so.
    let until = if net.is_in_cloud { until } else { until.min(Instant::now() + GUESS) };
    let response = net.send(&request, until).await.map_err(|failure| match failure.kind() {
        FailureKind::Unreachable if !net.is_in_cloud => none_at_all(),
        _ => failure,
    })?;
    // Whatever else answers at this name, a router's page for instance, does not say so.
    if response.header("metadata-flavor") != Some("Google") {
        return Err(match net.is_in_cloud {
            true => malformed("what answers is not the metadata server"),
            false => none_at_all(),
        });
    }
    match response.status {
        200..=299 | 404 => Ok(response),
        _ => Err(response.failure()),
    }
}

fn address(net: &Net, path: &str) -> String {
    format!("http://{}/computeMetadata/v1/{path}", net.metadata)
}

fn none_at_all() -> Failure {
    let message = "there are no credentials: neither a file nor a metadata server";
    Failure::new(FailureKind::NotConfigured, message).hint(
        "name a file in GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth application-default login",
    )
}
