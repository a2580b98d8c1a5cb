//! What the `.env` files answer.

use std::path::PathBuf;
use std::sync::Arc;

use super::file::{Counts, File, is_empty};
use super::parser::{Entry, SyntaxError, scan};
use super::{Dialect, Dotenv, Place, expand};
use crate::origin::{Absence, Origin};
use crate::source::{Answer, Claims, Failure, FailureKind, Fetch, Key, Source, Unclaimed, Wanted};
use crate::sources::indirect;
use crate::sources::read::{FILE_CAP, is_readable_by_others, read_text};
use crate::value::{Node, Text, Value};

impl Source for Dotenv {
    fn label(&self) -> String {
        match &self.place {
            Place::Search => "dotenv".to_owned(),
            Place::At { path, .. } => format!("dotenv {}", path.display()),
        }
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        match self.files() {
            Ok(files) => {
                let why = absent_from(files);
                Fetch::each(wanted, |key| answer(files, key, &why))
            }
            Err(failure) => Fetch::Ready(Err(failure.clone())),
        }
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        let (Ok(files), false) = (self.files(), claims.prefix.is_empty()) else {
            return Vec::new();
        };
        let mut unclaimed = Vec::new();
        for file in files {
            for entry in file.each() {
                let name = file.key(entry);
                if name.starts_with(claims.prefix) && !claims.has_variable(name) {
                    let (name, file) = (name.to_owned(), Some(Arc::clone(&file.path)));
                    unclaimed.push(Unclaimed { name, file, at: entry.key_at });
                }
            }
        }
        unclaimed
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let files = self.files().unwrap_or_default();
        let mut remarks = Vec::new();
        for file in files {
            if is_readable_by_others(&file.path) {
                let path = file.path.display();
                remarks.push(format!("{path} can be read by other users; run: chmod 600 {path}"));
            }
            remarks.extend(file.duplicates(claims));
        }
        let is_set = |name: &str| matches!(look(files, name), Look::Set(..));
        let secrets = claims.keys.iter().filter(|key| key.is_secret()).flat_map(Key::variables);
        let given_twice =
            secrets.filter(|name| is_set(name) && is_set(&indirect::file_variable(name)));
        remarks.extend(given_twice.map(|name| indirect::both_remark(name)));
        remarks
    }

    fn plan(&self, wanted: &Wanted<'_>) -> Vec<String> {
        if wanted.keys().is_empty() {
            return Vec::new();
        }
        self.paths().iter().map(|path| format!("reads the file {}", path.display())).collect()
    }
}

impl Dotenv {
    /// The files, read at the first call.
    fn files(&self) -> Result<&[File], &Failure> {
        self.files.get_or_init(|| self.read_all()).as_deref()
    }

    fn read_all(&self) -> Result<Vec<File>, Failure> {
        let must_exist = matches!(self.place, Place::At { must_exist: true, .. });
        let may_be_absent =
            |path: &std::path::Path| !must_exist && std::fs::symlink_metadata(path).is_err();
        let mut files = Vec::new();
        for path in self.paths() {
            let at = path.clone();
            match self.read(path) {
                Ok(file) => files.push(file),
                Err(failure) if failure.kind() == FailureKind::NotFound && may_be_absent(&at) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(files)
    }

    fn read(&self, path: PathBuf) -> Result<File, Failure> {
        let text = read_text(&path, FILE_CAP)?;
        let path = Arc::from(path);
        let (text, entries, counts) = self.scan(text).map_err(|error| {
            Failure::new(FailureKind::Malformed, error.message())
                .in_file(Arc::clone(&path), error.position())
        })?;
        Ok(File::new(path, text, entries, counts))
    }

    fn scan(&self, text: Text) -> Result<(Text, Vec<Entry>, Counts), SyntaxError> {
        let entries = match self.dialect {
            Dialect::Literal => scan(&text)?,
            Dialect::Expanded => {
                let mut entries = scan(&text)?;
                expand::expand(&text, &mut entries, &self.environment)?;
                entries
            }
            #[cfg(feature = "dotenvy")]
            Dialect::Dotenvy => {
                let (keys, entries) = super::dotenvy::scan(&text)?;
                return Ok((keys, entries, Counts::First));
            }
        };
        Ok((text, entries, Counts::Last))
    }
}

/// What the files have under one name.
enum Look<'a> {
    Set(&'a File, &'a Entry),
    Empty(&'a File, &'a Entry),
    Absent,
}

/// The first file wins that has the name and not empty.
fn look<'a>(files: &'a [File], name: &str) -> Look<'a> {
    let mut look = Look::Absent;
    for file in files {
        match (file.find(name), &look) {
            (Some(entry), _) if !is_empty(&entry.value) => return Look::Set(file, entry),
            (Some(entry), Look::Absent) => look = Look::Empty(file, entry),
            _ => {}
        }
    }
    look
}

/// Each name in order; for each the variable itself, then for a secret the file that `NAME_FILE` names.
fn answer(files: &[File], key: &Key<'_>, why: &str) -> Answer {
    let mut empty = None;
    for (which, name) in key.variables().iter().enumerate() {
        let origin = |file, entry| place(Origin::variable(which), file, entry);
        match look(files, name) {
            Look::Set(file, entry) => {
                let node = Node::new(Value::Text(file.value(entry)), entry.value_at);
                return Answer::value(node, origin(file, entry));
            }
            Look::Empty(file, entry) => empty = empty.or_else(|| Some(origin(file, entry))),
            Look::Absent => {}
        }
        if key.is_secret() {
            match indirect(files, indirect::file_variable(name), key.is_binary()) {
                None => {}
                Some(Answer::Empty(origin)) => empty = empty.or(Some(origin)),
                Some(answer) => return answer,
            }
        }
    }
    empty.map_or_else(
        || Answer::Absent(Absence { why: why.to_owned().into(), ..Absence::variable("") }),
        Answer::Empty,
    )
}

/// What the file holds that a variable names; none where no file is named.
fn indirect(files: &[File], variable: String, binary: bool) -> Option<Answer> {
    match look(files, &variable) {
        Look::Set(file, entry) => {
            let path = file.value(entry);
            Some(indirect::read(variable, &path, file.path.parent(), binary))
        }
        Look::Empty(file, entry) => Some(Answer::Empty(place(Origin::new(variable), file, entry))),
        Look::Absent => None,
    }
}

fn place(origin: Origin, file: &File, entry: &Entry) -> Origin {
    origin.in_file(Arc::clone(&file.path), entry.value_at)
}

fn absent_from(files: &[File]) -> String {
    if files.is_empty() {
        return "no .env file".to_owned();
    }
    let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    format!("not in {}", paths.join(", "))
}
