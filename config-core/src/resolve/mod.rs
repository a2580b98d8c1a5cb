//! Who has which value: the list of sources is walked by priority, each source asked once for all it may have.
//!
//! Nothing here knows what kinds of source there are.

mod alert;
mod beyond;
mod guarded;
mod hidden;
#[cfg(feature = "live")]
mod keeper;
mod list;
mod overrides;
mod profile;
mod round;
#[cfg(feature = "testing")]
mod tap;
mod wait;
mod walk;

use std::borrow::Cow;
#[cfg(feature = "live")]
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use round::Round;

use crate::environment::{Context, Environment};
use crate::error::{Problem, ProblemKind};
use crate::origin::Absence;
use crate::schema::{Leaf, Schema};
#[cfg(feature = "testing")]
use crate::source::Answer;
use crate::source::{Failure, FailureKind, Found, Key, Noted, Source};
use crate::value::Node;

pub use alert::{Alert, AlertKind};
pub(crate) use beyond::beyond;
pub(crate) use hidden::{Hidden, hidden};
#[cfg(feature = "live")]
pub(crate) use keeper::Keeper;
pub(crate) use list::{SourceList, declared};
pub(crate) use profile::{none_in_force, profile};
#[cfg(feature = "testing")]
pub(crate) use tap::Tap;
pub(crate) use walk::{Miss, Missed, comes_before, falls_through, with_wanted};

/// What to do when a source fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// Ask the next source, as if this one had nothing.
    Fallthrough,
    /// Where a remote source cannot be reached, take what it answered before, if that is no older than this: a secret, or
    /// that it has none. What it answered is kept by the [`Cache`](crate::Loader::cache) that the loader is given.
    #[cfg(feature = "_net")]
    Stale(Duration),
}

/// All that a loader was told.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) environment: Environment,
    pub(crate) root: Option<PathBuf>,
    pub(crate) profile: Option<String>,
    pub(crate) overrides: Vec<(String, Node)>,
    pub(crate) added: Vec<Added>,
    pub(crate) on_failure: Vec<(String, OnFailure)>,
    pub(crate) on_alert: Option<alert::Hook>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) strict: bool,
    #[cfg(feature = "_net")]
    pub(crate) cache: Option<crate::remote::Cache>,
    /// Whose loads these are, where what they no longer ask for is not to be kept for them.
    #[cfg(all(feature = "_net", feature = "live"))]
    pub(crate) follower: Option<crate::remote::Follower>,
    /// Where remote sources stay open from one load to the next.
    #[cfg(feature = "live")]
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// Whether an earlier load of live settings succeeded.
    #[cfg(feature = "live")]
    #[allow(dead_code, reason = "only sources over a network are tried again for it")]
    pub(crate) again: bool,
    #[cfg(feature = "age")]
    pub(crate) identities: Vec<crate::age::Identity>,
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
    /// The entries whose given place is not there, which is one of those problems.
    pub(crate) missing: Vec<usize>,
    /// The entries of remote sources that were asked, and what these say of it.
    pub(crate) noted: Vec<(usize, Arc<Noted>)>,
    #[cfg(feature = "testing")]
    tap: Option<Tap>,
}

/// What became of one question.
#[cfg_attr(feature = "live", derive(Clone))]
pub(crate) enum Outcome {
    /// No source has it.
    Absent,
    /// The value, and the entry of the list that has it.
    Found { entry: usize, found: Found },
    /// A source that comes before any value failed.
    Failed { entry: usize, failure: Box<Failure> },
    /// A source may have it, but was not read, as reading it changes something.
    Unread { entry: usize, absence: Absence },
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
        let round = Round::new(&resolution.list, questions, asked);
        let answers = wait::blocking(&resolution.list, questions, &round.open(), options, depth);
        let (asked, answers) = round.answered(&resolution.list, questions, answers);
        walk::merge(&mut resolution, questions, asked, answers, options, depth);
    }
    alert::raise(&resolution, questions, options);
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
        let round = Round::new(&resolution.list, questions, asked);
        let open = round.open();
        let answers = wait::together(&resolution.list, questions, &open, options, depth).await;
        let (asked, answers) = round.answered(&resolution.list, questions, answers);
        walk::merge(&mut resolution, questions, asked, answers, options, depth);
    }
    alert::raise(&resolution, questions, options);
    Ok(resolution)
}

/// The files that local sources look at, whose change may change what is resolved; it reads them for that.
#[cfg(feature = "live")]
pub(crate) fn watched(questions: Questions<'_>, options: &Options) -> Vec<PathBuf> {
    match begin(questions, options, Depth::First) {
        Ok((resolution, _)) => resolution.watched(),
        // The load says why.
        Err(_) => Vec::new(),
    }
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
    let context = options.context(profile.as_deref());
    let (missing, mut general): (Vec<usize>, Vec<Problem>) =
        list.missing_places(&context).into_iter().unzip();
    general.extend(list.unnamed.iter().map(unnamed));
    general.extend(overrides::refused(questions, options));
    general.extend(unknown_sources(schema, options, &list));
    general.extend(nothing_kept(options));
    let outcomes = (0..questions.len()).map(|_| Outcome::Absent).collect();
    let mut resolution = Resolution {
        profile: None,
        list,
        outcomes,
        misses: Vec::new(),
        general,
        missing,
        noted: Vec::new(),
        #[cfg(feature = "testing")]
        tap: options.tap.clone(),
    };
    let asked = walk::local(&mut resolution, questions, &context, options, depth);
    resolution.general.extend(profile::named_elsewhere(
        schema,
        options,
        &resolution.list,
        profile.as_deref(),
    ));
    resolution.profile = profile;
    Ok((resolution, asked))
}

/// The problem of a source that the program gave and that could not say what it is.
pub(crate) fn unnamed(failure: &Failure) -> Problem {
    let kind = ProblemKind::from(failure.kind());
    let mut problem =
        Problem::general("a source given to the loader", kind, failure.message.clone());
    problem.hint = failure.hint.as_ref().map(ToString::to_string);
    problem
}

/// The sources that the program named and that the list does not have.
fn unknown_sources<'a>(
    schema: &'static Schema,
    options: &'a Options,
    list: &'a SourceList,
) -> impl Iterator<Item = Problem> + use<'a> {
    // What another profile lists is known too: the program is the same in all of them.
    let declared = move |name: &str| {
        let own = schema.profiles().iter().filter_map(|profile| profile.sources);
        own.chain([schema.sources()]).flatten().any(|entry| {
            let named = entry.name.map(|own| format!("{}@{own}", entry.kind));
            entry.kind == name || named.as_deref() == Some(name)
        })
    };
    let unknown = move |name: &&String| {
        !declared(name) && (0..list.len()).all(|entry| !list.is_called(entry, name))
    };
    options.on_failure.iter().map(|(name, _)| name).filter(unknown).map(|name| {
        let message = "no source of the list has that name";
        let mut problem =
            Problem::general(format!("on_failure {name}"), ProblemKind::UnknownName, message);
        let mut names: Vec<String> = Vec::new();
        for known in (list.above..list.len()).map(|entry| list.name(entry)) {
            if !names.contains(&known) {
                names.push(known);
            }
        }
        let nearest = crate::suggest::nearest(name, names.iter().map(String::as_str));
        let meant = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"));
        problem.hint = Some(format!("use one of {}{meant}", names.join(", ")));
        problem
    })
}

/// Earlier answers that are to be taken, where none are kept.
#[cfg(feature = "_net")]
fn nothing_kept(options: &Options) -> Option<Problem> {
    let is_stale = |what: &OnFailure| matches!(what, OnFailure::Stale(_));
    let (name, _) = options.on_failure.iter().find(|(_, what)| is_stale(what))?;
    if options.cache.is_some() {
        return None;
    }
    let message = "no earlier answers are kept that could be taken";
    let mut problem =
        Problem::general(format!("on_failure {name}"), ProblemKind::NotConfigured, message);
    problem.hint = Some("give the loader a cache: .cache(&cache)".to_owned());
    Some(problem)
}

#[cfg(not(feature = "_net"))]
const fn nothing_kept(_: &Options) -> Option<Problem> {
    None
}

/// The options of a loader that was told nothing.
pub(crate) static UNTOLD: Options = Options {
    environment: Environment::Process,
    root: None,
    profile: None,
    overrides: Vec::new(),
    added: Vec::new(),
    on_failure: Vec::new(),
    on_alert: None,
    deadline: None,
    strict: false,
    #[cfg(feature = "_net")]
    cache: None,
    #[cfg(all(feature = "_net", feature = "live"))]
    follower: None,
    #[cfg(feature = "live")]
    keeper: None,
    #[cfg(feature = "live")]
    again: false,
    #[cfg(feature = "age")]
    identities: Vec::new(),
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

    /// What sources are opened with.
    pub(crate) fn context<'a>(&'a self, profile: Option<&'a str>) -> Context<'a> {
        Context {
            #[cfg(feature = "age")]
            identities: &self.identities,
            ..Context::of(&self.environment, self.root.as_deref(), profile)
        }
    }

    /// Whether this load follows one that succeeded, and others follow if it fails.
    #[cfg(feature = "_net")]
    pub(crate) const fn is_refresh(&self) -> bool {
        #[cfg(feature = "live")]
        return self.again;
        #[cfg(not(feature = "live"))]
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

    /// The path of a question's field, or the name itself.
    pub(crate) fn path(self, question: usize) -> &'a str {
        match self {
            Self::Fields(schema) => schema.leaves()[question].path(),
            Self::Name { variable, .. } => variable[0],
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
                    prefix: schema.prefix(),
                    secret: field.is_secret(),
                    binary: field.binary,
                }
            }
            Self::Name { variable, .. } => Key {
                path: variable[0],
                variables: variable,
                own: None,
                base: None,
                prefix: "",
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

    /// The files whose change may change what was resolved.
    #[cfg(feature = "live")]
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        let opened = self.list.all_opened();
        let sources = opened.into_iter().filter_map(|entry| self.list.opened(entry));
        let paths: BTreeSet<PathBuf> = sources.flat_map(|source| source.watched()).collect();
        paths.into_iter().collect()
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
    let hint = match name {
        "figment" => "add .figment(..) with the provider".to_owned(),
        name => format!("add .source(..) with a source whose label is \"{name}\""),
    };
    let message = format!("no source named \"{name}\" was given to the loader");
    Failure::new(FailureKind::NotFound, message).hint(hint)
}

/// The remark that a source was left out.
pub(crate) fn left_out(why: &str) -> Absence {
    Absence::new("", format!("not configured: {why}"))
}
