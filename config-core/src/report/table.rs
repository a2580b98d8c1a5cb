//! The report as a table for people.

use std::fmt;

use super::Report;
use crate::error::Problem;
use crate::schema::FieldKind;

pub(super) fn report(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    heading(report, f)?;
    let paths: Vec<String> =
        report.fields.iter().map(|field| title(field.path, field.kind)).collect();
    let froms: Vec<String> = report.fields.iter().map(|field| field.outcome.to_string()).collect();
    let first = width(&paths).max("setting".len());
    let second = width(&froms).clamp("from".len(), 60);
    let with_hidden = report.fields.iter().any(|field| !field.hidden.is_empty());
    let header = if with_hidden { "hides" } else { "" };
    if !report.fields.is_empty() {
        line(f, &[("setting", first), ("from", second), (header, 0)])?;
    }
    for ((field, path), from) in report.fields.iter().zip(&paths).zip(&froms) {
        let hidden: Vec<String> = field.hidden.iter().map(ToString::to_string).collect();
        line(f, &[(path, first), (from, second), (&hidden.join(", "), 0)])?;
        let problem = report.problems.iter().find(|problem| problem.path == field.path);
        if let Some(origin) = problem.and_then(Problem::origin) {
            line(f, &[("", first), (&format!("from {origin}"), 0)])?;
        }
        let of_problem = problem.map(Problem::tried).unwrap_or_default().iter();
        // What a source had earlier is told where it was taken for what it has.
        let earlier = field.tried.iter().filter(|tried| tried.absence.age.is_some());
        for tried in of_problem.chain(earlier.filter(|_| problem.is_none())) {
            line(f, &[("", first), (&format!("looked in {tried}"), 0)])?;
        }
    }
    let of_fields = |path: &str| report.fields.iter().any(|field| field.path == path);
    for problem in report.problems.iter().filter(|problem| !of_fields(&problem.path)) {
        write!(f, "\n  problem: {problem}")?;
        if let Some(hint) = problem.hint() {
            write!(f, "\n           {hint}")?;
        }
    }
    for warning in &report.warnings {
        write!(f, "\n  warning: {warning}")?;
    }
    Ok(())
}

fn heading(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match report.fields.len() {
        0 => f.write_str("no settings were resolved")?,
        1 => write!(f, "{}: 1 setting", report.name)?,
        count => write!(f, "{}: {count} settings", report.name)?,
    }
    match (&report.profile, &report.no_profile) {
        (Some(profile), _) => writeln!(f, ", profile {profile}"),
        (None, Some(why)) => writeln!(f, ", {why}"),
        (None, None) => writeln!(f),
    }
}

fn title(path: &str, kind: FieldKind) -> String {
    match kind {
        FieldKind::Secret => format!("{path} (secret)"),
        FieldKind::Setting => path.to_owned(),
    }
}

fn width(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

/// A row whose cells are padded to their widths; the blanks at its end are left out.
fn line(f: &mut fmt::Formatter<'_>, cells: &[(&str, usize)]) -> fmt::Result {
    let mut row = String::from("\n ");
    for (text, width) in cells {
        row.push_str(&format!(" {text:width$}  "));
    }
    f.write_str(row.trim_end_matches(' '))
}
