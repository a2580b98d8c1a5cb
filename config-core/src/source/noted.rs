//! What a source says of one load beside its answers: how old they are, and what it could not see to.
#![cfg_attr(
    not(all(feature = "_net", feature = "live")),
    allow(dead_code, reason = "sources over a network say it, and live settings listen")
)]

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Failure;
use crate::clock::Moment;

/// Where a source puts its account of one load. One that has none to give was asked, and has answered, there and then.
#[derive(Debug, Default)]
pub(crate) struct Noted(Mutex<Option<Account>>);

/// What came of asking, where every key may have its answer all the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// When whoever is asked answered last, in this process.
    pub(crate) answered: Option<Moment>,
    /// How old the oldest of the answers is. What is lent is as good as new until it ends.
    pub(crate) oldest: Duration,
    /// What kept it from being asked, or from seeing to what is lent.
    pub(crate) trouble: Option<Trouble>,
}

/// A failure that took no answer away, yet.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    pub(crate) failure: Failure,
    /// When what could not be seen to is over.
    pub(crate) ends: Option<Moment>,
}

impl Account {
    /// Of several the first is told, and seen to until the first of them is over.
    pub(crate) fn add(&mut self, trouble: Trouble) {
        let Some(known) = &mut self.trouble else {
            self.trouble = Some(trouble);
            return;
        };
        known.ends = known.ends.into_iter().chain(trouble.ends).min();
        known.failure.retry_after = known.failure.retry_after.max(trouble.failure.retry_after);
    }
}

impl Noted {
    pub(crate) fn put(&self, account: Account) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(account);
    }

    pub(crate) fn account(&self) -> Account {
        let account = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        account.unwrap_or_else(|| Account { answered: Some(Moment::now()), ..Account::default() })
    }
}
