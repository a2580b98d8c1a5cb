//! Requests to a store: bounded in number, time and size, made again where that helps, their bodies wiped.

mod client;
mod quiet;
mod trouble;

use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{sleep, timeout, timeout_at};
use zeroize::Zeroizing;

use super::reach::Reach;
use super::tries;
use crate::document::json;
use crate::retry::{self, Budget};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Text, append};
use client::Built;
use quiet::Quiet;
use trouble::Trouble;

/// How many requests to one store may be under way at once.
const PARALLEL: usize = 64;

/// How large an answer may be, in bytes: as much as a directory of secrets.
const LARGEST: usize = 16 * 1024 * 1024;

/// How long before whoever asks gives up it is told why nothing came: else it would only know that nothing did.
const EARLY: Duration = Duration::from_millis(20);

const LOOK: &str = "look at the store's own log, and at what stands between here and there";
pub(crate) const LESS: &str = "ask less often, or have the store's limit raised";
const ADDRESS: &str = "look whether the address is that of the store";
const ITSELF: &str = "give the address of the store itself: what it points to is not followed";

/// Who asks to wait longer is not understood, and a number that long may be anything.
const DAY: Duration = Duration::from_secs(86_400);

/// The way to one store.
pub(crate) struct Http {
    reach: Reach,
    plain: Mutex<Option<Built>>,
    secure: Mutex<Option<Built>>,
    permits: Semaphore,
    budget: Budget,
    quiet: Quiet,
}

/// One request.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(HeaderName, Text)>,
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
    /// Whether it may be made again when it is not known whether it was carried out.
    pub(crate) repeatable: bool,
    /// The status that an answer stands for, where the store gives one status to many things.
    pub(crate) status: fn(&Response) -> u16,
    /// What the host is called, where its name is not ours to show.
    host: Option<&'static str>,
}

/// One answer, whatever its status says.
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// What of the attempts belongs behind a failure that the status tells of.
    attempts: String,
}

impl Request {
    /// A request that reads and so may be made again.
    pub(crate) fn get(url: impl Into<String>) -> Self {
        Self { repeatable: true, ..Self::new(Method::GET, url) }
    }

    /// A request that may change something.
    pub(crate) fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            repeatable: false,
            status: |response| response.status,
            host: None,
        }
    }

    /// Adds a header; its value is wiped once it was sent.
    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, Text::new(value.into())));
        self
    }

    /// Adds a body.
    pub(crate) fn body(mut self, body: Zeroizing<Vec<u8>>) -> Self {
        self.body = Some(body);
        self
    }

    /// Says that it does no harm to be carried out twice.
    pub(crate) const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Says how to read the status of an answer.
    pub(crate) const fn status(mut self, status: fn(&Response) -> u16) -> Self {
        self.status = status;
        self
    }

    /// Says what to call the host in a failure: one that a store named is not shown.
    pub(crate) const fn to(mut self, host: &'static str) -> Self {
        self.host = Some(host);
        self
    }

    fn shown(&self) -> &str {
        self.host.unwrap_or_else(|| shown(&self.url))
    }
}

impl Response {
    /// A header's text; none where it is not there or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is none; where, and why, in words that quote nothing of it.
    pub(crate) fn json(&self) -> Result<Node, Failure> {
        let malformed =
            |message: String| Failure::new(FailureKind::Malformed, message).hint(ADDRESS);
        let text = std::str::from_utf8(&self.body)
            .map_err(|_| malformed("the answer is not UTF-8 text".to_owned()))?;
        json::parse(text)
            .map_err(|error| malformed(format!("the answer is not JSON: {}", error.message)))
    }

    /// Whether the store did what it was asked.
    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The failure of a status that nothing more is known of, in the words of HTTP.
    pub(crate) fn failure(&self) -> Failure {
        if self.status == 400 && self.is_of_tls() {
            let message = "the store wants TLS on this port, and was asked without (HTTP 400)";
            return Failure::new(FailureKind::Malformed, message)
                .hint("write its address with https://");
        }
        let (kind, why, hint) = match self.status {
            401 => (FailureKind::Denied, "the credential was not accepted", None),
            403 => (FailureKind::Denied, "permission denied", None),
            404 => (FailureKind::NotFound, "no such place", None),
            408 | 504 => (FailureKind::Unreachable, "the store ran out of time", Some(LOOK)),
            429 => (FailureKind::Unreachable, "too many requests", Some(LESS)),
            500..=599 => (FailureKind::Unreachable, "the store is in trouble", Some(LOOK)),
            300..=399 => (FailureKind::Malformed, "the store points elsewhere", Some(ITSELF)),
            _ => (FailureKind::Malformed, "the store did not understand the request", None),
        };
        let wait = self.retry_after().filter(|wait| *wait <= DAY);
        let asks =
            wait.map_or(String::new(), |wait| format!("; asks to wait {} s", wait.as_secs()));
        let message = format!("{why} (HTTP {}{asks}){}", self.status, self.attempts);
        let failure = Failure::new(kind, message);
        let failure = if self.status == 401 { failure.of_store() } else { failure };
        let failure = match self.wish(self.status) {
            Some(wait) => failure.retry_after(wait),
            None => failure,
        };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }

    /// Whether a server that speaks TLS says that it was asked without: in these words those written in Go.
    fn is_of_tls(&self) -> bool {
        std::str::from_utf8(&self.body)
            .is_ok_and(|body| body.contains("HTTP request to an HTTPS server"))
    }

    /// What of the attempts belongs behind a failure that this answer tells of.
    #[cfg(feature = "aws")]
    pub(crate) fn attempts(&self) -> &str {
        &self.attempts
    }

    fn retry_after(&self) -> Option<Duration> {
        retry::asked_for(self.header(RETRY_AFTER.as_str()), self.header(DATE.as_str()))
    }

    /// How long the store wants to be left alone, where it has a reason for it.
    fn wish(&self, status: u16) -> Option<Duration> {
        self.retry_after().filter(|wait| *wait <= DAY && matches!(status, 429 | 503))
    }
}

impl Http {
    pub(crate) const fn new(reach: Reach) -> Self {
        Self {
            reach,
            plain: Mutex::const_new(None),
            secure: Mutex::const_new(None),
            permits: Semaphore::const_new(PARALLEL),
            budget: Budget::new(),
            quiet: Quiet::new(),
        }
    }

    /// Makes a request, again where the store is in trouble and it may be made again, until then at most.
    ///
    /// # Errors
    /// The store asked a while ago to be left alone, and is. No answer came, or none that could be read whole. A status that tells of a failure is an answer.
    pub(crate) async fn send(
        &self,
        request: &Request,
        until: Instant,
    ) -> Result<Response, Failure> {
        self.quiet.allows(request)?;
        let started = Instant::now();
        let until = until.checked_sub(EARLY).unwrap_or(until);
        let mut built = self.client(request, until).await?;
        let (mut attempts, mut is_anew) = (0, false);
        let mut earlier = None;
        loop {
            let outcome = self.attempt(&built.client, request, until).await;
            if let Err(trouble) = &outcome
                && trouble.is_of_certificate
                && !std::mem::replace(&mut is_anew, true)
                && let Some(anew) = self.anew(&built, until).await
            {
                built = anew;
                continue;
            }
            let wait = match &outcome {
                Ok(response) if may_be_repeated(request, (request.status)(response)) => {
                    Some(retry::wait(attempts, response.retry_after(), fastrand::f64()))
                }
                Ok(_) => None,
                Err(trouble) if trouble.is_passing && (request.repeatable || !trouble.was_sent) => {
                    Some(retry::wait(attempts, None, fastrand::f64()))
                }
                Err(_) => None,
            };
            attempts += 1;
            let made = (attempts, tries::most());
            let left = until.saturating_duration_since(Instant::now());
            let again = wait.filter(|wait| self.budget.allows(made, *wait, left));
            let seen = trouble::Attempts { count: attempts, took: started.elapsed() };
            match (again, outcome) {
                (Some(wait), outcome) => {
                    earlier = Some(outcome.map_or_else(
                        |trouble| trouble.after(earlier),
                        |response| Trouble::of_answer(&response, (request.status)(&response)),
                    ));
                    sleep(wait).await;
                }
                (None, Ok(response)) if response.is_success() => {
                    self.budget.give_back();
                    return Ok(response);
                }
                (None, Ok(mut response)) => {
                    let status = (request.status)(&response);
                    self.quiet.note(request, &response, status);
                    let is_open = !request.repeatable && may_be_carried_out(status);
                    response.attempts = seen.told(is_open);
                    return Ok(response);
                }
                (None, Err(trouble)) => {
                    return Err(trouble.after(earlier).failure(request, seen));
                }
            }
        }
    }

    /// One attempt, once there are not too many others under way.
    async fn attempt(
        &self,
        client: &reqwest::Client,
        request: &Request,
        until: Instant,
    ) -> Result<Response, Trouble> {
        let Ok(_permit) = timeout_at(until.into(), self.permits.acquire()).await else {
            return Err(trouble::crowded(request.shown(), PARALLEL));
        };
        let left = until.saturating_duration_since(Instant::now());
        let limit = self.reach.timeout().min(left);
        let is_cut = limit < self.reach.timeout();
        match timeout(limit, self.once(client, request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(trouble::slow(request.shown(), limit, is_cut)),
        }
    }

    async fn once(&self, client: &reqwest::Client, request: &Request) -> Result<Response, Trouble> {
        let mut sending = client.request(request.method.clone(), &request.url);
        for (name, value) in &request.headers {
            sending = sending.header(name, header_value(value)?);
        }
        if let Some(body) = &request.body {
            sending = sending.body(Bytes::from_owner(Wiped(body.clone())));
        }
        let sent = sending.send().await;
        let mut response = sent.map_err(|error| {
            trouble::of_sending(&error, request.shown(), self.reach.proxy_shown())
        })?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let expected = response.content_length().unwrap_or(0);
        if expected > LARGEST as u64 {
            return Err(trouble::large(request.shown(), LARGEST));
        }
        let mut body = Zeroizing::new(Vec::with_capacity(expected as usize));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST => {
                    return Err(trouble::large(request.shown(), LARGEST));
                }
                Ok(Some(chunk)) => append(&mut body, &chunk),
                Ok(None) => {
                    return Ok(Response { status, headers, body, attempts: String::new() });
                }
                Err(_) => return Err(trouble::of_reading(request.shown())),
            }
        }
    }
}

/// Looks at the authorities to trust and the proxy, where there are any, before somebody is asked.
pub(super) fn check(reach: &Reach) -> Result<(), Failure> {
    if reach.authorities.is_empty() && reach.proxy.is_none() {
        return Ok(());
    }
    client::build(reach, !reach.authorities.is_empty()).map(drop)
}

/// Host and port: what may be shown of an address.
pub(in crate::remote) fn shown(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?', '#']).map_or(url.len(), |at| after + at);
    let host = &url[after..end];
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// A body that is wiped when the connection is done with it.
struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn header_value(value: &Text) -> Result<HeaderValue, Trouble> {
    let bytes = Bytes::from_owner(Wiped(Zeroizing::new(value.as_bytes().to_vec())));
    let mut value = HeaderValue::from_maybe_shared(bytes).map_err(|_| {
        let message = "a token or header has characters that HTTP does not allow";
        let failure = Failure::new(FailureKind::Malformed, message)
            .hint("look for a line end in the file or variable that it is from");
        Trouble::lasting(failure)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether the store was in trouble, and asking again can do no harm.
const fn may_be_repeated(request: &Request, status: u16) -> bool {
    match status {
        // It was turned away before anything was done.
        429 => true,
        408 | 500 | 502 | 503 | 504 => request.repeatable,
        _ => false,
    }
}

/// Whether a status leaves it open what became of a request.
const fn may_be_carried_out(status: u16) -> bool {
    matches!(status, 408 | 500 | 502..=599)
}

#[cfg(test)]
mod tests;
