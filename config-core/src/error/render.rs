//! The text of an error, as an operator reads it.

use std::fmt;

use super::{Error, Problem};

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
        details(group.first, f)?;
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
}

impl Group<'_> {
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
        let same = |group: &&mut Group<'_>| {
            problem.kind.is_of_a_source()
                && group.first.kind == problem.kind
                && group.first.message == problem.message
                && group.first.origin.is_some()
                && group.first.origin == problem.origin
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.others.push(&problem.path),
            None => groups.push(Group { first: problem, others: Vec::new() }),
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

fn details(problem: &Problem, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(origin) = &problem.origin {
        write!(f, "\n      from        {origin}")?;
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
