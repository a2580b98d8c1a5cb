//! Without sources over a network or live settings nobody says anything of a load beside the answers, and nobody listens.

#[derive(Debug, Default)]
pub(crate) struct Noted;

pub(crate) struct Account;

impl Noted {
    pub(crate) fn put(&self, account: Account) {
        let (Self, Account) = (self, account);
    }
}
