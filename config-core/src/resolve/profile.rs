//! Which profile is in force.

use super::{Options, SourceList};
use crate::error::{Problem, ProblemKind};
use crate::origin::Origin;
use crate::schema::Schema;

/// What problems of the profile are about.
const TOPIC: &str = "profile";

/// The profile in force: the loader's word, else the variable's, else the declared default, else none.
#[expect(clippy::result_large_err, reason = "it is built once, where a load ends")]
pub(crate) fn profile(schema: &Schema, options: &Options) -> Result<Option<String>, Problem> {
    let (name, told_by) = match (&options.profile, schema.profile_env()) {
        (Some(name), _) => (name.clone(), "the program".to_owned()),
        (None, Some(variable)) => match options.environment.text(variable) {
            Some(Err(_)) => {
                let message = format!("the variable {variable} is not UTF-8 text");
                return Err(Problem::general(TOPIC, ProblemKind::UnknownProfile, message));
            }
            Some(Ok(name)) if !name.is_empty() => {
                (name.as_str().to_owned(), format!("env {variable}"))
            }
            _ => match schema.default_profile() {
                Some(name) => (name.to_owned(), "the declared default".to_owned()),
                None => return Ok(None),
            },
        },
        (None, None) => match schema.default_profile() {
            Some(name) => (name.to_owned(), "the declared default".to_owned()),
            None => return Ok(None),
        },
    };
    let known = schema.profiles();
    let legal = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let is_known = known.iter().any(|profile| profile.name == name);
    if legal && (is_known || known.is_empty() && is_plain(&name)) {
        return Ok(Some(name));
    }
    Err(unknown(&name, legal, &told_by, schema))
}

/// The problem of a profile that is named where nothing reads it, such as in a `.env` file, while the environment names
/// none: what was meant to run with it would run with another, or with none, and nobody would know.
pub(super) fn named_elsewhere(
    schema: &Schema,
    options: &Options,
    list: &SourceList,
    profile: Option<&str>,
) -> Option<Problem> {
    let variable = schema.profile_env()?;
    let is_set =
        || matches!(options.environment.text(variable), Some(Ok(name)) if !name.is_empty());
    if options.profile.is_some() || schema.profiles().is_empty() || is_set() {
        return None;
    }
    let (label, name) = list.bootstraps(variable).next()?;
    if Some(name.as_str()) == profile {
        return None;
    }
    let message =
        "its variable has no effect here: the profile is read from the process environment alone";
    let mut problem = Problem::general(TOPIC, ProblemKind::UnknownProfile, message);
    problem.origin = Some(Origin::new(variable).of_source(label));
    problem.hint = Some(format!("set {variable} in the environment, or take it out of there"));
    Some(problem)
}

/// What to say of the profile where some are declared and none is in force.
pub(crate) fn none_in_force(
    schema: &Schema,
    options: &Options,
    profile: Option<&str>,
) -> Option<String> {
    let known: Vec<&str> = schema.profiles().iter().map(|profile| profile.name).collect();
    if profile.is_some() || known.is_empty() {
        return None;
    }
    let why = match schema.profile_env() {
        Some(variable) if options.environment.text(variable).is_some() => {
            format!("{variable} is empty")
        }
        Some(variable) => format!("{variable} is not set"),
        None => "the program named none".to_owned(),
    };
    Some(format!("no profile: {why}; one of {}", known.join(", ")))
}

/// Whether a name may be shown, as it is not long enough to be anything else than a name.
fn is_plain(name: &str) -> bool {
    name.len() <= 20 && !crate::format::looks_like_a_secret(name)
}

fn unknown(name: &str, legal: bool, told_by: &str, schema: &Schema) -> Problem {
    let known: Vec<&str> = schema.profiles().iter().map(|profile| profile.name).collect();
    let shown = legal && crate::format::is_name(name) && is_plain(name);
    let message = if shown {
        format!("`{name}` is not a declared profile")
    } else if legal {
        "what it names is not a declared profile".to_owned()
    } else {
        "its name may only have letters, digits, `_` and `-`".to_owned()
    };
    let mut problem = Problem::general(TOPIC, ProblemKind::UnknownProfile, message);
    problem.origin = Some(Origin::new(told_by.to_owned()));
    if !known.is_empty() {
        let nearest = crate::suggest::nearest(name, known.iter().copied());
        let meant = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"));
        problem.hint = Some(format!("use one of {}{meant}", known.join(", ")));
    }
    problem
}
