//! Where the primitives come from: the standard library, or loom, which tries every order of events.

#[cfg(loom)]
pub(super) use loom::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU64};
#[cfg(not(loom))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU64};

#[cfg(loom)]
pub use loom::thread::LocalKey;
#[cfg(not(loom))]
pub use std::thread::LocalKey;

use std::sync::PoisonError;

/// No code of others runs under a lock of ours, so what it guards is whole even where a thread panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
