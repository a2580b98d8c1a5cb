//! The token that a source asks with: come by once, prolonged, and replaced when it is no longer good.

mod token;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::client::Client;
use super::login::Login;
use crate::clock::Moment;
use crate::remote::Before;
use crate::remote::asker::keyed;
use crate::remote::http::Http;
use crate::remote::lease::Lease;
use crate::source::{Failure, FailureKind, Trouble};
use crate::value::Text;
use token::{PROLONG, ending, prolonged, term};

pub(super) use token::{LOOK_UP, invalid, is_valid};

/// How long a source is used before it asks for the term of a token that it was given.
const SETTLED: Duration = Duration::from_secs(10);

/// One token after the other.
pub(super) struct Session {
    login: Login,
    /// Where an identity is signed, which is not the server.
    aside: Http,
    held: Mutex<Held>,
    care: std::sync::Mutex<Care>,
    /// Held while the term of a token is asked for that was given.
    settling: Mutex<()>,
    /// How many attempts there have been to come by one, or to see to it.
    attempts: AtomicU64,
}

/// What has to be done for the token.
#[derive(Default)]
struct Care {
    due: Option<Moment>,
    /// What kept it from being done.
    trouble: Option<Trouble>,
    /// Whether its term is known, or that nobody may know it.
    is_settled: bool,
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

/// A token that was seen to.
enum Seen {
    Good(Token),
    /// It could not be seen to, and is as good as before.
    Unattended(Token, Failure),
    /// A fresh one is needed.
    Over,
}

impl Session {
    pub(super) fn new(login: Login, aside: Http) -> Self {
        let (held, attempts) = (Mutex::default(), AtomicU64::new(0));
        Self {
            login,
            aside,
            held,
            care: std::sync::Mutex::default(),
            settling: Mutex::default(),
            attempts,
        }
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
            Some(Upkeep::Ask) => vec![format!("GET /v1/{LOOK_UP}")],
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
        let others_tried = self.attempts.load(Ordering::Acquire) != seen;
        if others_tried && self.trouble().is_some() && !token.is_over(Moment::now()) {
            return Ok(token);
        }
        match self.kept(token.clone(), client, until).await {
            Seen::Good(token) => {
                self.hold(&mut held, &token);
                return Ok(token);
            }
            Seen::Unattended(token, failure) => {
                self.attempts.fetch_add(1, Ordering::AcqRel);
                self.hold(&mut held, &token);
                self.is_in_trouble(&failure, &token);
                return Ok(token);
            }
            Seen::Over => {}
        }
        match self.fresh(&mut held, seen, client, until).await {
            Ok(token) => Ok(token),
            Err(failure) => {
                self.is_in_trouble(&failure, &token);
                // What was lent under it ends with it, so it is not given up before its time.
                if failure.kind() == FailureKind::Unreachable && !token.is_over(Moment::now()) {
                    return Ok(token);
                }
                held.token = None;
                Err(failure)
            }
        }
    }

    /// The same token with its term, asked for where nobody has: what is made under it ends with it.
    pub(super) async fn settled(
        &self,
        token: &Token,
        client: &Client,
        until: Instant,
    ) -> Result<Token, Failure> {
        if token.was_asked {
            return Ok(token.clone());
        }
        let _one_at_a_time = self.settling.lock().await;
        let known = self.held.lock().await.same(token).filter(|held| held.was_asked).cloned();
        if let Some(settled) = known {
            return Ok(settled);
        }
        // Others go on reading with it meanwhile.
        let settled = token.clone().with_term(term(client, &token.text, until).await?);
        let mut held = self.held.lock().await;
        if held.same(token).is_some() {
            self.hold(&mut held, &settled);
        }
        Ok(settled)
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
        let come_by = come_by.map_err(Failure::of_store);
        self.attempts.fetch_add(1, Ordering::AcqRel);
        match come_by {
            Ok((text, lease)) => {
                let number = keyed(text.as_str());
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
        let is_settled = token.was_asked;
        *self.care() = Care { due: token.due(), trouble: None, is_settled };
    }

    /// When the token has to be seen to; none where it needs nothing, or there is none yet.
    pub(super) fn due(&self) -> Option<Moment> {
        self.care().due
    }

    /// What kept the token from being seen to when that was tried last; none where it is seen to.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.care().trouble.clone()
    }

    /// Whether the token was given, and its term is asked for by nobody but those who make something under it.
    pub(super) fn is_unsettled(&self) -> bool {
        let care = self.care();
        let is_due = care.due.is_some_and(|due| due <= Moment::now());
        self.login.calls().is_empty() && !care.is_settled && !is_due
    }

    fn care(&self) -> std::sync::MutexGuard<'_, Care> {
        self.care.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_in_trouble(&self, failure: &Failure, token: &Token) {
        let message = format!("the token could not be seen to: {}", failure.message);
        let failure = Failure { message: message.into(), ..failure.clone() };
        self.care().trouble = Some(Trouble { failure, ends: token.ends() });
    }

    /// The token if it is still good, prolonged where it is time to.
    async fn kept(&self, mut token: Token, client: &Client, until: Instant) -> Seen {
        if matches!(token.upkeep(), Upkeep::Ask) {
            token = match term(client, &token.text, until).await {
                Ok(term) => token.with_term(term),
                Err(failure) => return Seen::Unattended(token, failure),
            };
        }
        let can_be_repeated = self.login.can_be_repeated();
        match (token.upkeep(), &token.lease) {
            (Upkeep::Prolong, Some(lease)) => {
                match prolonged(lease, client, &token.text, until).await {
                    Ok(lease) if lease.is_worth_keeping() || !can_be_repeated => {
                        return Seen::Good(Token { lease: Some(lease), ..token });
                    }
                    Err(failure) if !can_be_repeated => return Seen::Unattended(token, failure),
                    _ => {}
                }
            }
            (Upkeep::Replace, _) => {}
            _ => return Seen::Good(token),
        }
        match can_be_repeated {
            true => Seen::Over,
            // What cannot be followed by another is used until the server refuses it.
            false => Seen::Unattended(token, ending()),
        }
    }
}

impl Held {
    /// The token, if it is that one.
    fn same(&self, token: &Token) -> Option<&Token> {
        self.token.as_ref().filter(|held| held.number == token.number)
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

    /// The same with the term that the server tells; none where it does not.
    fn with_term(self, lease: Option<Lease>) -> Self {
        Self { lease, was_asked: true, since: Moment::now(), ..self }
    }

    /// What it needs before it is used.
    fn upkeep(&self) -> Upkeep {
        let now = Moment::now();
        match &self.lease {
            None if self.was_asked => Upkeep::Nothing,
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
