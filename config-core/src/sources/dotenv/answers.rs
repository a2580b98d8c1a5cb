//! What the `.env` files answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::file::{Counts, File, is_empty};
#[cfg(unix)]
use super::owner::Trusted;
use super::parser::{Entry, SyntaxError, scan};
use super::{Dialect, Dotenv, Place, expand};
use crate::origin::{Absence, Origin};
use crate::source::{
    Answer, Claims, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Unclaimed, Wanted,
};
use crate::sources::indirect;
#[cfg(unix)]
use crate::sources::read::read_file_if;
use crate::sources::read::{FILE_CAP, is_readable_by_others, read_file, text_of};
use crate::sources::sealed::{self, Ring};
use crate::value::{Node, Position, Text, Value};

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
                Fetch::each(wanted, |key| answer(files, key, &why, self))
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
                    unclaimed.push(Unclaimed { name, within: None, file, at: entry.key_at });
                }
            }
        }
        unclaimed
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let files = self.files().unwrap_or_default();
        let mut remarks: Vec<String> = self
            .held()
            .directories
            .iter()
            .map(|path| format!("{} is a directory, not a file; it is passed over", path.display()))
            .collect();
        remarks.extend(self.ring().remark());
        for file in files {
            if is_readable_by_others(&file.path) && !is_fit_for_all(file, claims) {
                let path = file.path.display();
                remarks.push(format!("{path} can be read by other users; run: chmod 600 {path}"));
            }
            #[cfg(unix)]
            remarks.extend(self.trusted().and_then(|trusted| trusted.remark(&file.path)));
            remarks.extend(file.duplicates(claims));
        }
        let secrets = claims.keys.iter().filter(|key| key.is_secret()).flat_map(Key::variables);
        remarks.extend(secrets.filter_map(|name| given_twice(files, name)));
        remarks
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        if wanted.keys().is_empty() {
            return SourcePlan::default();
        }
        self.held().files.iter().map(|path| format!("reads the file {}", path.display())).collect()
    }

    fn anew(&self) -> Option<Arc<dyn Source>> {
        Some(Arc::new(self.unread()))
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut watched = self.looked.paths();
        watched.extend(self.ring.get().map_or(Vec::new(), Ring::watched));
        watched
    }

    fn bootstrap(&self, name: &str) -> Result<Option<Text>, Failure> {
        let files = self.files().map_err(Clone::clone)?;
        for file in files {
            let Some(entry) = file.find(name) else { continue };
            match opened(file, entry, name, self.ring())? {
                Value::Text(text) if text.is_empty() => {}
                Value::Text(text) => return Ok(Some(text)),
                _ => return Err(not_text(file, entry, name)),
            }
        }
        Ok(None)
    }
}

impl Dotenv {
    /// The files, read at the first call.
    fn files(&self) -> Result<&[File], &Failure> {
        self.files.get_or_init(|| self.read_all()).as_deref()
    }

    fn read_all(&self) -> Result<Vec<File>, Failure> {
        let must_exist = matches!(self.place, Place::At { must_exist: true, .. });
        let may_be_absent = |path: &Path| !must_exist && std::fs::symlink_metadata(path).is_err();
        let mut files = Vec::new();
        let held = self.held();
        self.looked.note(held.looked);
        for path in held.files {
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
        let text = self.text(&path)?;
        let path = Arc::from(path);
        let (text, entries, counts) = self.scan(text).map_err(|error| {
            Failure::new(FailureKind::Malformed, error.message())
                .in_file(Arc::clone(&path), error.position())
        })?;
        Ok(File::new(path, text, entries, counts))
    }

    /// The text of a file, once it is settled that one that was found may be read.
    fn text(&self, path: &Path) -> Result<Text, Failure> {
        let bytes = self.bytes(path)?;
        let bytes = match sealed::is_whole(path) {
            true => self
                .ring()
                .whole(&bytes)
                .map_err(|failure| failure.in_file(path.into(), Position::default()))?,
            false => bytes,
        };
        text_of(bytes, path)
    }

    fn bytes(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
        #[cfg(unix)]
        if let Some(trusted) = self.trusted() {
            trusted.admits_path(path)?;
            return read_file_if(path, FILE_CAP, |file| trusted.admits_file(path, file));
        }
        read_file(path, FILE_CAP)
    }

    /// Whose files are read, where they are searched for; a path that is named is read whoever owns it.
    #[cfg(unix)]
    fn trusted(&self) -> Option<Trusted> {
        let is_searched = matches!(self.place, Place::Search);
        is_searched.then(|| Trusted::of(&self.resolve(Path::new(""))))
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

/// Each name in order; of each the first file that has it or, for a secret, names the file that holds it.
fn answer(files: &[File], key: &Key<'_>, why: &str, source: &Dotenv) -> Answer {
    let (ring, mut empty) = (source.ring(), None);
    for (which, name) in key.variables().iter().enumerate() {
        let file_variable = key.is_secret().then(|| indirect::file_variable(name));
        for file in files {
            let named = |variable: &String| indirect(file, variable, key.is_binary(), source);
            let named = file_variable.iter().filter_map(named);
            for answer in direct(file, name, which, ring).into_iter().chain(named) {
                match answer {
                    Answer::Empty(_) => empty = empty.or(Some(answer)),
                    answer => return answer,
                }
            }
        }
    }
    empty.unwrap_or_else(|| {
        Answer::Absent(Absence { why: why.to_owned().into(), ..Absence::variable("") })
    })
}

/// What a file has under a name itself.
fn direct(file: &File, name: &str, which: usize, ring: &Ring) -> Option<Answer> {
    let entry = file.find(name)?;
    Some(match opened(file, entry, name, ring) {
        Ok(value) => {
            let node = Node::new(value, entry.value_at);
            Answer::value(node, place(Origin::variable(which), file, entry))
        }
        Err(failure) => Answer::Failed(failure),
    })
}

/// What a file has for an entry, opened where it is encrypted.
fn opened(file: &File, entry: &Entry, name: &str, ring: &Ring) -> Result<Value, Failure> {
    ring.text(name, file.value(entry)).map_err(|failure| {
        failure.key(name.to_owned()).in_file(Arc::clone(&file.path), entry.value_at)
    })
}

fn not_text(file: &File, entry: &Entry, name: &str) -> Failure {
    Failure::new(FailureKind::Malformed, "what is encrypted is not UTF-8 text")
        .key(name.to_owned())
        .in_file(Arc::clone(&file.path), entry.value_at)
}

/// Whether all that is secret in it is encrypted, and so anybody may read the file.
fn is_fit_for_all(file: &File, claims: &Claims<'_>) -> bool {
    let secrets = claims.keys.iter().filter(|key| key.is_secret()).flat_map(Key::variables);
    let mut values = secrets.filter_map(|name| Some(file.value(file.find(name)?))).peekable();
    sealed::is_whole(&file.path)
        || (values.peek().is_some() && values.all(|value| sealed::is_sealed(&value)))
}

/// What the file holds that a variable names; none where no file is named.
fn indirect(file: &File, variable: &str, binary: bool, source: &Dotenv) -> Option<Answer> {
    let entry = file.find(variable)?;
    if is_empty(&entry.value) {
        return Some(Answer::Empty(place(Origin::new(variable.to_owned()), file, entry)));
    }
    let path = match opened(file, entry, variable, source.ring()) {
        Ok(Value::Text(path)) => path,
        Ok(_) => return Some(Answer::Failed(not_text(file, entry, variable))),
        Err(failure) => return Some(Answer::Failed(failure)),
    };
    let base = file.path.parent();
    Some(indirect::read(variable.to_owned(), &path, base, binary, &source.looked))
}

/// The remark on a secret that is given both by itself and by a file.
fn given_twice(files: &[File], name: &str) -> Option<String> {
    let file_variable = indirect::file_variable(name);
    let first = |name: &str| {
        files.iter().position(|file| file.find(name).is_some_and(|entry| !is_empty(&entry.value)))
    };
    let (direct, indirect) = (first(name)?, first(&file_variable)?);
    Some(match direct <= indirect {
        true => indirect::both_remark(name),
        false => format!(
            "{file_variable} and {name} are both set; {file_variable} counts, since its .env file comes first"
        ),
    })
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
