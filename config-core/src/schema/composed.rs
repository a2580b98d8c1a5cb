//! Of what a composed field is made, and the names that it would have if it were looked up.

use super::{Leaf, Presence, Schema};

impl Schema {
    /// The siblings that a composed field is made of, in the order of its template; none of any other field.
    pub(crate) fn parts(&self, leaf: &Leaf) -> Option<Vec<&'static Leaf>> {
        let Presence::Composed(template) = leaf.field().presence else { return None };
        let above = above(leaf);
        let names = template.split('{').skip(1).filter_map(|piece| piece.split('}').next());
        let mut parts: Vec<&'static Leaf> = Vec::new();
        for name in names {
            let sibling =
                self.leaves().iter().find(|leaf| leaf.path().strip_prefix(above) == Some(name));
            if let Some(sibling) = sibling
                && parts.iter().all(|part| part.path() != sibling.path())
            {
                parts.push(sibling);
            }
        }
        Some(parts)
    }

    /// The same in words: `user, password, host`.
    pub(crate) fn composed_of(&self, leaf: &Leaf) -> Option<String> {
        let paths: Vec<&str> = self.parts(leaf)?.iter().map(|part| part.path()).collect();
        Some(paths.join(", "))
    }

    /// The composed field that somebody means who sets that variable: it has the name that would be derived for it.
    pub(crate) fn meant_composed(&self, variable: &str) -> Option<&'static Leaf> {
        let is_meant = |leaf: &&Leaf| {
            let name = leaf.field().name().to_ascii_uppercase();
            let parts = self.parts(leaf).unwrap_or_default();
            let derived = parts.iter().find(|part| part.field().env.is_empty());
            let derived = derived.and_then(|part| {
                part.variable().strip_suffix(&*part.field().name().to_ascii_uppercase())
            });
            derived.is_some_and(|before| variable.strip_prefix(before) == Some(&*name))
        };
        self.leaves().iter().find(is_meant)
    }
}

/// What stands before the name of a field in its path.
fn above(leaf: &Leaf) -> &'static str {
    leaf.path().strip_suffix(leaf.field().name()).unwrap_or_default()
}
