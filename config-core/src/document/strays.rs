//! Names in a document that nobody asks for: what a name that it lacks may have been meant to be.

use std::collections::BTreeSet;

use crate::suggest;
use crate::value::{Node, Value};

/// How many names are looked at; a document may have as many as it likes.
const MOST: usize = 100;

/// Names that are longer, or deeper in it, are nobody's slip.
const LONGEST: usize = 64;
const DEEPEST: usize = 4;

/// The names in a document that nobody asks for, nested ones with dots.
pub(crate) struct Strays(Vec<String>);

impl Strays {
    /// Those of a document of which these are asked for.
    pub(crate) fn of(root: &Node, asked: &BTreeSet<&str>) -> Self {
        let mut strays = Self(Vec::new());
        strays.walk(root, "", DEEPEST, asked);
        strays
    }

    /// The one that is nearest to a name.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.0.iter().map(String::as_str))
    }

    fn walk(&mut self, node: &Node, above: &str, depth: usize, asked: &BTreeSet<&str>) {
        let Value::Map(entries) = &node.value else { return };
        for (name, node) in entries {
            let path = format!("{above}{}", name.as_str());
            let is_name = path.len() <= LONGEST && !path.chars().any(char::is_control);
            if self.0.len() >= MOST {
                return;
            }
            if !is_name || asked.contains(path.as_str()) {
                continue;
            }
            match matches!(node.value, Value::Map(_)) && depth > 0 {
                true => self.walk(node, &format!("{path}."), depth - 1, asked),
                false => self.0.push(path),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MOST, Strays};
    use crate::document::json;

    fn nearest(document: &str, asked: &[&str], name: &str) -> Option<String> {
        let asked: BTreeSet<&str> = asked.iter().copied().collect();
        Strays::of(&json::parse(document).unwrap(), &asked).nearest(name).map(str::to_owned)
    }

    #[test]
    fn the_nearest_name_that_nobody_asks_for_is_meant() {
        let document = r#"{"pasword": "a", "user": "b", "smtp": {"hots": "c"}}"#;
        assert_eq!(nearest(document, &["user"], "password").as_deref(), Some("pasword"));
        assert_eq!(nearest(document, &["user"], "smtp.host").as_deref(), Some("smtp.hots"));
        assert_eq!(nearest(document, &["pasword"], "password"), None);
        assert_eq!(nearest(document, &[], "timeout"), None);
    }

    #[test]
    fn names_that_no_person_wrote_and_those_past_the_bound_are_not_looked_at() {
        assert_eq!(nearest("{\"pass\\u001bword\": 1}", &[], "password"), None);
        let many: Vec<String> = (0..MOST).map(|at| format!("\"name{at}\": 1")).collect();
        let many = format!("{{{}, \"pasword\": 1}}", many.join(","));
        assert_eq!(nearest(&many, &[], "password"), None);
    }
}
