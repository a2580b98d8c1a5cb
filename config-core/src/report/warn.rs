//! Warnings: sources that fail besides, names that nobody claims, deprecated names, remarks of the sources.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use crate::build::gate::Gate;
use crate::build::problems::{failed, labelled};
use crate::error::{Problem, ProblemKind, Warning, WarningKind, cause, store};
use crate::origin::Origin;
use crate::resolve::{
    self, Hidden, Missed, OnFailure, Options, Outcome, Questions, Resolution, comes_before,
    falls_through, with_wanted,
};
use crate::schema::{Leaf, Schema};
use crate::source::{Answer, Claims, Failure, FailureKind, Fetch, Found, Key, Unclaimed};
use crate::suggest;

/// The kind of source whose names are variables and need no other word.
const ENVIRONMENT: &str = "env";

/// What is said of the profile's variable where nothing reads it.
const NO_PROFILE: &str =
    "is set, but the profile is read from the process environment alone; here it has no effect";

/// Everything worth a warning, from the sources that were asked. What they hide is found out where it is not known yet
/// and there is a name to show.
pub(crate) fn warnings(
    schema: &'static Schema,
    resolution: &Resolution,
    options: &Options,
    asked: &[usize],
    hidden: Option<&Hidden>,
) -> Vec<Warning> {
    let mut warnings = deprecated(schema, resolution);
    #[cfg(feature = "_net")]
    warnings.extend(
        options
            .cache
            .iter()
            .flat_map(crate::remote::Cache::remarks)
            .map(|message| Warning { kind: WarningKind::Source, message }),
    );
    let questions = Questions::Fields(schema);
    let prefix = match schema.prefix() {
        "" => String::new(),
        prefix => format!("{prefix}_"),
    };
    let found_out = OnceCell::new();
    let find_out = || resolve::hidden(resolution, questions, options, asked);
    for &entry in asked {
        let Some(source) = resolution.list.opened(entry) else { continue };
        if entry < resolution.list.above {
            // A path that nobody has is a problem.
            continue;
        }
        let kind = resolution.list.kind(entry);
        let keys: Vec<Key<'_>> =
            (0..questions.len()).map(|leaf| questions.key(leaf, kind)).collect();
        let claims = Claims { keys: &keys, prefix: &prefix };
        let label = resolution.label(entry);
        let is_environment = kind == ENVIRONMENT;
        let unclaimed = source.unclaimed(&claims);
        let hidden = match (hidden, unclaimed.is_empty()) {
            (None, false) => Some(found_out.get_or_init(find_out)),
            (hidden, _) => hidden,
        };
        let gate = Gate::new(schema, resolution, hidden);
        let may_be_a_secret = hidden.is_some_and(|hidden| hidden.is_unknown(entry));
        let mut names_profile = false;
        for unclaimed in unclaimed {
            if is_environment && sets_the_load_up(schema, &unclaimed.name) {
                continue;
            }
            // A bare name is that of a variable.
            let label = if is_environment { "" } else { &label };
            let known = Known { keys: &keys, profile_env: schema.profile_env(), may_be_a_secret };
            let message = unknown(schema, label, &unclaimed, &known, &gate);
            names_profile |= Some(unclaimed.name.as_str()) == schema.profile_env();
            warnings.push(Warning { kind: WarningKind::UnknownName, message });
        }
        if let Some(variable) = schema.profile_env().filter(|_| !names_profile && !is_environment)
            && resolution.list.bootstraps(variable).any(|(of, _)| of == label)
        {
            let message = format!("{label} {variable} {NO_PROFILE}");
            warnings.push(Warning { kind: WarningKind::UnknownName, message });
        }
        warnings.extend(composed(schema, resolution, entry));
        for remark in source.remarks(&claims) {
            warnings
                .push(Warning { kind: WarningKind::Source, message: format!("{label}: {remark}") });
        }
    }
    warnings
}

/// The failures that fields which failed would be stopped by next, but those that are told as problems; and those that
/// the program has passed over.
pub(crate) fn failing(
    resolution: &Resolution,
    questions: Questions<'_>,
    options: &Options,
) -> Vec<Warning> {
    let is_problem = |entry: usize, failure: &Failure| {
        let is_absent_place =
            resolution.list.is_given(entry) && failure.kind() == FailureKind::NotFound;
        let is_it = |outcome: &Outcome| match outcome {
            Outcome::Failed { entry: of, failure: told } => {
                (*of == entry && **told == *failure)
                    || is_of_one_store(resolution, (*of, told), (entry, failure))
            }
            _ => false,
        };
        is_absent_place || resolution.outcomes.iter().any(is_it)
    };
    let mut failures: Vec<(usize, &Failure)> = Vec::new();
    for miss in &resolution.misses {
        if let Missed::Failed(failure) = &miss.what
            && matches!(resolution.outcomes[miss.question], Outcome::Failed { .. })
            && !failures.contains(&(miss.entry, failure))
            && !is_problem(miss.entry, failure)
        {
            failures.push((miss.entry, failure));
        }
    }
    failures.sort_by_key(|(entry, _)| *entry);
    let mut passed = passed_over(resolution, questions, options);
    passed.retain(|failure| !failures.contains(failure));
    let told = grouped(resolution, &failures).into_iter().map(|group| {
        let (message, fix) = described(resolution, &group);
        format!("also failing: {message}{fix}")
    });
    let passed = grouped(resolution, &passed).into_iter().map(|group| {
        let (message, fix) = described(resolution, &group);
        format!("{message}; passed over, as its failures are told to be{fix}")
    });
    let messages = told.chain(passed);
    messages.map(|message| Warning { kind: WarningKind::Failing, message }).collect()
}

/// What is wrong with one source, once for all the names in it that fail alike.
fn grouped<'r>(
    resolution: &Resolution,
    failures: &[(usize, &'r Failure)],
) -> Vec<(usize, Vec<&'r Failure>)> {
    let mut groups: Vec<(usize, Vec<&Failure>)> = Vec::new();
    for &(entry, failure) in failures {
        let is_alike = |(of, group): &&mut (usize, Vec<&Failure>)| {
            let first = group[0];
            (*of == entry || is_of_one_store(resolution, (*of, first), (entry, failure)))
                && first.kind() == failure.kind()
                && [first, failure].iter().all(|of| of.key.is_some() && !of.at.is_known())
                && cause(&first.message) == cause(&failure.message)
        };
        match groups.iter_mut().find(is_alike) {
            Some((_, group)) => group.push(failure),
            None => groups.push((entry, vec![failure])),
        }
    }
    groups
}

/// Whether two failures are one fact of one store.
fn is_of_one_store(
    resolution: &Resolution,
    one: (usize, &Failure),
    two: (usize, &Failure),
) -> bool {
    let ((one, first), (two, second)) = (one, two);
    first.of_store
        && second.of_store
        && store(&resolution.label(one)) == store(&resolution.label(two))
        && first.kind() == second.kind()
        && cause(&first.message) == cause(&second.message)
}

/// Where a source failed and how, and what to do about it.
fn described(resolution: &Resolution, group: &(usize, Vec<&Failure>)) -> (String, String) {
    let (entry, failures) = (group.0, &group.1);
    let problem = failed("", resolution, entry, failures[0]);
    let place = match failures.len() {
        1 => problem.origin.map_or(String::new(), |origin| origin.to_string()),
        count => {
            let is_remote = resolution.list.opened(entry).is_some_and(|source| source.is_remote());
            let what = if is_remote { "secrets" } else { "names" };
            let label = resolution.label(entry);
            let whose = if failures[0].of_store { store(&label) } else { &label };
            format!("{whose} ({count} {what})")
        }
    };
    let is_same = failures.iter().all(|failure| failure.hint == failures[0].hint);
    let rest = if is_same { "" } else { "; the others alike" };
    let fix = problem.hint.map_or(String::new(), |hint| format!("; fix: {hint}{rest}"));
    (format!("{place}: {}", problem.message), fix)
}

/// The failures that did not keep a weaker source, or a default, from being taken.
fn passed_over<'r>(
    resolution: &'r Resolution,
    questions: Questions<'_>,
    options: &Options,
) -> Vec<(usize, &'r Failure)> {
    let mut failures: Vec<(usize, &Failure)> = Vec::new();
    if !options.on_failure.iter().any(|(_, what)| *what == OnFailure::Fallthrough) {
        return failures;
    }
    for miss in &resolution.misses {
        let Missed::Failed(failure) = &miss.what else { continue };
        let taken = match &resolution.outcomes[miss.question] {
            Outcome::Failed { .. } => continue,
            Outcome::Found { entry, .. } | Outcome::Unread { entry, .. } => *entry,
            Outcome::Absent => usize::MAX,
        };
        if falls_through(resolution, options, miss.entry)
            && comes_before(resolution, questions, miss.question, miss.entry, taken)
            && !failures.contains(&(miss.entry, failure))
        {
            failures.push((miss.entry, failure));
        }
    }
    failures
}

/// The values that a document has for composed fields, which nobody looks up.
fn composed(schema: &'static Schema, resolution: &Resolution, entry: usize) -> Vec<Warning> {
    let questions = Questions::Fields(schema);
    let leaves = schema.leaves();
    let asked: Vec<usize> =
        (0..leaves.len()).filter(|&leaf| schema.parts(&leaves[leaf]).is_some()).collect();
    let list = &resolution.list;
    let Some(source) = list.opened(entry).filter(|_| list.may_be_asked_again(entry)) else {
        return Vec::new();
    };
    let answers =
        with_wanted(questions, list.kind(entry), &asked, |wanted| match source.fetch(wanted) {
            Fetch::Ready(answers) => answers.unwrap_or_default(),
            Fetch::Pending(_) => Vec::new(),
        });
    let told = asked.into_iter().zip(answers).filter_map(|(leaf, answer)| {
        let (Answer::Value(Found { origin, .. }) | Answer::Empty(origin)) = answer else {
            return None;
        };
        let origin = labelled(resolution, entry, &origin);
        let message = made_of(schema, &leaves[leaf], &origin)?;
        Some(Warning { kind: WarningKind::UnknownName, message })
    });
    told.collect()
}

fn made_of(schema: &Schema, leaf: &Leaf, origin: &Origin) -> Option<String> {
    let parts = schema.composed_of(leaf)?;
    Some(format!("{origin} is set, but {} is composed of {parts}: set those", leaf.path()))
}

/// Whether the load itself reads that variable: for its profile, or for the place of a source.
fn sets_the_load_up(schema: &Schema, name: &str) -> bool {
    let own = schema.profiles().iter().filter_map(|profile| profile.sources);
    let mut places = own.chain([schema.sources()]).flatten().filter_map(|entry| entry.place);
    schema.profile_env() == Some(name)
        || places.any(|place| place.split('{').any(|part| part.split('}').next() == Some(name)))
}

/// The warnings as problems.
pub(crate) fn strict(warnings: &[Warning]) -> Vec<Problem> {
    warnings
        .iter()
        .map(|warning| {
            let kind = match warning.kind {
                WarningKind::UnknownName => ProblemKind::UnknownName,
                _ => ProblemKind::Strict,
            };
            Problem::general("strict", kind, warning.message.clone())
        })
        .collect()
}

/// What a name is held against.
struct Known<'a> {
    keys: &'a [Key<'a>],
    profile_env: Option<&'a str>,
    /// Whether the source may have secrets that nobody knows, and the name may be one of them.
    may_be_a_secret: bool,
}

fn unknown(
    schema: &Schema,
    label: &str,
    unclaimed: &Unclaimed,
    known: &Known<'_>,
    gate: &Gate<'_>,
) -> String {
    let names = known.keys.iter().flat_map(names);
    let spelled = unclaimed.name.replace('-', "_");
    let meant = suggest::nearest(&spelled, names.chain(known.profile_env));
    let name = match known.may_be_a_secret && meant.is_none() {
        true => Gate::no_name(&unclaimed.name),
        false => gate.name(&unclaimed.name),
    };
    // Where the name is that of a file, the path tells it again.
    let is_told = |file: &Arc<Path>| name == unclaimed.name || !file.ends_with(&unclaimed.name);
    let file = unclaimed.file.clone().filter(is_told);
    let origin = match &unclaimed.within {
        Some(place) => Origin::new(format!("{place}#{name}")).elsewhere(),
        None => Origin::new(name),
    };
    let origin = origin.of_source(label.to_owned()).at(file, unclaimed.at);
    if let Some(leaf) = schema.meant_composed(&unclaimed.name)
        && let Some(message) = made_of(schema, leaf, &origin)
    {
        return message;
    }
    if known.profile_env == Some(&*unclaimed.name) {
        return format!("{origin} {NO_PROFILE}");
    }
    let stem = unclaimed.name.strip_suffix("_FILE");
    if stem.is_some_and(|stem| known.keys.iter().any(|key| key.variables().contains(&stem))) {
        return format!(
            "{origin} is set, but `_FILE` works for secrets alone, and this is a setting"
        );
    }
    let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
    format!("{origin} is set but no setting has that name{meant}")
}

/// What a key is called, in whatever secret or table it stands.
fn names<'a>(key: &Key<'a>) -> impl Iterator<Item = &'a str> {
    let own = key.own().and_then(|own| own.split_once('#')).map(|(_, name)| name);
    let below = Some(key.path_below_base()).filter(|below| *below != key.path());
    key.variables().iter().copied().chain([key.path()]).chain(own).chain(below)
}

fn deprecated(schema: &'static Schema, resolution: &Resolution) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (leaf, outcome) in schema.leaves().iter().zip(&resolution.outcomes) {
        let Outcome::Found { found, .. } = outcome else { continue };
        let Some((current, deprecated)) = leaf.variables().split_first() else { continue };
        let used = found.origin.key();
        let stem = used.strip_suffix("_FILE").unwrap_or(used);
        if deprecated.contains(&used) || deprecated.contains(&stem) {
            let message = format!("{used} is deprecated; use {current}");
            warnings.push(Warning { kind: WarningKind::DeprecatedName, message });
        }
    }
    warnings
}
