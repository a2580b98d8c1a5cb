//! The text of an error, as an operator reads it.

use std::fmt;

use super::{Error, Problem, cause, store};
use crate::origin::Origin;

/// Where a line of places is broken; a single place may be longer.
const WIDTH: usize = 108;
/// The column at which the words after `looked in`, `from` and `fix` begin.
const DETAIL: usize = 18;

pub(super) fn error(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let groups = groups(&error.inner.problems);
    heading(error, f)?;
    let column = groups
        .iter()
        .map(|group| group.title().chars().count())
        .filter(|width| *width <= 40)
        .max()
        .unwrap_or(0);
    for group in &groups {
        let title = group.title();
        let gap = column.saturating_sub(title.chars().count()) + 3;
        write!(f, "\n  {title}{:gap$}{}", "", group.first.message)?;
        details(group, f)?;
    }
    for warning in &error.inner.warnings {
        write!(f, "\n  warning: {warning}")?;
    }
    Ok(())
}

/// Problems that are one and the same failure of a source, told once with all the fields that it stops.
struct Group<'a> {
    first: &'a Problem,
    others: Vec<&'a str>,
    /// Where else it was met.
    elsewhere: Vec<&'a Origin>,
}

impl<'a> Group<'a> {
    fn new(first: &'a Problem) -> Self {
        Self { first, others: Vec::new(), elsewhere: Vec::new() }
    }

    /// Whether a problem is the same failure.
    fn is_met_by(&self, problem: &Problem) -> bool {
        let first = self.first;
        let (Some(from), Some(other)) = (&first.origin, &problem.origin) else { return false };
        let is_alike = problem.kind.is_of_a_source() && first.kind == problem.kind;
        let is_same = || first.message == problem.message && from == other;
        let is_of_store = || {
            first.of_store
                && problem.of_store
                && store(from.source()) == store(other.source())
                && cause(&first.message) == cause(&problem.message)
                && first.hint == problem.hint
        };
        is_alike && (is_same() || is_of_store())
    }

    fn add(&mut self, problem: &'a Problem) {
        self.others.push(&problem.path);
        if let Some(origin) = &problem.origin
            && self.first.origin.as_ref() != Some(origin)
            && !self.elsewhere.contains(&origin)
        {
            self.elsewhere.push(origin);
        }
    }

    /// Where it was met: each place, or the store where they are many.
    fn from(&self) -> Option<String> {
        const FEW: usize = 3;
        let first = self.first.origin.as_ref()?;
        let count = self.elsewhere.len() + 1;
        if count > FEW {
            return Some(format!("{} ({count} secrets)", store(first.source())));
        }
        let places = std::iter::once(&first).chain(&self.elsewhere);
        Some(places.map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }

    fn title(&self) -> String {
        match self.others.as_slice() {
            [] => self.first.path.clone(),
            [second] => format!("{} and {second}", self.first.path),
            [second, third] => format!("{}, {second} and {third}", self.first.path),
            [second, rest @ ..] => format!("{}, {second} and {} more", self.first.path, rest.len()),
        }
    }
}

fn groups(problems: &[Problem]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for problem in problems {
        match groups.iter_mut().find(|group| group.is_met_by(problem)) {
            Some(group) => group.add(problem),
            None => groups.push(Group::new(problem)),
        }
    }
    groups
}

fn heading(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error.inner.problems.iter().filter(|problem| problem.of_field).count() {
        0 => f.write_str("the settings could not be loaded")?,
        1 => f.write_str("1 setting could not be loaded")?,
        count => write!(f, "{count} settings could not be loaded")?,
    }
    match (&error.inner.profile, &error.inner.no_profile) {
        (Some(profile), _) => write!(f, " (profile {profile})")?,
        (None, Some(why)) => write!(f, " ({why})")?,
        (None, None) => {}
    }
    f.write_str("\n")
}

fn details(group: &Group<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let problem = group.first;
    if let Some(from) = group.from() {
        write!(f, "\n      from        {from}")?;
    }
    if !problem.tried.is_empty() {
        f.write_str("\n      looked in   ")?;
        let mut column = DETAIL;
        for (index, tried) in problem.tried.iter().enumerate() {
            let comma = if index + 1 < problem.tried.len() { "," } else { "" };
            let place = format!("{tried}{comma}");
            let width = place.chars().count();
            if index > 0 {
                if column + 1 + width > WIDTH {
                    write!(f, "\n{:DETAIL$}", "")?;
                    column = DETAIL;
                } else {
                    f.write_str(" ")?;
                    column += 1;
                }
            }
            f.write_str(&place)?;
            column += width;
        }
    }
    if let Some(hint) = &problem.hint {
        write!(f, "\n      fix         {hint}")?;
    }
    Ok(())
}
