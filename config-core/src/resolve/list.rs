//! The list of one load: the declared entries of the profile, and what the program added.

mod given;
mod opening;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::round::{Known, Leave};
use super::{OnFailure, Options};
use crate::environment::Context;
use crate::error::{Problem, ProblemKind};
use crate::schema::{Entry, Schema};
use crate::source::{Answers, Failure, Key, Source};
use crate::sources::{self, Connection, Unopened};
use crate::value::Text;

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
    /// The store that all entries of this kind and name are places in, at the first of them.
    connection: OnceLock<Result<Connection, Box<Unopened>>>,
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
            connection: OnceLock::new(),
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
        self.first_twin(entry) != entry
    }

    /// The entries of the same store, itself among them.
    #[cfg(feature = "live")]
    pub(crate) fn twins(&self, entry: usize) -> impl Iterator<Item = usize> {
        (self.above..self.entries.len()).filter(move |&other| self.are_twins(other, entry))
    }

    /// The first entry of the same store.
    fn first_twin(&self, entry: usize) -> usize {
        (self.above..entry).find(|&before| self.are_twins(before, entry)).unwrap_or(entry)
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

    /// Leave to ask an entry for these fields; or what is to be taken in the stead of asking.
    pub(super) fn leave(&self, entry: usize, paths: &[&str]) -> Result<Leave, Box<Known>> {
        #[cfg(feature = "live")]
        if let Some((keeper, profile)) = &self.keeper {
            return keeper.leave(&(profile.clone(), entry), paths);
        }
        let _ = (entry, paths);
        Ok(Leave::default())
    }

    /// Takes what an entry answered to these fields.
    pub(super) fn answered(&self, entry: usize, leave: &Leave, paths: &[&str], answers: &Answers) {
        #[cfg(feature = "live")]
        if let (Some((keeper, profile)), Some(source)) = (&self.keeper, self.opened(entry)) {
            keeper.take(&(profile.clone(), entry), &**source, leave, paths, answers);
        }
        let _ = (entry, leave, paths, answers);
    }

    /// The source of an entry that was opened before.
    pub(crate) fn opened(&self, entry: usize) -> Option<&Arc<dyn Source>> {
        self.entries[entry].source.get()?.as_ref().ok()
    }

    /// The variable that an entry would be set up by, where it is left out for want of it and of all else.
    pub(crate) fn wants(&self, entry: usize) -> Option<&str> {
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
            connection: OnceLock::new(),
            keeps: false,
            giver: None,
        }
    }
}

fn first_word(label: &str) -> &str {
    label.split(' ').next().unwrap_or_default()
}
