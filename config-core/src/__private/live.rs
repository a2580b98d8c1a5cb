//! Where threads hold the settings of a struct, and the cell that live settings stand in, for measuring and stressing it
//! without sources behind it.

use std::sync::Arc;

use crate::Reader;
use crate::live::cell;
pub use crate::live::{Holdings, LocalKey, Shared};

/// See `live/cell.rs`.
pub struct Cell<T>(Arc<cell::Cell<T>>);

impl<T: Shared> Cell<T> {
    /// Generation 1.
    pub fn new(settings: T) -> Self {
        Self(Arc::new(cell::Cell::new(settings)))
    }

    /// The number of the new generation.
    pub fn swap(&self, settings: T) -> u64 {
        self.0.swap(settings)
    }

    /// The number of the current generation.
    pub fn number(&self) -> u64 {
        self.0.number()
    }

    /// The current generation.
    #[inline]
    pub fn snapshot(&self) -> Arc<T> {
        self.0.snapshot()
    }

    /// What `read` makes of the current generation.
    #[inline]
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.0.with(read)
    }

    /// The number and the settings of one generation.
    pub fn current(&self) -> (u64, Arc<T>) {
        self.0.current()
    }

    /// The numbers of the generations that somebody holds.
    pub fn alive(&self) -> Vec<u64> {
        self.0.alive()
    }

    /// A reader of its own.
    pub fn reader(&self) -> Reader<T> {
        self.0.reader()
    }
}
