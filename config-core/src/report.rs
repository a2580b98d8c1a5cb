//! The report of a load: where each field came from, what else was looked at, what was noticed. No values.

mod plan;
mod table;
mod warn;

use std::fmt;

use crate::build::problems::{labelled, tried};
use crate::error::{Error, Problem, Tried, Warning};
use crate::origin::Origin;
use crate::resolve::{Missed, Options, Outcome, Resolution};
use crate::schema::{FieldKind, Presence, Schema};

pub use plan::{Plan, PlannedSource};
pub(crate) use warn::{strict, warnings};

/// Where each field came from. Its `Display` is a table; it holds no value.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let report = Settings::loader().env([("PORT", "1")]).explain();
/// assert_eq!(report.fields()[0].path(), "port");
/// assert!(report.problems().is_empty());
/// ```
#[derive(Clone)]
pub struct Report {
    name: &'static str,
    profile: Option<String>,
    fields: Vec<FieldReport>,
    warnings: Vec<Warning>,
    problems: Vec<Problem>,
}

/// Where one field came from.
#[derive(Debug, Clone)]
pub struct FieldReport {
    path: &'static str,
    kind: FieldKind,
    outcome: FieldOutcome,
    tried: Vec<Tried>,
    hidden: Vec<Origin>,
}

/// What a field has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FieldOutcome {
    /// The value of a source.
    From(Origin),
    /// Its default.
    Default,
    /// Nothing, which is right: it is optional.
    Nothing,
    /// What was composed of other fields.
    Composed,
    /// A problem; its message.
    Problem(String),
}

impl Report {
    pub(crate) const fn empty() -> Self {
        Self {
            name: "",
            profile: None,
            fields: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn of_problems(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::empty() }
    }

    pub(crate) fn new(
        schema: &'static Schema,
        resolution: &mut Resolution,
        problems: &[Problem],
        options: &Options,
    ) -> Self {
        let fields = (0..schema.leaves().len())
            .map(|leaf| field(schema, resolution, problems, leaf))
            .collect();
        let warnings = warnings(schema, resolution, options);
        let problems = resolution.general.iter().chain(problems).cloned().collect();
        Self {
            name: schema.name(),
            profile: resolution.profile.clone(),
            fields,
            warnings,
            problems,
        }
    }

    pub(crate) fn into_strict_error(self) -> Error {
        Error::new(strict(&self.warnings), Vec::new(), self.profile)
    }

    /// Every field, in declaration order.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().explain().fields().len(), 1);
    /// ```
    #[must_use]
    pub fn fields(&self) -> &[FieldReport] {
        &self.fields
    }

    /// Where the field of that path came from; none where it has its default, nothing, or a problem.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let report = Settings::loader().env([("PORT", "1")]).explain();
    /// assert_eq!(report.origin("port").unwrap().key(), "PORT");
    /// ```
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        match &self.fields.iter().find(|field| field.path == path)?.outcome {
            FieldOutcome::From(origin) => Some(origin),
            _ => None,
        }
    }

    /// What was noticed besides.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(Settings::loader().env([("PORT", "1")]).explain().warnings().is_empty());
    /// ```
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What would keep the settings from loading; only [`explain`](crate::Loader::explain) has any.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// assert_eq!(Settings::loader().env([("X", "")]).explain().problems().len(), 1);
    /// ```
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The profile that was in force.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().profile("staging").explain().profile(), Some("staging"));
    /// ```
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::report(self, f)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::report(self, f)
    }
}

impl FieldReport {
    /// The path of the field: `smtp.host`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Whether it is a secret.
    #[must_use]
    pub const fn kind(&self) -> FieldKind {
        self.kind
    }

    /// What it has.
    #[must_use]
    pub const fn outcome(&self) -> &FieldOutcome {
        &self.outcome
    }

    /// The sources that were asked and did not have it.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// Values of lower sources that the winning one hides; only [`explain`](crate::Loader::explain) asks for them.
    #[must_use]
    pub fn hidden(&self) -> &[Origin] {
        &self.hidden
    }
}

impl fmt::Display for FieldOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(origin) => origin.fmt(f),
            Self::Default => f.write_str("default"),
            Self::Nothing => f.write_str("not set"),
            Self::Composed => f.write_str("composed"),
            Self::Problem(message) => write!(f, "PROBLEM: {message}"),
        }
    }
}

fn field(
    schema: &'static Schema,
    resolution: &Resolution,
    problems: &[Problem],
    leaf: usize,
) -> FieldReport {
    let of = &schema.leaves()[leaf];
    let problem = problems.iter().find(|problem| problem.path == of.path());
    let outcome = match (problem, &resolution.outcomes[leaf], of.field().presence) {
        (Some(problem), _, _) => FieldOutcome::Problem(problem.message.clone()),
        (None, _, Presence::Composed(_)) => FieldOutcome::Composed,
        (None, Outcome::Found { entry: usize::MAX, .. }, _)
        | (None, _, Presence::Default { .. })
            if !matches!(resolution.outcomes[leaf], Outcome::Found { entry, .. } if entry != usize::MAX) =>
        {
            FieldOutcome::Default
        }
        (None, Outcome::Found { entry, found }, _) => {
            FieldOutcome::From(labelled(resolution, *entry, &found.origin))
        }
        (None, Outcome::Failed { failure, .. }, _) => {
            FieldOutcome::Problem(failure.message.to_string())
        }
        (None, Outcome::Absent, _) => FieldOutcome::Nothing,
    };
    let hidden = resolution.misses.iter().filter(|miss| miss.question == leaf);
    let hidden = hidden
        .filter_map(|miss| match &miss.what {
            Missed::Shadowed(origin) => Some(labelled(resolution, miss.entry, origin)),
            _ => None,
        })
        .collect();
    FieldReport {
        path: of.path(),
        kind: of.field().kind,
        outcome,
        tried: tried(resolution, leaf),
        hidden,
    }
}
