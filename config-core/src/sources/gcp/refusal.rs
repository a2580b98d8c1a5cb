//! What Secret Manager refused, in our words: of its own only codes that are known beforehand.

use std::borrow::Cow;

use super::credentials::Kind;
use super::names::{Name, is_number};
use super::text;
use crate::remote::Unread;
use crate::remote::http::Response;
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// Why there is nothing to read.
pub(super) const NO_VERSION: &str = "no such version";
pub(super) const NOTHING: &str = "no such secret, or none with a version";

/// What somebody wanted to do, and what allows it.
#[derive(Clone, Copy)]
pub(super) struct Verb {
    /// Behind "may not": `read`.
    pub(super) does: &'static str,
    pub(super) permission: &'static str,
    /// The least of Google's own roles that has it.
    pub(super) role: &'static str,
}

/// To what, and as whom.
pub(super) struct About<'a> {
    pub(super) name: &'a Name,
    pub(super) project: &'a str,
    pub(super) by: &'a Kind,
    /// The version that was asked for, where one was.
    pub(super) version: Option<&'a str>,
}

/// The answer of a request that was refused.
pub(super) fn refusal(response: &Response, verb: &Verb, about: &About<'_>) -> Unread {
    let answer = response.json().ok();
    // A proxy, or another service, knows nothing of secrets.
    let Some(error) = answer.as_ref().and_then(|answer| answer.entry("error")) else {
        return Unread::Failed(match response.status {
            404 => failure(FailureKind::Malformed, "what answers there is not Secret Manager")
                .hint("see whether the endpoint is right"),
            _ => response.failure(),
        });
    };
    let code = text(error.entry("status")).unwrap_or_default();
    let message = text(error.entry("message")).unwrap_or_default();
    let reasons = reasons(error);
    let is_reason = |reason: &str| reasons.contains(&reason);
    Unread::Failed(match (response.status, code) {
        (404, _) if verb.is_creation() => {
            let parent = about.name.parent(about.project);
            failure(FailureKind::NotFound, format!("there is no {parent}"))
        }
        (404, _) if message.starts_with("Secret Version [") => {
            return Unread::Absent(NO_VERSION);
        }
        // For a secret without a version there are the same words.
        (404, _) if about.version.is_some() => {
            return Unread::Absent(NOTHING);
        }
        (404, _) => return Unread::Absent("no such secret"),
        (400, "FAILED_PRECONDITION") => unready(message, verb, about),
        (400, "INVALID_ARGUMENT") => {
            let message = "Secret Manager does not take that (INVALID_ARGUMENT)";
            failure(FailureKind::Malformed, message).hint(
                "see whether the name, the version and the labels are written as it wants them",
            )
        }
        (_, "ALREADY_EXISTS") => failure(FailureKind::Conflict, "there is such a secret already"),
        (_, "ABORTED") => failure(FailureKind::Conflict, "somebody else changed it meanwhile"),
        (401, _) if is_reason("ACCESS_TOKEN_EXPIRED") => {
            let (_, hint) = about.by.token_in_words();
            failure(FailureKind::Expired, "the access token has expired").hint(hint)
        }
        (401, _) => {
            let (token, hint) = about.by.token_in_words();
            failure(FailureKind::Denied, format!("{token} is not accepted")).hint(hint)
        }
        (403, _) => denied(&reasons, verb, about),
        (429, _) => failure(FailureKind::Unreachable, "too many requests (RESOURCE_EXHAUSTED)")
            .hint("raise the quota of secretmanager.googleapis.com, or load less often"),
        _ => response.failure(),
    })
}

/// The state is not one in which that can be done.
fn unready(message: &str, verb: &Verb, about: &About<'_>) -> Failure {
    if verb.is_guarded() {
        return failure(FailureKind::Conflict, "somebody else changed it meanwhile");
    }
    let number = about.version.filter(|version| is_number(version)).or_else(|| number_in(message));
    let version = number
        .map_or(Cow::Borrowed("the version"), |number| Cow::Owned(format!("version {number}")));
    let options = about.name.options(Some(about.project));
    if message.contains("DISABLED state") {
        let number = number.unwrap_or("VERSION");
        let hint = format!("run: gcloud secrets versions enable {number} --secret={options}");
        return failure(FailureKind::Expired, format!("{version} is disabled")).hint(hint);
    }
    if message.contains("DESTROYED state") {
        let hint =
            format!("add a new version: gcloud secrets versions add {options} --data-file=-");
        return failure(FailureKind::Expired, format!("{version} is destroyed")).hint(hint);
    }
    if message.contains("KMS") || message.contains("CryptoKey") {
        let message = "the key of Cloud KMS that encrypts it cannot be used";
        return failure(FailureKind::Denied, message);
    }
    failure(FailureKind::Expired, format!("{version} is not enabled (FAILED_PRECONDITION)"))
}

fn denied(reasons: &[&str], verb: &Verb, about: &About<'_>) -> Failure {
    let project = about.name.project.as_deref().unwrap_or(about.project);
    for reason in reasons {
        let (message, hint) = match *reason {
            "SERVICE_DISABLED" => (
                format!("the API of Secret Manager is not enabled in {project}"),
                format!(
                    "run: gcloud services enable secretmanager.googleapis.com --project={project}"
                ),
            ),
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => (
                format!("{} is not for Secret Manager", about.by.token_in_words().0),
                "let the machine have the access scope cloud-platform".to_owned(),
            ),
            "BILLING_DISABLED" => (
                format!("billing is not enabled in {project}"),
                "link the project to a billing account".to_owned(),
            ),
            "USER_PROJECT_DENIED" | "CONSUMER_INVALID" => (
                format!("{} may not let another project pay", about.by.who()),
                "grant roles/serviceusage.serviceUsageConsumer on the project in \
                 GOOGLE_CLOUD_QUOTA_PROJECT, or unset that"
                    .to_owned(),
            ),
            "SECURITY_POLICY_VIOLATED" => (
                format!("VPC Service Controls of {project} keep {} out", about.by.who()),
                "ask from within the perimeter, or add an ingress rule".to_owned(),
            ),
            _ => continue,
        };
        return failure(FailureKind::Denied, message).hint(hint);
    }
    let resource = about.name.full(about.project);
    let who = about.by.who();
    // To whom the permission is missing, an absent secret looks the same.
    let or = if verb.is_creation() { "" } else { ", or there is no such secret" };
    let message = format!("{who} may not {} {resource}{or}", verb.does);
    let member = match (about.by, about.by.email()) {
        (_, Some(email)) => format!("serviceAccount:{email}"),
        (Kind::User(_), None) => "user:EMAIL".to_owned(),
        (_, None) => "MEMBER".to_owned(),
    };
    let hint = match verb.is_creation() {
        true => format!(
            "grant {} ({}) on the project: gcloud projects add-iam-policy-binding {project} \
             --member={member} --role={}",
            verb.role, verb.permission, verb.role
        ),
        false => format!(
            "grant {} ({}) on it: gcloud secrets add-iam-policy-binding {} --member={member} --role={}",
            verb.role,
            verb.permission,
            about.name.options(Some(about.project)),
            verb.role
        ),
    };
    failure(FailureKind::Denied, message).hint(hint)
}

impl Verb {
    /// Whether it is refused where the secret is no longer as it was.
    fn is_guarded(&self) -> bool {
        self.permission == "secretmanager.secrets.update"
    }

    /// Whether the secret is not there yet that it could be granted on.
    fn is_creation(&self) -> bool {
        self.permission == "secretmanager.secrets.create"
    }
}

/// The codes beside the status (google.rpc.ErrorInfo).
fn reasons(error: &Node) -> Vec<&str> {
    match error.entry("details").map(|node| &node.value) {
        Some(Value::List(details)) => {
            details.iter().filter_map(|detail| text(detail.entry("reason"))).collect()
        }
        _ => Vec::new(),
    }
}

/// The number of the version that a message names in full.
fn number_in(message: &str) -> Option<&str> {
    let (_, behind) = message.split_once("/versions/")?;
    let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    (end > 0).then_some(&behind[..end])
}

fn failure(kind: FailureKind, message: impl Into<Cow<'static, str>>) -> Failure {
    Failure::new(kind, message)
}
