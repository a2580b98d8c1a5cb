//! Work that may block, kept off the thread of the network: a file on a mount that hangs holds up nobody but who wants it.

#[cfg(feature = "aws")]
use std::future::{Future, poll_fn};
#[cfg(feature = "aws")]
use std::pin::pin;
#[cfg(feature = "aws")]
use std::task::Poll;

use tokio::task::spawn_blocking;

use crate::source::Failure;

/// Does the work on a thread where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.map_err(|_| Failure::panicked())
}

/// Drives a future that may block on a thread where it may; requests that it makes go by the thread of the network still.
/// Dropped before, it ends the future at its next step.
#[cfg(feature = "aws")]
pub(crate) async fn driven<F>(future: F) -> Result<F::Output, Failure>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let network = tokio::runtime::Handle::current();
    let (_wanted, mut unwanted) = tokio::sync::oneshot::channel::<()>();
    let drive = move || {
        let mut future = pin!(future);
        network.block_on(poll_fn(|context| {
            if pin!(&mut unwanted).poll(context).is_ready() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(context).map(Some)
        }))
    };
    blocking(drive).await?.ok_or_else(Failure::panicked)
}
