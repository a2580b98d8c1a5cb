//! Who keeps asking a cache for the same things, so that it can let go of what nobody asks for any more.
#![cfg_attr(not(feature = "live"), allow(dead_code, reason = "live settings alone follow"))]

use std::sync::atomic::{AtomicU64, Ordering};

/// Live settings that ask for everything they need in each of their loads, and the load that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Follower {
    number: u64,
    load: u64,
}

/// Who has asked for an answer.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Each as of its last load that did.
    followers: Vec<Follower>,
    /// Whether a load that nothing follows has, too: nobody knows whether there will be another.
    by_others: bool,
}

impl Follower {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self { number: LAST.fetch_add(1, Ordering::Relaxed), load: 0 }
    }

    /// Another load begins.
    pub(crate) const fn loads(&mut self) {
        self.load += 1;
    }
}

impl Asked {
    pub(super) fn by(&mut self, follower: Option<Follower>) {
        let Some(follower) = follower else {
            self.by_others = true;
            return;
        };
        self.followers.retain(|known| known.number != follower.number);
        self.followers.push(follower);
    }

    /// Forgets that follower unless the load that is on has asked; whether it was the last.
    pub(super) fn is_given_up_by(&mut self, follower: Follower) -> bool {
        let is_outdated =
            |known: &Follower| known.number == follower.number && known.load != follower.load;
        let before = self.followers.len();
        self.followers.retain(|known| !is_outdated(known));
        self.followers.len() < before && self.followers.is_empty() && !self.by_others
    }
}
