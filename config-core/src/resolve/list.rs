//! The list of one load: the declared entries of the profile, and what the program added.

mod given;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::{OnFailure, Options, not_supplied};
use crate::environment::Context;
use crate::error::{Problem, ProblemKind};
use crate::schema::{Entry, Schema};
use crate::source::{Failure, FailureKind, Key, Source};
use crate::sources::{self, Request, Unopened, Variables};
use crate::value::{Position, Text};

/// The entries in order of priority.
pub(crate) struct SourceList {
    entries: Vec<Listed>,
    /// How many entries stand above every field's own list: the values set by the program.
    pub(crate) above: usize,
    /// What came of sources that the program gave and that could not say what they are.
    pub(crate) unnamed: Vec<Failure>,
    #[cfg(feature = "live")]
    keeper: Option<(Arc<super::Keeper>, Option<String>)>,
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
    /// Which of the program's own sources it is, where it is one.
    giver: Option<usize>,
}

#[derive(Clone)]
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
            giver: None,
        }));
        let mut unnamed = Vec::new();
        for (giver, added) in options.added.iter().enumerate() {
            unnamed.extend(given::add(&mut entries, above, (giver, added), profile).err());
        }
        Self {
            entries,
            above,
            unnamed,
            #[cfg(feature = "live")]
            keeper: options.keeper.clone().map(|keeper| (keeper, profile.map(str::to_owned))),
        }
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

    /// What the program calls this entry by: `vault`, `vault@eu`.
    pub(crate) fn name(&self, entry: usize) -> String {
        let listed = &self.entries[entry];
        match &listed.name {
            Some(name) => format!("{}@{name}", listed.kind),
            None => listed.kind.to_string(),
        }
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
        format!("{}{place}", self.name(entry))
    }

    /// Whether an entry asks the same store as one before it.
    pub(crate) fn has_twin(&self, entry: usize) -> bool {
        (self.above..entry).any(|before| self.are_twins(before, entry))
    }

    /// Whether an entry is asked for that key. One that names its place itself is the same for all entries of one store,
    /// and so is left to the first of them that can be asked, unless the next is to be asked where that one fails.
    pub(crate) fn asks(&self, entry: usize, key: &Key<'_>, options: &Options) -> bool {
        let has_asked = |before: usize| {
            self.are_twins(before, entry)
                && self.opened(before).is_some_and(|source| source.names_place(key))
                && !self.falls_through(before, options)
        };
        !(self.above..entry).any(has_asked)
    }

    /// Whether the program said that a failure of this entry lets the next one answer.
    pub(crate) fn falls_through(&self, entry: usize, options: &Options) -> bool {
        let is_told = |(name, what): &(String, OnFailure)| {
            *what == OnFailure::Fallthrough && self.is_called(entry, name)
        };
        options.on_failure.iter().any(is_told)
    }

    /// Whether two entries are of one store, at other places.
    fn are_twins(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.entries[one], &self.entries[other]);
        (&one.kind, &one.name, one.giver) == (&other.kind, &other.name, other.giver)
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
        let opened = || {
            #[cfg(feature = "live")]
            if let Some((keeper, profile)) = &self.keeper {
                let of = (profile.clone(), entry);
                let open = |variables: Variables<'_>| listed.opened(context, variables);
                return keeper
                    .opened(of, listed.place(context), &variables, open)
                    .map_err(Box::new);
            }
            listed.opened(context, &variables).map_err(Box::new)
        };
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
                Err(_) => continue,
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

    /// Has the source of an entry opened anew by the next load, where it is one that stays open.
    #[cfg(feature = "live")]
    pub(crate) fn forget(&self, entry: usize) {
        if let Some((keeper, profile)) = &self.keeper {
            keeper.forget(&(profile.clone(), entry));
        }
    }

    /// The source of an entry that was opened before.
    pub(crate) fn opened(&self, entry: usize) -> Option<&Arc<dyn Source>> {
        self.entries[entry].source.get()?.as_ref().ok()
    }

    /// The variable that an entry would be set up by, where it is left out for want of it and of all else.
    pub(crate) fn wants(&self, entry: usize) -> Option<&'static str> {
        match self.entries[entry].source.get()?.as_ref().err().map(|unopened| &**unopened)? {
            Unopened::Without { variable, .. } => Some(variable),
            _ => None,
        }
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
            giver: None,
        }
    }

    /// The place as it is for now, for sources that stay open.
    #[cfg(feature = "live")]
    fn place(&self, context: &Context<'_>) -> Option<String> {
        match self.place {
            Place::Declared(Some(place)) | Place::Supplied { place, .. } => {
                context.expand(place).ok()
            }
            Place::Declared(None) | Place::Given(_) | Place::Custom => None,
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
