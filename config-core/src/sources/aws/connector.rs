//! The HTTP client that AWS's own crates get credentials by: ours, so that TLS, proxies and trust are the same
//! everywhere.

use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use reqwest::Method;
use reqwest::header::HeaderName;
use zeroize::Zeroizing;

use crate::remote::address::{is_of_the_link, without_tls};
use crate::remote::http::{Http, Request, Response};
use crate::remote::reach::Reach;
use crate::source::Failure;

/// What of an answer's headers those crates look at.
const HEADERS: &[&str] = &[
    "content-type",
    "date",
    "retry-after",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-aws-ec2-metadata-token-ttl-seconds",
];

/// The client. It remembers why the last request failed, since what those crates say of it cannot be told apart.
#[derive(Clone)]
pub(super) struct Connector(Arc<Inner>);

struct Inner {
    http: Http,
    /// The metadata of a machine or container is asked from there alone, never by way of a proxy.
    direct: Http,
    failed: Mutex<Option<Failure>>,
    /// The status of the last answer.
    status: AtomicU16,
}

struct Connection {
    connector: Connector,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(reach: &Reach) -> Self {
        let direct = Reach { proxy: None, ..reach.clone() };
        Self(Arc::new(Inner {
            http: Http::new(reach.clone()),
            direct: Http::new(direct),
            failed: Mutex::default(),
            status: AtomicU16::new(0),
        }))
    }

    /// Why the last request got no answer; none where it got one.
    pub(super) fn failed(&self) -> Option<Failure> {
        self.0.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The status of the last answer; none where there was none.
    pub(super) fn status(&self) -> Option<u16> {
        Some(self.0.status.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }

    async fn send(
        &self,
        request: HttpRequest,
        limit: Duration,
    ) -> Result<HttpResponse, ConnectorError> {
        let request = converted(&request)?;
        let until = Instant::now() + limit;
        let outcome = match request.url.starts_with("http://") {
            true if !is_of_the_link(&request.url) => Err(without_tls(&request.url)),
            true => self.0.direct.send(&request, until).await,
            false => self.0.http.send(&request, until).await,
        };
        *self.0.failed.lock().unwrap_or_else(PoisonError::into_inner) =
            outcome.as_ref().err().cloned();
        let status = outcome.as_ref().map_or(0, |response| response.status);
        self.0.status.store(status, Ordering::Relaxed);
        answered(&outcome.map_err(|failure| ConnectorError::io(failure.to_string().into()))?)
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        const USUAL: Duration = Duration::from_secs(5);
        let connect = settings.connect_timeout().unwrap_or(USUAL);
        let read = settings.read_timeout().unwrap_or(USUAL);
        SharedHttpConnector::new(Connection { connector: self.clone(), limit: connect + read })
    }
}

impl HttpConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, limit) = (self.connector.clone(), self.limit);
        HttpConnectorFuture::new(async move { connector.send(request, limit).await })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

fn converted(request: &HttpRequest) -> Result<Request, ConnectorError> {
    let unfit = |what: &str| ConnectorError::user(what.to_owned().into());
    let method = Method::from_bytes(request.method().as_bytes()).map_err(|_| unfit("method"))?;
    // Those crates make a request again themselves.
    let mut converted = Request::new(method, request.uri());
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit("header"))?;
        converted = converted.header(name, value);
    }
    let body = request.body().bytes().ok_or_else(|| unfit("body"))?;
    if !body.is_empty() {
        converted = converted.body(Zeroizing::new(body.to_vec()));
    }
    Ok(converted)
}

fn answered(response: &Response) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(response.status)
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut answered = HttpResponse::new(status, SdkBody::from(&response.body[..]));
    for &name in HEADERS {
        if let Some(value) = response.header(name) {
            answered.headers_mut().insert(name, value.to_owned());
        }
    }
    Ok(answered)
}
