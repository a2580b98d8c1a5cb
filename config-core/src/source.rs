//! The one trait for all sources, and the questions and answers that pass through it.

mod call;
mod failure;
#[cfg_attr(not(any(feature = "_net", feature = "live")), path = "source/unnoted.rs")]
mod noted;
mod plan;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use crate::origin::{Absence, Origin};
use crate::value::{Node, Position, Text};

pub(crate) use call::Call;
pub use failure::{Failure, FailureKind};
#[cfg(feature = "_net")]
pub(crate) use noted::Trouble;
pub(crate) use noted::{Account, Noted};
pub use plan::{Policy, SourcePlan};

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

    /// Answers every key, in order: as many answers as there are keys.
    ///
    /// The blocking [`load`](crate::Loader::load) asks each remote source on a thread of its own, which is in no async
    /// runtime: what needs one has to bring its own. [`load_async`](crate::Loader::load_async) asks from within the
    /// caller's task, so a source that blocks here, or while its answers are awaited, blocks that task and all other
    /// sources with it, past the deadline too; an answer that comes after the deadline is lost. A panic is a failure of
    /// this source.
    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a>;

    /// Takes on what is to be read of a store for all sources that share it: called for each remote source of a load, in
    /// the order of the list, before the first is asked. A source that has another in it passes it on.
    #[doc(hidden)]
    fn __claim(&self, _wanted: &Wanted<'_>) {}

    /// Whether the source asks somebody over a network or another process: it is then asked after all local ones, at
    /// the same time as the other remote ones, and never waited for past the deadline. A local source must answer at
    /// once, with [`Fetch::Ready`]; no deadline guards it.
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

    /// What a call of [`fetch`](Self::fetch) with these keys would ask, without asking it.
    fn plan(&self, _wanted: &Wanted<'_>) -> SourcePlan {
        SourcePlan::default()
    }

    /// The same source before it has read anything, for one that keeps what it has read: live settings then read it anew
    /// at each refresh. None where every call of [`fetch`](Self::fetch) reads anew.
    ///
    /// ```
    /// use config_core::{Dotenv, Source};
    /// assert!(Dotenv::at(".env").anew().is_some());
    /// ```
    fn anew(&self) -> Option<Arc<dyn Source>> {
        None
    }

    /// The files and directories, there or not, whose change may change the answers, as far as the answers given so
    /// far have shown. Live settings watch them; a relative path starts from the working directory. None where a
    /// source has no files, or does not read them again.
    ///
    /// ```
    /// use config_core::{Dir, Source};
    /// let mounted = Dir::at("/etc/app/secrets");
    /// assert_eq!(mounted.watched(), [std::path::Path::new("/etc/app/secrets")]);
    /// ```
    fn watched(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// The same source at the place that an entry of the list names, for a source that was made without one.
    fn at_place(&self, _place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        None
    }

    /// Whether the key says itself where it stands, so that this source answers it alike at every place of the list.
    fn names_place(&self, _key: &Key<'_>) -> bool {
        false
    }

    /// A variable that this source has, for setting up other sources: none where it has no variables.
    ///
    /// # Errors
    /// Why the source could not say.
    fn bootstrap(&self, _name: &str) -> Result<Option<Text>, Failure> {
        Ok(None)
    }

    /// When something that this source was lent has to be seen to: the token that it asks with, a credential that was
    /// made for it. Live settings ask it again then. None where it holds nothing that ends.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// When the first of what it was lent is no longer good, unless it is seen to before. Live settings that could not
    /// be refreshed try again the sooner for it. Where it is later than before and the values are the same, these were
    /// prolonged, whatever else fails; other values count once they are taken over.
    fn good_until(&self) -> Option<Instant> {
        None
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
    /// The source was not read, since reading it changes something, such as minting a credential; only a report is
    /// answered so, see [`Wanted::only_looks`].
    Unread(Absence),
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub struct Found {
    /// The value.
    pub node: Node,
    /// Where it was found.
    pub origin: Origin,
}

/// All keys wanted from one source in one load.
pub struct Wanted<'a> {
    pub(crate) keys: &'a [Key<'a>],
    /// When the load stops waiting.
    pub(crate) until: Option<Instant>,
    pub(crate) only_looks: bool,
    /// The call that this is, where live settings make it.
    #[allow(
        dead_code,
        reason = "for sources that work on threads of their own, or keep their answers"
    )]
    pub(crate) call: Option<Arc<Call>>,
    #[cfg(feature = "_net")]
    pub(crate) kept: crate::remote::Kept,
    /// What the source has to do with others of the load that ask the same store; none where it is alone.
    #[cfg(feature = "_net")]
    pub(crate) part: Option<&'a crate::remote::Part>,
    /// Where the source says more of the load than its answers do.
    #[cfg(feature = "_net")]
    pub(crate) noted: Option<Arc<Noted>>,
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
    /// What derived variable names begin with, without the `_`.
    pub(crate) prefix: &'a str,
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
    /// The place in the source that it stands in, where that is not the one that the source's label names: `secret/db`.
    pub within: Option<String>,
    /// The file and place, where there is one.
    pub file: Option<Arc<Path>>,
    /// The place in the file.
    pub at: Position,
}

impl<'a> Wanted<'a> {
    /// These keys, for a load that may wait as long as it likes.
    pub(crate) const fn of(keys: &'a [Key<'a>]) -> Self {
        Self {
            keys,
            until: None,
            only_looks: false,
            call: None,
            #[cfg(feature = "_net")]
            kept: crate::remote::Kept::NOTHING,
            #[cfg(feature = "_net")]
            part: None,
            #[cfg(feature = "_net")]
            noted: None,
        }
    }

    /// The keys, in declaration order.
    #[must_use]
    pub const fn keys(&self) -> &'a [Key<'a>] {
        self.keys
    }

    /// When the load stops waiting; what is answered later is lost. None where it may wait as long as it likes.
    #[must_use]
    pub const fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Whether this is for a report, and nothing may be changed by reading it: no credential is minted, no one-time
    /// token used up. Such a key is answered with [`Answer::Unread`].
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        self.only_looks
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

    /// The name of the value where it is a secret of its own in a store whose names have letters, digits and hyphens
    /// alone: prefix and path in lower case, joined by hyphens, `app-smtp-user-name`.
    #[must_use]
    pub fn hyphenated(&self) -> String {
        let parts = [self.prefix, self.path];
        let named = parts.iter().filter(|part| !part.is_empty()).copied();
        let joined = named.collect::<Vec<_>>().join("-");
        joined.to_ascii_lowercase().replace(['.', '_'], "-")
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
