//! What one remote source is asked, owned, so that a thread can ask it that outlives the load.

use std::pin::Pin;
use std::sync::Arc;

use super::Limit;
use crate::park;
#[cfg(feature = "_net")]
use crate::resolve::OnFailure;
use crate::resolve::walk::Asked;
use crate::resolve::{Depth, Options, Questions, SourceList};
#[cfg(feature = "_net")]
use crate::retry;
use crate::schema::Schema;
#[cfg(feature = "_net")]
use crate::source::Noted;
use crate::source::{Answers, Call, Failure, FailureKind, Fetch, Key, Source, Wanted};

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
    /// Held for as long as this is.
    call: Option<Arc<Call>>,
    #[cfg(feature = "_net")]
    kept: crate::remote::Kept,
    /// Until it asks.
    #[cfg(feature = "_net")]
    part: Option<crate::remote::Part>,
    #[cfg(feature = "_net")]
    noted: Arc<Noted>,
}

impl Job {
    /// All of a load; each is told what the others will ask before the first of them does.
    pub(super) fn all(
        list: &SourceList,
        questions: Questions<'_>,
        asked: &[&Asked],
        options: &Options,
        depth: Depth,
        limit: Limit,
    ) -> Vec<Self> {
        let new = |asked: &&Asked| Self::new(list, questions, asked, options, depth, limit);
        let jobs: Vec<Self> = asked.iter().map(new).collect();
        #[cfg(feature = "_net")]
        if jobs.len() > 1 {
            let mut load = crate::remote::Load::default();
            let with_part = |mut job: Self| {
                let part = load.part();
                job.tell(&part);
                job.part = Some(part);
                job
            };
            return jobs.into_iter().map(with_part).collect();
        }
        jobs
    }

    fn new(
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
            call: asked.leave.call.clone(),
            #[cfg(feature = "_net")]
            kept: crate::remote::Kept {
                cache: options.cache.clone(),
                #[cfg(feature = "live")]
                follower: options.follower,
                #[cfg(not(feature = "live"))]
                follower: None,
                stale: options.on_failure.iter().find_map(|(name, what)| match what {
                    OnFailure::Stale(age) if list.is_called(asked.entry, name) => Some(*age),
                    _ => None,
                }),
                attempts: match options.is_refresh() {
                    true => retry::of_refresh(asked.leave.was_away),
                    false => retry::ATTEMPTS,
                },
            },
            #[cfg(feature = "_net")]
            part: None,
            #[cfg(feature = "_net")]
            noted: Arc::clone(&asked.noted),
        }
    }

    /// Has the source say what it is going to read.
    #[cfg(feature = "_net")]
    fn tell(&self, part: &crate::remote::Part) {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let keys = self.keys(&names);
        if let Some(source) = &self.source {
            source.__claim(&Wanted {
                kept: self.kept.clone(),
                part: Some(part),
                ..Wanted::of(&keys)
            });
        }
    }

    fn keys<'k>(&self, names: &'k [&'k str]) -> Vec<Key<'k>> {
        let questions = match names {
            [] => Questions::Fields(self.schema),
            names => Questions::Name { schema: self.schema, variable: names },
        };
        self.leaves.iter().map(|&leaf| questions.key(leaf, &self.kind)).collect()
    }

    /// Asks, blocking the thread until the answer is there or the deadline is over.
    pub(super) fn run(mut self) -> Answers {
        let limit = self.limit;
        match park::wait_until(self.ask(), limit.at) {
            Some(answers) if !limit.is_over() => answers,
            _ => Err(limit.late()),
        }
    }

    /// The answer to come.
    pub(super) fn ask(&mut self) -> Pin<Box<dyn Future<Output = Answers> + Send + '_>> {
        #[cfg(feature = "_net")]
        let part = self.part.take();
        let this = &*self;
        Box::pin(async move {
            // Dropped when this ends, however it does: nobody waits for what it has not read.
            #[cfg(feature = "_net")]
            let part = part;
            let Some(source) = &this.source else {
                return Err(Failure::new(FailureKind::NotFound, "the source was not opened"));
            };
            let names: Vec<&str> = this.names.iter().map(String::as_str).collect();
            let keys = this.keys(&names);
            let wanted = Wanted {
                until: this.limit.at,
                only_looks: this.only_looks,
                call: this.call.clone(),
                #[cfg(feature = "_net")]
                kept: this.kept.clone(),
                #[cfg(feature = "_net")]
                part: part.as_ref(),
                #[cfg(feature = "_net")]
                noted: Some(Arc::clone(&this.noted)),
                ..Wanted::of(&keys)
            };
            match source.fetch(&wanted) {
                Fetch::Ready(answers) => answers,
                Fetch::Pending(answers) => answers.await,
            }
        })
    }
}
