//! Why no token was given, by the codes that the token services have (RFC 6749, section 5.2).

use super::text;
use crate::remote::http::Response;
use crate::source::{Failure, FailureKind};

const LOGIN: &str = "run: gcloud auth application-default login";

/// The exchange of a key's assertion failed.
pub(super) fn of_key(response: &Response) -> Failure {
    match code(response).as_deref() {
        Some("invalid_grant") => denied("the key is not accepted, or the clock is wrong").hint(
            "see whether the key was deleted or disabled: gcloud iam service-accounts keys list",
        ),
        Some("invalid_client" | "unauthorized_client" | "account_not_found") => {
            denied("the service account is not known")
        }
        _ => response.failure(),
    }
}

/// The exchange of a refresh token failed.
pub(super) fn of_login(response: &Response) -> Failure {
    match code(response).as_deref() {
        Some("invalid_grant") => {
            Failure::new(FailureKind::Expired, "the login has expired or was revoked").hint(LOGIN)
        }
        Some("invalid_client" | "unauthorized_client" | "deleted_client") => {
            denied("the client of the login is not known").hint(LOGIN)
        }
        _ => response.failure(),
    }
}

/// The exchange of somebody else's token failed.
pub(super) fn of_federation(response: &Response) -> Failure {
    match code(response).as_deref() {
        Some("invalid_grant") => denied(
            "the pool does not accept the token of the workload, or that has expired",
        )
        .hint("compare the issuer and the audience of the token with those of the pool's provider"),
        Some("invalid_target") => denied("there is no such workload identity pool or provider"),
        Some("unauthorized_client" | "access_denied") => {
            denied("the conditions of the pool do not admit the workload")
        }
        _ => response.failure(),
    }
}

/// The token of the workload was not given by whoever has it.
pub(super) fn of_subject(response: &Response) -> Failure {
    let mut failure = response.failure();
    failure.message = format!("the token of the workload: {}", failure.message).into();
    failure
}

/// Nobody may act as the service account.
pub(super) fn of_impersonation(response: &Response, who: &str, email: Option<&str>) -> Failure {
    if response.status != 403 && response.status != 404 {
        return response.failure();
    }
    let account = email.unwrap_or("the service account");
    denied(format!("{who} may not act as {account}, or there is no such account")).hint(
        "grant roles/iam.serviceAccountTokenCreator on the account, or to a workload identity \
         roles/iam.workloadIdentityUser",
    )
}

fn denied(message: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new(FailureKind::Denied, message)
}

/// The code of the error; the description beside it may quote what was sent.
fn code(response: &Response) -> Option<String> {
    let answer = response.json().ok()?;
    text(answer.entry("error")).map(str::to_owned)
}
