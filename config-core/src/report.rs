//! The report of a load: where each field came from, what else was looked at, what was noticed. No values.

mod plan;
mod table;
mod warn;

use std::fmt;
use std::ops::Range;

use crate::build::problems::{labelled, tried};
use crate::error::{Error, Problem, Tried, Warning};
use crate::origin::Origin;
use crate::resolve::{self, Hidden, Missed, Options, Outcome, Questions, Resolution};
use crate::schema::{FieldKind, Leaf, Presence, Schema};

pub use plan::{Plan, PlannedSource};
pub(crate) use warn::{failing, strict, warnings};

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
    /// What to say where profiles are declared and none is in force.
    no_profile: Option<String>,
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
    /// A source that may have it and was not read, as reading it changes something, such as minting a credential.
    Unread(Tried),
    /// A problem; its message.
    Problem(String),
}

/// What came of what was resolved.
pub(crate) struct Judged<'a> {
    pub(crate) problems: &'a [Problem],
    /// The fields of nested structs that are not there.
    pub(crate) without: &'a [Range<usize>],
    /// What stronger sources hide, where that is known.
    pub(crate) hidden: Option<&'a Hidden>,
}

impl Report {
    pub(crate) const fn empty() -> Self {
        Self {
            name: "",
            profile: None,
            no_profile: None,
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
        resolution: &Resolution,
        judged: &Judged<'_>,
        options: &Options,
    ) -> Self {
        let Judged { problems, hidden, .. } = *judged;
        let fields = (0..schema.leaves().len())
            .map(|leaf| field(schema, resolution, judged, leaf))
            .collect();
        let mut noticed = failing(resolution, Questions::Fields(schema), options);
        let asked = resolution.list.all_opened();
        noticed.extend(warnings(schema, resolution, options, &asked, hidden));
        let problems = resolution.general.iter().chain(problems).cloned().collect();
        Self {
            name: schema.name(),
            profile: resolution.profile.clone(),
            no_profile: resolve::none_in_force(schema, options, resolution.profile.as_deref()),
            fields,
            warnings: noticed,
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
            Self::Unread(tried) => tried.fmt(f),
            Self::Problem(message) => write!(f, "PROBLEM: {message}"),
        }
    }
}

fn field(
    schema: &'static Schema,
    resolution: &Resolution,
    judged: &Judged<'_>,
    leaf: usize,
) -> FieldReport {
    let of = &schema.leaves()[leaf];
    let problem = judged.problems.iter().find(|problem| problem.path == of.path());
    let outcome = match (problem, &resolution.outcomes[leaf], of.field().presence) {
        (Some(problem), _, _) => FieldOutcome::Problem(problem.message.clone()),
        _ if judged.without.iter().any(|fields| fields.contains(&leaf)) => FieldOutcome::Nothing,
        (None, _, Presence::Composed(_)) => composed(schema, resolution, judged, of),
        (None, Outcome::Found { entry: usize::MAX, .. }, _)
        | (None, _, Presence::Default { .. })
            if !is_from_a_source(&resolution.outcomes[leaf]) =>
        {
            FieldOutcome::Default
        }
        (None, Outcome::Found { entry, found }, _) => {
            FieldOutcome::From(labelled(resolution, *entry, &found.origin))
        }
        (None, Outcome::Failed { failure, .. }, _) => {
            FieldOutcome::Problem(failure.message.to_string())
        }
        (None, Outcome::Unread { entry, absence }, _) => FieldOutcome::Unread(Tried {
            source: resolution.label(*entry),
            absence: absence.clone(),
        }),
        (None, Outcome::Absent, _) => FieldOutcome::Nothing,
    };
    let hidden = resolution.misses.iter().filter(|miss| miss.question == leaf);
    let hidden = hidden
        .filter_map(|miss| match &miss.what {
            Missed::Shadowed(found) => Some(labelled(resolution, miss.entry, &found.origin)),
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

/// What a composed field has: nothing, where one of its parts could not be loaded.
fn composed(
    schema: &'static Schema,
    resolution: &Resolution,
    judged: &Judged<'_>,
    of: &Leaf,
) -> FieldOutcome {
    let is_lacking = |part: &&&Leaf| {
        let failed = schema.leaves().iter().zip(&resolution.outcomes).any(|(leaf, outcome)| {
            leaf.path() == part.path() && matches!(outcome, Outcome::Failed { .. })
        });
        failed || judged.problems.iter().any(|problem| problem.path == part.path())
    };
    let parts = schema.parts(of).unwrap_or_default();
    let lacking: Vec<&str> = parts.iter().filter(is_lacking).map(|part| part.path()).collect();
    match lacking.as_slice() {
        [] => FieldOutcome::Composed,
        lacking => FieldOutcome::Problem(format!("not composed: it needs {}", lacking.join(", "))),
    }
}

/// Whether a source answered for it, or may.
const fn is_from_a_source(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Found { entry, .. } => *entry != usize::MAX,
        Outcome::Unread { .. } => true,
        Outcome::Absent | Outcome::Failed { .. } => false,
    }
}
