//! Applications log in by the official client, which does its requests through ours.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{
    AsyncRawResponse, Body, ClientMethodOptions, ClientOptions, HttpClient, RetryOptions,
    StatusCode, Transport,
};
use azure_core::time::OffsetDateTime;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions,
};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use zeroize::Zeroizing;

use super::{Asked, certificate, entra};
use crate::remote::blocking::blocking;
use crate::remote::http::{Http, Request};
use crate::source::{Failure, FailureKind};
use crate::sources::read::{FILE_CAP, read_text};
use crate::value::{Text, exact};

/// Who logs in, and where.
#[derive(Clone, Copy)]
pub(super) struct Application<'a> {
    pub(super) tenant: &'a str,
    pub(super) client: &'a str,
}

/// A token with the time that it lasts.
pub(super) type Given = (Text, Option<Duration>);

/// Does the requests of the official client, and keeps why one failed: its own errors quote what was answered.
struct Carrier {
    http: Arc<Http>,
    until: Instant,
    tenant: String,
    client: String,
    failure: Mutex<Option<Failure>>,
}

/// An assertion that was made before.
struct Assertion(Text);

/// By the application's secret.
pub(super) async fn secret(
    application: Application<'_>,
    secret: &Text,
    asked: &Asked<'_>,
) -> Result<Given, Failure> {
    let carrier = Carrier::new(application, asked);
    let options = ClientSecretCredentialOptions { client_options: carrier.options(asked) };
    let (tenant, client) = (application.tenant, application.client.to_owned());
    let secret = Secret::new(String::clone(secret));
    let credential = ClientSecretCredential::new(tenant, client, secret, Some(options));
    let credential = credential.map_err(|_| carrier.why())?;
    carrier.token(&*credential, asked).await
}

/// By a certificate of the application's, with which an assertion is signed.
pub(super) async fn certificate(
    application: Application<'_>,
    path: &Path,
    asked: &Asked<'_>,
) -> Result<Given, Failure> {
    let carrier = Carrier::new(application, asked);
    let audience = format!("{}/{}/oauth2/v2.0/token", asked.authority, application.tenant);
    let (path, client) = (path.to_owned(), application.client.to_owned());
    let signed = blocking(move || certificate::assertion(&path, &client, &audience)).await??;
    carrier.vouched(signed, application, asked).await
}

/// By a token of the cluster's, which stands in a file and is replaced there from time to time.
pub(super) async fn workload(
    application: Application<'_>,
    file: &Path,
    asked: &Asked<'_>,
) -> Result<Given, Failure> {
    let carrier = Carrier::new(application, asked);
    // The official client would read it on the thread of the network.
    let file = file.to_owned();
    let token = blocking(move || read_text(&file, FILE_CAP)).await??;
    carrier.vouched(token, application, asked).await
}

/// What the official client gave, as ours.
pub(super) fn given(token: &AccessToken) -> Given {
    let lasts = token.expires_on - OffsetDateTime::now_utc();
    let lasts = Duration::try_from(lasts).unwrap_or_default();
    (exact(token.token.secret()), Some(lasts))
}

/// What tokens are asked for, as the official client has it.
pub(super) fn scope(asked: &Asked<'_>) -> String {
    format!("{}/.default", asked.resource)
}

impl Carrier {
    fn new(application: Application<'_>, asked: &Asked<'_>) -> Arc<Self> {
        Arc::new(Self {
            http: Arc::clone(asked.http),
            until: asked.until,
            tenant: application.tenant.to_owned(),
            client: application.client.to_owned(),
            failure: Mutex::default(),
        })
    }

    fn options(self: &Arc<Self>, asked: &Asked<'_>) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        asked.authority.clone_into(&mut cloud.authority_host);
        ClientOptions {
            // What is worth another try was tried again by the carrier.
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::clone(self) as Arc<dyn HttpClient>)),
            cloud: Some(Arc::new(cloud.into())),
            ..ClientOptions::default()
        }
    }

    /// A token for an assertion that the application is who it says.
    async fn vouched(
        self: &Arc<Self>,
        assertion: Text,
        application: Application<'_>,
        asked: &Asked<'_>,
    ) -> Result<Given, Failure> {
        let options = ClientAssertionCredentialOptions { client_options: self.options(asked) };
        let (tenant, client) = (application.tenant.to_owned(), application.client.to_owned());
        let assertion = Assertion(assertion);
        let credential = ClientAssertionCredential::new(tenant, client, assertion, Some(options));
        let credential = credential.map_err(|_| self.why())?;
        self.token(&*credential, asked).await
    }

    async fn token(
        &self,
        credential: &dyn TokenCredential,
        asked: &Asked<'_>,
    ) -> Result<Given, Failure> {
        match credential.get_token(&[&scope(asked)], None).await {
            // Where the answer has no token, the official client makes an empty one of it.
            Ok(token) if !token.token.secret().is_empty() => Ok(given(&token)),
            _ => Err(self.why()),
        }
    }

    /// Why the official client failed. Its own words are not asked for: they may be the authority's.
    fn why(&self) -> Failure {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.unwrap_or_else(|| {
            let message = "the login at Entra failed: what it needs, or the answer, cannot be read";
            Failure::new(FailureKind::Malformed, message)
        })
    }

    fn failed(&self, failure: Failure) -> azure_core::Error {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        azure_core::Error::with_message(ErrorKind::Credential, "no token")
    }
}

#[async_trait]
impl HttpClient for Carrier {
    async fn execute_request(
        &self,
        request: &azure_core::http::Request,
    ) -> azure_core::Result<AsyncRawResponse> {
        let body = match request.body() {
            Body::Bytes(bytes) => Zeroizing::new(bytes.to_vec()),
            Body::SeekableStream(_) => Zeroizing::default(),
        };
        // The same token asked for twice does no harm.
        let request = Request::new(Method::POST, request.url().as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .repeatable();
        let response = self.http.send(&request, self.until).await;
        let response = response.map_err(|failure| self.failed(failure))?;
        if !response.is_success() {
            return Err(self.failed(entra::refusal(&response, &self.tenant, &self.client)));
        }
        let body = response.body.as_slice().to_vec();
        Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::new(), body))
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}

#[async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(String::clone(&self.0))
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion([REDACTED])")
    }
}
