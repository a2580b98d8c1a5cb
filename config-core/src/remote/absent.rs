//! That a store has no such secret, or no such version: what that comes to, and keeping it for loads that may take
//! earlier answers.

use std::borrow::Cow;

use super::given::Given;
use super::{Backend, Read, Unread};
use crate::source::{Failure, FailureKind};

/// How many absences are kept. The fields of a struct are few; names that are asked for at run time have no end.
pub(super) const MOST: usize = 1000;

/// The store was reached and had none.
#[derive(Clone)]
pub(super) struct Gone {
    /// In the words of the store: `no such secret`.
    pub(super) why: Cow<'static, str>,
    pub(super) given: Given,
}

impl Gone {
    /// What the store said just now, if it said that.
    pub(super) fn now(unread: &Unread) -> Option<Self> {
        match unread {
            Unread::Absent(why) => Some(Self { why: Cow::Borrowed(*why), given: Given::now() }),
            Unread::WasAbsent { .. } | Unread::NotRead(_) | Unread::Failed(_) => None,
        }
    }
}

/// What it comes to that a version which somebody named is not there, or cannot be told from a secret that is not. Who
/// names a version wants no other value, so it is a failure: nothing weaker answers for it.
pub(crate) fn gone<B: Backend>(
    backend: &B,
    read: &Read,
    kind: FailureKind,
    why: &'static str,
) -> Unread {
    let place = backend.whereabouts(read).map_or(String::new(), |place| format!(" {place}"));
    let failure = Failure::new(kind, format!("{why}{place}"));
    Unread::Failed(match backend.remedy(read, None, Some(why)) {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    })
}

/// The failure of a store that answers with another version than it was asked for.
pub(crate) fn other_version() -> Failure {
    let message = "the answer has another version than was asked for";
    Failure::new(FailureKind::Malformed, message)
        .hint("look whether the address is that of the store, and not of something before it")
}
