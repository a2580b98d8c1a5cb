//! Sources of the program's own: what one of them panics with never leaves a load.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use zeroize::Zeroizing;

use crate::source::{Answers, Claims, Failure, Fetch, Key, Source, SourcePlan, Unclaimed, Wanted};
use crate::value::Text;

/// A source whose every call is caught where it panics.
pub(super) struct Guarded {
    source: Arc<dyn Source>,
    label: String,
    is_remote: bool,
    /// The questions that it panicked at and that have no failure for an answer.
    panicked_at: Mutex<Vec<&'static str>>,
}

/// The answers to come, and whatever happens while they are awaited or given up.
struct Answering<'a>(Option<Pin<Box<dyn Future<Output = Answers> + Send + 'a>>>);

/// What a call of a source gives, or the failure that its panic is.
pub(super) fn caught<R>(call: impl FnOnce() -> R) -> Result<R, Failure> {
    catch_unwind(AssertUnwindSafe(call)).map_err(panicked)
}

/// The failure that a panic is. Its words may hold a secret and are not shown.
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    let words = match payload.downcast::<String>() {
        Ok(words) => Zeroizing::new(*words),
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(words) => Zeroizing::new((*words).to_owned()),
            Err(payload) => {
                // Its destructor is not known, and may panic in its turn.
                std::mem::forget(payload);
                Zeroizing::default()
            }
        },
    };
    let failure = Failure::panicked();
    match words.contains("no reactor running") {
        true => failure.hint(
            "use load_async() within a tokio runtime, or give the source a runtime of its own",
        ),
        false => failure,
    }
}

impl Guarded {
    /// The source, once it has said what it is called and whether it is remote.
    pub(super) fn new(source: Arc<dyn Source>) -> Result<Self, Failure> {
        let (label, is_remote) = caught(|| (source.label(), source.is_remote()))?;
        Ok(Self { source, label, is_remote, panicked_at: Mutex::default() })
    }

    /// What the source says, or what stands in its stead where it panics, which is then remarked on.
    fn asked<R>(&self, of: &'static str, call: impl FnOnce() -> R) -> Option<R> {
        let answer = caught(call).ok();
        if answer.is_none() {
            let mut panicked_at = self.panicked_at.lock().unwrap_or_else(PoisonError::into_inner);
            if !panicked_at.contains(&of) {
                panicked_at.push(of);
            }
        }
        answer
    }
}

impl Source for Guarded {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        match caught(|| self.source.fetch(wanted)) {
            Ok(Fetch::Pending(answers)) => Fetch::Pending(Box::pin(Answering(Some(answers)))),
            Ok(ready) => ready,
            Err(failure) => Fetch::Ready(Err(failure)),
        }
    }

    fn __claim(&self, wanted: &Wanted<'_>) {
        drop(caught(|| self.source.__claim(wanted)));
    }

    fn is_remote(&self) -> bool {
        self.is_remote
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        self.asked("names that nobody claims", || self.source.unclaimed(claims)).unwrap_or_default()
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let remarks = self.asked("remarks", || self.source.remarks(claims));
        let panicked_at =
            std::mem::take(&mut *self.panicked_at.lock().unwrap_or_else(PoisonError::into_inner));
        let panics = panicked_at.iter().map(|of| format!("panicked while it was asked for {of}"));
        remarks.into_iter().flatten().chain(panics).collect()
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        self.asked("a remedy", || self.source.remedy(key)).flatten()
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let plan = caught(|| self.source.plan(wanted));
        plan.unwrap_or_else(|_| {
            SourcePlan::default().reads("it panicked while it was asked for its plan")
        })
    }

    fn watched(&self) -> Vec<PathBuf> {
        self.asked("what it watches", || self.source.watched()).unwrap_or_default()
    }

    fn at_place(&self, place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        let placed =
            caught(|| self.source.at_place(place)).unwrap_or_else(|panic| Some(Err(panic)))?;
        Some(placed.and_then(Self::new).map(|placed| -> Arc<dyn Source> { Arc::new(placed) }))
    }

    fn names_place(&self, key: &Key<'_>) -> bool {
        caught(|| self.source.names_place(key)).unwrap_or(false)
    }

    fn bootstrap(&self, name: &str) -> Result<Option<Text>, Failure> {
        caught(|| self.source.bootstrap(name))?
    }

    fn due(&self) -> Option<Instant> {
        caught(|| self.source.due()).ok().flatten()
    }

    fn good_until(&self) -> Option<Instant> {
        caught(|| self.source.good_until()).ok().flatten()
    }
}

impl Future for Answering<'_> {
    type Output = Answers;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answers> {
        let Some(answers) = &mut self.0 else { return Poll::Pending };
        let answers = match caught(|| answers.as_mut().poll(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answers)) => answers,
            Err(panic) => Err(panic),
        };
        self.give_up();
        Poll::Ready(answers)
    }
}

impl Answering<'_> {
    fn give_up(&mut self) {
        if let Some(answers) = self.0.take() {
            drop(caught(|| drop(answers)));
        }
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.give_up();
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::Guarded;
    use crate::source::{Answer, Claims, Fetch, Source, Wanted};

    struct Mine(Option<PathBuf>);

    impl Source for Mine {
        fn label(&self) -> String {
            "mine".to_owned()
        }

        fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
            Fetch::each(wanted, |_| Answer::Empty(crate::origin::Origin::new("mine")))
        }

        fn watched(&self) -> Vec<PathBuf> {
            vec![self.0.clone().expect("hunter2 in the words of a panic")]
        }
    }

    #[test]
    fn what_a_source_watches_is_asked_of_it() {
        let guarded = Guarded::new(Arc::new(Mine(Some("a.json".into())))).unwrap();
        assert_eq!(guarded.watched(), [PathBuf::from("a.json")]);
    }

    #[test]
    fn a_source_that_panics_at_what_it_watches_watches_nothing_and_that_is_remarked() {
        let guarded = Guarded::new(Arc::new(Mine(None))).unwrap();
        assert!(guarded.watched().is_empty());
        let remarks = guarded.remarks(&Claims { keys: &[], prefix: "" });
        assert_eq!(remarks, ["panicked while it was asked for what it watches"]);
    }
}
