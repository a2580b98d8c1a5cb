use std::collections::BTreeSet;
use std::fmt;

use figment::value::{Dict, Empty, Map, Tag, Value as Foreign};
use figment::{Error, Metadata, Profile, Provider};

use crate::decode::{Shape, typed};
use crate::schema::Schema;
use crate::value::{Node, Value};

/// Loaded settings as a figment provider, for the parts of an application that read figment.
///
/// Values have the types they were decoded to: a port from a variable is a number. Secrets stay out, except those that
/// [`reveal`](Self::reveal) names; figment keeps its own copies of what it gets and prints them.
///
/// ```
/// use config_core::{Secrets, SecretString};
/// use figment::Figment;
///
/// #[derive(Secrets)]
/// struct Settings {
///     #[setting(required)]
///     port: u16,
///     #[secret(required, format = any)]
///     token: SecretString,
/// }
///
/// let loader = Settings::loader().env([("PORT", "8080"), ("TOKEN", "abc")]);
/// let figment = Figment::from(loader.provided()?);
/// assert_eq!(figment.extract_inner::<u16>("port").unwrap(), 8080);
/// assert!(figment.find_value("token").is_err());
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Provided {
    values: Vec<Given>,
    revealed: BTreeSet<String>,
}

/// One field that has a value.
struct Given {
    path: &'static str,
    is_secret: bool,
    node: Node,
}

impl Provided {
    /// The values of a load by field, and what the type of each field asked its decoder for.
    pub(crate) fn resolved(
        schema: &'static Schema,
        mut values: Vec<Option<Node>>,
        shapes: Vec<(usize, Shape)>,
    ) -> Self {
        for (leaf, shape) in shapes {
            if let Some(Some(node)) = values.get_mut(leaf) {
                *node = typed(node, &shape);
            }
        }
        let values = schema.leaves().iter().zip(values).filter_map(|(leaf, node)| {
            let (path, is_secret) = (leaf.path(), leaf.field().is_secret());
            node.map(|node| Given { path, is_secret, node })
        });
        Self { values: values.collect(), revealed: BTreeSet::new() }
    }

    /// Puts the secret of this path in. Where none was loaded for it, figment reports an error.
    ///
    /// ```
    /// use config_core::{Secrets, SecretString};
    /// use figment::Figment;
    ///
    /// #[derive(Secrets)]
    /// struct Settings {
    ///     #[secret(required, format = any)]
    ///     token: SecretString,
    /// }
    ///
    /// let provided = Settings::loader().env([("TOKEN", "abc")]).provided()?;
    /// let figment = Figment::from(provided.reveal("token"));
    /// assert_eq!(figment.extract_inner::<String>("token").unwrap(), "abc");
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn reveal(mut self, path: impl Into<String>) -> Self {
        self.revealed.insert(path.into());
        self
    }

    fn given(&self) -> impl Iterator<Item = &Given> {
        self.values.iter().filter(|given| !given.is_secret || self.revealed.contains(given.path))
    }
}

impl Provider for Provided {
    fn metadata(&self) -> Metadata {
        Metadata::named("config-core").interpolater(|_, keys| keys.join("."))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        for path in &self.revealed {
            if !self.values.iter().any(|given| given.is_secret && given.path == path) {
                return Err(Error::from(format!("no secret was loaded for the path `{path}`")));
            }
        }
        let mut dict = Dict::new();
        for given in self.given() {
            insert(&mut dict, given.path, foreign(&given.node));
        }
        Ok(Profile::Default.collect(dict))
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.given().map(|given| given.path)).finish()
    }
}

fn insert(dict: &mut Dict, path: &str, value: Foreign) {
    let Some((table, rest)) = path.split_once('.') else {
        dict.insert(path.to_owned(), value);
        return;
    };
    let entry = dict.entry(table.to_owned());
    if let Foreign::Dict(_, inner) =
        entry.or_insert_with(|| Foreign::Dict(Tag::Default, Dict::new()))
    {
        insert(inner, rest, value);
    }
}

fn foreign(node: &Node) -> Foreign {
    match &node.value {
        Value::Null => Foreign::Empty(Tag::Default, Empty::None),
        Value::Bool(truth) => Foreign::from(*truth),
        Value::Number(digits) | Value::Notation(digits) => number(digits),
        Value::Text(text) => Foreign::from(text.as_str()),
        Value::Bytes(bytes) => Foreign::from(bytes.to_vec()),
        Value::List(items) => Foreign::Array(Tag::Default, items.iter().map(foreign).collect()),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| (key.to_string(), foreign(node)));
            Foreign::Dict(Tag::Default, entries.collect())
        }
    }
}

/// Digits as the smallest of the usual types that holds them; what is no number stays a text.
fn number(digits: &str) -> Foreign {
    if let Ok(whole) = digits.parse::<i64>() {
        return Foreign::from(whole);
    }
    if let Ok(whole) = digits.parse::<u64>() {
        return Foreign::from(whole);
    }
    if let Ok(whole) = digits.parse::<u128>() {
        return Foreign::from(whole);
    }
    match digits.parse::<f64>() {
        Ok(float) => Foreign::from(float),
        Err(_) => Foreign::from(digits),
    }
}

#[cfg(test)]
mod tests {
    use figment::{Figment, Provider};

    use super::{BTreeSet, Given, Provided};
    use crate::document::json;
    use crate::document::samples::CANARY;

    fn provided() -> Provided {
        let given =
            |path, is_secret, text| Given { path, is_secret, node: json::parse(text).unwrap() };
        let token = format!("\"{CANARY}\"");
        let values = vec![
            given("port", false, "8080"),
            given("ratio", false, "0.5"),
            given("huge", false, "18446744073709551615"),
            given("debug", false, "true"),
            given("hosts", false, r#"["a", "b"]"#),
            given("labels", false, r#"{"x": {"y": 1}}"#),
            given("smtp.host", false, r#""mail""#),
            given("smtp.pool.size", false, "7"),
            given("smtp.token", true, &token),
        ];
        Provided { values, revealed: BTreeSet::new() }
    }

    #[test]
    fn settings_come_out_typed_and_nested() {
        let figment = Figment::from(provided());
        assert_eq!(figment.extract_inner::<u16>("port").unwrap(), 8080);
        assert_eq!(figment.extract_inner::<f64>("ratio").unwrap(), 0.5);
        assert_eq!(figment.extract_inner::<u64>("huge").unwrap(), u64::MAX);
        assert!(figment.extract_inner::<bool>("debug").unwrap());
        assert_eq!(figment.extract_inner::<Vec<String>>("hosts").unwrap(), ["a", "b"]);
        assert_eq!(figment.extract_inner::<u8>("labels.x.y").unwrap(), 1);
        assert_eq!(figment.extract_inner::<String>("smtp.host").unwrap(), "mail");
        assert_eq!(figment.extract_inner::<u8>("smtp.pool.size").unwrap(), 7);
    }

    #[test]
    fn a_secret_stays_out_until_it_is_revealed() {
        assert!(Figment::from(provided()).find_value("smtp.token").is_err());
        let figment = Figment::from(provided().reveal("smtp.token"));
        assert_eq!(figment.extract_inner::<String>("smtp.token").unwrap(), CANARY);
    }

    #[test]
    fn revealing_what_is_no_secret_is_an_error() {
        for path in ["smtp.tokem", "port", ""] {
            let error = Figment::from(provided().reveal(path)).find_value("port").unwrap_err();
            assert!(error.to_string().contains("no secret was loaded for the path"), "{error}");
        }
    }

    #[test]
    fn neither_its_debug_nor_its_metadata_shows_a_value() {
        let provided = provided().reveal("smtp.token");
        let debug = format!("{provided:?} {:?}", provided.metadata());
        assert!(!debug.contains(CANARY) && !debug.contains("8080"), "{debug}");
        assert!(debug.contains("\"smtp.token\"") && debug.contains("config-core"), "{debug}");
    }

    #[test]
    fn errors_of_figment_name_the_key_as_a_path() {
        let figment = Figment::from(provided());
        let error = figment.extract_inner::<bool>("smtp.host").unwrap_err();
        assert!(error.to_string().contains("for key \"smtp.host\" in config-core"), "{error}");
    }
}
