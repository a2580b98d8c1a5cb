//! The pools that follow one `Live`: who is told of a swap, and who is asked for evidence.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A pool, as `Live` sees it.
pub(crate) trait Member: Send + Sync {
    /// A new generation is there. Called on the engine's thread: returns soon.
    fn swapped(self: Arc<Self>);

    /// The newest generation such that no connection made under an older credential is left.
    fn acknowledged(&self) -> u64;

    /// Each generation whose credential is in use, the oldest first, and by how many connections.
    fn in_use(&self) -> Vec<(u64, usize)>;
}

/// Knows the pools, and keeps none alive.
#[derive(Default)]
pub(crate) struct Registry {
    members: Mutex<Vec<Weak<dyn Member>>>,
}

impl Registry {
    #[cfg(feature = "_pools")]
    pub(crate) fn join(&self, member: Weak<dyn Member>) {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.retain(|member| member.strong_count() > 0);
        members.push(member);
    }

    pub(crate) fn swapped(&self) {
        self.members().into_iter().for_each(Member::swapped);
    }

    /// Of all pools; none where there is no pool.
    pub(crate) fn acknowledged(&self) -> Option<u64> {
        self.members().iter().map(|member| member.acknowledged()).min()
    }

    pub(crate) fn in_use(&self) -> Vec<(u64, usize)> {
        let mut all = std::collections::BTreeMap::new();
        for (version, count) in self.members().iter().flat_map(|member| member.in_use()) {
            *all.entry(version).or_default() += count;
        }
        all.into_iter().collect()
    }

    /// Outside the lock, as what a member does may be another's.
    fn members(&self) -> Vec<Arc<dyn Member>> {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().filter_map(Weak::upgrade).collect()
    }
}
