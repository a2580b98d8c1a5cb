//! Where a value came from, and what else was looked at.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "live")]
use crate::clock::Moment;
use crate::value::Position;

/// Where a value was found: the source, the name it had there, and the place in the file.
///
/// ```
/// let origin = config_core::Origin::new("APP_PORT");
/// assert_eq!(origin.key(), "APP_PORT");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub(crate) key: Cow<'static, str>,
    /// Which of the key's variable names it is, until the resolver has written the name in.
    pub(crate) which: Option<usize>,
    /// Apart, since variables have none of it, and most values are variables.
    more: Option<Box<More>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct More {
    source: Cow<'static, str>,
    file: Option<Arc<Path>>,
    at: Position,
    version: Option<Box<str>>,
    /// Whether the key names the place too, and so stands in the source's stead.
    elsewhere: bool,
    /// How old the answer is, where the source could not be asked and an earlier one was taken.
    age: Option<Duration>,
    advice: Option<Box<str>>,
    #[cfg(feature = "live")]
    term: Term,
}

/// How long a value is good, as far as its source tells that of each value.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "_net"), expect(dead_code, reason = "remote sources alone tell it"))]
pub(crate) enum Term {
    /// It does not tell.
    #[default]
    Untold,
    /// As far as is known it is good for ever.
    Endless,
    /// It was lent until then.
    Until(Moment),
}

impl Origin {
    /// An origin that has a name in its source and nothing more. The resolver adds which source it was.
    ///
    /// ```
    /// let origin = config_core::Origin::new("smtp.host");
    /// assert_eq!(origin.source(), "");
    /// ```
    #[must_use]
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), which: None, more: None }
    }

    /// An origin whose name is one of the key's variable names, by its position; the resolver writes the name in.
    /// It costs no allocation.
    ///
    /// ```
    /// assert_eq!(config_core::Origin::variable(0).key(), "");
    /// ```
    #[must_use]
    pub const fn variable(which: usize) -> Self {
        Self { key: Cow::Borrowed(""), which: Some(which), more: None }
    }

    /// Adds the file and the place in it.
    ///
    /// ```
    /// use config_core::{Origin, Position};
    /// let origin = Origin::new("port").in_file(std::path::Path::new("a.json").into(), Position::START);
    /// assert_eq!(origin.position().line, 1);
    /// ```
    #[must_use]
    pub fn in_file(mut self, file: Arc<Path>, at: Position) -> Self {
        let more = self.more_mut();
        (more.file, more.at) = (Some(file), at);
        self
    }

    /// Adds the version that the source gave the value.
    ///
    /// ```
    /// let origin = config_core::Origin::new("token").version("7");
    /// assert_eq!(origin.to_string(), "token, version 7");
    /// ```
    #[must_use]
    pub fn version(mut self, version: impl Into<Box<str>>) -> Self {
        self.more_mut().version = Some(version.into());
        self
    }

    /// Says that the key names its place itself, as it is not the one that the source's label names:
    /// `secret/db#url` of a source `vault secret/app`.
    ///
    /// ```
    /// let origin = config_core::Origin::new("secret/db#url").elsewhere();
    /// assert_eq!(origin.to_string(), "secret/db#url");
    /// ```
    #[must_use]
    pub fn elsewhere(mut self) -> Self {
        self.more_mut().elsewhere = true;
        self
    }

    /// Says that the source could not be asked, and that this is what it answered so long ago.
    ///
    /// ```
    /// use std::time::Duration;
    /// let origin = config_core::Origin::new("token").aged(Duration::from_secs(300));
    /// assert_eq!(origin.to_string(), "token, answered 5m ago");
    /// ```
    #[must_use]
    pub fn aged(mut self, age: Duration) -> Self {
        self.more_mut().age = Some(age);
        self
    }

    /// How old the answer is, in words: only where the source could not be asked and an earlier answer was taken.
    pub(crate) fn age(&self) -> Option<String> {
        self.aged_by().map(in_words)
    }

    /// How old the answer is, where the source could not be asked and an earlier answer was taken.
    pub(crate) fn aged_by(&self) -> Option<Duration> {
        self.more.as_ref()?.age
    }

    /// The source as reports name it: `env`, `file secrets.json`.
    ///
    /// ```
    /// assert_eq!(config_core::Origin::new("A").source(), "");
    /// ```
    #[must_use]
    pub fn source(&self) -> &str {
        self.more.as_ref().map_or("", |more| &more.source)
    }

    /// The name of the value in its source: a variable, a key, a file's name.
    ///
    /// ```
    /// assert_eq!(config_core::Origin::new("A").key(), "A");
    /// ```
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The file that the value stands in, where there is one.
    ///
    /// ```
    /// assert!(config_core::Origin::new("A").file().is_none());
    /// ```
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.more.as_ref().and_then(|more| more.file.as_deref())
    }

    /// The place in the file.
    ///
    /// ```
    /// assert!(!config_core::Origin::new("A").position().is_known());
    /// ```
    #[must_use]
    pub fn position(&self) -> Position {
        self.more.as_ref().map_or(Position::default(), |more| more.at)
    }
}

impl Origin {
    /// The same, found by this source.
    pub(crate) fn of_source(mut self, source: impl Into<Cow<'static, str>>) -> Self {
        self.more_mut().source = source.into();
        self
    }

    /// The same with what is known of the place: of a file where there is one.
    pub(crate) fn at(mut self, file: Option<Arc<Path>>, at: Position) -> Self {
        if file.is_some() || at.is_known() {
            let more = self.more_mut();
            (more.file, more.at) = (file, at);
        }
        self
    }

    /// The same with what to do there where the value does not fit.
    #[cfg(feature = "figment")]
    pub(crate) fn advised(mut self, advice: impl Into<Box<str>>) -> Self {
        self.more_mut().advice = Some(advice.into());
        self
    }

    /// What to do there where the value does not fit.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.more.as_ref().and_then(|more| more.advice.as_deref())
    }

    /// The same, good until then; for ever where that is none.
    #[cfg(all(feature = "_net", feature = "live"))]
    pub(crate) fn lent(mut self, until: Option<Moment>) -> Self {
        self.more_mut().term = until.map_or(Term::Endless, Term::Until);
        self
    }

    /// How long the value is good.
    #[cfg(feature = "live")]
    pub(crate) fn term(&self) -> Term {
        self.more.as_ref().map_or(Term::Untold, |more| more.term)
    }

    /// The place in the file, and the file where neither the source nor the key names it; empty where none is known.
    pub(crate) fn place(&self) -> String {
        let at = self.position();
        match (self.file().filter(|file| !self.names(file)), at.is_known()) {
            (Some(file), true) => format!("{}, {at}", Plain(file.display())),
            (Some(file), false) => Plain(file.display()).to_string(),
            (None, true) => at.to_string(),
            (None, false) => String::new(),
        }
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Whether the source or the key names the file already, so that it need not be said twice.
    fn names(&self, file: &Path) -> bool {
        let place = self.source().split_once(' ').map_or("", |(_, place)| place);
        let place = place.split_once('#').map_or(place, |(file, _)| file);
        [place, &*self.key].iter().any(|name| !name.is_empty() && file.ends_with(name))
    }
}

/// A source and a name in it: `env APP_PORT`, and `file secrets.json#smtp.port` where the source has a place.
pub(crate) fn join(
    f: &mut fmt::Formatter<'_>,
    source: &str,
    key: &str,
    elsewhere: bool,
) -> fmt::Result {
    match (source, key) {
        ("", key) => write!(f, "{}", Plain(key)),
        (source, "") => write!(f, "{}", Plain(source)),
        (source, key) => match source.split_once(' ') {
            Some((kind, place)) if elsewhere || key.starts_with(place) => {
                write!(f, "{} {}", Plain(kind), Plain(key))
            }
            Some(_) => write!(f, "{}#{}", Plain(source), Plain(key)),
            None => write!(f, "{} {}", Plain(source), Plain(key)),
        },
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elsewhere = self.more.as_ref().is_some_and(|more| more.elsewhere);
        join(f, self.source(), &self.key, elsewhere)?;
        let place = self.place();
        if !place.is_empty() {
            write!(f, " ({place})")?;
        }
        if let Some(version) = self.more.as_ref().and_then(|more| more.version.as_ref()) {
            write!(f, ", version {version}")?;
        }
        if let Some(age) = self.age() {
            write!(f, ", answered {age} ago")?;
        }
        Ok(())
    }
}

/// A time in its largest whole unit: `5m`.
pub(crate) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A place that was looked at and did not give the value.
///
/// ```
/// let absence = config_core::Absence::new("APP_PORT", "not set");
/// assert_eq!(absence.to_string(), "APP_PORT (not set)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    pub(crate) key: Cow<'static, str>,
    pub(crate) why: Cow<'static, str>,
    /// Which of the key's variable names it is, until the resolver has written the name in.
    pub(crate) which: Option<usize>,
    /// Whether the key names the place too, and so stands in the source's stead.
    pub(crate) elsewhere: bool,
    /// How old the answer is, where the source could not be asked and an earlier one was taken.
    pub(crate) age: Option<Duration>,
}

impl Absence {
    /// Says where was looked too: `in eu-west-1`.
    #[cfg(feature = "_net")]
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.why = format!("{} {place}", self.why).into();
        self
    }

    /// What was looked at, and why it gave nothing: `not set`, `no such key`, `no such file`.
    ///
    /// ```
    /// assert_eq!(config_core::Absence::new("a", "no such key").to_string(), "a (no such key)");
    /// ```
    #[must_use]
    pub fn new(key: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), why: why.into(), which: None, elsewhere: false, age: None }
    }

    /// The key's first variable name, and why it gave nothing; the resolver writes the name in.
    ///
    /// ```
    /// assert_eq!(config_core::Absence::variable("not set").to_string(), " (not set)");
    /// ```
    #[must_use]
    pub const fn variable(why: &'static str) -> Self {
        let key = Cow::Borrowed("");
        Self { key, why: Cow::Borrowed(why), which: Some(0), elsewhere: false, age: None }
    }

    /// Says that the key names its place itself, as it is not the one that the source's label names.
    ///
    /// ```
    /// let absence = config_core::Absence::new("secret/db#url", "no such key").elsewhere();
    /// assert_eq!(absence.to_string(), "secret/db#url (no such key)");
    /// ```
    #[must_use]
    pub const fn elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// The same where the source could not be asked, and this is what it answered so long ago.
    pub(crate) const fn aged(mut self, age: Option<Duration>) -> Self {
        self.age = age;
        self
    }

    /// Why there was nothing, and how long ago it was said where nobody could be asked now.
    pub(crate) fn reason(&self) -> Cow<'_, str> {
        match self.age {
            Some(age) => {
                format!("{}, answered {} ago; unreachable now", self.why, in_words(age)).into()
            }
            None => Cow::Borrowed(&self.why),
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.key, self.reason())
    }
}

/// A name or path from outside, with its control characters escaped: none of them reaches a terminal or a log.
pub(crate) struct Plain<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        for character in text.chars() {
            match character.is_control() {
                true => write!(f, "{}", character.escape_default())?,
                false => f.write_char(character)?,
            }
        }
        Ok(())
    }
}
