//! What happens after a swap: the server is shown the newest credential, then what was made with an older one is closed.
//!
//! In this order: a credential that the server does not know yet costs no connection that works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

#[cfg(test)]
mod tests;

const PROBE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A pool that can be brought to the newest credential.
pub(crate) trait Settles: Send + Sync + 'static {
    fn settler(&self) -> &Settler;

    /// Told when a server has accepted a credential for the first time.
    fn news(&self) -> Arc<Notify>;

    /// Whether the newest credential has yet to replace one that a server has accepted.
    fn has_news(&self) -> bool;

    /// Tries the newest credential.
    fn probe(self: &Arc<Self>) -> impl Future<Output = ()> + Send;

    /// Closes what is outdated and not in use. True where nothing outdated is left.
    fn drain(&self) -> impl Future<Output = bool> + Send;
}

/// Which runtime a pool lives in, and whether a task settles it at the moment.
#[derive(Debug, Default)]
pub(crate) struct Settler {
    runtime: Mutex<Option<Handle>>,
    busy: AtomicBool,
}

impl Settler {
    /// Connections live in the runtime that they are made in, and so does what closes them.
    pub(crate) fn is_here(&self) {
        if let Ok(runtime) = Handle::try_current() {
            *self.runtime.lock().unwrap_or_else(PoisonError::into_inner) = Some(runtime);
        }
    }
}

/// Begins to settle a pool, if that is not under way. A pool that no connection was made for has nothing to settle.
pub(crate) fn begin<P: Settles>(pool: &Arc<P>) {
    let settler = pool.settler();
    let runtime = settler.runtime.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(runtime) = runtime
        && !settler.busy.swap(true, Ordering::AcqRel)
    {
        drop(runtime.spawn(settle(Busy(Arc::downgrade(pool)))));
    }
}

/// However the task ends, another may begin.
struct Busy<P: Settles>(Weak<P>);

impl<P: Settles> Drop for Busy<P> {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.settler().busy.store(false, Ordering::Release);
        }
    }
}

async fn settle<P: Settles>(busy: Busy<P>) {
    let mut pause = FIRST_PAUSE;
    while let Some(pool) = busy.0.upgrade() {
        if pool.has_news() {
            drop(tokio::time::timeout(PROBE, pool.probe()).await);
        }
        if pool.drain().await && !pool.has_news() {
            drop(busy);
            // A swap since that look found this task still there, and somebody may have brought its credential since.
            if pool.has_news() || !pool.drain().await {
                begin(&pool);
            }
            return;
        }
        let news = pool.news();
        drop(pool);
        pause = match tokio::time::timeout(pause, news.notified()).await {
            Ok(()) => FIRST_PAUSE,
            Err(_) => (pause * 2).min(LONGEST_PAUSE),
        };
    }
}
