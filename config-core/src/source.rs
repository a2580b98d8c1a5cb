//! The one trait for all sources, and the questions and answers that pass through it.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::format::duration;
use crate::origin::{Absence, Origin};
use crate::value::{Node, Position, Text};

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
    /// be refreshed try again the sooner for it.
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

/// Why a source could not answer. It never quotes a value, nor the backend's words where they may hold one.
///
/// Its `Debug`, which `main` prints where it returns one, is its `Display` and what to do about it.
///
/// ```
/// use config_core::{Failure, FailureKind};
/// let failure = Failure::new(FailureKind::Denied, "permission denied").hint("chmod u+r app.json");
/// assert_eq!(failure.kind(), FailureKind::Denied);
/// assert_eq!(format!("{failure:?}"), "permission denied; fix: chmod u+r app.json");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: Cow<'static, str>,
    pub(crate) key: Option<Cow<'static, str>>,
    /// Whether the key names the place too, and so stands in the source's stead.
    pub(crate) elsewhere: bool,
    pub(crate) file: Option<Arc<Path>>,
    pub(crate) at: Position,
    pub(crate) hint: Option<Cow<'static, str>>,
    /// For how many seconds whoever was asked wants to be left alone.
    pub(crate) retry_after: Option<NonZeroU32>,
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
    /// What was asked for, or the credential that it was asked with, is no longer valid.
    Expired,
    /// What a write found is not what it expected; somebody else was there before.
    Conflict,
}

/// All keys wanted from one source in one load.
pub struct Wanted<'a> {
    pub(crate) keys: &'a [Key<'a>],
    /// When the load stops waiting.
    pub(crate) until: Option<Instant>,
    pub(crate) only_looks: bool,
    #[cfg(feature = "_net")]
    pub(crate) kept: crate::remote::Kept,
}

/// What a source would ask, without asking it: for [`Loader::plan`](crate::Loader::plan).
///
/// ```
/// let plan = config_core::SourcePlan::default().reads("GET /v1/secret/data/app");
/// assert_eq!(plan.calls(), ["GET /v1/secret/data/app"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourcePlan {
    pub(crate) calls: Vec<String>,
    pub(crate) round_trips: usize,
    pub(crate) nano_dollars: u64,
    pub(crate) policy: Option<Policy>,
    pub(crate) warnings: Vec<String>,
}

/// The least that a load has to be allowed to do at a backend, in the backend's own language.
///
/// ```
/// let policy = config_core::Policy::new("hcl", "path \"secret/data/app\" {\n  capabilities = [\"read\"]\n}");
/// assert_eq!(policy.language(), "hcl");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    language: &'static str,
    text: String,
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
            #[cfg(feature = "_net")]
            kept: crate::remote::Kept { cache: None, stale: None },
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

impl SourcePlan {
    /// Adds one call, in words for a person: `GET /v1/secret/data/app`.
    ///
    /// ```
    /// assert_eq!(config_core::SourcePlan::default().reads("the file app.json").calls().len(), 1);
    /// ```
    #[must_use]
    pub fn reads(mut self, call: impl Into<String>) -> Self {
        self.calls.push(call.into());
        self
    }

    /// How often the load waits for this source one answer after the other; a login before the reads makes two.
    ///
    /// ```
    /// let plan = config_core::SourcePlan::default().reads("GET /a").round_trips(2);
    /// assert_eq!(plan.waits(), 2);
    /// ```
    #[must_use]
    pub const fn round_trips(mut self, count: usize) -> Self {
        self.round_trips = count;
        self
    }

    /// What one load costs at this backend, in billionths of a US dollar.
    ///
    /// ```
    /// // 0.05 dollars for 10,000 calls are 5,000 billionths for one.
    /// assert_eq!(config_core::SourcePlan::default().costs(5_000).price(), 5_000);
    /// ```
    #[must_use]
    pub const fn costs(mut self, nano_dollars: u64) -> Self {
        self.nano_dollars = nano_dollars;
        self
    }

    /// The least that the load has to be allowed to do.
    ///
    /// ```
    /// use config_core::{Policy, SourcePlan};
    /// let plan = SourcePlan::default().needs(Policy::new("json", "{}"));
    /// assert_eq!(plan.policy().unwrap().text(), "{}");
    /// ```
    #[must_use]
    pub fn needs(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Adds something that is not as it should be about asking so.
    ///
    /// ```
    /// let plan = config_core::SourcePlan::default().warns("the address is http://");
    /// assert_eq!(plan.warnings(), ["the address is http://"]);
    /// ```
    #[must_use]
    pub fn warns(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// The calls, a line each.
    #[must_use]
    pub fn calls(&self) -> &[String] {
        &self.calls
    }

    /// How often the load waits, one answer after the other.
    #[must_use]
    pub const fn waits(&self) -> usize {
        self.round_trips
    }

    /// What one load costs, in billionths of a US dollar.
    #[must_use]
    pub const fn price(&self) -> u64 {
        self.nano_dollars
    }

    /// What is not as it should be about asking so, a line each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The least that the load has to be allowed to do.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }
}

impl FromIterator<String> for SourcePlan {
    fn from_iter<I: IntoIterator<Item = String>>(calls: I) -> Self {
        Self { calls: calls.into_iter().collect(), ..Self::default() }
    }
}

impl Policy {
    /// A policy in a language: `hcl`, `json`, or `text` for a role by its name.
    #[must_use]
    pub fn new(language: &'static str, text: impl Into<String>) -> Self {
        Self { language, text: text.into() }
    }

    /// The language: `hcl`, `json`, `text`.
    #[must_use]
    pub const fn language(&self) -> &'static str {
        self.language
    }

    /// The policy.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
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
            elsewhere: false,
            file: None,
            at: Position::default(),
            hint: None,
            retry_after: None,
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

    /// Adds the name that was asked for, with the place that it stands in, where that is not the place that the
    /// source's label names.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Denied, "permission denied").elsewhere("secret/db#url");
    /// assert_eq!(failure.to_string(), "secret/db#url: permission denied");
    /// ```
    #[must_use]
    pub fn elsewhere(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.elsewhere = true;
        self.key(key)
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

    /// Adds how long whoever was asked wants to be left alone, in whole seconds: live settings do not ask again before.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// use std::time::Duration;
    /// let failure = Failure::new(FailureKind::Unreachable, "too many requests");
    /// assert!(failure.clone() != failure.retry_after(Duration::from_secs(30)));
    /// ```
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        self.retry_after = NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX));
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

    /// The failure of a source that panicked; what it said may hold a value.
    pub(crate) fn panicked() -> Self {
        Self::new(FailureKind::Unreachable, "the source panicked while it was asked")
    }

    /// The failure of what did not come in the time that the load has.
    pub(crate) fn late(after: Duration) -> Self {
        let message = format!("no answer within {}", duration::shown(after));
        Self::new(FailureKind::Unreachable, message)
            .hint("find out what holds it up, or give the load more time: `.deadline(..)`")
    }

    /// The failure of a variable that is set, but not to UTF-8 text.
    pub(crate) fn not_utf8(variable: &str) -> Self {
        Self::new(FailureKind::Malformed, "the variable is not UTF-8 text").key(variable.to_owned())
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

impl std::error::Error for Failure {}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        match &self.hint {
            Some(hint) => write!(f, "; fix: {hint}"),
            None => Ok(()),
        }
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
