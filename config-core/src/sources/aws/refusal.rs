//! Why a service did not do what it was asked, by the names that AWS gives its errors.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::call::{Call, Service};
use crate::remote::http::{LESS, Response};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no such secret or parameter.
    NoSecret,
    /// There is one, but without this version or stage.
    NoVersion,
    /// It is to be deleted and cannot be read until then.
    Deleted,
    /// There is one of this name already.
    Exists,
    /// The stage is not where it was expected.
    Moved,
    /// One call too many.
    Throttled(Failure),
    /// Not with these permissions.
    Denied(Failure),
    /// The credentials are no longer good.
    Expired(Failure),
    Failed(Failure),
}

const INVALID: &str = "the credentials are not valid";
const CLOCK: &str = "set the clock, best by NTP";

/// How far two clocks may be apart for a signature to be good.
const SKEW: u64 = 5 * 60;

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let absent = |message: &'static str| Self::new(FailureKind::NotFound, message);
        match refusal {
            Refusal::NoSecret => absent("no such secret"),
            Refusal::NoVersion => absent("no such version"),
            Refusal::Deleted => absent("marked for deletion"),
            Refusal::Exists => {
                Self::new(FailureKind::Conflict, "there is one of this name already")
            }
            Refusal::Moved => {
                Self::new(FailureKind::Conflict, "the current version is not the expected one")
            }
            Refusal::Throttled(failure)
            | Refusal::Denied(failure)
            | Refusal::Expired(failure)
            | Refusal::Failed(failure) => failure,
        }
    }
}

/// Whether an answer says that this call was one too many.
pub(super) fn is_throttled(response: &Response) -> bool {
    response.status == 400
        && response.json().is_ok_and(|answer| is_throttling(&code(response, &answer)))
}

/// Reads what an answer that is no success says.
pub(super) fn read(response: &Response, call: &Call<'_>, whose: impl Fn() -> String) -> Refusal {
    let answer = response.json().unwrap_or_default();
    match of(&code(response, &answer), &answer, response, call) {
        Refusal::Denied(failure) if failure.message == INVALID => {
            let message = format!("{INVALID}: {}", whose());
            Refusal::Denied(Failure { message: message.into(), ..failure })
        }
        refusal => refusal,
    }
}

/// The name of the error that an entry of a list of errors has, for a call that was answered as a whole.
pub(super) fn of_entry(code: &str, entry: &Node, call: &Call<'_>) -> Refusal {
    told(code, message(entry), call).unwrap_or_else(|| {
        Refusal::Failed(Failure::new(FailureKind::Malformed, "AWS did not understand the request"))
    })
}

fn of(code: &str, answer: &Node, response: &Response, call: &Call<'_>) -> Refusal {
    if let Some(skew) = skew(code, response) {
        return Refusal::Failed(skew);
    }
    match told(code, message(answer), call) {
        Some(Refusal::Throttled(failure)) => {
            let message = format!("{}{}", failure.message, response.attempts());
            Refusal::Throttled(Failure { message: message.into(), ..failure }.hint(LESS))
        }
        Some(refusal) => refusal,
        None if response.status == 429 => Refusal::Throttled(response.failure()),
        None if response.status == 404 && code.is_empty() => {
            let message = "what answers there is not AWS (HTTP 404)";
            let failure = Failure::new(FailureKind::Malformed, message);
            Refusal::Failed(failure.hint("see whether the endpoint is right: AWS_ENDPOINT_URL"))
        }
        None => Refusal::Failed(response.failure()),
    }
}

/// What the name of an error says; none for one that is not known.
fn told(code: &str, message: &str, call: &Call<'_>) -> Option<Refusal> {
    let failed = |kind, message: &'static str| Failure::new(kind, message);
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    Some(match code {
        "ResourceNotFoundException" if has(&["secret value for"]) => Refusal::NoVersion,
        "ParameterVersionNotFound" => Refusal::NoVersion,
        "ResourceNotFoundException" | "ParameterNotFound" => Refusal::NoSecret,
        "ResourceExistsException" | "ParameterAlreadyExists" => Refusal::Exists,
        "InvalidRequestException"
            if has(&["marked for deletion", "marked deleted", "scheduled for deletion"]) =>
        {
            Refusal::Deleted
        }
        "InvalidRequestException" if has(&["VersionStage that is not associated"]) => {
            Refusal::NoVersion
        }
        "InvalidRequestException" if has(&["Lambda function ARN"]) => {
            let failure = failed(FailureKind::NotConfigured, "it has no function that rotates it");
            Refusal::Failed(failure.hint("name the function where rotation is enabled"))
        }
        "InvalidParameterException"
            if has(&["taging label", "Version stage", "RemoveFromVersionId"]) =>
        {
            Refusal::Moved
        }
        code if is_throttling(code) => {
            Refusal::Throttled(failed(FailureKind::Unreachable, "too many requests"))
        }
        "AccessDeniedException" | "AccessDenied" => Refusal::Denied(denied(call, has(&["KMS"]))),
        "DecryptionFailure"
        | "DecryptionFailureException"
        | "EncryptionFailure"
        | "EncryptionFailureException"
        | "InvalidKeyId" => Refusal::Denied(denied(call, true)),
        "InvalidSignatureException" | "SignatureDoesNotMatch"
            if has(&["Signature expired", "Signature not yet current"]) =>
        {
            let message =
                "the clock of this machine is off: to AWS the signature is of another time";
            Refusal::Failed(failed(FailureKind::Denied, message).hint(CLOCK))
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "NotAuthorized" => {
            let failure = failed(FailureKind::Denied, INVALID).of_store();
            Refusal::Denied(failure.hint("see whose they are: aws sts get-caller-identity"))
        }
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            let failure = failed(FailureKind::Expired, "the credentials have expired").of_store();
            Refusal::Expired(failure.hint("get new ones, for a profile with SSO by: aws sso login"))
        }
        "InternalServiceError"
        | "InternalServiceErrorException"
        | "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => {
            Refusal::Failed(failed(FailureKind::Unreachable, "AWS is in trouble"))
        }
        "ValidationException"
        | "InvalidParameterException"
        | "InvalidRequestException"
        | "InvalidParameterValue" => {
            let message =
                "AWS does not accept the request: a name, version or value is not of its form";
            Refusal::Failed(failed(FailureKind::Malformed, message))
        }
        "LimitExceededException" | "ParameterLimitExceeded" => {
            Refusal::Failed(failed(FailureKind::Denied, "the account has as many as it may"))
        }
        _ => return None,
    })
}

fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "RequestThrottledException"
            | "TooManyUpdates"
    )
}

/// The failure of a permission that is missing.
fn denied(call: &Call<'_>, is_key: bool) -> Failure {
    let (service, action) = (call.service.name(), call.action);
    if is_key {
        let message = "the key that encrypts it may not be used with these credentials";
        return Failure::new(FailureKind::Denied, message)
            .hint(format!("allow kms:Decrypt on the key of {}", call.resource));
    }
    let what = match call.service {
        Service::Secrets => "secret",
        Service::Parameters => "parameter",
    };
    let message = format!("these credentials may not call {service}:{action} on the {what}");
    Failure::new(FailureKind::Denied, message)
        .hint(format!("allow {service}:{action} on {}", call.resource))
}

/// The failure of a clock that is wrong, where that is why the signature was refused.
fn skew(code: &str, response: &Response) -> Option<Failure> {
    let of_time = matches!(
        code,
        "RequestTimeTooSkewed"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "RequestExpired"
            | "RequestInTheFuture"
    );
    let theirs = DateTime::from_str(response.header("date")?, Format::HttpDate).ok()?;
    let theirs = SystemTime::try_from(theirs).ok()?;
    let (way, apart) = match theirs.duration_since(SystemTime::now()) {
        Ok(behind) => ("behind", behind),
        Err(ahead) => ("ahead of", ahead.duration()),
    };
    (of_time && apart.as_secs() >= SKEW).then(|| {
        let minutes = apart.as_secs() / 60;
        let message = format!("the clock of this machine is {minutes} minutes {way} that of AWS");
        Failure::new(FailureKind::Denied, message).hint(CLOCK)
    })
}

/// The name of the error that an answer has, without what stands around it in some services' answers.
fn code(response: &Response, answer: &Node) -> String {
    let written = match answer.entry("__type").map(|node| &node.value) {
        Some(Value::Text(text)) => text.as_str(),
        _ => response.header("x-amzn-errortype").unwrap_or_default(),
    };
    let after = written.rsplit_once('#').map_or(written, |(_, after)| after);
    after.split(':').next().unwrap_or_default().to_owned()
}

fn message(answer: &Node) -> &str {
    ["message", "Message"]
        .iter()
        .find_map(|name| match &answer.entry(name)?.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .unwrap_or_default()
}
