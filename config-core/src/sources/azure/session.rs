//! The token in use: one login for all who need one at the same time, renewed before it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;

use super::challenge::Challenge;
use super::login::{Asked, Login, Token, Without, nowhere};
use super::vault::Vault;
use crate::clock::Moment;
use crate::remote::Before;
use crate::remote::asker::Asker;
use crate::remote::http::Http;
use crate::source::{Failure, FailureKind};
use crate::sources::named::Names;

/// Logs in, and remembers the token.
pub(super) struct Session {
    logins: Vec<Login>,
    authority: String,
    /// Tenants beside the one that is logged in at; `*` for all.
    tenants: Vec<String>,
    verified: bool,
    /// What is set up by half, and so is none of the logins.
    half: Option<String>,
    /// What the variables are called that the logins are of.
    names: Option<Names>,
    /// To the vault and the authority.
    http: Arc<Http>,
    /// To the machine itself, by no proxy.
    machine: Http,
    /// Which login gave the last token.
    works: AtomicUsize,
    /// How many logins there were.
    count: AtomicU64,
    last: Mutex<Option<Result<Arc<Token>, Failure>>>,
}

impl Session {
    pub(super) fn new(
        logins: Vec<Login>,
        authority: String,
        http: Arc<Http>,
        machine: Http,
    ) -> Self {
        Self {
            logins,
            authority,
            tenants: Vec::new(),
            verified: true,
            half: None,
            names: None,
            http,
            machine,
            works: AtomicUsize::new(0),
            count: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    pub(super) fn tenants(mut self, tenants: Vec<String>) -> Self {
        self.tenants = tenants;
        self
    }

    pub(super) fn lacking(mut self, half: Option<String>) -> Self {
        self.half = half;
        self
    }

    pub(super) fn called(mut self, names: Names) -> Self {
        self.names = Some(names);
        self
    }

    pub(super) const fn verified(mut self, verified: bool) -> Self {
        self.verified = verified;
        self
    }

    /// Whose tokens they are, as far as that is known before the first.
    pub(super) fn asker(&self) -> Asker {
        let accounts: Vec<String> = self.logins.iter().map(Login::account).collect();
        let credential: Vec<&str> = self.logins.iter().flat_map(Login::credential).collect();
        Asker::new(accounts.join(", or ")).with(&credential)
    }

    /// Whether logging in again can give another token.
    pub(super) fn can_renew(&self) -> bool {
        self.logins.iter().any(Login::can_renew)
    }

    /// What is asked before there is a token, as far as can be told without waiting. Of several ways to come by one the
    /// first that leads somewhere is gone: that is one call in a plan.
    pub(super) fn before(&self) -> Before {
        let is_usable = |last: &Option<Result<Arc<Token>, Failure>>| matches!(last, Some(Ok(token)) if Moment::now() < token.renew);
        if self.last.try_lock().is_ok_and(|last| is_usable(&last)) {
            return Before::default();
        }
        let first = self.works.load(Ordering::Relaxed);
        let ways = (first..self.logins.len()).chain(0..first);
        let calls: Vec<String> =
            ways.filter_map(|index| self.logins[index].call(&self.authority)).collect();
        let calls: Vec<String> = match calls.is_empty() {
            true => Vec::new(),
            false => vec![calls.join(", or where that leads nowhere ")],
        };
        Before { waits: calls.len(), calls }
    }

    /// A token: the one at hand, or a new one.
    pub(super) async fn token(&self, vault: &Vault, until: Instant) -> Result<Arc<Token>, Failure> {
        let usable = |token: &Arc<Token>| Moment::now() < token.renew;
        self.unless(usable, &vault.resource, None, until).await
    }

    /// Another token than the one that the vault refused, on the vault's own terms.
    pub(super) async fn another(
        &self,
        refused: &Arc<Token>,
        challenge: &Challenge,
        vault: &Vault,
        until: Instant,
    ) -> Result<Arc<Token>, Failure> {
        let resource = challenge.resource(vault, self.verified)?;
        let tenant = self.tenant(refused, challenge)?;
        let usable = |token: &Arc<Token>| !Arc::ptr_eq(token, refused);
        self.unless(usable, &resource, tenant, until).await
    }

    /// The tenant that a new token has to be of, where it is not the one that is logged in at anyway.
    fn tenant<'c>(
        &self,
        refused: &Token,
        challenge: &'c Challenge,
    ) -> Result<Option<&'c str>, Failure> {
        let Some(wanted) = challenge.tenant.as_deref() else { return Ok(None) };
        match &refused.tenant {
            Some(own) if own.eq_ignore_ascii_case(wanted) => Ok(None),
            // Tenants have names beside their identifiers; which is whose, Entra alone knows.
            Some(own) if own.contains('.') => Ok(None),
            Some(own) => {
                let allowed =
                    |tenant: &String| tenant == "*" || tenant.eq_ignore_ascii_case(wanted);
                if self.tenants.iter().any(allowed) {
                    return Ok(Some(wanted));
                }
                // What has another form than an identifier is not known to be none of the token.
                let (whose, wanted) = match is_identifier(wanted) {
                    true => (format!("the tenant {wanted}"), wanted),
                    false => ("another tenant".to_owned(), "TENANT"),
                };
                let message = format!("the vault is of {whose}, and the login was at {own}");
                let failure = Failure::new(FailureKind::Denied, message).hint(format!(
                    "set AZURE_TENANT_ID={wanted}, or name it in AZURE_ADDITIONALLY_ALLOWED_TENANTS"
                ));
                Err(self.told(failure))
            }
            None => Ok(Some(wanted)),
        }
    }

    /// The token at hand where it is usable, else a new one. Whoever waited while another logged in takes what came of
    /// that, a failure too: a hundred fields do not log in a hundred times.
    async fn unless(
        &self,
        usable: impl Fn(&Arc<Token>) -> bool,
        resource: &str,
        tenant: Option<&str>,
        until: Instant,
    ) -> Result<Arc<Token>, Failure> {
        let seen = self.count.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(token)) if usable(token) => return Ok(Arc::clone(token)),
            Some(Err(failure)) if self.count.load(Ordering::Acquire) != seen => {
                return Err(failure.clone());
            }
            _ => {}
        }
        let outcome = self.login(resource, tenant, until).await.map(Arc::new);
        let outcome = outcome.map_err(|failure| self.told(failure).of_store());
        *last = Some(outcome.clone());
        self.count.fetch_add(1, Ordering::Release);
        outcome
    }

    fn told(&self, failure: Failure) -> Failure {
        match &self.names {
            Some(names) => names.told(failure),
            None => failure,
        }
    }

    async fn login(
        &self,
        resource: &str,
        tenant: Option<&str>,
        until: Instant,
    ) -> Result<Token, Failure> {
        let asked = Asked {
            http: &self.http,
            machine: &self.machine,
            authority: &self.authority,
            resource,
            tenant,
            until,
        };
        let first = self.works.load(Ordering::Relaxed);
        let mut whys: Vec<String> = self.half.iter().cloned().collect();
        for index in (first..self.logins.len()).chain(0..first) {
            match self.logins[index].token(&asked).await {
                Ok(token) => {
                    self.works.store(index, Ordering::Relaxed);
                    return Ok(token);
                }
                Err(Without::Unavailable(why)) => whys.push(why),
                Err(Without::Failed(failure)) => return Err(failure),
            }
        }
        Err(nowhere(&whys))
    }
}

/// Whether a text is the identifier of a tenant: five groups of hexadecimal digits.
fn is_identifier(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
