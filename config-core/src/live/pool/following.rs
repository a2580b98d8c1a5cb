//! `Live`, as pools see it.

use super::followed::{Followed, Snapshot};
use crate::live::Live;
use crate::secrets::Secrets;

/// Live settings, and what makes a connection's options of them.
pub(super) struct Following<T, F> {
    live: Live<T>,
    options: F,
}

impl<T: Secrets + Send + Sync, F> Following<T, F> {
    pub(super) fn new(live: &Live<T>, options: F) -> Self {
        Self { live: live.clone(), options }
    }
}

impl<T, O, F> Followed<O> for Following<T, F>
where
    T: Secrets + Send + Sync,
    F: Fn(&T) -> O + Send + Sync,
{
    fn generation(&self) -> u64 {
        self.live.cell.number()
    }

    fn current(&self) -> (u64, Snapshot) {
        let (generation, settings) = self.live.current();
        (generation, settings)
    }

    fn options(&self, of: &Snapshot) -> O {
        let settings: &T = of.downcast_ref().expect("snapshots come from `current`");
        (self.options)(settings)
    }

    fn refresh(&self) {
        self.live.handle.core().refreshed_in_time();
    }

    fn renounce(&self, is_refused: &dyn Fn(&str) -> bool) {
        self.live.handle.core().renounce(is_refused);
    }
}
