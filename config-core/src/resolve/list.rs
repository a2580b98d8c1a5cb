//! The list of one load: the declared entries of the profile, and what the program added.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::guarded::Guarded;
use super::{Added, Options, not_supplied};
use crate::environment::Context;
use crate::error::{Problem, ProblemKind};
use crate::schema::{Entry, Schema};
use crate::source::{Failure, FailureKind, Source};
use crate::sources::{self, Request, Unopened, Variables};
use crate::value::{Position, Text};

/// The entries in order of priority.
pub(crate) struct SourceList {
    entries: Vec<Listed>,
    /// How many entries stand above every field's own list: the values set by the program.
    pub(crate) above: usize,
    /// What came of sources that the program gave and that could not say what they are.
    pub(crate) unnamed: Vec<Failure>,
}

/// One entry; its source is opened when it is first asked.
pub(crate) struct Listed {
    kind: Cow<'static, str>,
    name: Option<Cow<'static, str>>,
    place: Place,
    /// Whether the profile names this entry itself: then it has to be configured.
    demanded: bool,
    source: OnceLock<Result<Arc<dyn Source>, Box<Unopened>>>,
    /// Whether the source is one of ours that keeps what it has read, so that it may be asked again.
    keeps: bool,
}

enum Place {
    /// As declared; expanded when opened.
    Declared(Option<&'static str>),
    /// Given to the loader: taken as it is, and must exist.
    Given(PathBuf),
    /// A source of the program's own.
    Custom,
    /// A source of the program's own in the stead of a declared entry, whose place it takes if it has none itself.
    Supplied { source: Arc<dyn Source>, place: &'static str },
}

/// The list of a profile, and whether it is the profile's own and so has to be configured.
pub(crate) fn declared(schema: &Schema, profile: Option<&str>) -> (&'static [Entry], bool) {
    let own =
        profile.and_then(|name| schema.profiles().iter().find(|known| known.name == name)?.sources);
    (own.unwrap_or(schema.sources()), own.is_some())
}

impl SourceList {
    pub(crate) fn new(schema: &Schema, profile: Option<&str>, options: &Options) -> Self {
        let (declared, demanded) = declared(schema, profile);
        let mut entries: Vec<Listed> = Vec::with_capacity(declared.len() + options.added.len() + 1);
        if !options.overrides.is_empty() {
            let source: Arc<dyn Source> = Arc::new(sources::overrides(options.overrides.clone()));
            entries.push(Listed { keeps: true, ..Listed::open(Cow::Borrowed("set"), source) });
        }
        let above = entries.len();
        entries.extend(declared.iter().map(|entry| Listed {
            kind: Cow::Borrowed(entry.kind),
            name: entry.name.map(Cow::Borrowed),
            place: if entry.custom { Place::Custom } else { Place::Declared(entry.place) },
            demanded,
            source: OnceLock::new(),
            keeps: !entry.custom,
        }));
        let mut unnamed = Vec::new();
        for added in &options.added {
            unnamed.extend(add(&mut entries, above, added, profile).err());
        }
        Self { entries, above, unnamed }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn kind(&self, entry: usize) -> &str {
        &self.entries[entry].kind
    }

    /// Whether an entry of a field's own list means this entry.
    pub(crate) fn matches(&self, entry: usize, word: &Entry) -> bool {
        let listed = &self.entries[entry];
        listed.kind == word.kind && (word.name.is_none() || listed.name.as_deref() == word.name)
    }

    /// Whether the program means this entry by a kind, `vault` or `vault@eu`, or by its label.
    pub(crate) fn is_called(&self, entry: usize, name: &str) -> bool {
        let listed = &self.entries[entry];
        let named = match name.split_once('@') {
            Some((kind, name)) => listed.kind == kind && listed.name.as_deref() == Some(name),
            None => listed.kind == name,
        };
        named || self.label(entry) == name
    }

    pub(crate) fn label(&self, entry: usize) -> String {
        let listed = &self.entries[entry];
        if let Some(Ok(source)) = listed.source.get() {
            let label = source.label();
            return match &listed.name {
                Some(name) if !first_word(&label).contains('@') => {
                    label.replacen(&*listed.kind, &format!("{}@{name}", listed.kind), 1)
                }
                _ => label,
            };
        }
        let place = match &listed.place {
            Place::Declared(Some(place)) => format!(" {place}"),
            Place::Given(path) => format!(" {}", path.display()),
            Place::Supplied { place, .. } => format!(" {place}"),
            Place::Declared(None) | Place::Custom => String::new(),
        };
        let name = listed.name.as_ref().map_or(String::new(), |name| format!("@{name}"));
        format!("{}{name}{place}", listed.kind)
    }

    /// Whether an entry that is not configured is a problem and not just a remark.
    pub(crate) fn is_demanded(&self, entry: usize) -> bool {
        self.entries[entry].demanded
    }

    /// Whether the loader was given the place of an entry, so that it must exist.
    pub(crate) fn is_given(&self, entry: usize) -> bool {
        matches!(self.entries[entry].place, Place::Given(_))
    }

    /// The source of an entry, opened now if it was not yet.
    pub(crate) fn source(
        &self,
        entry: usize,
        context: &Context<'_>,
    ) -> Result<&Arc<dyn Source>, &Unopened> {
        let listed = &self.entries[entry];
        let variables = |name: &str| self.variable(name, context);
        let opened = || listed.opened(context, &variables).map_err(Box::new);
        listed.source.get_or_init(opened).as_ref().map_err(|unopened| &**unopened)
    }

    /// A variable that sources are set up by: of the environment, else of a source that has variables.
    fn variable(&self, name: &str, context: &Context<'_>) -> Result<Option<Text>, Failure> {
        if let Some(text) = sources::variable_of(context.environment, name)? {
            return Ok(Some(text));
        }
        let has_variables =
            |listed: &Listed| sources::kind(&listed.kind).is_some_and(|kind| kind.has_variables);
        for entry in (0..self.entries.len()).filter(|&entry| has_variables(&self.entries[entry])) {
            let source = match self.source(entry, context) {
                Ok(source) => source,
                Err(Unopened::Failed(failure)) => return Err(failure.clone()),
                Err(Unopened::NotConfigured(_) | Unopened::Incomplete(_)) => continue,
            };
            if let Some(text) = source.bootstrap(name)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Where a variable stands that other sources could be set up by, and its text, as far as sources are open.
    pub(crate) fn bootstraps(&self, name: &str) -> impl Iterator<Item = (String, Text)> {
        (0..self.entries.len()).filter_map(move |entry| {
            let kind = sources::kind(&self.entries[entry].kind)?;
            let source = self.opened(entry).filter(|_| kind.has_variables)?;
            Some((self.label(entry), source.bootstrap(name).ok()??))
        })
    }

    /// The entries whose sources are open.
    pub(crate) fn all_opened(&self) -> Vec<usize> {
        (0..self.entries.len()).filter(|&entry| self.opened(entry).is_some()).collect()
    }

    /// Whether an entry's source may be asked a second time: it is local, ours, and keeps what it has read.
    pub(crate) fn may_be_asked_again(&self, entry: usize) -> bool {
        self.entries[entry].keeps && self.opened(entry).is_some_and(|source| !source.is_remote())
    }

    /// The source of an entry that was opened before.
    pub(crate) fn opened(&self, entry: usize) -> Option<&Arc<dyn Source>> {
        self.entries[entry].source.get()?.as_ref().ok()
    }

    /// The places given to the loader that are not there: problems even if every field has its value elsewhere.
    pub(crate) fn missing_places(&self, context: &Context<'_>) -> Vec<(usize, Problem)> {
        let mut problems = Vec::new();
        for (entry, listed) in self.entries.iter().enumerate() {
            let Place::Given(path) = &listed.place else { continue };
            let path = context.resolve(path);
            if let Err(error) = std::fs::metadata(&path) {
                let path = std::path::absolute(&path).unwrap_or(path);
                let failure = Failure::io(&error, path.clone().into());
                let mut problem = Problem::general(
                    format!("{} {}", listed.kind, path.display()),
                    ProblemKind::from(failure.kind()),
                    failure.message.into_owned(),
                );
                problem.hint = Some("a path given to the loader must exist".to_owned());
                problems.push((entry, problem));
            }
        }
        problems
    }
}

impl Listed {
    fn open(kind: Cow<'static, str>, source: Arc<dyn Source>) -> Self {
        Self {
            kind,
            name: None,
            place: Place::Custom,
            demanded: false,
            source: OnceLock::from(Ok(source)),
            keeps: false,
        }
    }

    fn opened(
        &self,
        context: &Context<'_>,
        variables: Variables<'_>,
    ) -> Result<Arc<dyn Source>, Unopened> {
        let request = match &self.place {
            Place::Custom => return Err(Unopened::Failed(not_supplied(&self.kind))),
            Place::Supplied { source, place } => {
                let place = context.expand(place).map_err(Unopened::from)?;
                return match source.at_place(&place) {
                    Some(placed) => placed.map_err(Unopened::Failed),
                    None => Ok(Arc::clone(source)),
                };
            }
            Place::Declared(place) => {
                Request { name: self.name.as_deref(), variables, ..Request::declared(*place) }
            }
            Place::Given(path) => match path.to_str() {
                Some(path) => Request { variables, ..Request::given(path) },
                None => {
                    let failure =
                        Failure::new(FailureKind::Malformed, "the path is not UTF-8 text");
                    return Err(Unopened::Failed(
                        failure.in_file(path.as_path().into(), Position::default()),
                    ));
                }
            },
        };
        match sources::kind(&self.kind) {
            Some(kind) => (kind.open)(&request, context).map(Arc::from),
            None => Err(Unopened::Failed(not_supplied(&self.kind))),
        }
    }
}

fn first_word(label: &str) -> &str {
    label.split(' ').next().unwrap_or_default()
}

/// A source of the program's own; the first word of its label is its kind, with its name behind `@` where it has one.
fn supplied(source: Arc<dyn Source>) -> Result<Listed, Failure> {
    let source = Guarded::new(source)?;
    let label = source.label();
    let (kind, name) = match first_word(&label).split_once('@') {
        Some((kind, name)) => (kind, Some(Cow::Owned(name.to_owned()))),
        None => (first_word(&label), None),
    };
    Ok(Listed { name, ..Listed::open(Cow::Owned(kind.to_owned()), Arc::new(source)) })
}

/// Puts what the program gave in the place of the first entry of its kind, or at the end.
fn add(
    entries: &mut Vec<Listed>,
    above: usize,
    added: &Added,
    _profile: Option<&str>,
) -> Result<(), Failure> {
    let listed = match added {
        Added::Place { kind, path } => Listed {
            kind: Cow::Borrowed(*kind),
            name: None,
            place: Place::Given(path.clone()),
            demanded: false,
            source: OnceLock::new(),
            keeps: true,
        },
        Added::Source(source) => supplied(Arc::clone(source))?,
        #[cfg(feature = "figment")]
        Added::ForProfile(make) => Listed { keeps: true, ..supplied(make(_profile))? },
    };
    let untouched = |entry: &Listed| {
        entry.kind == listed.kind
            && (listed.name.is_none() || entry.name == listed.name)
            && !matches!(entry.place, Place::Given(_) | Place::Supplied { .. })
            && entry.source.get().is_none()
    };
    match entries.iter().skip(above).position(untouched) {
        Some(position) => {
            let replaced = &mut entries[above + position];
            let name = replaced.name.take();
            let declared = match replaced.place {
                Place::Declared(place) => place,
                _ => None,
            };
            let supplied = listed.source.get().and_then(|source| source.as_ref().ok().cloned());
            *replaced = match (supplied, declared) {
                (Some(source), Some(place)) => {
                    let place = Place::Supplied { source, place };
                    Listed { name, place, source: OnceLock::new(), ..listed }
                }
                _ => Listed { name, ..listed },
            };
        }
        None => entries.push(listed),
    }
    Ok(())
}
