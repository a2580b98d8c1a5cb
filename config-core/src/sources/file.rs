//! `file("secrets.json")`: a JSON, TOML or YAML file, or one table of it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::read::{FILE_CAP, is_readable_by_others, nothing_at, read_file, text_of};
use super::sealed::{self, Ring};
use super::{Kind, Open, Request, Unopened};
use crate::document::{Shown, Syntax, lookup};
use crate::environment::Context;
use crate::source::{
    Claims, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Unclaimed, Wanted,
};
use crate::value::{Node, Position, Value};

pub(crate) const KIND: Kind = Kind { name: "file", open: Open::Entry(open), has_variables: false };

/// One file, read when it is first asked.
struct File {
    /// As the list names it.
    place: String,
    path: Arc<Path>,
    syntax: Syntax,
    /// The table that is read, where it is not the whole.
    table: Option<String>,
    /// Whether it has to be there.
    given: bool,
    ring: Ring,
    document: OnceLock<Result<Document, Failure>>,
}

enum Document {
    Read(Node),
    /// There is no such file, in these words.
    Missing(Cow<'static, str>),
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let written = request.place.unwrap_or_default();
    let place = match request.given {
        true => written.to_owned(),
        false => context.expand(written).map_err(Unopened::from)?,
    };
    let (path, table) = match place.rsplit_once('#') {
        Some((path, table)) if !table.contains(['/', '\\']) => (path, Some(table.to_owned())),
        _ => (place.as_str(), None),
    };
    let path: Arc<Path> = context.resolve(path).into();
    let failed = |message: &'static str| {
        let failure = Failure::new(FailureKind::Malformed, message);
        Unopened::Failed(failure.in_file(path.clone(), Position::default()))
    };
    let syntax = Syntax::of(&sealed::inner(&path))
        .ok_or_else(|| failed("the name must end in .json, .toml, .yaml or .yml"))?;
    if table.as_ref().is_some_and(|table| table.split('.').any(str::is_empty)) {
        return Err(failed("after `#` must stand the name of a table, such as App.toml#server"));
    }
    let (ring, document) = (Ring::new(context), OnceLock::new());
    Ok(Box::new(File { place, path, syntax, table, given: request.given, ring, document }))
}

impl Source for File {
    fn label(&self) -> String {
        format!("file {}", self.place)
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        match self.document() {
            Ok(Document::Read(root)) => {
                let answers = lookup::answers(root, wanted, Some(&self.path));
                let opened = |answer| self.ring.opened(answer, self.table.as_deref());
                Fetch::Ready(answers.map(|answers| answers.into_iter().map(opened).collect()))
            }
            Ok(Document::Missing(why)) => {
                Fetch::each(wanted, |key| lookup::absent(key, why.clone()))
            }
            Err(failure) => Fetch::Ready(Err(failure.clone())),
        }
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        match self.document() {
            Ok(Document::Read(root)) => lookup::unclaimed(root, claims, Some(&self.path)),
            _ => Vec::new(),
        }
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let mut remarks = Vec::from_iter(self.ring.remark());
        if is_readable_by_others(&self.path) && !self.is_fit_for_all(claims) {
            let path = self.path.display();
            remarks.push(format!("can be read by other users; run: chmod 600 {path}"));
        }
        remarks
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        Some(format!("add {} to {}", lookup::name(key), self.place))
    }

    fn plan(&self, _wanted: &Wanted<'_>) -> SourcePlan {
        SourcePlan::default().reads(format!("reads the file {}", self.path.display()))
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut watched = self.ring.watched();
        watched.push(self.path.to_path_buf());
        watched
    }
}

impl File {
    fn document(&self) -> &Result<Document, Failure> {
        self.document.get_or_init(|| self.read())
    }

    /// Whether all that is secret in it is encrypted, and so anybody may read the file.
    fn is_fit_for_all(&self, claims: &Claims<'_>) -> bool {
        let Ok(Document::Read(root)) = self.document() else { return false };
        sealed::is_whole(&self.path) || {
            let secrets: Vec<Key<'_>> =
                claims.keys.iter().filter(|key| key.is_secret()).copied().collect();
            let answers = lookup::answers(root, &Wanted::of(&secrets), None).unwrap_or_default();
            sealed::are_all(&answers)
        }
    }

    fn read(&self) -> Result<Document, Failure> {
        let bytes = match read_file(&self.path, FILE_CAP) {
            Ok(bytes) => bytes,
            Err(failure) if failure.kind == FailureKind::NotFound && !self.given => {
                let why = nothing_at(&self.path, self.place.as_ref(), failure.message);
                return Ok(Document::Missing(why));
            }
            Err(failure) => return Err(failure),
        };
        if let Some(feature) = self.syntax.missing_feature() {
            let message = format!("reading it needs the feature `{feature}` of config-core");
            let hint = format!("cargo add config-core --features {feature}");
            return Err(self
                .failure(FailureKind::NotConfigured, message, Position::default())
                .hint(hint));
        }
        let bytes = match sealed::is_whole(&self.path) {
            true => self
                .ring
                .whole(&bytes)
                .map_err(|failure| failure.in_file(self.path.clone(), Position::default()))?,
            false => bytes,
        };
        let text = text_of(bytes, &self.path)?;
        let root = self
            .syntax
            .parse(&text)
            .map_err(|error| self.failure(FailureKind::Malformed, error.message, error.at))?;
        self.table(root).map(Document::Read)
    }

    /// The table that was asked for; what stands there has to be one, and nothing at all is an empty one.
    fn table(&self, root: Node) -> Result<Node, Failure> {
        let Some(name) = &self.table else {
            return self.must_be_table(root, "the document");
        };
        match lookup::table(&root, name) {
            Ok(table) => self.must_be_table(table.clone(), name),
            Err(Some((node, part))) => Err(self.no_table(node, &part)),
            Err(None) => {
                let message = format!("has no table {}", Shown(name));
                let hint = format!("add that table, or take `#{name}` out of the place");
                Err(self.failure(FailureKind::NotFound, message, Position::default()).hint(hint))
            }
        }
    }

    fn must_be_table(&self, mut node: Node, name: &str) -> Result<Node, Failure> {
        match &node.value {
            Value::Map(_) => {}
            Value::Null => node.value = Value::Map(Vec::new()),
            _ => return Err(self.no_table(&node, name)),
        }
        Ok(node)
    }

    fn no_table(&self, node: &Node, name: &str) -> Failure {
        let message = format!("{name} must be a table, is {}", node.value.kind());
        self.failure(FailureKind::Malformed, message, node.at)
    }

    fn failure(
        &self,
        kind: FailureKind,
        message: impl Into<Cow<'static, str>>,
        at: Position,
    ) -> Failure {
        Failure::new(kind, message).in_file(self.path.clone(), at)
    }
}

#[cfg(test)]
mod tests;
