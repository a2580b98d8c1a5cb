//! Who asks a store: the account, and which credential of it.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::OnceLock;

/// What two sources share only if they ask the same store as the same account with the same credential: what one was
/// answered is not another's to see.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asker {
    /// Store and account; what stays when the credential is replaced. It outlives the process, and holds no secret.
    account: String,
    credential: Credential,
    /// Where the credential stands. Another one there means that the former is gone.
    place: Option<String>,
}

/// Which of an account's credentials.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Credential {
    /// The account names it.
    Only,
    /// This one, by a number that says nothing of it, and nothing at all in another process.
    Keyed(u64),
    /// One that another process had.
    Former,
}

impl Asker {
    /// An account that names its credential, or has none that differs.
    pub(crate) const fn new(account: String) -> Self {
        Self { account, credential: Credential::Only, place: None }
    }

    /// The same with that credential, of parts that only together are one.
    pub(crate) fn with(mut self, credential: &[&str]) -> Self {
        self.credential = Credential::Keyed(keyed(credential));
        self
    }

    /// The same, whose credential stands there and is replaced there.
    pub(crate) fn standing(mut self, place: String) -> Self {
        self.place = Some(place);
        self
    }

    /// The same account with whatever credential another process had.
    pub(crate) fn former(&self) -> Self {
        Self::of_another_process(self.account.clone())
    }

    /// An account as another process wrote it down.
    pub(crate) const fn of_another_process(account: String) -> Self {
        Self { account, credential: Credential::Former, place: None }
    }

    /// The same account, said more exactly: in front of what is told of it.
    pub(crate) fn at(mut self, store: &str) -> Self {
        self.account = format!("{store} {}", self.account);
        self.place = self.place.map(|place| format!("{store} {place}"));
        self
    }

    #[cfg(any(test, feature = "age"))]
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Whether the other stood where this one stands, and is gone.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        self.place.is_some() && self.place == other.place && self != other
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.account)
    }
}

/// A number for a secret that says nothing of it, and nothing at all in another process.
pub(crate) fn keyed(of: impl Hash) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    KEY.get_or_init(RandomState::new).hash_one(of)
}

/// A name for a secret that says nothing of it and is the same in every process. Tokens are random, so that nobody finds
/// one by its hash.
#[cfg(any(feature = "azure", feature = "gcp", feature = "vault"))]
pub(crate) fn hashed(text: &str) -> String {
    use std::fmt::Write;

    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    hash.as_ref()[..12].iter().fold(String::new(), |mut shown, byte| {
        let _ = write!(shown, "{byte:02x}");
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::Asker;

    fn asker() -> Asker {
        Asker::new("a".to_owned())
    }

    #[test]
    fn two_credentials_of_an_account_are_two_askers_and_one_account() {
        let (one, other) = (asker().with(&["n0t-a-real-one"]), asker().with(&["another"]));
        assert!(one != other && one != asker() && one == asker().with(&["n0t-a-real-one"]));
        assert_eq!(one.former(), other.former());
        assert_eq!(format!("{one:?}"), "a");
    }

    #[test]
    fn only_what_stands_in_the_same_place_is_replaced() {
        let of = |account: &str| Asker::new(account.to_owned());
        let at = |account: &str, place: &str| of(account).standing(place.to_owned()).at("store");
        assert!(at("b", "file").replaces(&at("a", "file")));
        assert!(!at("a", "file").replaces(&at("a", "file")));
        assert!(!at("b", "file").replaces(&at("a", "another")));
        assert!(!of("b").replaces(&of("a")));
        assert!(!at("b", "file").replaces(&of("b").standing("file".to_owned()).at("another")));
    }
}
