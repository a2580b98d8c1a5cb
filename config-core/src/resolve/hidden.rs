//! Secrets that stand in the list beside those that won: no message may show them either.

use super::walk::{Missed, routes, with_wanted};
use super::{Options, Outcome, Questions, Resolution};
use crate::source::{Answer, Failure, FailureKind, Fetch};
use crate::sources::Unopened;
use crate::value::Node;

/// What stronger sources hide.
pub(crate) struct Hidden {
    /// Secrets that were found out.
    pub(crate) nodes: Vec<Node>,
    /// The entries that failed and may have secrets which nobody knows.
    failed: Vec<usize>,
    /// The entries that were not asked for some secret and may not be asked now.
    unasked: Vec<usize>,
}

impl Hidden {
    /// Whether there may be a secret that the load wanted and nobody knows.
    pub(crate) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether there may be one that the load had no need to ask for.
    pub(crate) fn has_unasked(&self) -> bool {
        !self.unasked.is_empty()
    }

    /// Whether that source may have a secret that nobody knows.
    pub(crate) fn is_unknown(&self, entry: usize) -> bool {
        self.failed.contains(&entry) || self.unasked.contains(&entry)
    }
}

/// The secrets of these entries. A local source of ours is asked for what it was not asked before, which costs no more
/// than to read it; any other is not.
pub(crate) fn hidden(
    resolution: &Resolution,
    questions: Questions<'_>,
    options: &Options,
    entries: &[usize],
) -> Hidden {
    let mut hidden = Hidden { nodes: Vec::new(), failed: Vec::new(), unasked: Vec::new() };
    let is_secret = |question: usize| is_secret(questions, question);
    if !(0..questions.len()).any(is_secret) {
        return hidden;
    }
    hidden.failed = failed(resolution, questions);
    let context = options.context(resolution.profile.as_deref());
    let routes = routes(resolution, questions);
    for &entry in entries {
        let list = &resolution.list;
        match list.source(entry, &context) {
            Ok(source) if list.may_be_asked_again(entry) => {
                let open: Vec<usize> = (0..questions.len())
                    .filter(|&question| {
                        is_secret(question) && !has_answered(resolution, entry, question)
                    })
                    .collect();
                let answers =
                    with_wanted(questions, list.kind(entry), &open, |wanted| {
                        match source.fetch(wanted) {
                            Fetch::Ready(answers) => answers,
                            Fetch::Pending(_) => Ok(Vec::new()),
                        }
                    });
                hidden.learn(entry, answers);
            }
            Ok(_) => {
                let may_have = |question: &usize| {
                    is_secret(*question)
                        && !has_answered(resolution, entry, *question)
                        && list.asks(entry, &questions.key(*question, list.kind(entry)), options)
                };
                let leads_here = |(route, of): &(Vec<usize>, Vec<usize>)| {
                    route.contains(&entry) && of.iter().any(may_have)
                };
                if routes.iter().any(leads_here) {
                    hidden.unasked.push(entry);
                }
            }
            Err(Unopened::Failed(failure)) if hides_a_secret(failure) => hidden.failed.push(entry),
            Err(_) => {}
        }
    }
    hidden
}

impl Hidden {
    fn learn(&mut self, entry: usize, answers: crate::source::Answers) {
        let answers = match answers {
            Ok(answers) => answers,
            Err(failure) => {
                self.failed.extend(hides_a_secret(&failure).then_some(entry));
                return;
            }
        };
        for answer in answers {
            match answer {
                Answer::Value(found) => self.nodes.push(found.node),
                Answer::Failed(_) => self.failed.push(entry),
                Answer::Absent(_) | Answer::Empty(_) | Answer::Unread(_) => {}
            }
        }
    }
}

/// The entries that failed as a whole, or for a secret.
fn failed(resolution: &Resolution, questions: Questions<'_>) -> Vec<usize> {
    let hides = |question: usize, failure: &Failure| match failure.key {
        Some(_) => is_secret(questions, question),
        None => hides_a_secret(failure),
    };
    let outcomes =
        resolution.outcomes.iter().enumerate().filter_map(|(question, outcome)| match outcome {
            Outcome::Failed { entry, failure } => hides(question, failure).then_some(*entry),
            _ => None,
        });
    let misses = resolution.misses.iter().filter_map(|miss| match &miss.what {
        Missed::Failed(failure) => hides(miss.question, failure).then_some(miss.entry),
        _ => None,
    });
    outcomes.chain(misses).collect()
}

fn is_secret(questions: Questions<'_>, question: usize) -> bool {
    questions.leaf(question).is_none_or(|leaf| leaf.field().is_secret())
}

/// Whether there may be a secret behind the failure of a whole source; where nothing is, there is none.
fn hides_a_secret(failure: &Failure) -> bool {
    failure.kind() != FailureKind::NotFound
}

/// Whether an entry has said already what it has of a question.
fn has_answered(resolution: &Resolution, entry: usize, question: usize) -> bool {
    let won = match &resolution.outcomes[question] {
        Outcome::Found { entry: of, .. }
        | Outcome::Failed { entry: of, .. }
        | Outcome::Unread { entry: of, .. } => *of == entry,
        Outcome::Absent => false,
    };
    won || resolution.misses.iter().any(|miss| (miss.question, miss.entry) == (question, entry))
}
