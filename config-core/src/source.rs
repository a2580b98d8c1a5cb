//! The one trait for all sources, and the questions and answers that pass through it.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use crate::origin::{Absence, Origin};
use crate::value::{Node, Position};

/// A place that values come from.
///
/// A source is given every key wanted from it at once and answers each one, in the same order: a value, absent,
/// empty, or an error of its own. It never decides what an absent value means.
///
/// ```
/// use config_core::{Absence, Answer, Fetch, Node, Origin, Source, Wanted};
///
/// struct Fixed;
///
/// impl Source for Fixed {
///     fn label(&self) -> String {
///         "fixed".to_owned()
///     }
///     fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
///         Fetch::each(wanted, |key| match key.path() {
///             "port" => Answer::value(Node::text("8080"), Origin::new("port")),
///             path => Answer::Absent(Absence::new(path.to_owned(), "no such key")),
///         })
///     }
/// }
/// ```
pub trait Source: Send + Sync {
    /// The name in reports, with the place: `env`, `file secrets.json`. A name without blanks can stand in
    /// `sources(.., "name")`.
    fn label(&self) -> String;

    /// Answers every key, in order.
    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a>;

    /// Whether the source asks somebody over a network or another process: it is then asked after all local ones, at
    /// the same time as the other remote ones.
    fn is_remote(&self) -> bool {
        false
    }

    /// Names in this source that belong to the application but that no field has, for the warnings. A source that
    /// cannot list its names has none.
    fn unclaimed(&self, _claims: &Claims<'_>) -> Vec<Unclaimed> {
        Vec::new()
    }

    /// Remarks on the source itself, such as a file that others may read or a key that stands twice.
    fn remarks(&self, _claims: &Claims<'_>) -> Vec<String> {
        Vec::new()
    }

    /// What to do so that this source has the key, as an order to a person: `set APP_PORT`.
    fn remedy(&self, _key: &Key<'_>) -> Option<String> {
        None
    }

    /// What a call of [`fetch`](Self::fetch) with these keys would read, a line each, without reading it.
    fn plan(&self, _wanted: &Wanted<'_>) -> Vec<String> {
        Vec::new()
    }
}

/// How a source answers: at once, or later.
pub enum Fetch<'a> {
    /// The answers; a local source has them at once and needs no async runtime.
    Ready(Answers),
    /// The answers to come, from a source that has to ask somebody. All of them are awaited together.
    Pending(Pin<Box<dyn Future<Output = Answers> + Send + 'a>>),
}

/// One answer for each key wanted, in order; or the one failure that stands for all of them.
pub type Answers = Result<Vec<Answer>, Failure>;

/// What a source says of one key.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The source was read and does not have it.
    Absent(Absence),
    /// The source has the name with an empty text.
    Empty(Origin),
    /// The value.
    Value(Found),
    /// The source could not say.
    Failed(Failure),
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub struct Found {
    /// The value.
    pub node: Node,
    /// Where it was found.
    pub origin: Origin,
}

/// Why a source could not answer. It never quotes a value, nor the backend's words where they may hold one.
///
/// ```
/// use config_core::{Failure, FailureKind};
/// let failure = Failure::new(FailureKind::Denied, "the file may not be read by this user");
/// assert_eq!(failure.kind(), FailureKind::Denied);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: Cow<'static, str>,
    pub(crate) key: Option<Cow<'static, str>>,
    pub(crate) file: Option<Arc<Path>>,
    pub(crate) at: Position,
    pub(crate) hint: Option<Cow<'static, str>>,
}

/// The sorts of failure, told apart because what to do about each differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A place that has to be there is not: a file given by name, a declared source that nobody supplied.
    NotFound,
    /// The source refused: permissions, policy, credentials.
    Denied,
    /// The source could not be reached, or did not answer in time.
    Unreachable,
    /// What the source holds cannot be read: syntax, encoding, a size over the limit.
    Malformed,
    /// The source was asked for by a profile but lacks its own settings.
    NotConfigured,
}

/// All keys wanted from one source in one load.
pub struct Wanted<'a> {
    pub(crate) keys: &'a [Key<'a>],
}

/// One key wanted: all the names under which a source may hold it.
///
/// Which names a kind of source looks for, in order: its own key where one was declared (`vault = "place#key"`); else,
/// in an environment, the variable names; else, in a document, the path as nested tables, the dotted path, and the
/// variable names.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    pub(crate) path: &'a str,
    pub(crate) variables: &'a [&'a str],
    pub(crate) own: Option<&'a str>,
    /// The place of a nested struct, and the field's path below that struct.
    pub(crate) base: Option<(&'a str, &'a str)>,
    pub(crate) secret: bool,
    pub(crate) binary: bool,
}

/// What the application claims in every source, for finding names that nobody claims.
pub struct Claims<'a> {
    /// Every key of the application.
    pub keys: &'a [Key<'a>],
    /// What all derived variable names begin with, `APP_`; empty where there is no prefix.
    pub prefix: &'a str,
}

/// A name that carries the application's prefix, or stands in one of its tables, but that no field has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclaimed {
    /// The name.
    pub name: String,
    /// The file and place, where there is one.
    pub file: Option<Arc<Path>>,
    /// The place in the file.
    pub at: Position,
}

impl<'a> Wanted<'a> {
    /// The keys, in declaration order.
    #[must_use]
    pub const fn keys(&self) -> &'a [Key<'a>] {
        self.keys
    }
}

impl<'a> Key<'a> {
    /// The path of the field in its struct: `smtp.user_name`.
    #[must_use]
    pub const fn path(&self) -> &'a str {
        self.path
    }

    /// The variable names, the current one first, deprecated ones after it.
    #[must_use]
    pub const fn variables(&self) -> &'a [&'a str] {
        self.variables
    }

    /// The key declared for the kind of source that is asked, such as `file = "a.b"`.
    #[must_use]
    pub const fn own(&self) -> Option<&'a str> {
        self.own
    }

    /// The place declared for the nested struct that the field is in, such as `#[nested(vault = "database")]`.
    #[must_use]
    pub const fn base(&self) -> Option<&'a str> {
        match self.base {
            Some((place, _)) => Some(place),
            None => None,
        }
    }

    /// The path of the field below the nested struct that declares the place, or below the whole where none does.
    #[must_use]
    pub const fn path_below_base(&self) -> &'a str {
        match self.base {
            Some((_, below)) => below,
            None => self.path,
        }
    }

    /// Whether the field is a secret: then `NAME_FILE` is looked at too.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the field takes bytes: then nothing is stripped from a file.
    #[must_use]
    pub const fn is_binary(&self) -> bool {
        self.binary
    }
}

impl Claims<'_> {
    /// Whether a variable name is claimed: by a field, or as the `NAME_FILE` of a secret.
    #[must_use]
    pub fn has_variable(&self, name: &str) -> bool {
        let stem = name.strip_suffix("_FILE");
        self.keys.iter().any(|key| {
            key.variables.contains(&name)
                || (key.secret && stem.is_some_and(|stem| key.variables.contains(&stem)))
        })
    }
}

impl Fetch<'_> {
    /// Answers every key by itself, at once.
    pub fn each<'a>(wanted: &Wanted<'a>, mut answer: impl FnMut(&Key<'a>) -> Answer) -> Self {
        Self::Ready(Ok(wanted.keys.iter().map(&mut answer).collect()))
    }
}

impl Answer {
    /// A value that was found; an empty text becomes [`Answer::Empty`], a null [`Answer::Absent`].
    ///
    /// ```
    /// use config_core::{Answer, Node, Origin};
    /// assert!(matches!(Answer::value(Node::text(""), Origin::new("A")), Answer::Empty(_)));
    /// ```
    #[must_use]
    pub fn value(node: Node, origin: Origin) -> Self {
        if node.value.is_empty() {
            return Self::Empty(origin);
        }
        match node.value {
            crate::value::Value::Null => Self::Absent(Absence::new(origin.key, "null")),
            _ => Self::Value(Found { node, origin }),
        }
    }
}

impl Failure {
    /// A failure in words that hold no value.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Unreachable, "no answer within 10 s");
    /// assert_eq!(failure.to_string(), "no answer within 10 s");
    /// ```
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            key: None,
            file: None,
            at: Position::default(),
            hint: None,
        }
    }

    /// Adds the name that was asked for, where the failure is of that one name.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Malformed, "not UTF-8").key("APP_TOKEN");
    /// assert_eq!(failure.to_string(), "APP_TOKEN: not UTF-8");
    /// ```
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds the file and the place in it.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind, Position};
    /// let failure = Failure::new(FailureKind::Malformed, "expected `,` or `}`")
    ///     .in_file(std::path::Path::new("a.json").into(), Position { line: 2, column: 5 });
    /// assert_eq!(failure.to_string(), "a.json, line 2, column 5: expected `,` or `}`");
    /// ```
    #[must_use]
    pub fn in_file(mut self, file: Arc<Path>, at: Position) -> Self {
        self.file = Some(file);
        self.at = at;
        self
    }

    /// Adds what to do about it.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Denied, "permission denied").hint("chmod u+r secrets.json");
    /// assert_eq!(failure.kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The sort of failure.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// assert_eq!(Failure::new(FailureKind::Denied, "").kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The failure of reading a file, told apart by what the operating system said.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let failure = Failure::io(&error, std::path::Path::new("a.json").into());
    /// assert_eq!(failure.kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub fn io(error: &std::io::Error, file: Arc<Path>) -> Self {
        use std::io::ErrorKind;
        let (kind, message) = match error.kind() {
            ErrorKind::NotFound => (FailureKind::NotFound, "no such file"),
            ErrorKind::PermissionDenied => (FailureKind::Denied, "permission denied"),
            ErrorKind::IsADirectory => (FailureKind::Malformed, "is a directory, not a file"),
            ErrorKind::NotADirectory => {
                (FailureKind::NotFound, "a part of the path is not a directory")
            }
            ErrorKind::TimedOut => (FailureKind::Unreachable, "reading it took too long"),
            _ => (FailureKind::Unreachable, "the operating system could not read it"),
        };
        Self::new(kind, message).in_file(file, Position::default())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}", crate::origin::Plain(file.display()))?;
            if self.at.is_known() {
                write!(f, ", {}", self.at)?;
            }
            f.write_str(": ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}
