//! Values as any source can be given them, and documents made of them.

use config_core::{Node, Value};

/// A value, or a table of them. Keys may stand twice, and be anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// True or false.
    Truth(bool),
    /// A number by its digits.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A table in its order.
    Table(Vec<(String, Tree)>),
}

/// A text.
pub fn text(text: impl Into<String>) -> Tree {
    Tree::Text(text.into())
}

/// A number by its digits.
pub fn number(digits: impl Into<String>) -> Tree {
    Tree::Number(digits.into())
}

/// A list of texts.
pub fn list<const N: usize>(texts: [&str; N]) -> Tree {
    Tree::List(texts.into_iter().map(text).collect())
}

/// A table.
pub fn table<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
    Tree::Table(entries.into_iter().map(|(key, tree)| (key.to_owned(), tree)).collect())
}

/// The name of the variable of a path, with a prefix.
#[must_use]
pub fn variable(prefix: &str, path: &str) -> String {
    format!("{prefix}_{}", path.replace('.', "_").to_ascii_uppercase())
}

impl Tree {
    /// A table of the values, each at its path.
    #[must_use]
    pub fn nested(pairs: &[(String, Tree)]) -> Self {
        let mut root = Vec::new();
        for (path, tree) in pairs {
            put(&mut root, path, tree.clone());
        }
        Self::Table(root)
    }

    /// The value as a source has it that knows only text.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) => text.clone(),
            other => other.json(),
        }
    }

    /// The value as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Truth(truth) => truth.to_string(),
            Self::Number(digits) => digits.clone(),
            Self::Text(text) => quoted(text),
            Self::List(list) => format!("[{}]", joined(list.iter().map(Self::json))),
            Self::Table(table) => {
                format!(
                    "{{{}}}",
                    joined(table.iter().map(|(key, tree)| format!(
                        "{}: {}",
                        quoted(key),
                        tree.json()
                    )))
                )
            }
        }
    }

    /// The table as a YAML document in lines.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut document = String::from("---\n");
        self.yaml_lines(0, &mut document);
        document
    }

    fn yaml_lines(&self, depth: usize, document: &mut String) {
        let Self::Table(table) = self else { return };
        for (key, tree) in table {
            document.push_str(&"  ".repeat(depth));
            document.push_str(&quoted(key));
            match tree {
                Self::Table(inner) if !inner.is_empty() => {
                    document.push_str(":\n");
                    tree.yaml_lines(depth + 1, document);
                }
                leaf => {
                    document.push_str(": ");
                    document.push_str(&leaf.json());
                    document.push('\n');
                }
            }
        }
    }

    /// The table as a TOML document; what is null is left out.
    #[must_use]
    pub fn toml(&self) -> String {
        let Self::Table(table) = self else { return String::new() };
        let lines = table.iter().filter(|(_, tree)| *tree != Self::Null);
        lines.map(|(key, tree)| format!("{} = {}\n", quoted(key), tree.toml_value())).collect()
    }

    fn toml_value(&self) -> String {
        match self {
            Self::List(list) => format!("[{}]", joined(list.iter().map(Self::toml_value))),
            Self::Table(table) => {
                let entries = table.iter().filter(|(_, tree)| *tree != Self::Null);
                format!(
                    "{{ {} }}",
                    joined(entries.map(|(key, tree)| format!(
                        "{} = {}",
                        quoted(key),
                        tree.toml_value()
                    )))
                )
            }
            leaf => leaf.json(),
        }
    }

    /// The value as a source of the program's own hands it over.
    #[must_use]
    pub fn node(&self) -> Node {
        let held = |text: &String| config_core::Text::new(text.clone());
        let value = match self {
            Self::Null => Value::Null,
            Self::Truth(truth) => Value::Bool(*truth),
            Self::Number(digits) => Value::Number(held(digits)),
            Self::Text(text) => Value::Text(held(text)),
            Self::List(list) => Value::List(list.iter().map(Self::node).collect()),
            Self::Table(table) => {
                Value::Map(table.iter().map(|(key, tree)| (held(key), tree.node())).collect())
            }
        };
        Node { value, ..Node::default() }
    }

    /// The value as figment has it.
    ///
    /// # Panics
    /// If the digits are those of no number.
    #[must_use]
    pub fn figment(&self) -> figment::value::Value {
        use figment::value::{Empty, Num, Tag, Value as Theirs};

        let tag = Tag::Default;
        match self {
            Self::Null => Theirs::Empty(tag, Empty::None),
            Self::Truth(truth) => Theirs::Bool(tag, *truth),
            Self::Number(digits) => match (digits.parse(), digits.parse()) {
                (Ok(whole), _) => Theirs::Num(tag, Num::I128(whole)),
                (_, Ok(real)) => Theirs::Num(tag, Num::F64(real)),
                _ => panic!("{digits} is no number"),
            },
            Self::Text(text) => Theirs::String(tag, text.clone()),
            Self::List(list) => Theirs::Array(tag, list.iter().map(Self::figment).collect()),
            Self::Table(table) => Theirs::Dict(
                tag,
                table.iter().map(|(key, tree)| (key.clone(), tree.figment())).collect(),
            ),
        }
    }
}

/// A `.env` file; every value stands in double quotes.
#[must_use]
pub fn dotenv<'a>(pairs: impl IntoIterator<Item = (String, &'a Tree)>) -> String {
    let quoted = |tree: &Tree| {
        tree.plain()
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\r', "\\r")
            .replace('\t', "\\t")
    };
    pairs.into_iter().map(|(name, tree)| format!("{name}=\"{}\"\n", quoted(tree))).collect()
}

/// A figment provider that has one table.
pub struct Provided(pub Tree);

impl figment::Provider for Provided {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("pairs")
    }

    fn data(
        &self,
    ) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        let dict = self.0.figment().into_dict().unwrap_or_default();
        Ok(figment::Profile::Default.collect(dict))
    }
}

fn put(root: &mut Vec<(String, Tree)>, path: &str, tree: Tree) {
    let Some((name, rest)) = path.split_once('.') else {
        return root.push((path.to_owned(), tree));
    };
    if let Some((_, Tree::Table(below))) = root.iter_mut().find(|(key, _)| key == name) {
        return put(below, rest, tree);
    }
    let mut below = Vec::new();
    put(&mut below, rest, tree);
    root.push((name.to_owned(), Tree::Table(below)));
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn joined(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect::<Vec<_>>().join(", ")
}
