//! What a pool sees of live settings: the current snapshot, what a connection is made of, and a way to ask for news.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

/// A snapshot whose type only the [`Followed`] knows that it is of.
pub(crate) type Snapshot = Arc<dyn Any + Send + Sync>;

/// Live settings, seen as what connections are made of (`O`).
pub(crate) trait Followed<O>: Send + Sync {
    /// The number of the current generation; cheap.
    fn generation(&self) -> u64;

    /// The current generation, and its settings.
    fn current(&self) -> (u64, Snapshot);

    /// What a connection under these settings is made of: all of it from one snapshot.
    fn options(&self, of: &Snapshot) -> O;

    /// Asks the sources anew, and waits for it. Whether that worked says nothing on whether anything changed.
    fn refresh(&self);

    /// Has the next refresh ask for another of what was lent and holds such a text.
    fn renounce(&self, is_refused: &dyn Fn(&str) -> bool);
}

/// What only the driver knows of its options.
pub(crate) struct Driver<O> {
    /// Feeds a hash with all that tells one connection's options from another's.
    pub(crate) identity: fn(&O, &mut dyn Hasher),
    /// Whether one logs in with this text, as user name or password.
    pub(crate) logs_in_with: fn(&O, &str) -> bool,
}
