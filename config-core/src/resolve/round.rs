//! The remote sources of one load: which have to be asked, and what is known of the others.

use std::sync::Arc;

use super::walk::Asked;
use super::{Questions, SourceList};
use crate::source::{Account, Answers, Call, Failure, FailureKind};

/// The sources that a load has questions for, and what is known of those that are not asked.
pub(super) struct Round(Vec<(Asked, Option<Answers>)>);

/// Leave to ask a source, given by what is kept from one load to the next.
#[derive(Default)]
#[cfg_attr(
    not(all(feature = "_net", feature = "live")),
    allow(
        dead_code,
        reason = "live settings alone keep something, and stores alone are tried again"
    )
)]
pub(super) struct Leave {
    pub(super) call: Option<Arc<Call>>,
    /// Whether it was out of reach when it was asked last.
    pub(super) was_away: bool,
    /// How often answers had been forgotten when it was given.
    pub(super) forgotten: u64,
}

/// What is to be taken in the stead of asking a source.
#[cfg_attr(not(feature = "live"), allow(dead_code, reason = "live settings alone keep something"))]
pub(super) struct Known {
    pub(super) answers: Answers,
    /// When it gave them.
    pub(super) account: Account,
}

impl Known {
    #[cfg(feature = "live")]
    pub(super) fn failed(failure: Failure) -> Box<Self> {
        Box::new(Self { answers: Err(failure), account: Account::default() })
    }
}

impl Round {
    /// Takes what an earlier load was answered and may still be taken; a source that is still busy with an earlier call
    /// has failed.
    pub(super) fn new(list: &SourceList, questions: Questions<'_>, asked: Vec<Asked>) -> Self {
        let known = |mut asked: Asked| {
            let paths = paths(questions, &asked);
            match list.leave(asked.entry, &paths) {
                Ok(leave) => {
                    asked.leave = leave;
                    (asked, None)
                }
                Err(known) => {
                    let Known { answers, account } = *known;
                    asked.noted.put(account);
                    (asked, Some(answers))
                }
            }
        };
        Self(asked.into_iter().map(known).collect())
    }

    /// Those that have to be asked.
    pub(super) fn open(&self) -> Vec<&Asked> {
        self.0.iter().filter(|(_, known)| known.is_none()).map(|(asked, _)| asked).collect()
    }

    /// All of them, once those that had to be asked have answered.
    pub(super) fn answered(
        self,
        list: &SourceList,
        questions: Questions<'_>,
        answers: Vec<Answers>,
    ) -> (Vec<Asked>, Vec<Answers>) {
        let mut answers = answers.into_iter();
        let unasked = || Err(Failure::new(FailureKind::Unreachable, "the source was not asked"));
        let answered = |(asked, known): (Asked, Option<Answers>)| {
            let answers = known.unwrap_or_else(|| {
                let answers = answers.next().unwrap_or_else(unasked);
                list.answered(asked.entry, &asked.leave, &paths(questions, &asked), &answers);
                answers
            });
            (asked, answers)
        };
        self.0.into_iter().map(answered).unzip()
    }
}

fn paths<'q>(questions: Questions<'q>, asked: &Asked) -> Vec<&'q str> {
    asked.questions.iter().map(|&question| questions.path(question)).collect()
}
