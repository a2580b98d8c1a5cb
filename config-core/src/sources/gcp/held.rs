//! What was fetched once and is held until it is no longer good: whoever comes while it is fetched waits for the same.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;

use crate::clock::Moment;
use crate::source::Failure;

/// A value that is fetched when it is first wanted.
pub(super) struct Held<T>(Mutex<State<T>>);

struct State<T> {
    value: Option<Arc<Fresh<T>>>,
    /// The last fetch that failed, when it ended.
    failed: Option<(Instant, Failure)>,
}

/// What a fetch brought.
pub(super) struct Fresh<T> {
    pub(super) value: T,
    /// None where it stays good.
    pub(super) good_until: Option<Moment>,
}

impl<T> Held<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State { value: None, failed: None }))
    }

    /// Whether it is here and good, as far as can be told without waiting.
    pub(super) fn is_here(&self) -> bool {
        let state = self.0.try_lock();
        state.is_ok_and(|state| state.value.as_ref().is_some_and(|value| value.is_good()))
    }

    /// What is held, as far as can be told without waiting.
    pub(super) fn here(&self) -> Option<Arc<Fresh<T>>> {
        self.0.try_lock().ok()?.value.clone()
    }

    /// The value that is held, unless it is the one that was refused; else one that is fetched now.
    ///
    /// # Errors
    /// The fetch failed; all who waited for it have its failure, so that no queue of attempts builds up.
    pub(super) async fn get<F>(
        &self,
        refused: Option<&Arc<Fresh<T>>>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<Fresh<T>>, Failure>
    where
        F: Future<Output = Result<Fresh<T>, Failure>>,
    {
        let came = Instant::now();
        let mut state = self.0.lock().await;
        if let Some(value) = &state.value
            && value.is_good()
            && refused.is_none_or(|refused| !Arc::ptr_eq(refused, value))
        {
            return Ok(Arc::clone(value));
        }
        if let Some((when, failure)) = &state.failed
            && *when >= came
        {
            return Err(failure.clone());
        }
        match fetch().await {
            Ok(fresh) => {
                let fresh = Arc::new(fresh);
                state.value = Some(Arc::clone(&fresh));
                Ok(fresh)
            }
            Err(failure) => {
                state.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }
}

impl<T> Fresh<T> {
    fn is_good(&self) -> bool {
        self.good_until.is_none_or(|until| Moment::now() < until)
    }
}
