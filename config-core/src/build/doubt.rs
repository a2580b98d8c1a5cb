//! What a load refused of the answers of remote sources is asked for anew by the next one, and not taken out of the cache
//! until its time is over: somebody may have mended it.

use super::{Draft, What};
use crate::resolve::{Options, Outcome, Resolution};
use crate::schema::Schema;
use crate::source::FailureKind;

/// Has the next load ask for what these problems are of. What is under a lease stays: another credential would be of the
/// same make, and each try would leave one behind.
pub(super) fn doubt(
    schema: &'static Schema,
    resolution: &Resolution,
    drafts: &[Draft],
    options: &Options,
) {
    let Some(cache) = &options.cache else { return };
    let leaves = schema.leaves();
    let mut doubted: Vec<&str> = Vec::new();
    for draft in drafts {
        let refused = match &draft.what {
            What::Struct { judged, .. } => leaves[judged.clone()].iter().collect(),
            _ => vec![&leaves[draft.leaf]],
        };
        for leaf in refused {
            let parts = schema.parts(leaf).unwrap_or_else(|| vec![leaf]);
            doubted.extend(parts.iter().map(|part| part.path()));
        }
    }
    doubted.retain(|path| {
        let leaf = leaves.iter().position(|leaf| leaf.path() == *path);
        leaf.is_some_and(|leaf| was_answered(resolution, &resolution.outcomes[leaf]))
    });
    cache.doubt(&doubted);
}

/// Whether a remote source may have said it: that it has no such value included.
fn was_answered(resolution: &Resolution, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Found { entry: usize::MAX, .. } | Outcome::Unread { .. } => false,
        Outcome::Found { entry, .. } => {
            resolution.list.opened(*entry).is_some_and(|source| source.is_remote())
        }
        Outcome::Failed { failure, .. } => failure.kind() != FailureKind::Unreachable,
        Outcome::Absent => true,
    }
}
