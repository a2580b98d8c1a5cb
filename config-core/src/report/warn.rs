//! Warnings: names that nobody claims, deprecated names, remarks of the sources.

use std::path::Path;
use std::sync::Arc;

use crate::build::gate::Gate;
use crate::error::{Problem, ProblemKind, Warning, WarningKind};
use crate::resolve::{Options, Outcome, Questions, Resolution};
use crate::schema::Schema;
use crate::source::{Claims, Key, Unclaimed};
use crate::suggest;

/// The kind of source whose names are variables and need no other word.
const ENVIRONMENT: &str = "env";

/// Everything worth a warning, from the sources that were opened.
pub(crate) fn warnings(
    schema: &'static Schema,
    resolution: &Resolution,
    _options: &Options,
) -> Vec<Warning> {
    let mut warnings = deprecated(schema, resolution);
    let questions = Questions::Fields(schema);
    let prefix = match schema.prefix() {
        "" => String::new(),
        prefix => format!("{prefix}_"),
    };
    let gate = Gate::new(schema, resolution);
    for entry in 0..resolution.list.len() {
        let Some(source) = resolution.list.opened(entry) else { continue };
        let kind = resolution.list.kind(entry);
        let keys: Vec<Key<'_>> =
            (0..questions.len()).map(|leaf| questions.key(leaf, kind)).collect();
        let claims = Claims { keys: &keys, prefix: &prefix };
        let label = resolution.label(entry);
        let is_environment = kind == ENVIRONMENT;
        for unclaimed in source.unclaimed(&claims) {
            if is_environment && sets_the_load_up(schema, &unclaimed.name) {
                continue;
            }
            // A bare name is that of a variable.
            let label = if is_environment { "" } else { &label };
            let message = unknown(label, &unclaimed, &keys, schema.profile_env(), &gate);
            warnings.push(Warning { kind: WarningKind::UnknownName, message });
        }
        for remark in source.remarks(&claims) {
            warnings
                .push(Warning { kind: WarningKind::Source, message: format!("{label}: {remark}") });
        }
    }
    warnings
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

fn unknown(
    label: &str,
    unclaimed: &Unclaimed,
    keys: &[Key<'_>],
    profile_env: Option<&str>,
    gate: &Gate<'_>,
) -> String {
    let name = gate.name(&unclaimed.name);
    // Where the name is that of a file, the path tells it again.
    let is_told = |file: &Arc<Path>| name == unclaimed.name || !file.ends_with(&unclaimed.name);
    let file = unclaimed.file.clone().filter(is_told);
    let origin =
        crate::origin::Origin::new(name).of_source(label.to_owned()).at(file, unclaimed.at);
    let names = keys.iter().flat_map(|key| key.variables().iter().copied().chain([key.path()]));
    let spelled = unclaimed.name.replace('-', "_");
    let meant = suggest::nearest(&spelled, names.chain(profile_env));
    let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
    format!("{origin} is set but no setting has that name{meant}")
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
