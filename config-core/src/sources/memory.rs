//! Values that the program itself holds.

use crate::document::{Syntax, SyntaxError, lookup};
use crate::source::{Claims, Failure, FailureKind, Fetch, Source, SourcePlan, Unclaimed, Wanted};
use crate::value::{Node, Position, Text, Value, exact};

/// Values that the program holds: parsed flags, or a document that was compiled in.
///
/// The label is its name in reports; one without blanks can stand in `sources(.., "flags")`.
///
/// ```
/// use config_core::{Memory, Secrets};
///
/// #[derive(Secrets)]
/// struct Settings {
///     #[setting(required)]
///     port: u16,
/// }
///
/// let compiled_in = Memory::json("embedded", r#"{"port": 8080}"#);
/// let settings = Settings::loader().env([("HOME", "/")]).source(compiled_in).load()?;
/// assert_eq!(settings.port, 8080);
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Memory {
    label: String,
    root: Result<Node, SyntaxError>,
}

impl Memory {
    /// Texts by the paths of their fields; of two with one path the later counts.
    ///
    /// ```
    /// use config_core::{Memory, Source};
    /// let flags = Memory::pairs("flags", [("port", "9000"), ("smtp.host", "mail.example.com")]);
    /// assert_eq!(flags.label(), "flags");
    /// ```
    pub fn pairs<P, V>(label: impl Into<String>, pairs: impl IntoIterator<Item = (P, V)>) -> Self
    where
        P: Into<String>,
        V: Into<String>,
    {
        let pairs = pairs.into_iter().map(|(path, value)| (path.into(), Node::text(value)));
        Self::nodes(label, pairs.collect())
    }

    /// A JSON document, such as one from `include_str!`. Where it is malformed, loading says so.
    ///
    /// ```
    /// use config_core::{Memory, Source};
    /// let embedded = Memory::json("embedded", r#"{"smtp": {"host": "mail.example.com"}}"#);
    /// assert_eq!(embedded.label(), "embedded");
    /// ```
    pub fn json(label: impl Into<String>, text: &str) -> Self {
        Self::document(label, Syntax::Json, text)
    }

    /// A TOML document, such as one from `include_str!`. Where it is malformed, loading says so.
    ///
    /// ```
    /// use config_core::{Memory, Source};
    /// let embedded = Memory::toml("embedded", "[smtp]\nhost = 'mail.example.com'");
    /// assert_eq!(embedded.label(), "embedded");
    /// ```
    #[cfg(feature = "toml")]
    pub fn toml(label: impl Into<String>, text: &str) -> Self {
        Self::document(label, Syntax::Toml, text)
    }

    /// A YAML document, such as one from `include_str!`. Where it is malformed, loading says so.
    ///
    /// ```
    /// use config_core::{Memory, Source};
    /// let embedded = Memory::yaml("embedded", "smtp:\n  host: mail.example.com");
    /// assert_eq!(embedded.label(), "embedded");
    /// ```
    #[cfg(feature = "yaml")]
    pub fn yaml(label: impl Into<String>, text: &str) -> Self {
        Self::document(label, Syntax::Yaml, text)
    }

    /// Values by the paths of their fields; of two with one path the later counts.
    pub(crate) fn nodes(label: impl Into<String>, values: Vec<(String, Node)>) -> Self {
        let mut entries: Vec<(Text, Node)> = Vec::with_capacity(values.len());
        for (path, node) in values {
            match entries.iter_mut().find(|(known, _)| known.as_str() == path) {
                Some((_, known)) => *known = node,
                None => entries.push((exact(&path), node)),
            }
        }
        Self { label: label.into(), root: Ok(Node::new(Value::Map(entries), Position::default())) }
    }

    fn document(label: impl Into<String>, syntax: Syntax, text: &str) -> Self {
        let root = syntax.parse(text).and_then(|root| match &root.value {
            Value::Map(_) | Value::Null => Ok(root),
            other => {
                let message = format!("the document must be a table, is {}", other.kind());
                Err(SyntaxError::new(root.at, message))
            }
        });
        Self { label: label.into(), root }
    }
}

impl Source for Memory {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::Ready(match &self.root {
            Ok(root) => lookup::answers(root, wanted, None),
            Err(SyntaxError { at, message }) => {
                let message = format!("{at}: {message}");
                Err(Failure::new(FailureKind::Malformed, message))
            }
        })
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        self.root.as_ref().map_or(Vec::new(), |root| lookup::unclaimed(root, claims, None))
    }

    fn plan(&self, _wanted: &Wanted<'_>) -> SourcePlan {
        let call = format!("takes the values of {}, which the program holds", self.label);
        SourcePlan::default().reads(call)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memory({:?}, [REDACTED])", self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::document::samples::CANARY;
    use crate::source::{Answer, Claims, Fetch, Key, Source, Wanted};
    use crate::value::{Node, Value};

    fn key(path: &str) -> Key<'_> {
        Key {
            path,
            variables: &[],
            own: None,
            base: None,
            secret: false,
            prefix: "",
            binary: false,
        }
    }

    fn look(memory: &Memory, path: &str) -> String {
        let keys = [key(path)];
        let answers = match memory.fetch(&Wanted::of(&keys)) {
            Fetch::Ready(Ok(answers)) => answers,
            Fetch::Ready(Err(failure)) => return failure.to_string(),
            Fetch::Pending(_) => panic!("answers at once"),
        };
        match &answers[0] {
            Answer::Value(found) => match &found.node.value {
                Value::Text(text) | Value::Number(text) => text.to_string(),
                value => value.kind().to_owned(),
            },
            Answer::Absent(absence) => absence.to_string(),
            answer => format!("{answer:?}"),
        }
    }

    #[test]
    fn pairs_are_found_by_their_paths() {
        let memory = Memory::pairs("flags", [("port", "1"), ("smtp.host", "h")]);
        assert_eq!(look(&memory, "port"), "1");
        assert_eq!(look(&memory, "smtp.host"), "h");
        assert_eq!(look(&memory, "smtp.user"), "smtp.user (no such key)");
    }

    #[test]
    fn of_two_values_with_one_path_the_later_counts() {
        let memory = Memory::nodes(
            "set",
            vec![("a".into(), Node::text("1")), ("a".into(), Node::text("2"))],
        );
        assert_eq!(look(&memory, "a"), "2");
    }

    #[test]
    fn a_document_that_was_compiled_in_is_read_like_a_file() {
        let memory = Memory::json("embedded", r#"{"smtp": {"host": "h"}, "port": 1}"#);
        assert_eq!(look(&memory, "smtp.host"), "h");
        assert_eq!(look(&memory, "port"), "1");
        let claims = Claims { keys: &[key("port"), key("smtp.port")], prefix: "APP_" };
        assert_eq!(memory.unclaimed(&claims)[0].name, "smtp.host");
    }

    #[test]
    fn a_document_that_cannot_be_read_fails_when_it_is_asked() {
        let memory = Memory::json("embedded", &format!("{{\"a\": \"{CANARY}\"\n \"b\"}}"));
        assert_eq!(look(&memory, "a"), "line 2, column 2: expected `,` or `}`");
        assert_eq!(
            look(&Memory::json("x", "[1]"), "a"),
            "line 1, column 1: the document must be a table, is a list"
        );
    }

    #[test]
    fn its_debug_shows_no_value() {
        let memory = Memory::pairs("flags", [("a", CANARY)]);
        assert_eq!(format!("{memory:?}"), "Memory(\"flags\", [REDACTED])");
    }
}
