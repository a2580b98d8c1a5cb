//! A stream that a future gives its items to.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;

/// Gives items from within the future to the stream around it.
pub(super) struct Giver<T>(Arc<Mutex<Option<T>>>);

/// What the future gives, then its error if it has one.
pub(super) struct Given<'a, T, E> {
    future: Option<BoxFuture<'a, Result<(), E>>>,
    item: Arc<Mutex<Option<T>>>,
}

impl<T> Giver<T> {
    /// Ends when the item has been taken. To be awaited by the stream's own future alone.
    pub(super) async fn give(&self, item: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(item);
        let mut given = false;
        // The stream polls again, of its own accord, when the next item is wanted.
        poll_fn(
            |_| if std::mem::replace(&mut given, true) { Poll::Ready(()) } else { Poll::Pending },
        )
        .await;
    }
}

impl<'a, T: Send, E> Given<'a, T, E> {
    pub(super) fn new<F>(future: impl FnOnce(Giver<T>) -> F) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'a,
    {
        let item = Arc::default();
        Self { future: Some(Box::pin(future(Giver(Arc::clone(&item))))), item }
    }
}

impl<T, E> Stream for Given<'_, T, E> {
    type Item = Result<T, E>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, E>>> {
        let Some(future) = &mut self.future else {
            return Poll::Ready(None);
        };
        match future.as_mut().poll(context) {
            Poll::Ready(end) => {
                self.future = None;
                Poll::Ready(end.err().map(Err))
            }
            Poll::Pending => {
                let item = self.item.lock().unwrap_or_else(PoisonError::into_inner).take();
                item.map_or(Poll::Pending, |item| Poll::Ready(Some(Ok(item))))
            }
        }
    }
}
