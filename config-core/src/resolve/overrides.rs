//! The values that the program set and that no field takes.

use super::{Options, Questions};
use crate::error::{Problem, ProblemKind};
use crate::schema::{Leaf, Schema};

/// A problem for each path, however often it was set.
pub(super) fn refused(questions: Questions<'_>, options: &Options) -> Vec<Problem> {
    let Questions::Fields(schema) = questions else { return Vec::new() };
    let mut problems: Vec<Problem> = Vec::new();
    for (path, _) in &options.overrides {
        if !problems.iter().any(|problem| problem.path == *path) {
            problems.extend(problem(schema, path));
        }
    }
    problems
}

fn problem(schema: &'static Schema, path: &str) -> Option<Problem> {
    let leaves = schema.leaves();
    if path.is_empty() {
        let message = "a value was set for an empty path; name the setting";
        return Some(Problem::general("set", ProblemKind::UnknownName, message));
    }
    let is_it = |leaf: &&Leaf| leaf.path() == path;
    if let Some(of) = leaves.iter().find(is_it).and_then(|leaf| schema.composed_of(leaf)) {
        let message = format!("a value was set for it, but it is composed of {of}: set those");
        return Some(Problem::general(path, ProblemKind::Refused, message));
    }
    let leads_to = |leaf: &Leaf| {
        let rest = leaf.path().strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || leaf.variables().contains(&path)
    };
    if leaves.iter().any(leads_to) {
        return None;
    }
    let message = "a value was set for it, but no setting has that path";
    let mut problem = Problem::general(path, ProblemKind::UnknownName, message);
    let nearest = crate::suggest::nearest(path, leaves.iter().map(Leaf::path));
    problem.hint = nearest.map(|nearest| format!("did you mean {nearest}?"));
    Some(problem)
}
