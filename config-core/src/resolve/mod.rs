//! Who has which value: the list of sources is walked by priority, each source asked once for all it may have.
//!
//! Nothing here knows what kinds of source there are.

mod list;
#[cfg(feature = "testing")]
mod tap;
mod wait;
mod walk;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::environment::{Context, Environment};
use crate::error::{Problem, ProblemKind};
use crate::origin::Absence;
use crate::schema::{Leaf, Schema};
#[cfg(feature = "testing")]
use crate::source::Answer;
use crate::source::{Failure, FailureKind, Found, Key, Source};
use crate::value::Node;

pub(crate) use list::{SourceList, declared};
#[cfg(feature = "testing")]
pub(crate) use tap::Tap;
pub(crate) use walk::{Miss, Missed, with_wanted};

/// All that a loader was told.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) environment: Environment,
    pub(crate) root: Option<PathBuf>,
    pub(crate) profile: Option<String>,
    pub(crate) overrides: Vec<(String, Node)>,
    pub(crate) added: Vec<Added>,
    pub(crate) fall_through: Vec<String>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) strict: bool,
    #[cfg(feature = "testing")]
    pub(crate) tap: Option<Tap>,
}

/// A source that the program gave to the loader.
pub(crate) enum Added {
    /// The place of a kind's first entry in the list; it must exist.
    Place { kind: &'static str, path: PathBuf },
    /// A source of the program's own.
    Source(Arc<dyn Source>),
    /// A source of the program's own that has profiles itself: made for the one in force.
    #[cfg(feature = "figment")]
    ForProfile(Box<MakeSource>),
}

/// Makes a source for a profile.
#[cfg(feature = "figment")]
pub(crate) type MakeSource = dyn Fn(Option<&str>) -> Arc<dyn Source> + Send + Sync;

/// What is asked: the fields of a struct, or one name known only at run time.
#[derive(Clone, Copy)]
pub(crate) enum Questions<'a> {
    Fields(&'static Schema),
    Name { schema: &'static Schema, variable: &'a [&'a str] },
}

/// What a walk found out, a result for each question.
pub(crate) struct Resolution {
    pub(crate) profile: Option<String>,
    pub(crate) list: SourceList,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) misses: Vec<Miss>,
    /// Problems that are of no one field.
    pub(crate) general: Vec<Problem>,
    #[cfg(feature = "testing")]
    tap: Option<Tap>,
}

/// What became of one question.
pub(crate) enum Outcome {
    /// No source has it.
    Absent,
    /// The value, and the entry of the list that has it.
    Found { entry: usize, found: Found },
    /// A source that comes before any value failed.
    Failed { entry: usize, failure: Box<Failure> },
}

/// How many values a walk looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Until each question has its value.
    First,
    /// Everything that every source has; for reports.
    All,
}

/// Resolves with local and remote sources, blocking the thread.
pub(crate) fn blocking(
    questions: Questions<'_>,
    options: &Options,
    depth: Depth,
) -> Result<Resolution, Vec<Problem>> {
    let (mut resolution, asked) = begin(questions, options, depth)?;
    if !asked.is_empty() {
        let answers = wait::on_own_thread(&resolution.list, questions, &asked, options.deadline());
        walk::merge(&mut resolution, questions, asked, answers, options, depth);
    }
    Ok(resolution)
}

/// Resolves with local and remote sources; local ones answer at once.
pub(crate) async fn asynchronous(
    questions: Questions<'_>,
    options: &Options,
    depth: Depth,
) -> Result<Resolution, Vec<Problem>> {
    let (mut resolution, asked) = begin(questions, options, depth)?;
    if !asked.is_empty() {
        let answers = wait::together(&resolution.list, questions, &asked, options.deadline()).await;
        walk::merge(&mut resolution, questions, asked, answers, options, depth);
    }
    Ok(resolution)
}

/// Settles the profile and the list, and asks the local sources; what is left are the questions for remote ones.
fn begin(
    questions: Questions<'_>,
    options: &Options,
    depth: Depth,
) -> Result<(Resolution, Vec<walk::Asked>), Vec<Problem>> {
    let schema = questions.schema();
    let profile = profile(schema, options).map_err(|problem| vec![problem])?;
    let list = SourceList::new(schema, profile.as_deref(), options);
    let context = Context {
        environment: &options.environment,
        root: options.root.as_deref(),
        profile: profile.as_deref(),
    };
    let mut general = list.missing_places(&context);
    general.extend(unknown_overrides(questions, options));
    general.extend(unknown_sources(options, &list));
    let outcomes = (0..questions.len()).map(|_| Outcome::Absent).collect();
    let mut resolution = Resolution {
        profile: None,
        list,
        outcomes,
        misses: Vec::new(),
        general,
        #[cfg(feature = "testing")]
        tap: options.tap.clone(),
    };
    let asked = walk::local(&mut resolution, questions, &context, options, depth);
    resolution.profile = profile;
    Ok((resolution, asked))
}

/// The values that the program set for a path that no field has.
fn unknown_overrides<'a>(
    questions: Questions<'a>,
    options: &'a Options,
) -> impl Iterator<Item = Problem> + use<'a> {
    let leaves = match questions {
        Questions::Fields(schema) => Some(schema.leaves()),
        Questions::Name { .. } => None,
    };
    let unknown = move |path: &str| {
        let leads_to = |leaf: &Leaf| {
            let rest = leaf.path().strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || leaf.variables().contains(&path)
        };
        leaves.filter(|leaves| !leaves.iter().any(leads_to))
    };
    options.overrides.iter().filter_map(move |(path, _)| {
        let leaves = unknown(path)?;
        let message = "a value was set for it, but no setting has that path";
        let mut problem = Problem::general(path.clone(), ProblemKind::UnknownName, message);
        let nearest = crate::suggest::nearest(path, leaves.iter().map(Leaf::path));
        problem.hint = nearest.map(|nearest| format!("did you mean {nearest}?"));
        Some(problem)
    })
}

/// The profile in force: the loader's word, else the variable's, else the declared default, else none.
#[expect(clippy::result_large_err, reason = "it is built once, where a load ends")]
pub(crate) fn profile(schema: &Schema, options: &Options) -> Result<Option<String>, Problem> {
    let (name, told_by) = match (&options.profile, schema.profile_env()) {
        (Some(name), _) => (name.clone(), "the program".to_owned()),
        (None, Some(variable)) => match options.environment.text(variable) {
            Some(Err(_)) => {
                let message = format!("the variable {variable} is not UTF-8 text");
                return Err(Problem::general("profile", ProblemKind::UnknownProfile, message));
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
    Err(unknown_profile(&name, legal, &told_by, schema))
}

/// The sources that the program named and that the list does not have.
fn unknown_sources(options: &Options, list: &SourceList) -> impl Iterator<Item = Problem> {
    let unknown = |name: &&String| (0..list.len()).all(|entry| !list.is_called(entry, name));
    options.fall_through.iter().filter(unknown).map(|name| {
        let message = "no source of the list has that name";
        Problem::general(format!("on_failure {name}"), ProblemKind::UnknownName, message)
    })
}

/// Whether a name may be shown, as it is not long enough to be anything else than a name.
fn is_plain(name: &str) -> bool {
    name.len() <= 20 && !crate::format::looks_like_a_secret(name)
}

fn unknown_profile(name: &str, legal: bool, told_by: &str, schema: &Schema) -> Problem {
    let known: Vec<&str> = schema.profiles().iter().map(|profile| profile.name).collect();
    let shown = legal && crate::format::is_name(name) && is_plain(name);
    let message = if shown {
        format!("`{name}` is not a declared profile")
    } else if legal {
        "what it names is not a declared profile".to_owned()
    } else {
        "its name may only have letters, digits, `_` and `-`".to_owned()
    };
    let mut problem = Problem::general("profile", ProblemKind::UnknownProfile, message);
    problem.origin = Some(crate::origin::Origin::new(told_by.to_owned()));
    if !known.is_empty() {
        let nearest = crate::suggest::nearest(name, known.iter().copied());
        let meant = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"));
        problem.hint = Some(format!("use one of {}{meant}", known.join(", ")));
    }
    problem
}

/// The options of a loader that was told nothing.
pub(crate) static UNTOLD: Options = Options {
    environment: Environment::Process,
    root: None,
    profile: None,
    overrides: Vec::new(),
    added: Vec::new(),
    fall_through: Vec::new(),
    deadline: None,
    strict: false,
    #[cfg(feature = "testing")]
    tap: None,
};

impl Options {
    /// Whether somebody wants to see each answer.
    pub(crate) fn is_tapped(&self) -> bool {
        #[cfg(feature = "testing")]
        return self.tap.is_some();
        #[cfg(not(feature = "testing"))]
        return false;
    }

    /// How long a load may wait for its remote sources.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline.unwrap_or(Duration::from_secs(10))
    }
}

impl<'a> Questions<'a> {
    pub(crate) fn schema(self) -> &'static Schema {
        match self {
            Self::Fields(schema) | Self::Name { schema, .. } => schema,
        }
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Self::Fields(schema) => schema.leaves().len(),
            Self::Name { .. } => 1,
        }
    }

    pub(crate) fn leaf(self, question: usize) -> Option<&'static Leaf> {
        match self {
            Self::Fields(schema) => Some(&schema.leaves()[question]),
            Self::Name { .. } => None,
        }
    }

    /// The name of a question's variable.
    pub(crate) fn variable(self, question: usize, which: usize) -> Cow<'static, str> {
        match self {
            Self::Fields(schema) => Cow::Borrowed(schema.leaves()[question].variables()[which]),
            Self::Name { variable, .. } => Cow::Owned(variable[which].to_owned()),
        }
    }

    /// The key of a question as a source of that kind is asked for it.
    pub(crate) fn key(self, question: usize, kind: &str) -> Key<'a> {
        match self {
            Self::Fields(schema) => {
                let leaf = &schema.leaves()[question];
                let field = leaf.field();
                Key {
                    path: leaf.path(),
                    variables: leaf.variables(),
                    own: field.keys.iter().find(|(of, _)| *of == kind).map(|(_, key)| *key),
                    base: leaf.rebased(kind),
                    secret: field.is_secret(),
                    binary: field.binary,
                }
            }
            Self::Name { variable, .. } => Key {
                path: variable[0],
                variables: variable,
                own: None,
                base: None,
                secret: true,
                binary: false,
            },
        }
    }
}

impl Resolution {
    /// The name of an entry's source in reports.
    pub(crate) fn label(&self, entry: usize) -> String {
        self.list.label(entry)
    }

    /// Lets the test kit know of a value that a source gave.
    #[cfg(feature = "testing")]
    fn noted(&self, question: usize, answer: &Answer) {
        if let (Some(tap), Answer::Value(found)) = (&self.tap, answer) {
            tap.note(question, &found.node);
        }
    }
}

/// The failure of a source that was declared by a name of its own and not supplied.
pub(crate) fn not_supplied(name: &str) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        format!("no source named \"{name}\" was given to the loader"),
    )
    .hint(format!("add .source(..) with a source whose label is \"{name}\""))
}

/// The remark that a source was left out.
pub(crate) fn left_out(why: &str) -> Absence {
    Absence::new("", format!("not configured: {why}"))
}
