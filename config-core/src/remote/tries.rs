//! How often the requests of one load are tried, known to all tasks that work for it.

use std::future::Future;

use crate::retry;

tokio::task_local! {
    static MOST: u32;
}

/// How often a request of this task is tried at most.
pub(crate) fn most() -> u32 {
    MOST.try_with(|most| *most).unwrap_or(retry::ATTEMPTS)
}

/// Work whose requests are tried so often.
pub(crate) fn at_most<F: Future>(most: u32, work: F) -> impl Future<Output = F::Output> {
    MOST.scope(most, work)
}

/// Work of a task of its own whose requests are tried as often as those of this one.
pub(crate) fn alike<F: Future>(work: F) -> impl Future<Output = F::Output> {
    at_most(most(), work)
}

#[cfg(test)]
mod tests {
    use super::{alike, at_most, most};
    use crate::park::wait;
    use crate::retry::ATTEMPTS;

    #[test]
    fn a_task_that_works_for_another_tries_as_often() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let tried = runtime
            .block_on(at_most(1, async { tokio::spawn(alike(async { most() })).await.unwrap() }));
        assert_eq!((tried, wait(async { most() })), (1, ATTEMPTS));
    }
}
