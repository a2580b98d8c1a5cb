//! That a store had no such secret when it was last reached: kept for loads that may take earlier answers.

use super::Unread;
use super::given::Given;
use std::borrow::Cow;

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
