//! One call of a source, and how long it lasts.

use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "live")]
use std::time::Duration;

#[cfg(feature = "live")]
use crate::clock::Moment;

/// A call that live settings make. Each thread that works on it holds it, so that a source is seen to be busy for as long
/// as one of them is held up, also after the load has given it up.
pub(crate) struct Call {
    #[cfg(feature = "live")]
    began: Moment,
    keeps_itself: AtomicBool,
}

impl Call {
    #[cfg(feature = "live")]
    pub(crate) fn begin() -> Self {
        Self { began: Moment::now(), keeps_itself: AtomicBool::new(false) }
    }

    #[cfg(feature = "live")]
    pub(crate) fn lasts(&self) -> Duration {
        Moment::now().saturating_duration_since(self.began)
    }

    /// The source keeps what it answers itself, in the cache that it was given, and is to be asked each time.
    #[allow(dead_code, reason = "sources over a network alone have a cache")]
    pub(crate) fn keep_nothing(&self) {
        self.keeps_itself.store(true, Ordering::Relaxed);
    }

    #[allow(dead_code, reason = "live settings alone keep answers")]
    pub(crate) fn is_to_be_kept(&self) -> bool {
        !self.keeps_itself.load(Ordering::Relaxed)
    }
}
