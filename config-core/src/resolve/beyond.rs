//! What lies beyond a source that failed: the failures that a load would meet next, once that one is mended.

use super::walk::{self, Missed, routes};
use super::{Options, Outcome, Questions, Resolution};

/// Asks the local sources below those that failed, until they have a value, and notes what they say. Remote ones are
/// not asked on behalf of a load that fails anyway.
pub(crate) fn beyond(resolution: &mut Resolution, questions: Questions<'_>, options: &Options) {
    let profile = resolution.profile.clone();
    let context = options.context(profile.as_deref());
    for (route, of) in routes(resolution, questions) {
        let mut failed: Vec<(usize, usize)> = of
            .into_iter()
            .filter_map(|question| Some((question, failed_at(resolution, &route, question)?)))
            .collect();
        for (rank, &entry) in route.iter().enumerate() {
            failed.retain(|(question, _)| !has_value(resolution, *question));
            let open: Vec<usize> = failed
                .iter()
                .filter(|(question, at)| *at < rank && !was_asked(resolution, *question, entry))
                .map(|(question, _)| *question)
                .collect();
            if !open.is_empty() {
                walk::also(resolution, questions, &context, options, entry, open);
            }
        }
    }
}

/// The rank of the source that failed a question.
fn failed_at(resolution: &Resolution, route: &[usize], question: usize) -> Option<usize> {
    match &resolution.outcomes[question] {
        Outcome::Failed { entry, .. } => route.iter().position(|of| of == entry),
        _ => None,
    }
}

fn has_value(resolution: &Resolution, question: usize) -> bool {
    let is_value = |what: &Missed| matches!(what, Missed::Shadowed(_));
    resolution.misses.iter().any(|miss| miss.question == question && is_value(&miss.what))
}

fn was_asked(resolution: &Resolution, question: usize, entry: usize) -> bool {
    resolution.misses.iter().any(|miss| miss.question == question && miss.entry == entry)
}
