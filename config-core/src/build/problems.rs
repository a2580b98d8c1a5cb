//! The words of each problem, once it is known what may be shown.

use super::gate::{Gate, characters};
use super::got::Got;
use super::{Draft, What};
use crate::decode::Wrong;
use crate::error::{Problem, ProblemKind, Tried};
use crate::origin::{Absence, Origin};
use crate::resolve::{Hidden, Missed, Outcome, Questions, Resolution, with_wanted};
use crate::schema::{Field, Presence, Schema};
use crate::source::{Failure, FailureKind};
use crate::value::{Node, Value};

/// The problems of the fields, in declaration order.
pub(super) fn of(
    schema: &'static Schema,
    resolution: &Resolution,
    mut drafts: Vec<Draft>,
    hidden: &Hidden,
) -> Vec<Problem> {
    drafts.sort_by_key(|draft| draft.leaf);
    let gate = Gate::new(schema, resolution, Some(hidden));
    let questions = Questions::Fields(schema);
    // A place given to the loader that is not there is a problem of its own.
    let is_told = |draft: &&Draft| match &resolution.outcomes[draft.leaf] {
        Outcome::Failed { entry, failure } => {
            resolution.missing.contains(entry) && failure.kind() == FailureKind::NotFound
        }
        _ => false,
    };
    let untold = drafts.iter().filter(|draft| !is_told(draft));
    untold.map(|draft| problem(schema, resolution, questions, &gate, draft)).collect()
}

/// The problem of a name asked for at run time.
pub(super) fn of_name(
    questions: Questions<'_>,
    name: &str,
    resolution: &mut Resolution,
) -> Vec<Problem> {
    let mut problems = std::mem::take(&mut resolution.general);
    match resolution.outcomes.first() {
        Some(Outcome::Failed { entry, failure }) => {
            problems.push(failed(name, resolution, *entry, failure));
        }
        Some(Outcome::Found { entry, found }) => {
            let mut problem =
                Problem::new(name, ProblemKind::WrongType, not_a_text(&found.node.value));
            problem.hint = found.origin.advice().map(str::to_owned);
            problem.origin = Some(labelled(resolution, *entry, &found.origin));
            problems.push(problem);
        }
        _ => problems.push(missing(questions, 0, name, resolution)),
    }
    problems
}

/// Where a question was looked for without success.
pub(crate) fn tried(resolution: &Resolution, question: usize) -> Vec<Tried> {
    resolution
        .misses
        .iter()
        .filter(|miss| miss.question == question)
        .filter_map(|miss| {
            let absence = match &miss.what {
                Missed::Absent(absence) | Missed::Empty(absence) => absence.clone(),
                Missed::Failed(failure) => {
                    let place = match failed_at(resolution, miss.entry, failure).place() {
                        place if place.is_empty() => place,
                        place => format!(", {place}"),
                    };
                    let key = failure.key.clone().unwrap_or_default();
                    Absence::new(key, format!("failed{place}: {}", failure.message))
                }
                Missed::Shadowed(_) => return None,
            };
            Some(Tried { source: resolution.label(miss.entry), absence })
        })
        .collect()
}

/// An origin with the name of its source.
pub(crate) fn labelled(resolution: &Resolution, entry: usize, origin: &Origin) -> Origin {
    match entry {
        usize::MAX => origin.clone(),
        entry => origin.clone().of_source(resolution.label(entry)),
    }
}

fn problem(
    schema: &'static Schema,
    resolution: &Resolution,
    questions: Questions<'_>,
    gate: &Gate<'_>,
    draft: &Draft,
) -> Problem {
    let leaf = &schema.leaves()[draft.leaf];
    let field = leaf.field();
    let value = match &resolution.outcomes[draft.leaf] {
        Outcome::Found { found, .. } => Some(&found.node),
        _ => None,
    };
    let (kind, message) = match &draft.what {
        What::Missing => return missing(questions, draft.leaf, leaf.path(), resolution),
        What::Failed => match &resolution.outcomes[draft.leaf] {
            Outcome::Failed { entry, failure } => {
                return failed(leaf.path(), resolution, *entry, failure);
            }
            _ => (ProblemKind::Missing, "missing".to_owned()),
        },
        What::Wrong(wrong) => described(gate, field, draft, wrong, value),
        What::Check { kind: ProblemKind::Refused, words, foreign } => {
            (ProblemKind::Refused, refused(gate, words, *foreign, value))
        }
        What::Element { place, words } => {
            let text = match &draft.got {
                Got::Text(text) | Got::Number(text) if !field.is_secret() && gate.lets(text) => {
                    format!("{} ({place})", text.escape_debug())
                }
                _ => place.clone(),
            };
            (ProblemKind::NotOneOf, format!("{text} is {words}"))
        }
        What::Check { kind, words, .. } => (*kind, checked(gate, field, draft, *kind, words)),
        What::Struct { words, .. } => (ProblemKind::Refused, format!("refused: {words}")),
    };
    let path = match &draft.what {
        What::Struct { path, has_origin: false, .. } => {
            return Problem::new(path.clone(), kind, message);
        }
        What::Struct { path, .. } => path.as_str(),
        _ => leaf.path(),
    };
    let mut problem = Problem::new(path, kind, message);
    match &resolution.outcomes[draft.leaf] {
        Outcome::Found { entry, found } => {
            let mut origin = labelled(resolution, *entry, &found.origin);
            if kind == ProblemKind::WrongType {
                problem.hint = origin.advice().map(str::to_owned);
            }
            if let What::Wrong(wrong) = &draft.what
                && let Some(file) = origin.file()
                && wrong.position().is_known()
            {
                let file = file.into();
                origin = origin.in_file(file, wrong.position());
            }
            problem.origin = Some(origin);
        }
        Outcome::Absent if matches!(field.presence, Presence::Default { .. }) => {
            problem.origin = Some(Origin::new("default"));
        }
        Outcome::Absent | Outcome::Failed { .. } | Outcome::Unread { .. } => {}
    }
    problem
}

fn missing(
    questions: Questions<'_>,
    question: usize,
    path: &str,
    resolution: &Resolution,
) -> Problem {
    let tried = tried(resolution, question);
    let empty = resolution
        .misses
        .iter()
        .any(|miss| miss.question == question && matches!(miss.what, Missed::Empty(_)));
    let (kind, message) =
        if empty { (ProblemKind::Empty, "empty") } else { (ProblemKind::Missing, "missing") };
    let mut problem = Problem::new(path, kind, message);
    problem.tried = tried;
    problem.hint = remedy(questions, question, resolution);
    problem
}

/// What to do about a missing value: in the words of the first two sources that were asked and can be written, or have
/// to be mended first.
fn remedy(questions: Questions<'_>, question: usize, resolution: &Resolution) -> Option<String> {
    let mut remedies = Vec::new();
    for miss in resolution.misses.iter().filter(|miss| miss.question == question) {
        if let Missed::Failed(failure) = &miss.what {
            let key = failure.key.clone().unwrap_or_default();
            remedies.push(format!("mend {}", labelled(resolution, miss.entry, &Origin::new(key))));
        } else if let Some(source) = resolution.list.opened(miss.entry) {
            let kind = resolution.list.kind(miss.entry);
            let remedy = with_wanted(questions, kind, &[question], |wanted| {
                source.remedy(&wanted.keys()[0])
            });
            remedies.extend(remedy);
        } else if let Some(variable) = resolution.list.wants(miss.entry) {
            remedies.push(format!("set {variable}"));
        }
        if remedies.len() == 2 {
            break;
        }
    }
    (!remedies.is_empty()).then(|| remedies.join(", or "))
}

/// The problem that a failure of a source is.
pub(crate) fn failed(
    path: &str,
    resolution: &Resolution,
    entry: usize,
    failure: &Failure,
) -> Problem {
    let begin = match failure.kind() {
        FailureKind::Malformed => "malformed: ",
        FailureKind::Unreachable => "unreachable: ",
        FailureKind::NotFound
        | FailureKind::Denied
        | FailureKind::NotConfigured
        | FailureKind::Expired
        | FailureKind::Conflict => "",
    };
    let message = format!("{begin}{}", failure.message);
    let mut problem = Problem::new(path, ProblemKind::from(failure.kind()), message);
    problem.origin = Some(failed_at(resolution, entry, failure));
    problem.hint = failure.hint.as_ref().map(ToString::to_string);
    problem.of_store = failure.of_store;
    problem
}

fn failed_at(resolution: &Resolution, entry: usize, failure: &Failure) -> Origin {
    let key = failure.key.clone().unwrap_or_default();
    let origin = Origin::new(key).at(failure.file.clone(), failure.at);
    let origin = if failure.elsewhere { origin.elsewhere() } else { origin };
    labelled(resolution, entry, &origin)
}

fn described(
    gate: &Gate<'_>,
    field: &Field,
    draft: &Draft,
    wrong: &Wrong,
    value: Option<&Node>,
) -> (ProblemKind, String) {
    // A number too large for its type is told by the declared range, not by that of the type.
    if let (Got::Text(text) | Got::Number(text), false) = (&draft.got, field.range.is_empty())
        && wrong.words().starts_with("expected a whole number")
        && crate::format::number::parse(text).is_ok()
    {
        let words = format!("not within {}", field.range);
        let kind = ProblemKind::OutOfRange;
        return (kind, checked(gate, field, draft, kind, &words));
    }
    let kind = wrong.kind();
    let begin = if kind == ProblemKind::WrongFormat { "wrong format" } else { "wrong type" };
    let keys = wrong.path_with_keys();
    let path = if !field.is_secret() && gate.lets_keys(&keys) { keys } else { wrong.path() };
    let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
    let is_number = !field.is_secret() && matches!(draft.got, Got::Number(_));
    let got = match wrong.got_kind() {
        Some(_) if path.is_empty() && is_number => got(gate, field, &draft.got),
        Some(kind) => kind.to_owned(),
        None if path.is_empty() => got(gate, field, &draft.got),
        None => String::new(),
    };
    let got = if got.is_empty() { got } else { format!("; got {got}") };
    let words = match wrong.foreign() {
        None => wrong.words(),
        Some(message) if !field.is_secret() && gate.lets_message_about(message, value) => message,
        Some(_) => "its type refused the value",
    };
    (kind, format!("{begin}{place}: {words}{got}"))
}

fn checked(
    gate: &Gate<'_>,
    field: &Field,
    draft: &Draft,
    kind: ProblemKind,
    words: &str,
) -> String {
    match kind {
        ProblemKind::WrongLength => words.to_owned(),
        _ => match &draft.got {
            Got::Text(text) | Got::Number(text) if !field.is_secret() && gate.lets(text) => {
                format!("{} is {words}", text.escape_debug())
            }
            Got::Kind(kind @ ("true" | "false")) => format!("{kind} is {words}"),
            _ => format!("the value is {words}"),
        },
    }
}

/// What a validator or parser of the application said.
fn refused(gate: &Gate<'_>, words: &str, foreign: bool, value: Option<&Node>) -> String {
    if foreign && !gate.lets_message_about(words, value) {
        return "refused, in words that may hold a secret and so are not shown".to_owned();
    }
    format!("refused: {words}")
}

/// What was there: of a setting the text, where it may be shown; of a secret how long it is, or its kind.
fn got(gate: &Gate<'_>, field: &Field, got: &Got) -> String {
    match got {
        Got::Default => "the default".to_owned(),
        Got::Text(text) if !field.is_secret() && gate.lets(text) => {
            format!("\"{}\"", text.escape_debug())
        }
        Got::Number(digits) if !field.is_secret() && gate.lets(digits) => digits.clone(),
        Got::Text(text) | Got::Number(text) => characters(text.chars().count()),
        Got::Long(count) => characters(*count),
        Got::Kind(kind) => (*kind).to_owned(),
    }
}

fn not_a_text(value: &Value) -> String {
    format!("wrong type: expected a text, got {}; quote it", value.kind())
}
