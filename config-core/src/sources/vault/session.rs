//! The token that a source asks with: come by once, prolonged, and replaced when it is no longer good.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::answer;
use super::client::{Call, Client};
use super::login::{Login, keyed};
use crate::clock::Moment;
use crate::remote::Before;
use crate::remote::body::Body;
use crate::remote::http::{Http, Response};
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// How long a source is used before it asks for the term of a token that it was given.
const SETTLED: Duration = Duration::from_secs(10);

/// Where the term of a token is asked for, and prolonged.
const TERM: &str = "auth/token/lookup-self";
const PROLONG: &str = "auth/token/renew-self";

/// One token after the other.
pub(super) struct Session {
    login: Login,
    /// Where an identity is signed, which is not the server.
    aside: Http,
    held: Mutex<Held>,
    /// When that token has to be seen to.
    due: std::sync::Mutex<Option<Moment>>,
    /// How many attempts there have been to come by one.
    attempts: AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// Why the last attempt came to nothing.
    failure: Option<Failure>,
}

/// A token as it is used.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) text: Arc<Text>,
    /// None where nobody has asked yet, or nobody may know.
    lease: Option<Lease>,
    was_asked: bool,
    since: Moment,
    /// No other token has it; a lease may outlive the source that it was lent to.
    pub(super) number: u64,
}

/// What a token needs before it is used.
enum Upkeep {
    Nothing,
    /// How long it is good is to be asked.
    Ask,
    Prolong,
    Replace,
}

impl Session {
    pub(super) fn new(login: Login, aside: Http) -> Self {
        let (held, attempts) = (Mutex::default(), AtomicU64::new(0));
        Self { login, aside, held, due: std::sync::Mutex::default(), attempts }
    }

    pub(super) const fn login(&self) -> &Login {
        &self.login
    }

    /// Whether coming by a token takes something that can be taken once.
    pub(super) async fn would_use_something_up(&self) -> bool {
        self.login.is_used_up() && self.held.lock().await.token.is_none()
    }

    /// What is asked before there is a token that is good, as far as can be told without waiting.
    pub(super) fn before(&self) -> Before {
        let held = self.held.try_lock();
        let token = held.as_ref().ok().and_then(|held| held.token.as_ref());
        let calls = match token.map(Token::upkeep) {
            None | Some(Upkeep::Replace) if self.login.can_be_repeated() => self.login.calls(),
            None | Some(Upkeep::Nothing | Upkeep::Replace) => Vec::new(),
            Some(Upkeep::Ask) => vec![format!("GET /v1/{TERM}")],
            Some(Upkeep::Prolong) => vec![format!("POST /v1/{PROLONG}")],
        };
        Before { waits: calls.len(), calls }
    }

    /// The token, come by now if there is none that is good.
    pub(super) async fn token(&self, client: &Client, until: Instant) -> Result<Token, Failure> {
        let seen = self.attempts.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        let Some(token) = held.token.clone() else {
            return self.fresh(&mut held, seen, client, until).await;
        };
        if let Some(token) = self.kept(token.clone(), client, until).await {
            self.hold(&mut held, &token);
            return Ok(token);
        }
        match self.fresh(&mut held, seen, client, until).await {
            // What was lent under it ends with it, so it is not given up before its time.
            Err(failure)
                if failure.kind() == FailureKind::Unreachable && !token.is_over(Moment::now()) =>
            {
                Ok(token)
            }
            fresh => {
                if fresh.is_err() {
                    held.token = None;
                }
                fresh
            }
        }
    }

    /// A token after one that was refused; none where no other can be come by.
    pub(super) async fn after(
        &self,
        refused: &Token,
        client: &Client,
        until: Instant,
    ) -> Result<Option<Token>, Failure> {
        if !self.login.can_be_repeated() {
            return Ok(None);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        match &held.token {
            Some(token) if token.number != refused.number => return Ok(Some(token.clone())),
            _ => held.token = None,
        }
        let token = self.fresh(&mut held, seen, client, until).await?;
        Ok(Some(token).filter(|token| token.text != refused.text))
    }

    /// Comes by a token, once for all who were waiting for it.
    async fn fresh(
        &self,
        held: &mut Held,
        seen: u64,
        client: &Client,
        until: Instant,
    ) -> Result<Token, Failure> {
        let attempts = self.attempts.load(Ordering::Acquire);
        if let Some(failure) = held.failure.as_ref().filter(|_| attempts != seen) {
            return Err(failure.clone());
        }
        let come_by = self.login.token(client, &self.aside, until).await;
        self.attempts.fetch_add(1, Ordering::AcqRel);
        match come_by {
            Ok((text, lease)) => {
                let number = keyed(&text);
                let (since, was_asked) = (Moment::now(), lease.is_some());
                let token = Token { text: Arc::new(text), lease, was_asked, since, number };
                held.failure = None;
                self.hold(held, &token);
                Ok(token)
            }
            Err(failure) => {
                held.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    fn hold(&self, held: &mut Held, token: &Token) {
        held.token = Some(token.clone());
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = token.due();
    }

    /// When the token has to be seen to; none where it needs nothing, or there is none yet.
    pub(super) fn due(&self) -> Option<Moment> {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token if it is still good, prolonged where it is time to; none where a fresh one is needed.
    async fn kept(&self, mut token: Token, client: &Client, until: Instant) -> Option<Token> {
        let now = Moment::now();
        if matches!(token.upkeep(), Upkeep::Ask) {
            token.lease = term(client, &token.text, until).await;
            token.was_asked = true;
            token.since = now;
        }
        let upkeep = token.upkeep();
        let Some(lease) = token.lease.as_ref().filter(|lease| lease.is_due(now)) else {
            return Some(token);
        };
        if matches!(upkeep, Upkeep::Prolong) {
            let call = Call::post(PROLONG, Body::new().finish()).repeatable();
            let renewed = client.ask(&call, Some(&token.text), until).await;
            if let Some(renewed) = renewed.ok().filter(Response::is_success)
                && let Ok((_, renewed)) = answer::login(&renewed)
            {
                let renewed = lease.prolonged(renewed.ttl, renewed.renewable, Moment::now());
                if renewed.is_worth_keeping() || !self.login.can_be_repeated() {
                    return Some(Token { lease: Some(renewed), ..token });
                }
            }
        }
        // What cannot be followed by another is used until the server refuses it.
        (!self.login.can_be_repeated()).then_some(token)
    }
}

impl Token {
    /// When it is over, as far as that is known.
    pub(super) fn ends(&self) -> Option<Moment> {
        self.lease.as_ref().and_then(Lease::ends)
    }

    fn is_over(&self, now: Moment) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.is_over(now))
    }

    /// What it needs before it is used.
    fn upkeep(&self) -> Upkeep {
        let now = Moment::now();
        match &self.lease {
            None if now.saturating_duration_since(self.since) >= SETTLED => Upkeep::Ask,
            None => Upkeep::Nothing,
            Some(lease) if !lease.is_due(now) => Upkeep::Nothing,
            Some(lease) if lease.renewable && !lease.is_over(now) => Upkeep::Prolong,
            Some(_) => Upkeep::Replace,
        }
    }

    /// When to prolong or replace it, or to ask how long it is good.
    fn due(&self) -> Option<Moment> {
        match &self.lease {
            Some(lease) => lease.due(),
            None if self.was_asked => None,
            None => self.since.checked_add(SETTLED),
        }
    }
}

/// How long a token is good for.
async fn term(client: &Client, token: &Text, until: Instant) -> Option<Lease> {
    let response = client.ask(&Call::get(TERM), Some(token), until).await;
    let answer = response.ok().filter(Response::is_success)?.json().ok()?;
    let data = answer.entry("data")?;
    let ttl = Duration::from_secs(answer::number(data, "ttl")?);
    Some(Lease::new("", ttl, answer::truth(data, "renewable")))
}

/// Whether a token is valid at all, asked after the server refused it something.
pub(super) async fn is_valid(
    client: &Client,
    token: &Text,
    until: Instant,
) -> Result<bool, Failure> {
    let response = client.ask(&Call::get(TERM), Some(token), until).await?;
    match response.status {
        // One that is valid but may not even look itself up is refused by a policy, which says so in a list of errors.
        403 => Ok(super::client::says(&response, "error occurred")
            && !super::client::says(&response, "invalid token")),
        401 => Ok(false),
        _ if response.is_success() => Ok(true),
        _ => Err(super::client::refused(&response)),
    }
}

/// The failure of a token that is not good.
pub(super) fn invalid(login: &Login) -> Failure {
    let hint = match login {
        Login::Token(_) => "put a new one in VAULT_TOKEN, or log in as AppRole, Kubernetes or JWT",
        Login::TokenFile(_) => "run: vault login",
        _ => "the server takes back what it has just given: look at its clock and its audit log",
    };
    Failure::new(FailureKind::Expired, "the token is not valid, or has expired").hint(hint)
}
