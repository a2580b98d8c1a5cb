//! Finding a wanted key in a document.
//!
//! A key that was declared for the kind of source is the only one looked for. Otherwise it is the path as nested
//! tables, the path as one dotted key, and the variable names; the first that holds something wins.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::origin::{Absence, Origin};
use crate::source::{Answer, Answers, Claims, Failure, FailureKind, Found, Key, Unclaimed, Wanted};
use crate::value::{Node, Position, Text, Value};

/// Why a key is absent of which a document has nothing at all.
pub(crate) const NO_SUCH_KEY: &str = "no such key";

/// What a document says of one key.
pub(crate) enum Lookup<'d> {
    /// It holds something under this name; an empty text only where no other name holds more.
    Found { node: &'d Node, name: String },
    /// It holds nothing, or an explicit null.
    Absent(Absence),
    /// Something else stands where a table of the path has to be.
    Blocked { node: &'d Node, part: String },
}

/// Answers every wanted key from a document; `file` is where it was read from.
pub(crate) fn answers(root: &Node, wanted: &Wanted<'_>, file: Option<&Arc<Path>>) -> Answers {
    let root = Root::indexed(root);
    Ok(wanted.keys.iter().map(|key| root.answer(key, file)).collect())
}

/// Answers one key.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn answer(root: &Node, key: &Key<'_>, file: Option<&Arc<Path>>) -> Answer {
    Root { node: root, names: None }.answer(key, file)
}

/// Finds one key by all the names that it has in a document.
#[cfg(feature = "figment")]
pub(crate) fn find<'d>(root: &'d Node, key: &Key<'d>) -> Lookup<'d> {
    find_in(&Root { node: root, names: None }, key)
}

fn find_in<'d>(root: &Root<'d>, key: &Key<'d>) -> Lookup<'d> {
    let name = name(key);
    let mut search = Search { empty: None, blocked: None, why: None };
    if let Some(found) = search.judge(root.walk(&name), &name) {
        return found;
    }
    let whole = [Some(&*name).filter(|name| name.contains('.'))];
    let variables = if key.own.is_none() { key.variables } else { &[] };
    for name in whole.into_iter().flatten().chain(variables.iter().copied()) {
        if let Some(found) = search.judge(root.entry(name), name) {
            return found;
        }
    }
    search.finish(name)
}

/// Answers a key that cannot be there, for this reason.
pub(crate) fn absent(key: &Key<'_>, why: impl Into<Cow<'static, str>>) -> Answer {
    Answer::Absent(Absence::new(name(key).into_owned(), why))
}

/// The name of a key in a document: the one declared for the kind of source, or the path; below the place of its
/// nested struct where one is declared.
pub(crate) fn name<'a>(key: &Key<'a>) -> Cow<'a, str> {
    let below = own(key).unwrap_or(key.path_below_base());
    match key.base() {
        None => Cow::Borrowed(below),
        Some(base) => Cow::Owned(format!("{base}.{below}")),
    }
}

fn own<'a>(key: &Key<'a>) -> Option<&'a str> {
    key.own.map(|own| own.strip_prefix('#').unwrap_or(own))
}

/// The table of this name: nested tables, else one dotted key.
///
/// # Errors
/// What stands in the way and under which name; none where there is nothing at all.
pub(crate) fn table<'d>(
    root: &'d Node,
    name: &str,
) -> Result<&'d Node, Option<(&'d Node, String)>> {
    let walked = Root { node: root, names: None }.walk(name);
    match (walked, root.entry(name)) {
        (Walk::To(node), _) | (_, Some(node)) => Ok(node),
        (Walk::Blocked(node, part), None) if !matches!(node.value, Value::Null) => {
            Err(Some((node, part)))
        }
        _ => Err(None),
    }
}

/// Names in a document that belong to the application but that no field has: at the root those that carry its prefix,
/// below that everything in the tables of its nested structs.
pub(crate) fn unclaimed(
    root: &Node,
    claims: &Claims<'_>,
    file: Option<&Arc<Path>>,
) -> Vec<Unclaimed> {
    let mut known = Known::default();
    for key in claims.keys {
        known.add(key);
    }
    let mut names = Vec::new();
    for (name, node) in entries(root) {
        let prefixed = !claims.prefix.is_empty() && name.starts_with(claims.prefix);
        let inside = name.rsplit_once('.').is_some_and(|(table, _)| known.tables.contains(table));
        if known.variables.contains(name.as_str()) || known.fields.contains(name.as_str()) {
            continue;
        }
        if known.tables.contains(name.as_str()) {
            known.inside(name, node, &mut names);
        } else if prefixed || inside || known.is_slip(name, root) {
            names.push((name.to_string(), node.at));
        }
    }
    names
        .into_iter()
        .map(|(name, at)| Unclaimed { name, within: None, file: file.cloned(), at })
        .collect()
}

/// A document that many keys are looked for in.
pub(crate) struct Root<'d> {
    node: &'d Node,
    /// Its entries by name, where there are so many that it pays.
    names: Option<BTreeMap<&'d str, &'d Node>>,
}

/// Why a path ends at something that is no table. Not the same as absent: what is there is not what it should be.
pub(crate) fn blocked(node: &Node, part: &str, file: Option<&Arc<Path>>) -> Failure {
    let message = format!("{part} must be a table, is {}", node.value.kind());
    let failure = Failure::new(FailureKind::Malformed, message);
    match file {
        Some(file) => failure.in_file(Arc::clone(file), node.at),
        None => failure,
    }
}

/// What was found under the names tried so far.
struct Search<'d> {
    empty: Option<(&'d Node, String)>,
    blocked: Option<(&'d Node, String)>,
    why: Option<Cow<'static, str>>,
}

/// Where a name leads.
enum Walk<'d> {
    To(&'d Node),
    Nowhere,
    /// This part of the path holds something else than a table.
    Blocked(&'d Node, String),
}

impl<'d> Root<'d> {
    /// One in which a key is found about as fast however many there are.
    pub(crate) fn indexed(node: &'d Node) -> Self {
        const FEW: usize = 16;
        let many = Some(entries(node)).filter(|entries| entries.len() > FEW);
        let names = many.map(|all| all.iter().map(|(name, node)| (name.as_str(), node)).collect());
        Self { node, names }
    }

    /// Answers one key; `file` is where the document was read from.
    pub(crate) fn answer(&self, key: &Key<'_>, file: Option<&Arc<Path>>) -> Answer {
        let (node, name) = match find_in(self, key) {
            Lookup::Absent(absence) => return Answer::Absent(absence),
            Lookup::Blocked { node, part } => return Answer::Failed(blocked(node, &part, file)),
            Lookup::Found { node, name } => (node, name),
        };
        let origin = Origin::new(name).at(file.cloned(), node.at);
        if node.value.is_empty() {
            return Answer::Empty(origin);
        }
        Answer::Value(Found { node: node.clone(), origin })
    }

    fn get(&self, name: &str) -> Option<&'d Node> {
        match &self.names {
            Some(names) => names.get(name).copied(),
            None => self.node.entry(name),
        }
    }

    fn entry(&self, name: &str) -> Walk<'d> {
        self.get(name).map_or(Walk::Nowhere, Walk::To)
    }

    fn walk(&self, path: &str) -> Walk<'d> {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let Some(mut node) = self.get(first) else { return Walk::Nowhere };
        let mut walked = first.len();
        for part in parts {
            if !matches!(node.value, Value::Map(_)) {
                return Walk::Blocked(node, path[..walked].to_owned());
            }
            let Some(next) = node.entry(part) else { return Walk::Nowhere };
            node = next;
            walked += 1 + part.len();
        }
        Walk::To(node)
    }
}

impl<'d> Search<'d> {
    fn judge(&mut self, walk: Walk<'d>, name: &str) -> Option<Lookup<'d>> {
        match walk {
            Walk::To(Node { value: Value::Null, .. }) => {
                self.why.get_or_insert(Cow::Borrowed("null"));
            }
            Walk::To(node) if node.value.is_empty() => {
                self.empty.get_or_insert_with(|| (node, name.to_owned()));
            }
            Walk::To(node) => return Some(Lookup::Found { node, name: name.to_owned() }),
            Walk::Blocked(Node { value: Value::Null, .. }, part) => {
                self.why.get_or_insert(Cow::Owned(format!("{part} is null, not a table")));
            }
            Walk::Blocked(node, part) => {
                self.blocked.get_or_insert((node, part));
            }
            Walk::Nowhere => {}
        }
        None
    }

    fn finish(self, name: Cow<'_, str>) -> Lookup<'d> {
        match (self.empty, self.blocked) {
            (_, Some((node, part))) => Lookup::Blocked { node, part },
            (Some((node, name)), None) => Lookup::Found { node, name },
            (None, None) => {
                let why = self.why.unwrap_or(Cow::Borrowed(NO_SUCH_KEY));
                Lookup::Absent(Absence::new(name.into_owned(), why))
            }
        }
    }
}

/// Every name that the application has in a document.
#[derive(Default)]
struct Known<'a> {
    fields: BTreeSet<Cow<'a, str>>,
    /// The paths of nested structs.
    tables: BTreeSet<Cow<'a, str>>,
    variables: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    /// Whether a foreign name at the root is as good as that of a field or table which the document does not have:
    /// another spelling of it, or a letter or two off.
    fn is_slip(&self, name: &str, root: &Node) -> bool {
        let spelled = name.replace('-', "_").to_lowercase();
        let roots = self.fields.iter().chain(&self.tables).filter(|known| !known.contains('.'));
        let absent = roots.map(|known| &**known).filter(|known| root.entry(known).is_none());
        crate::suggest::nearest(&spelled, absent)
            .is_some_and(|nearest| spelled == nearest || nearest.chars().count() >= 4)
    }

    fn add(&mut self, key: &Key<'a>) {
        self.variables.extend(key.variables);
        let name = name(key);
        match key.base() {
            None => {
                self.fields.insert(Cow::Borrowed(key.path));
                self.tables.extend(parents(key.path).map(Cow::Borrowed));
            }
            Some(base) => {
                let ours = parents(&name).filter(|table| table.len() >= base.len());
                self.tables.extend(ours.map(|table| Cow::Owned(table.to_owned())));
            }
        }
        self.fields.insert(name);
    }

    fn inside(&self, table: &str, node: &Node, names: &mut Vec<(String, Position)>) {
        for (name, node) in entries(node) {
            let path = format!("{table}.{}", name.as_str());
            if self.fields.contains(path.as_str()) {
                continue;
            }
            if self.tables.contains(path.as_str()) {
                self.inside(&path, node, names);
            } else {
                names.push((path, node.at));
            }
        }
    }
}

/// `a` and `a.b` of `a.b.c`.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(dot, _)| &path[..dot])
}

fn entries(node: &Node) -> &[(Text, Node)] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
