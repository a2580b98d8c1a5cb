//! One `.env` file that was read: its pairs, found by key.

use std::path::Path;
use std::sync::Arc;

use super::decode::decode;
use super::parser::{Entry, Written};
use crate::source::Claims;
use crate::value::{Text, exact};

/// The pairs of one file. Values stay as they are written until they are asked for.
pub(super) struct File {
    pub(super) path: Arc<Path>,
    text: Text,
    entries: Vec<Entry>,
    /// The entries ordered by key, and by place where a key stands twice.
    by_key: Vec<usize>,
    duplicate: Counts,
}

/// Which of several pairs with one key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Last,
    #[cfg(feature = "dotenvy")]
    First,
}

impl File {
    pub(super) fn new(path: Arc<Path>, text: Text, entries: Vec<Entry>, duplicate: Counts) -> Self {
        let mut by_key: Vec<usize> = (0..entries.len()).collect();
        by_key.sort_by_key(|at| &text[entries[*at].key.clone()]);
        Self { path, text, entries, by_key, duplicate }
    }

    /// The pair that counts of those with this key.
    pub(super) fn find(&self, key: &str) -> Option<&Entry> {
        let key_at = |at: &usize| self.key(&self.entries[*at]);
        let first = self.by_key.partition_point(|at| key_at(at) < key);
        let end = first + self.by_key[first..].iter().take_while(|at| key_at(at) == key).count();
        self.counting(&self.by_key[first..end])
    }

    /// The pairs of which each key has one, ordered by key.
    pub(super) fn each(&self) -> impl Iterator<Item = &Entry> {
        self.runs().filter_map(|run| self.counting(run))
    }

    pub(super) fn key(&self, entry: &Entry) -> &str {
        &self.text[entry.key.clone()]
    }

    /// What a pair's value means, in a buffer of exactly its size.
    pub(super) fn value(&self, entry: &Entry) -> Text {
        value(&self.text, &entry.value)
    }

    /// A remark for each key that stands more than once. A key that is not the application's is not named: it may be
    /// a line of something else.
    pub(super) fn duplicates(&self, claims: &Claims<'_>) -> impl Iterator<Item = String> {
        self.runs().filter(|run| run.len() > 1).map(|run| {
            let key = self.key(&self.entries[run[0]]);
            let key = if claims.has_variable(key) { key } else { "a key" };
            let lines: Vec<String> =
                run.iter().map(|at| self.entries[*at].key_at.line.to_string()).collect();
            let counts = match self.duplicate {
                Counts::Last => "last",
                #[cfg(feature = "dotenvy")]
                Counts::First => "first",
            };
            let (path, times, lines) = (self.path.display(), run.len(), lines.join(", "));
            format!("{key} stands {times} times in {path} (lines {lines}); the {counts} one counts")
        })
    }

    /// The places in `entries` of each key.
    fn runs(&self) -> impl Iterator<Item = &[usize]> {
        self.by_key
            .chunk_by(|one, other| self.key(&self.entries[*one]) == self.key(&self.entries[*other]))
    }

    fn counting(&self, run: &[usize]) -> Option<&Entry> {
        let at = match self.duplicate {
            Counts::Last => run.last(),
            #[cfg(feature = "dotenvy")]
            Counts::First => run.first(),
        };
        at.map(|at| &self.entries[*at])
    }
}

/// What a value of this text means.
pub(super) fn value(text: &str, written: &Written) -> Text {
    match written {
        Written::Plain(range) => exact(&text[range.clone()]),
        Written::Single(range) => decode(&text[range.clone()], false),
        Written::Double(range) => decode(&text[range.clone()], true),
        Written::Made(made) => exact(made),
    }
}

/// Whether a value is empty.
pub(super) fn is_empty(written: &Written) -> bool {
    match written {
        Written::Plain(range) | Written::Single(range) | Written::Double(range) => range.is_empty(),
        Written::Made(made) => made.is_empty(),
    }
}
