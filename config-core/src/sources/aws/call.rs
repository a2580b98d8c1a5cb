//! One call of a service: signed, sent, and its refusal told apart.

use std::borrow::Cow;
use std::time::{Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use reqwest::Method;
use reqwest::header::HeaderName;
use zeroize::Zeroizing;

use super::credentials::Login;
use super::refusal::{self, Refusal};
use super::region::Region;
use super::settings::Endpoints;
use crate::remote::http::{Http, Request, Response};
use crate::source::{Failure, FailureKind};
use crate::value::Node;

/// A service that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Service {
    /// Secrets Manager.
    Secrets,
    /// Parameter Store, which is a part of Systems Manager.
    Parameters,
}

/// One call.
pub(super) struct Call<'a> {
    pub(super) service: Service,
    /// Where, if not in the region of the configuration.
    pub(super) region: Option<&'a Region>,
    /// The name of the operation: `GetSecretValue`.
    pub(super) action: &'static str,
    /// What it is done to, for the hint of what permission is missing.
    pub(super) resource: &'a str,
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) again: Again,
}

/// When a call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Whenever that may help: it reads, or does the same thing twice.
    Always,
    /// Only where it was turned away.
    IfTurnedAway,
    /// Not where it was turned away: there is another way.
    UnlessTurnedAway,
}

/// The way to the services of an account.
pub(super) struct Client {
    pub(super) http: Http,
    pub(super) login: Login,
    pub(super) region: Option<Region>,
    pub(super) endpoints: Endpoints,
}

impl Service {
    /// The name in addresses, signatures and permissions.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Secrets => "secretsmanager",
            Self::Parameters => "ssm",
        }
    }

    const fn target(self) -> &'static str {
        match self {
            Self::Secrets => "secretsmanager",
            Self::Parameters => "AmazonSSM",
        }
    }
}

impl Client {
    /// Makes a call; the answer is a table.
    pub(super) async fn call(&self, call: &Call<'_>, until: Instant) -> Result<Node, Refusal> {
        let credentials = self.login.credentials(None, until).await?;
        match self.once(call, &credentials, until).await {
            Err(Refusal::Expired(failure)) if self.login.is_renewable() => {
                let renewed = self.login.credentials(Some(&credentials), until).await?;
                match renewed == credentials {
                    true => Err(Refusal::Expired(failure)),
                    false => self.once(call, &renewed, until).await,
                }
            }
            outcome => outcome,
        }
    }

    /// The region that a call is made in.
    pub(super) fn region<'a>(&'a self, own: Option<&'a Region>) -> Result<&'a Region, Failure> {
        own.or(self.region.as_ref()).ok_or_else(|| {
            let failure = Failure::new(FailureKind::NotConfigured, "AWS_REGION is not set");
            self.login.told(failure.hint("set AWS_REGION, or name the secret by its ARN"))
        })
    }

    async fn once(
        &self,
        call: &Call<'_>,
        credentials: &Credentials,
        until: Instant,
    ) -> Result<Node, Refusal> {
        let request = self.request(call, credentials)?;
        let response = self.http.send(&request, until).await?;
        match response.is_success() {
            true => Ok(response.json()?),
            false => Err(refusal::read(&response, call, || self.login.whose())),
        }
    }

    fn request(&self, call: &Call<'_>, credentials: &Credentials) -> Result<Request, Failure> {
        let region = self.region(call.region)?;
        let url = format!("{}/", self.endpoints.address(call.service, region));
        let target = format!("{}.{}", call.service.target(), call.action);
        let headers = [
            ("content-type", Cow::Borrowed("application/x-amz-json-1.1")),
            ("x-amz-target", Cow::Owned(target)),
        ];
        let signed = signed(call, credentials, region, &url, &headers)?;
        let mut request = Request::new(Method::POST, url).body(call.body.clone());
        for (name, value) in &headers {
            request = request.header(HeaderName::from_static(name), value.as_ref());
        }
        for (name, value) in signed {
            request = request.header(HeaderName::from_static(name), value);
        }
        request.repeatable = call.again != Again::IfTurnedAway;
        Ok(match call.again {
            Again::UnlessTurnedAway => request.status(|response| match response.status {
                429 => 400,
                status => status,
            }),
            _ => request.status(status),
        })
    }
}

/// The headers that a signature adds.
fn signed(
    call: &Call<'_>,
    credentials: &Credentials,
    region: &Region,
    url: &str,
    headers: &[(&'static str, Cow<'_, str>)],
) -> Result<Vec<(&'static str, String)>, Failure> {
    let failed = || Failure::new(FailureKind::Malformed, "the request could not be signed");
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name(call.service.name())
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| failed())?
        .into();
    let headers = headers.iter().map(|(name, value)| (*name, value.as_ref()));
    let body = SignableBody::Bytes(&call.body);
    let request = SignableRequest::new("POST", url, headers, body).map_err(|_| failed())?;
    let (instructions, _) = sign(request, &parameters).map_err(|_| failed())?.into_parts();
    let (headers, _) = instructions.into_parts();
    Ok(headers.iter().map(|header| (header.name(), header.value().to_owned())).collect())
}

/// What the status of an answer stands for: AWS says 400 also where a call was one too many.
fn status(response: &Response) -> u16 {
    match refusal::is_throttled(response) {
        true => 429,
        false => response.status,
    }
}
