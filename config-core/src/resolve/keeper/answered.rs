//! What came of asking each remote source: its answers, where it keeps none itself, and whether it is still at it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::Of;
use crate::clock::Moment;
use crate::format::duration;
use crate::resolve::round::{Known, Leave};
use crate::source::{Account, Answer, Answers, Call, Failure, FailureKind};

/// The longest that a source is left alone because it asked for it.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The answers of sources, for as long as they are young, and the calls that have not ended.
pub(super) struct Answered {
    time_to_live: Duration,
    known: Mutex<Sources>,
}

#[derive(Default)]
struct Sources {
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
    quiet: Option<Quiet>,
}

/// That it asked to be left alone.
struct Quiet {
    wait: Duration,
    until: Moment,
    hint: Option<std::borrow::Cow<'static, str>>,
}

/// The answers of one call, by the paths of the fields: all of them or none, since they belong together.
struct Held {
    answers: HashMap<String, Answer>,
    given: Moment,
    until: Moment,
}

impl Answered {
    pub(super) fn new(time_to_live: Duration) -> Self {
        Self { time_to_live, known: Mutex::default() }
    }

    /// Leave to ask a source for these fields; or what is to be taken in the stead of asking, which is a failure where it
    /// is still busy or asked to be left alone, with when it gave that.
    pub(super) fn leave(&self, of: &Of, paths: &[&str]) -> Result<Leave, Box<Known>> {
        let now = Moment::now();
        let mut known = self.known();
        let forgotten = known.forgotten;
        let one = known.sources.entry(of.clone()).or_default();
        if let Some((answers, given)) = one.held.as_ref().and_then(|held| held.fresh(paths)) {
            let oldest = now.saturating_duration_since(given);
            let account = Account { answered: Some(given), oldest, trouble: None };
            return Err(Box::new(Known { answers: Ok(answers), account }));
        }
        if let Some(call) = one.call.upgrade() {
            return Err(Known::failed(busy(call.lasts())));
        }
        if let Some(quiet) = one.quiet.as_ref().filter(|quiet| now < quiet.until) {
            return Err(Known::failed(quiet.failure(now)));
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
        let is_to_be_kept = leave.call.as_ref().is_some_and(|call| call.is_to_be_kept());
        // A store keeps to it by itself, for each of its hosts.
        one.quiet = is_to_be_kept.then(|| Quiet::asked_for(answers)).flatten();
        let Ok(answers) = answers else { return };
        let is_whole =
            || !answers.iter().any(|of| matches!(of, Answer::Failed(_) | Answer::Unread(_)));
        if is_current && is_to_be_kept && answers.len() == paths.len() && is_whole() {
            let given = Moment::now();
            let young = given + self.time_to_live;
            let until = until.map_or(young, |until| until.min(young));
            let paths = paths.iter().map(|&path| path.to_owned());
            let answers = paths.zip(answers.iter().cloned()).collect();
            one.held = Some(Held { answers, given, until });
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

    /// The same of a source that is opened anew: what another asked for binds it no longer.
    pub(super) fn forget_source(&self, of: &Of) {
        self.forget(|source, _| source == of);
        if let Some(one) = self.known().sources.get_mut(of) {
            one.quiet = None;
        }
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

    fn known(&self) -> MutexGuard<'_, Sources> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The answers to these fields, if they are all here and young, and when they were given.
    fn fresh(&self, paths: &[&str]) -> Option<(Vec<Answer>, Moment)> {
        if Moment::now() >= self.until {
            return None;
        }
        let answers: Option<Vec<Answer>> =
            paths.iter().map(|path| self.answers.get(*path).cloned()).collect();
        Some((answers?, self.given))
    }
}

impl Quiet {
    /// What the most patient of the failures asks for.
    fn asked_for(answers: &Answers) -> Option<Self> {
        let failures: Vec<&Failure> = match answers {
            Err(failure) => vec![failure],
            Ok(answers) => answers.iter().filter_map(failed).collect(),
        };
        let longest = failures.into_iter().max_by_key(|failure| failure.retry_after)?;
        let wait = Duration::from_secs(longest.retry_after?.get().into()).min(DAY);
        Some(Self { wait, until: Moment::now() + wait, hint: longest.hint.clone() })
    }

    fn failure(&self, now: Moment) -> Failure {
        // Never nothing, and never before it is over.
        let left = self.until.saturating_duration_since(now).as_secs() + 1;
        let left = Duration::from_secs(left);
        let (wait, shown) = (duration::shown(self.wait), duration::shown(left));
        let message =
            format!("it asked to be left alone for {wait}, and is not asked for {shown} more");
        let failure = Failure::new(FailureKind::Unreachable, message).retry_after(left);
        Failure { hint: self.hint.clone(), ..failure }
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
        Ok(answers) => answers.iter().filter_map(failed).any(is_out_of_reach),
        Err(failure) => is_out_of_reach(failure),
    }
}

const fn failed(answer: &Answer) -> Option<&Failure> {
    match answer {
        Answer::Failed(failure) => Some(failure),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
