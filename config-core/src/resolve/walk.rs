//! The walk down the list.

use std::sync::Arc;

use super::round::Leave;
use super::{Depth, Options, Outcome, Questions, Resolution, left_out};
use crate::environment::Context;
use crate::origin::Absence;
use crate::schema::Presence;
use crate::source::{Answer, Answers, Failure, FailureKind, Fetch, Found, Key, Noted, Wanted};
use crate::sources::Unopened;

/// A source that was asked for a question and did not win it.
pub(crate) struct Miss {
    pub(crate) question: usize,
    pub(crate) entry: usize,
    pub(crate) what: Missed,
}

/// Why a source did not win a question.
pub(crate) enum Missed {
    /// It does not have it.
    Absent(Absence),
    /// It has the name with an empty text.
    Empty(Absence),
    /// It has a value, but one before it won.
    Shadowed(Found),
    /// It failed, and the program said to go on, or one before it won.
    Failed(Failure),
}

/// A remote source and the questions for it.
pub(super) struct Asked {
    pub(super) entry: usize,
    pub(super) questions: Vec<usize>,
    pub(super) leave: Leave,
    pub(super) noted: Arc<Noted>,
}

/// Walks the list with local sources; gives back what remote ones have to be asked.
pub(super) fn local(
    resolution: &mut Resolution,
    questions: Questions<'_>,
    context: &Context<'_>,
    options: &Options,
    depth: Depth,
) -> Vec<Asked> {
    let mut walk = Walk { resolution, questions, context, options, depth, asked: Vec::new() };
    for (route, open) in routes(walk.resolution, questions) {
        walk.route(&route, open);
    }
    walk.asked
}

/// Asks one entry, if it is local, for questions that were settled before it, and notes what it says of them.
pub(super) fn also(
    resolution: &mut Resolution,
    questions: Questions<'_>,
    context: &Context<'_>,
    options: &Options,
    entry: usize,
    mut open: Vec<usize>,
) {
    let depth = Depth::All;
    let mut walk = Walk { resolution, questions, context, options, depth, asked: Vec::new() };
    walk.entry(entry, &mut open);
}

/// Puts the answers of remote sources where they belong by priority.
pub(super) fn merge(
    resolution: &mut Resolution,
    questions: Questions<'_>,
    asked: Vec<Asked>,
    answers: Vec<Answers>,
    options: &Options,
    depth: Depth,
) {
    let ranks: Vec<(Vec<usize>, Vec<usize>)> = routes(resolution, questions);
    for (asked, answers) in asked.into_iter().zip(answers) {
        resolution.noted.push((asked.entry, asked.noted));
        let each = spread(answers, asked.questions.len());
        let go_on = falls_through(resolution, options, asked.entry);
        for (question, answer) in asked.questions.into_iter().zip(each) {
            let route = ranks
                .iter()
                .find(|(_, of)| of.contains(&question))
                .map(|(route, _)| route.as_slice());
            let before = match (&resolution.outcomes[question], route) {
                (
                    Outcome::Found { entry, .. }
                    | Outcome::Failed { entry, .. }
                    | Outcome::Unread { entry, .. },
                    Some(route),
                ) => rank(route, *entry) < rank(route, asked.entry),
                _ => false,
            };
            settle(
                resolution,
                questions,
                question,
                asked.entry,
                answer,
                before,
                depth == Depth::All,
                go_on,
            );
        }
    }
}

struct Walk<'a, 'q> {
    resolution: &'a mut Resolution,
    questions: Questions<'q>,
    context: &'a Context<'a>,
    options: &'a Options,
    depth: Depth,
    asked: Vec<Asked>,
}

impl Walk<'_, '_> {
    fn route(&mut self, route: &[usize], mut open: Vec<usize>) {
        for &entry in route {
            if open.is_empty() {
                return;
            }
            self.entry(entry, &mut open);
        }
    }

    /// Asks one entry what it is to be asked, and takes the questions that it settled off the open ones.
    fn entry(&mut self, entry: usize, open: &mut Vec<usize>) {
        let list = &self.resolution.list;
        if !list.has_twin(entry) {
            return self.ask(entry, open);
        }
        let kind = list.kind(entry);
        let (mut here, elsewhere): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&question| {
            list.asks(entry, &self.questions.key(question, kind), self.options)
        });
        if !here.is_empty() {
            self.ask(entry, &mut here);
        }
        here.extend(elsewhere);
        here.sort_unstable();
        *open = here;
    }

    fn ask(&mut self, entry: usize, open: &mut Vec<usize>) {
        let source = match self.resolution.list.source(entry, self.context) {
            Ok(source) => Arc::clone(source),
            Err(unopened) => {
                let why = unopened.to_string();
                let answers = match unopened {
                    Unopened::Failed(failure) => Err(failure.clone()),
                    _ if self.resolution.list.is_demanded(entry) => Err(Failure::new(
                        FailureKind::NotConfigured,
                        format!("not configured: {why}"),
                    )
                    .hint("give it what it needs, or take it out of the profile's list")),
                    _ => Ok(open.iter().map(|_| Answer::Absent(left_out(&why))).collect()),
                };
                return self.take(entry, answers, open);
            }
        };
        if source.is_remote() {
            match self.asked.iter_mut().find(|asked| asked.entry == entry) {
                Some(asked) => asked.questions.extend_from_slice(open),
                None => {
                    let (questions, leave, noted) =
                        (open.clone(), Leave::default(), Arc::default());
                    self.asked.push(Asked { entry, questions, leave, noted });
                }
            }
            return;
        }
        let answers =
            with_wanted(self.questions, self.resolution.list.kind(entry), open, |wanted| {
                match source.fetch(wanted) {
                    Fetch::Ready(answers) => answers,
                    Fetch::Pending(_) => Err(Failure::new(
                        FailureKind::Unreachable,
                        "a source that answers later must say so: is_remote() has to be true",
                    )),
                }
            });
        self.take(entry, answers, open);
    }

    fn take(&mut self, entry: usize, answers: Answers, open: &mut Vec<usize>) {
        let go_on = falls_through(self.resolution, self.options, entry);
        let all = self.depth == Depth::All;
        let mut answers = spread(answers, open.len()).into_iter();
        let (resolution, questions) = (&mut *self.resolution, self.questions);
        open.retain(|&question| {
            let Some(answer) = answers.next() else { return true };
            let before = !matches!(resolution.outcomes[question], Outcome::Absent);
            let settled =
                settle(resolution, questions, question, entry, answer, before, all, go_on);
            all || !settled
        });
    }
}

/// Notes one answer; says whether the question needs no further source.
#[expect(clippy::too_many_arguments, reason = "one flat match over every outcome")]
fn settle(
    resolution: &mut Resolution,
    questions: Questions<'_>,
    question: usize,
    entry: usize,
    answer: Answer,
    before: bool,
    all: bool,
    go_on: bool,
) -> bool {
    let mut answer = answer;
    name_variable(questions, question, &mut answer);
    #[cfg(feature = "testing")]
    resolution.noted(question, &answer);
    let allows_empty = || questions.leaf(question).is_some_and(|leaf| leaf.field().allow_empty);
    let (outcome, missed) = match answer {
        Answer::Value(found) if before => (None, Some(Missed::Shadowed(found))),
        Answer::Value(found) => (Some(Outcome::Found { entry, found }), None),
        Answer::Empty(origin) if allows_empty() && !before => {
            let node = crate::value::Node::new(
                crate::value::Value::Text(crate::value::Text::default()),
                origin.position(),
            );
            (Some(Outcome::Found { entry, found: Found { node, origin } }), None)
        }
        Answer::Empty(origin) => {
            let age = origin.aged_by();
            (None, Some(Missed::Empty(Absence::new(origin.key, "empty").aged(age))))
        }
        Answer::Absent(absence) => (None, Some(Missed::Absent(absence))),
        Answer::Failed(failure) if go_on || before => (None, Some(Missed::Failed(failure))),
        Answer::Failed(failure) => {
            (Some(Outcome::Failed { entry, failure: Box::new(failure) }), None)
        }
        Answer::Unread(absence) if before => (None, Some(Missed::Absent(absence))),
        Answer::Unread(absence) => (Some(Outcome::Unread { entry, absence }), None),
    };
    // Of two failures the second is told along with the first; a value that another hides may be a secret, which no
    // message may show.
    let counts = match &missed {
        Some(Missed::Failed(_)) => matches!(resolution.outcomes[question], Outcome::Failed { .. }),
        Some(Missed::Shadowed(_)) => true,
        _ => false,
    };
    if let Some(what) = missed
        && (!before || all || counts)
    {
        resolution.misses.push(Miss { question, entry, what });
    }
    match outcome {
        Some(outcome) => {
            let fails = matches!(outcome, Outcome::Failed { .. });
            let previous = std::mem::replace(&mut resolution.outcomes[question], outcome);
            let beaten = match previous {
                Outcome::Found { entry, found } => Some((entry, Missed::Shadowed(found))),
                Outcome::Failed { entry, failure } if fails || all => {
                    Some((entry, Missed::Failed(*failure)))
                }
                Outcome::Failed { .. } | Outcome::Unread { .. } | Outcome::Absent => None,
            };
            if let Some((entry, what)) = beaten {
                resolution.misses.push(Miss { question, entry, what });
            }
            true
        }
        None => false,
    }
}

/// Writes in the variable's name where a source gave its position alone.
fn name_variable(questions: Questions<'_>, question: usize, answer: &mut Answer) {
    let (key, which) = match answer {
        Answer::Value(found) => (&mut found.origin.key, found.origin.which.take()),
        Answer::Empty(origin) => (&mut origin.key, origin.which.take()),
        Answer::Absent(absence) => (&mut absence.key, absence.which.take()),
        Answer::Failed(_) | Answer::Unread(_) => return,
    };
    if let Some(which) = which {
        *key = questions.variable(question, which);
    }
}

/// The questions by the order in which sources are asked for them: the list's own, and one for each order that fields
/// declare for themselves.
pub(super) fn routes(
    resolution: &Resolution,
    questions: Questions<'_>,
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let list = &resolution.list;
    let mut plain: Vec<usize> = Vec::with_capacity(questions.len());
    let mut own: Vec<(&'static [crate::schema::Entry], Vec<usize>)> = Vec::new();
    for question in 0..questions.len() {
        let Some(field) = questions.leaf(question).map(crate::schema::Leaf::field) else {
            plain.push(question);
            continue;
        };
        if matches!(field.presence, Presence::Composed(_)) {
            continue;
        }
        match field.sources {
            [] => plain.push(question),
            words => match own.iter_mut().find(|(known, _)| *known == words) {
                Some((_, of)) => of.push(question),
                None => own.push((words, vec![question])),
            },
        }
    }
    let mut routes = Vec::with_capacity(1 + own.len());
    routes.push(((0..list.len()).collect(), plain));
    for (words, of) in own {
        let mut route: Vec<usize> = (0..list.above).collect();
        for word in words {
            route.extend((list.above..list.len()).filter(|&entry| list.matches(entry, word)));
        }
        routes.push((route, of));
    }
    routes
}

/// Whether the program said that a failure of this source lets the next one answer.
pub(crate) fn falls_through(resolution: &Resolution, options: &Options, entry: usize) -> bool {
    resolution.list.falls_through(entry, options)
}

/// Whether an entry is asked for a question before that other one; before none at all, where that is the default.
pub(crate) fn comes_before(
    resolution: &Resolution,
    questions: Questions<'_>,
    question: usize,
    entry: usize,
    other: usize,
) -> bool {
    let routes = routes(resolution, questions);
    let route = routes.iter().find(|(_, of)| of.contains(&question));
    route.is_some_and(|(route, _)| rank(route, entry) < rank(route, other))
}

fn rank(route: &[usize], entry: usize) -> usize {
    route.iter().position(|&of| of == entry).unwrap_or(usize::MAX)
}

/// One answer for each question, also where one failure stands for all. Where there are more or fewer answers than
/// questions, none can be told to be the right one.
fn spread(answers: Answers, count: usize) -> Vec<Answer> {
    let failure = match answers {
        Ok(answers) if answers.len() == count => return answers,
        Ok(answers) => {
            let counted = |count, of| format!("{count} {of}{}", if count == 1 { "" } else { "s" });
            let (answers, keys) = (counted(answers.len(), "answer"), counted(count, "key"));
            let message = format!("the source gave {answers} to {keys}");
            Failure::new(FailureKind::Malformed, message)
        }
        Err(failure) => failure,
    };
    (0..count).map(|_| Answer::Failed(failure.clone())).collect()
}

/// Asks with the keys as a source of that kind knows them.
pub(crate) fn with_wanted<R>(
    questions: Questions<'_>,
    kind: &str,
    open: &[usize],
    ask: impl FnOnce(&Wanted<'_>) -> R,
) -> R {
    let keys: Vec<Key<'_>> = open.iter().map(|&question| questions.key(question, kind)).collect();
    ask(&Wanted::of(&keys))
}
