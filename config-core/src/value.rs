//! What a source hands over: texts and trees that are wiped when dropped.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A text that is overwritten with zeros when dropped.
///
/// ```
/// let text = config_core::Text::new("abc".to_owned());
/// assert_eq!(text.as_str(), "abc");
/// ```
pub type Text = Zeroizing<String>;

/// Where in a file something stands. Lines and columns count from 1, columns in characters; 0 means unknown.
///
/// ```
/// let at = config_core::Position { line: 3, column: 14 };
/// assert_eq!(at.to_string(), "line 3, column 14");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The column in characters, from 1; 0 where it is not known.
    pub column: u32,
}

/// One value of a source, with its place in the file it was read from.
///
/// ```
/// use config_core::{Node, Value};
/// let node = Node::text("8080");
/// assert!(matches!(node.value, Value::Text(_)));
/// ```
#[derive(Clone, Default)]
pub struct Node {
    /// The value itself.
    pub value: Value,
    /// Where it begins.
    pub at: Position,
}

/// The value of a [`Node`]. Every text in it is wiped when dropped; its `Debug` shows the shape alone.
///
/// ```
/// use config_core::Value;
/// assert_eq!(format!("{:?}", Value::Bool(true)), "a boolean");
/// ```
#[derive(Clone, Default)]
pub enum Value {
    /// An explicit nothing, as JSON's `null`: the same as absent.
    #[default]
    Null,
    /// A truth value of the file's own.
    Bool(bool),
    /// A number, by the exact digits it was written with.
    Number(Text),
    /// A number of which it is not known by which digits it was written, such as TOML's `0x1F` or `1_000`, by the decimal
    /// digits that it stands for. As a text it would have to be guessed, so no text and no secret is read from it.
    Notation(Text),
    /// A text.
    Text(Text),
    /// Bytes that are not text, such as a binary file in a directory of secrets.
    Bytes(Zeroizing<Vec<u8>>),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order it was written; a key stands once.
    Map(Vec<(Text, Node)>),
}

impl Position {
    /// The place where a file begins.
    ///
    /// ```
    /// assert_eq!(config_core::Position::START.line, 1);
    /// ```
    pub const START: Self = Self { line: 1, column: 1 };

    /// Whether the place is known.
    ///
    /// ```
    /// assert!(!config_core::Position::default().is_known());
    /// ```
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.line != 0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => f.write_str("unknown place"),
            (line, 0) => write!(f, "line {line}"),
            (line, column) => write!(f, "line {line}, column {column}"),
        }
    }
}

impl Node {
    /// A text whose place is not known.
    ///
    /// ```
    /// let node = config_core::Node::text("8080");
    /// assert!(!node.at.is_known());
    /// ```
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Value::Text(Zeroizing::new(text.into())), Position::default())
    }

    /// A value at a place.
    ///
    /// ```
    /// use config_core::{Node, Position, Value};
    /// assert_eq!(Node::new(Value::Null, Position::START).at.column, 1);
    /// ```
    #[must_use]
    pub const fn new(value: Value, at: Position) -> Self {
        Self { value, at }
    }

    /// The entry of a table, or none where this is no table or has no such key.
    ///
    /// ```
    /// use config_core::{Node, Position, Text, Value};
    /// let table = Node::new(Value::Map(vec![(Text::new("port".into()), Node::text("1"))]), Position::START);
    /// assert!(table.entry("port").is_some());
    /// assert!(table.entry("host").is_none());
    /// ```
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|(name, _)| name.as_str() == key).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// Whether such a text stands in it.
    #[cfg(all(feature = "_net", feature = "_pools"))]
    pub(crate) fn has_text(&self, is_such: &dyn Fn(&str) -> bool) -> bool {
        match &self.value {
            Value::Text(text) => is_such(text),
            Value::List(list) => list.iter().any(|node| node.has_text(is_such)),
            Value::Map(entries) => entries.iter().any(|(_, node)| node.has_text(is_such)),
            _ => false,
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::new(Value::Text(exact(text)), Position::default())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<bool> for Node {
    fn from(truth: bool) -> Self {
        Self::new(Value::Bool(truth), Position::default())
    }
}

impl From<&crate::secret::SecretString> for Node {
    fn from(secret: &crate::secret::SecretString) -> Self {
        Self::from(secrecy::ExposeSecret::expose_secret(secret))
    }
}

/// None says nothing of the field, so that a flag that was not given leaves it to the sources.
impl<T: Into<Self>> From<Option<T>> for Node {
    fn from(maybe: Option<T>) -> Self {
        maybe.map_or_else(Self::default, Into::into)
    }
}

impl From<std::time::Duration> for Node {
    fn from(duration: std::time::Duration) -> Self {
        Self::text(format!("{}s {}ns", duration.as_secs(), duration.subsec_nanos()))
    }
}

impl From<std::path::PathBuf> for Node {
    fn from(path: std::path::PathBuf) -> Self {
        match path.into_os_string().into_string() {
            Ok(text) => Self::text(text),
            Err(path) => {
                let bytes = Zeroizing::new(path.into_encoded_bytes());
                Self::new(Value::Bytes(bytes), Position::default())
            }
        }
    }
}

impl<T: Into<Self>> From<Vec<T>> for Node {
    fn from(list: Vec<T>) -> Self {
        let list = list.into_iter().map(Into::into).collect();
        Self::new(Value::List(list), Position::default())
    }
}

/// One impl for each type of number: a blanket one over `Display` would take in everything.
macro_rules! from_numbers {
    ($($number:ty)*) => {
        $(impl From<$number> for Node {
            fn from(number: $number) -> Self {
                Self::new(Value::Number(Zeroizing::new(number.to_string())), Position::default())
            }
        })*
    };
}

from_numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.value, self.at)
    }
}

impl Value {
    /// What kind of value it is, with its article, for messages: `a number`, `a list`.
    ///
    /// ```
    /// assert_eq!(config_core::Value::Null.kind(), "null");
    /// ```
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Notation(_) => "a number whose digits as written are not known",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "a table",
        }
    }

    /// Whether it counts as not given: an empty text, or no bytes.
    ///
    /// ```
    /// use config_core::{Text, Value};
    /// assert!(Value::Text(Text::default()).is_empty());
    /// assert!(!Value::List(Vec::new()).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

/// A text under construction that leaves no copy behind when it outgrows its buffer.
///
/// `String` moves to a larger buffer without wiping the old one; this wipes it.
///
/// ```
/// let mut text = config_core::TextBuilder::new();
/// text.push_str("abc");
/// text.push('d');
/// assert_eq!(text.finish().as_str(), "abcd");
/// ```
#[derive(Default)]
pub struct TextBuilder(Text);

impl TextBuilder {
    /// An empty text without a buffer.
    ///
    /// ```
    /// assert_eq!(config_core::TextBuilder::new().finish().as_str(), "");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty text with room for so many bytes.
    ///
    /// ```
    /// assert_eq!(config_core::TextBuilder::with_capacity(16).finish().as_str(), "");
    /// ```
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    /// Appends a text.
    ///
    /// ```
    /// let mut text = config_core::TextBuilder::new();
    /// text.push_str("abc");
    /// assert_eq!(text.as_str(), "abc");
    /// ```
    pub fn push_str(&mut self, more: &str) {
        let needed = self.0.len() + more.len();
        if needed > self.0.capacity() {
            let mut larger = String::with_capacity(needed.max(self.0.capacity() * 2).max(32));
            larger.push_str(&self.0);
            self.0.zeroize();
            self.0 = Zeroizing::new(larger);
        }
        self.0.push_str(more);
    }

    /// Appends one character.
    ///
    /// ```
    /// let mut text = config_core::TextBuilder::new();
    /// text.push('a');
    /// assert_eq!(text.as_str(), "a");
    /// ```
    pub fn push(&mut self, character: char) {
        let mut bytes = [0; 4];
        self.push_str(character.encode_utf8(&mut bytes));
        bytes.zeroize();
    }

    /// What has been appended so far.
    ///
    /// ```
    /// assert_eq!(config_core::TextBuilder::new().as_str(), "");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, in a buffer of exactly its size: turning it into a boxed text moves no byte.
    ///
    /// ```
    /// let mut text = config_core::TextBuilder::with_capacity(100);
    /// text.push_str("abc");
    /// assert_eq!(text.finish().capacity(), 3);
    /// ```
    #[must_use]
    pub fn finish(self) -> Text {
        if self.0.len() == self.0.capacity() {
            return self.0;
        }
        exact(&self.0)
    }
}

impl fmt::Write for TextBuilder {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.push_str(more);
        Ok(())
    }
}

impl fmt::Debug for TextBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextBuilder([REDACTED])")
    }
}

/// A copy in a buffer of exactly its size, wiped when dropped.
pub(crate) fn exact(text: &str) -> Text {
    let mut copy = String::with_capacity(text.len());
    copy.push_str(text);
    Zeroizing::new(copy)
}

/// Adds to a buffer; what it grows out of is wiped.
#[cfg(any(feature = "_net", feature = "exec"))]
pub(crate) fn append(buffer: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if buffer.capacity() - buffer.len() < chunk.len() {
        let room = (buffer.len() + chunk.len()).max(buffer.capacity() * 2);
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(chunk);
}
