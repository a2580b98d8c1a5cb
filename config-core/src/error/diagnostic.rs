//! The error as a `miette` diagnostic: each problem points into its file, where every value is blanked out.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use zeroize::Zeroizing;

use super::{Error, Problem};
use crate::value::Position;

/// What is shown for each character of a value.
const BLANK: char = '*';

/// One problem with the part of the file that it points into.
struct Pointed {
    problem: Problem,
    file: Option<NamedSource<String>>,
    offset: usize,
}

impl Diagnostic for Error {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("config_core::load"))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let pointed = self.inner.pointed.get_or_init(|| {
            let all = self.iter().map(|problem| Pointed::new(problem, &self.inner.names));
            all.map(|pointed| Box::new(pointed) as Box<dyn Diagnostic + Send + Sync>).collect()
        });
        Some(Box::new(pointed.iter().map(|pointed| pointed.as_ref() as &dyn Diagnostic)))
    }
}

impl Pointed {
    fn new(problem: &Problem, names: &BTreeSet<&'static str>) -> Self {
        let place = problem.origin().and_then(|origin| Some((origin.file()?, origin.position())));
        let shown = place.and_then(|(path, at)| shown(path, at, names));
        let (file, offset) = shown.map_or((None, 0), |(file, offset)| (Some(file), offset));
        Self { problem: problem.clone(), file, offset }
    }
}

/// The file with its values blanked out, and the offset of the place in it.
fn shown(
    path: &Path,
    at: Position,
    names: &BTreeSet<&'static str>,
) -> Option<(NamedSource<String>, usize)> {
    if !at.is_known() {
        return None;
    }
    // A pipe has been read already, and would be waited for without end.
    if crate::sources::sealed::is_whole(path) || !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let text = crate::sources::read::read_text(path, crate::sources::read::FILE_CAP).ok()?;
    let blanked = Zeroizing::new(blanked(&text, names));
    let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
    let column = usize::try_from(at.column).ok()?.saturating_sub(1);
    let before: usize = blanked.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = blanked.get(before..)?;
    let offset = before + rest.chars().take(column).map(char::len_utf8).sum::<usize>();
    Some((NamedSource::new(path.display().to_string(), blanked.as_str().to_owned()), offset))
}

/// Every line with its key, if that is a name of the declaration, and blanks for the rest; the columns stay.
fn blanked(text: &str, names: &BTreeSet<&'static str>) -> String {
    let mut blanked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let kept = key(line, names);
        for (index, character) in line.char_indices() {
            let keep = index < kept || matches!(character, ' ' | '\t' | '\n' | '\r');
            blanked.push(if keep { character } else { BLANK });
        }
    }
    blanked
}

/// How many bytes of a line are its key and the sign after it.
fn key(line: &str, names: &BTreeSet<&'static str>) -> usize {
    let Some(end) = line.find([':', '=']) else { return 0 };
    let word = line[..end].trim_matches(|c: char| c.is_whitespace() || "\"'{[,-".contains(c));
    let word = word.strip_prefix("export ").unwrap_or(word);
    let before = line.split(word).next().unwrap_or(line);
    let begins = before.chars().filter(|c| !c.is_whitespace()).count() <= 2;
    if names.contains(word) && begins { end + 1 } else { 0 }
}

impl Diagnostic for Pointed {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.hint().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.as_ref().map(|file| file as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.file.as_ref()?;
        let label = LabeledSpan::new(Some(self.problem.message().to_owned()), self.offset, 0);
        Some(Box::new(std::iter::once(label)))
    }
}

impl std::error::Error for Pointed {}

impl fmt::Display for Pointed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl fmt::Debug for Pointed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::blanked;

    #[test]
    fn only_declared_keys_stay_readable() {
        let names = ["port", "token", "APP_PORT"].into_iter().collect();
        let text = "{\n  \"port\": \"http\",\n  \"token\": \"abc: def\",\n  \"other\": 1\n}\n";
        let expected = "*\n  \"port\": *******\n  \"token\": ***** *****\n  ******** *\n*\n";
        assert_eq!(blanked(text, &names), expected);
        assert_eq!(
            blanked("APP_PORT=80 # x\nport-like: y\n", &names),
            "APP_PORT=** * *\n********** *\n"
        );
    }
}
