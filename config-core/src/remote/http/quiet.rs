//! Hosts that asked to be left alone: nobody who asks by the same way asks them before they want it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{LESS, LOOK, Request, Response};
use crate::clock::Moment;
use crate::format::duration;
use crate::source::{Failure, FailureKind};

/// Who asked for it. A way leads to one store, and so to few hosts.
pub(super) struct Quiet(Mutex<Vec<Wish>>);

struct Wish {
    host: String,
    wait: Duration,
    until: Moment,
    hint: &'static str,
}

impl Quiet {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Whether a host may be asked.
    ///
    /// # Errors
    /// It asked to be left alone, and that is not over.
    pub(super) fn allows(&self, request: &Request) -> Result<(), Failure> {
        let now = Moment::now();
        let wishes = self.wishes();
        let host = super::shown(&request.url);
        let Some(wish) = wishes.iter().find(|wish| wish.host == host && now < wish.until) else {
            return Ok(());
        };
        let left = wish.until.saturating_duration_since(now);
        // Never nothing, and never before it is over.
        let left = Duration::from_secs(left.as_secs() + 1);
        let message = format!(
            "{} asked to be left alone for {}, and is not asked for {} more",
            request.shown(),
            duration::shown(wish.wait),
            duration::shown(left),
        );
        Err(Failure::new(FailureKind::Unreachable, message).retry_after(left).hint(wish.hint))
    }

    /// Remembers what an answer of this status asks for, where whoever asked does not wait for it.
    pub(super) fn note(&self, request: &Request, response: &Response, status: u16) {
        let Some(wait) = response.wish(status).filter(|wait| !wait.is_zero()) else { return };
        let hint = if status == 429 { LESS } else { LOOK };
        let (host, now) = (super::shown(&request.url).to_owned(), Moment::now());
        let mut wishes = self.wishes();
        wishes.retain(|wish| wish.host != host && now < wish.until);
        wishes.push(Wish { host, wait, until: now + wait, hint });
    }

    fn wishes(&self) -> MutexGuard<'_, Vec<Wish>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
