//! A source of the program's own whose store may be elsewhere for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use config_core::{Failure, Fetch, Key, Source, SourcePlan, Wanted};

/// Asks where it was told last.
#[derive(Clone)]
pub(super) struct Moving {
    home: Arc<dyn Source>,
    now: Arc<Mutex<Arc<dyn Source>>>,
}

impl Moving {
    pub(super) fn new(home: Arc<dyn Source>) -> Self {
        Self { now: Arc::new(Mutex::new(Arc::clone(&home))), home }
    }

    /// Asks that one from now on.
    pub(super) fn moves(&self, to: Arc<dyn Source>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    /// Asks where it began.
    pub(super) fn returns(&self) {
        self.moves(Arc::clone(&self.home));
    }

    fn now(&self) -> Arc<dyn Source> {
        Arc::clone(&self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source for Moving {
    fn label(&self) -> String {
        self.home.label()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let source = self.now();
        Fetch::Pending(Box::pin(async move {
            match source.fetch(wanted) {
                Fetch::Ready(answers) => answers,
                Fetch::Pending(answers) => answers.await,
            }
        }))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        self.now().remedy(key)
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        self.now().plan(wanted)
    }

    fn at_place(&self, _place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        None
    }

    fn names_place(&self, key: &Key<'_>) -> bool {
        self.now().names_place(key)
    }

    fn due(&self) -> Option<Instant> {
        self.now().due()
    }

    fn good_until(&self) -> Option<Instant> {
        self.now().good_until()
    }
}
