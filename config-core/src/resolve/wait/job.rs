//! What one remote source is asked, owned, so that a thread can ask it that outlives the load.

use std::pin::Pin;
use std::sync::Arc;

use super::Limit;
use crate::park;
#[cfg(feature = "_net")]
use crate::resolve::OnFailure;
use crate::resolve::walk::Asked;
use crate::resolve::{Depth, Options, Questions, SourceList};
use crate::schema::Schema;
use crate::source::{Answers, Failure, FailureKind, Fetch, Key, Source, Wanted};

/// One source and the questions for it.
pub(super) struct Job {
    source: Option<Arc<dyn Source>>,
    kind: String,
    schema: &'static Schema,
    /// The fields, or none where it is one name.
    leaves: Vec<usize>,
    names: Vec<String>,
    limit: Limit,
    only_looks: bool,
    #[cfg(feature = "_net")]
    kept: crate::remote::Kept,
}

impl Job {
    pub(super) fn new(
        list: &SourceList,
        questions: Questions<'_>,
        asked: &Asked,
        options: &Options,
        depth: Depth,
        limit: Limit,
    ) -> Self {
        let names = match questions {
            Questions::Fields(_) => Vec::new(),
            Questions::Name { variable, .. } => {
                variable.iter().map(|&name| name.to_owned()).collect()
            }
        };
        #[cfg(not(feature = "_net"))]
        let _ = options;
        Self {
            source: list.opened(asked.entry).map(Arc::clone),
            kind: list.kind(asked.entry).to_owned(),
            schema: questions.schema(),
            leaves: asked.questions.clone(),
            names,
            limit,
            only_looks: depth == Depth::All,
            #[cfg(feature = "_net")]
            kept: crate::remote::Kept {
                cache: options.cache.clone(),
                stale: options.on_failure.iter().find_map(|(name, what)| match what {
                    OnFailure::Stale(age) if list.is_called(asked.entry, name) => Some(*age),
                    _ => None,
                }),
            },
        }
    }

    /// Asks, blocking the thread until the answer is there or the deadline is over.
    pub(super) fn run(self) -> Answers {
        match park::wait_until(self.ask(), self.limit.at) {
            Some(answers) if !self.limit.is_over() => answers,
            _ => Err(self.limit.late()),
        }
    }

    /// The answer to come.
    pub(super) fn ask(&self) -> Pin<Box<dyn Future<Output = Answers> + Send + '_>> {
        Box::pin(async {
            let Some(source) = &self.source else {
                return Err(Failure::new(FailureKind::NotFound, "the source was not opened"));
            };
            let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
            let questions = match names.is_empty() {
                true => Questions::Fields(self.schema),
                false => Questions::Name { schema: self.schema, variable: &names },
            };
            let keys: Vec<Key<'_>> =
                self.leaves.iter().map(|&leaf| questions.key(leaf, &self.kind)).collect();
            let wanted = Wanted {
                until: self.limit.at,
                only_looks: self.only_looks,
                #[cfg(feature = "_net")]
                kept: self.kept.clone(),
                ..Wanted::of(&keys)
            };
            match source.fetch(&wanted) {
                Fetch::Ready(answers) => answers,
                Fetch::Pending(answers) => answers.await,
            }
        })
    }
}
