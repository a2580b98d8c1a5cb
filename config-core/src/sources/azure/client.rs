//! Requests to a vault, with a token, and what a load asks.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use zeroize::Zeroizing;

use super::challenge::Challenge;
use super::login::Token;
use super::refusal::{self, Act};
use super::secret::{Secret, time};
use super::session::Session;
use super::vault::Vault;
use crate::clock::Moment;
use crate::remote::asker::Asker;
use crate::remote::http::{Http, Request, Response};
use crate::remote::shell::typed;
use crate::remote::{Asking, Backend, Before, Blob, Outcome, Read, Unread, gone, other_version};
use crate::source::{Failure, FailureKind, Key, Policy, SourcePlan};
use crate::value::{Node, Position, Value};

/// 0.03 dollars for 10,000 calls.
const PRICE: u64 = 3_000;

/// Why there is nothing to read where a version was asked for: the vault says the same of both.
const NO_VERSION: &str = "no such version, or no such secret";

/// A vault that is asked with tokens of one session.
pub(super) struct Client {
    pub(super) vault: Vault,
    session: Session,
    http: Arc<Http>,
}

/// One request, which may have to be made twice.
pub(super) struct Call {
    pub(super) act: Act,
    method: Method,
    path: String,
    body: Option<Zeroizing<Vec<u8>>>,
    repeatable: bool,
}

impl Call {
    /// One that reads.
    pub(super) const fn get(act: Act, path: String) -> Self {
        Self { act, method: Method::GET, path, body: None, repeatable: true }
    }

    /// One that changes something.
    pub(super) const fn change(act: Act, method: Method, path: String) -> Self {
        Self { act, method, path, body: None, repeatable: false }
    }

    pub(super) fn body(mut self, body: Zeroizing<Vec<u8>>) -> Self {
        self.body = Some(body);
        self
    }

    /// Says that it does no harm to be carried out twice.
    pub(super) const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// The name of the secret that it is about, where it is about one.
    pub(super) fn secret(&self) -> Option<&str> {
        let name = self.path.strip_prefix("/secrets/")?;
        name.split(['/', '?']).next().filter(|name| !name.is_empty())
    }

    fn request(&self, vault: &Vault, token: &Token) -> Request {
        let url = format!("{}{}", vault.url, self.path);
        let mut request = Request::new(self.method.clone(), url)
            .header(AUTHORIZATION, String::clone(&token.bearer));
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        match self.repeatable {
            true => request.repeatable(),
            false => request,
        }
    }
}

impl Client {
    pub(super) const fn new(vault: Vault, session: Session, http: Arc<Http>) -> Self {
        Self { vault, session, http }
    }

    /// Makes a request; a token that the vault does not accept is replaced once. None where there is no such secret or
    /// version.
    ///
    /// # Errors
    /// The vault could not be asked, or refused.
    pub(super) async fn send(
        &self,
        call: &Call,
        until: Instant,
    ) -> Result<Option<Response>, Failure> {
        let mut token = self.session.token(&self.vault, until).await?;
        let mut response = self.http.send(&call.request(&self.vault, &token), until).await?;
        if response.status == 401 && self.session.can_renew() {
            let header = response.header(WWW_AUTHENTICATE.as_str()).unwrap_or_default();
            let challenge = Challenge::read(header);
            token = self.session.another(&token, &challenge, &self.vault, until).await?;
            response = self.http.send(&call.request(&self.vault, &token), until).await?;
        }
        if response.is_success() {
            return Ok(Some(response));
        }
        if refusal::is_absent(&response) {
            return Ok(None);
        }
        Err(refusal::failure(&response, call, &self.vault, &token.who))
    }
}

impl Backend for Client {
    const KIND: &'static str = "azure";

    fn asker(&self) -> Asker {
        self.session.asker().at(&self.vault.url)
    }

    fn own_name(&self, key: &Key<'_>) -> Option<String> {
        Some(key.hyphenated())
    }

    async fn read(&self, read: &Read, asking: Asking) -> Outcome {
        let path = Vault::secret(&read.place, read.version.as_deref())?;
        let Some(response) = self.send(&Call::get(Act::Get, path), asking.until).await? else {
            return Err(match read.version {
                None => Unread::Absent("no such secret"),
                Some(_) => gone(self, read, FailureKind::NotFound, NO_VERSION),
            });
        };
        let secret = Secret::read(response.json()?)?;
        let answered = secret.version.as_deref().unwrap_or_default();
        if read.version.as_ref().is_some_and(|asked| !asked.eq_ignore_ascii_case(answered)) {
            return Err(other_version().into());
        }
        let now = SystemTime::now();
        secret.must_be_good(now, &self.vault.options(&read.place))?;
        let Some(value) = secret.value else {
            let message = "the answer has no value";
            return Err(Failure::new(FailureKind::Malformed, message).into());
        };
        let left = time(secret.expires).and_then(|expires| expires.duration_since(now).ok());
        Ok(Blob {
            version: secret.version,
            good_until: left.and_then(|left| Moment::now().checked_add(left)),
            ..Blob::new(Node::new(Value::Text(value), Position::default()))
        })
    }

    fn before(&self, _reads: &[Read]) -> Before {
        self.session.before()
    }

    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan {
        let mut plan = SourcePlan::default();
        let mut policy =
            "role: Key Vault Secrets User (or the secret permission `get`)\n".to_owned();
        let mut count = 0;
        for (read, _) in reads {
            match Vault::secret(&read.place, read.version.as_deref()) {
                Ok(path) => plan = plan.reads(format!("GET {path}")),
                Err(failure) => {
                    plan = plan.warns(format!("{} is not asked for: {failure}", read.place));
                    continue;
                }
            }
            policy += &format!("scope: the secret {} of {}\n", read.place, self.vault.url);
            count += 1;
        }
        if count == 0 {
            return plan;
        }
        plan.round_trips(1)
            .costs(PRICE.saturating_mul(count))
            .needs(Policy::new("text", policy.trim_end()))
    }

    fn whereabouts(&self, _read: &Read) -> Option<String> {
        Some(format!("in {}", self.vault.host()))
    }

    fn remedy(
        &self,
        read: &Read,
        key: Option<&str>,
        absent: Option<&'static str>,
    ) -> Option<String> {
        let name = &read.place;
        Vault::secret(name, None).ok()?;
        let options = self.vault.options(name);
        let set = |file: &str| format!("az keyvault secret set {options} --file {file}");
        Some(match (key, absent) {
            (_, None | Some(NO_VERSION)) if read.version.is_some() => {
                format!("point at a version of {name} that has it")
            }
            (Some(key), None) => format!(
                "add {key} to the JSON that is there: az keyvault secret show {options} --query value \
                 --output tsv > FILE, and with the key in it: {}",
                set("FILE")
            ),
            (key, _) => {
                let typing =
                    key.map_or(String::new(), |key| format!(", and type {{\"{key}\": \"..\"}}"));
                format!("run{typing}: {}", typed(&set("/dev/stdin")))
            }
        })
    }
}
