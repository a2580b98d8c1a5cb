//! The list of one load: the declared entries of the profile, and what the program added.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::{Added, Options, not_supplied};
use crate::environment::Context;
use crate::error::{Problem, ProblemKind};
use crate::schema::{Entry, Schema};
use crate::source::{Failure, FailureKind, Source};
use crate::sources::{self, Request, Unopened};
use crate::value::Position;

/// The entries in order of priority.
pub(crate) struct SourceList {
    entries: Vec<Listed>,
    /// How many entries stand above every field's own list: the values set by the program.
    pub(crate) above: usize,
}

/// One entry; its source is opened when it is first asked.
pub(crate) struct Listed {
    kind: Cow<'static, str>,
    name: Option<&'static str>,
    place: Place,
    /// Whether the profile names this entry itself: then it has to be configured.
    demanded: bool,
    source: OnceLock<Result<Arc<dyn Source>, Box<Unopened>>>,
}

enum Place {
    /// As declared; expanded when opened.
    Declared(Option<&'static str>),
    /// Given to the loader: taken as it is, and must exist.
    Given(PathBuf),
    /// A source of the program's own.
    Custom,
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
            entries.push(Listed::open(Cow::Borrowed("set"), source));
        }
        let above = entries.len();
        entries.extend(declared.iter().map(|entry| Listed {
            kind: Cow::Borrowed(entry.kind),
            name: entry.name,
            place: if entry.custom { Place::Custom } else { Place::Declared(entry.place) },
            demanded,
            source: OnceLock::new(),
        }));
        for added in &options.added {
            add(&mut entries, above, added, profile);
        }
        Self { entries, above }
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
        listed.kind == word.kind && (word.name.is_none() || listed.name == word.name)
    }

    /// Whether the program means this entry by a kind, `vault` or `vault@eu`, or by its label.
    pub(crate) fn is_called(&self, entry: usize, name: &str) -> bool {
        let listed = &self.entries[entry];
        let named = match name.split_once('@') {
            Some((kind, name)) => listed.kind == kind && listed.name == Some(name),
            None => listed.kind == name,
        };
        named || self.label(entry) == name
    }

    pub(crate) fn label(&self, entry: usize) -> String {
        let listed = &self.entries[entry];
        if let Some(Ok(source)) = listed.source.get() {
            return match listed.name {
                Some(name) => {
                    source.label().replacen(&*listed.kind, &format!("{}@{name}", listed.kind), 1)
                }
                None => source.label(),
            };
        }
        let place = match &listed.place {
            Place::Declared(Some(place)) => format!(" {place}"),
            Place::Given(path) => format!(" {}", path.display()),
            Place::Declared(None) | Place::Custom => String::new(),
        };
        let name = listed.name.map_or(String::new(), |name| format!("@{name}"));
        format!("{}{name}{place}", listed.kind)
    }

    /// Whether an entry that is not configured is a problem and not just a remark.
    pub(crate) fn is_demanded(&self, entry: usize) -> bool {
        self.entries[entry].demanded
    }

    /// The source of an entry, opened now if it was not yet.
    pub(crate) fn source(
        &self,
        entry: usize,
        context: &Context<'_>,
    ) -> Result<&Arc<dyn Source>, &Unopened> {
        let listed = &self.entries[entry];
        let opened = || listed.opened(context).map_err(Box::new);
        listed.source.get_or_init(opened).as_ref().map_err(|unopened| &**unopened)
    }

    /// The source of an entry that was opened before.
    pub(crate) fn opened(&self, entry: usize) -> Option<&Arc<dyn Source>> {
        self.entries[entry].source.get()?.as_ref().ok()
    }

    /// The places given to the loader that are not there: problems even if every field has its value elsewhere.
    pub(crate) fn missing_places(&self, context: &Context<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for listed in &self.entries {
            let Place::Given(path) = &listed.place else { continue };
            let path = context.resolve(path);
            if let Err(error) = std::fs::metadata(&path) {
                let failure = Failure::io(&error, path.clone().into());
                let mut problem = Problem::general(
                    format!("{} {}", listed.kind, path.display()),
                    ProblemKind::from(failure.kind()),
                    failure.message.into_owned(),
                );
                problem.hint = Some("a path given to the loader must exist".to_owned());
                problems.push(problem);
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
        }
    }

    fn opened(&self, context: &Context<'_>) -> Result<Arc<dyn Source>, Unopened> {
        let request = match &self.place {
            Place::Custom => return Err(Unopened::Failed(not_supplied(&self.kind))),
            Place::Declared(place) => Request { place: *place, given: false },
            Place::Given(path) => match path.to_str() {
                Some(path) => Request { place: Some(path), given: true },
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

fn supplied(source: Arc<dyn Source>) -> (Cow<'static, str>, Listed) {
    let label = source.label();
    let kind = label.split(' ').next().unwrap_or_default().to_owned();
    (Cow::Owned(kind.clone()), Listed::open(Cow::Owned(kind), source))
}

/// Puts what the program gave in the place of the first entry of its kind, or at the end.
fn add(entries: &mut Vec<Listed>, above: usize, added: &Added, _profile: Option<&str>) {
    let (kind, listed) = match added {
        Added::Place { kind, path } => {
            let kind = Cow::Borrowed(*kind);
            let place = Place::Given(path.clone());
            let listed = Listed {
                kind: kind.clone(),
                name: None,
                place,
                demanded: false,
                source: OnceLock::new(),
            };
            (kind, listed)
        }
        Added::Source(source) => supplied(Arc::clone(source)),
        #[cfg(feature = "figment")]
        Added::ForProfile(make) => supplied(make(_profile)),
    };
    let untouched = |entry: &Listed| {
        entry.kind == kind
            && !matches!(entry.place, Place::Given(_))
            && entry.source.get().is_none()
    };
    match entries.iter().skip(above).position(untouched) {
        Some(position) => {
            let replaced = &mut entries[above + position];
            let name = replaced.name;
            *replaced = Listed { name, ..listed };
        }
        None => entries.push(listed),
    }
}
