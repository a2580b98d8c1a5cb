//! What came of asking each remote source: its answers, where it keeps none itself, and whether it is still at it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::Of;
use crate::clock::Moment;
use crate::resolve::round::Leave;
use crate::source::{Answer, Answers, Call, Failure, FailureKind};

/// The answers of sources, for as long as they are young, and the calls that have not ended.
pub(super) struct Answered {
    time_to_live: Duration,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    sources: HashMap<Of, One>,
    /// How often something was forgotten: what was asked for before that may be older than what made it so.
    forgotten: u64,
}

/// One source.
#[derive(Default)]
struct One {
    call: Weak<Call>,
    was_away: bool,
    held: Option<Held>,
}

/// The answers of one call, by the paths of the fields: all of them or none, since they belong together.
struct Held {
    answers: HashMap<String, Answer>,
    until: Moment,
}

impl Answered {
    pub(super) fn new(time_to_live: Duration) -> Self {
        Self { time_to_live, known: Mutex::default() }
    }

    /// Leave to ask a source for these fields; or what is to be taken in the stead of asking, which is a failure where it
    /// is still busy.
    pub(super) fn leave(&self, of: &Of, paths: &[&str]) -> Result<Leave, Answers> {
        let mut known = self.known();
        let forgotten = known.forgotten;
        let one = known.sources.entry(of.clone()).or_default();
        if let Some(answers) = one.held.as_ref().and_then(|held| held.fresh(paths)) {
            return Err(Ok(answers));
        }
        if let Some(call) = one.call.upgrade() {
            return Err(Err(busy(call.lasts())));
        }
        let call = Arc::new(Call::begin());
        one.call = Arc::downgrade(&call);
        Ok(Leave { call: Some(call), was_away: one.was_away, forgotten })
    }

    /// Takes the answers to these fields, which are good until then at most.
    pub(super) fn take(
        &self,
        of: &Of,
        leave: &Leave,
        paths: &[&str],
        answers: &Answers,
        until: Option<Moment>,
    ) {
        let mut known = self.known();
        let is_current = known.forgotten == leave.forgotten;
        let one = known.sources.entry(of.clone()).or_default();
        one.was_away = is_away(answers);
        let Ok(answers) = answers else { return };
        let is_whole =
            || !answers.iter().any(|of| matches!(of, Answer::Failed(_) | Answer::Unread(_)));
        let is_to_be_kept = leave.call.as_ref().is_some_and(|call| call.is_to_be_kept());
        if is_current && is_to_be_kept && answers.len() == paths.len() && is_whole() {
            let young = Moment::now() + self.time_to_live;
            let until = until.map_or(young, |until| until.min(young));
            let paths = paths.iter().map(|&path| path.to_owned());
            one.held = Some(Held { answers: paths.zip(answers.iter().cloned()).collect(), until });
        }
    }

    /// Has every source asked by the next load that needs it.
    pub(super) fn forget_all(&self) {
        self.forget(|_, _| true);
    }

    /// The same of the source that has answered for this field, all of whose answers belong together.
    pub(super) fn forget_field(&self, path: &str) {
        self.forget(|_, held| held.answers.contains_key(path));
    }

    pub(super) fn forget_source(&self, of: &Of) {
        self.forget(|source, _| source == of);
    }

    fn forget(&self, is_meant: impl Fn(&Of, &Held) -> bool) {
        let mut known = self.known();
        known.forgotten += 1;
        let held = known
            .sources
            .iter_mut()
            .filter_map(|(of, one)| one.held.take_if(|held| is_meant(of, held)));
        // To wipe them takes a while; nobody waits for the lock meanwhile.
        let forgotten: Vec<Held> = held.collect();
        drop(known);
        drop(forgotten);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The answers to these fields, if they are all here and young.
    fn fresh(&self, paths: &[&str]) -> Option<Vec<Answer>> {
        if Moment::now() >= self.until {
            return None;
        }
        paths.iter().map(|path| self.answers.get(*path).cloned()).collect()
    }
}

fn busy(lasts: Duration) -> Failure {
    let message = format!("it is still busy with the call of {} s ago", lasts.as_secs());
    Failure::new(FailureKind::Unreachable, message)
        .hint("find out what holds it up: it is not asked again until that call has ended")
}

/// Whether nobody can tell what the source would have answered.
fn is_away(answers: &Answers) -> bool {
    let is_out_of_reach = |failure: &Failure| failure.kind() == FailureKind::Unreachable;
    match answers {
        Ok(answers) => answers
            .iter()
            .any(|answer| matches!(answer, Answer::Failed(failure) if is_out_of_reach(failure))),
        Err(failure) => is_out_of_reach(failure),
    }
}

#[cfg(test)]
mod tests;
