//! Which connections are there, by the generation whose credential they were made with. Plain counters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what is held.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    held: Mutex<BTreeMap<u64, usize>>,
}

/// Says, while it lives, that a credential is in use: by a connection, or by the attempt at one.
#[derive(Debug)]
pub(crate) struct Hold {
    ledger: Arc<Ledger>,
    version: u64,
}

impl Ledger {
    pub(crate) fn hold(self: &Arc<Self>, version: u64) -> Hold {
        self.change(|held| *held.entry(version).or_default() += 1);
        Hold { ledger: Arc::clone(self), version }
    }

    /// Each version in use, the oldest first, and how often.
    pub(crate) fn held(&self) -> Vec<(u64, usize)> {
        self.change(|held| held.iter().map(|(version, count)| (*version, *count)).collect())
    }

    fn change<R>(&self, change: impl FnOnce(&mut BTreeMap<u64, usize>) -> R) -> R {
        change(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hold {
    #[cfg(any(feature = "deadpool", test))]
    pub(crate) fn version(&self) -> u64 {
        self.version
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.ledger.change(|held| {
            if let Some(count) = held.get_mut(&self.version) {
                *count -= 1;
                if *count == 0 {
                    held.remove(&self.version);
                }
            }
        });
    }
}
