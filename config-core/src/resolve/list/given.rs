//! What the program gave, in the stead of declared entries or behind them.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{Listed, Place, first_word};
use crate::resolve::Added;
use crate::resolve::guarded::{Guarded, caught};
use crate::source::{Failure, Source};

/// Puts what the program gave in the place of the first entry of its kind and name that has nothing given of its own, or
/// at the end. A source without a place serves all such entries from there on, until another one is given. One without a
/// name takes the stead of one that has a name only where there is none without.
pub(super) fn add(
    entries: &mut Vec<Listed>,
    above: usize,
    (giver, added): (usize, &Added),
    _profile: Option<&str>,
) -> Result<(), Failure> {
    let listed = match added {
        Added::Place { kind, path } => Listed {
            kind: Cow::Borrowed(*kind),
            name: None,
            place: Place::Given(path.clone()),
            demanded: false,
            source: OnceLock::new(),
            connection: OnceLock::new(),
            keeps: true,
            giver: None,
        },
        Added::Source(source) => supplied(unread(source)?)?,
        #[cfg(feature = "figment")]
        Added::ForProfile(make) => Listed { keeps: true, ..supplied(make(_profile))? },
    };
    let listed = Listed { giver: Some(giver), ..listed };
    let is_free = |&at: &usize| {
        let entry = &entries[at];
        let is_served = || entries[above..at].iter().any(|before| before.giver == entry.giver);
        entry.kind == listed.kind && (entry.giver.is_none() || is_served())
    };
    let all = || (above..entries.len()).filter(is_free);
    let mut served: Vec<usize> = all().filter(|&at| entries[at].name == listed.name).collect();
    if served.is_empty() && listed.name.is_none() {
        served.extend(all().next());
    }
    if served.is_empty() {
        entries.push(listed);
        return Ok(());
    }
    let mut places = served.iter().filter_map(|&at| entries[at].declared_place());
    if !places.any(|place| listed.may_stand_at(place)) {
        served.truncate(1);
    }
    for at in served {
        entries[at] = listed.in_stead_of(&entries[at]);
    }
    Ok(())
}

/// A source of the program's own as it was before an earlier load.
fn unread(source: &Arc<dyn Source>) -> Result<Arc<dyn Source>, Failure> {
    Ok(caught(|| source.anew())?.unwrap_or_else(|| Arc::clone(source)))
}

/// A source of the program's own; the first word of its label is its kind, with its name behind `@` where it has one.
fn supplied(source: Arc<dyn Source>) -> Result<Listed, Failure> {
    let source = Guarded::new(source)?;
    let label = source.label();
    let (kind, name) = match first_word(&label).split_once('@') {
        Some((kind, name)) => (kind, Some(Cow::Owned(name.to_owned()))),
        None => (first_word(&label), None),
    };
    Ok(Listed { name, ..Listed::open(Cow::Owned(kind.to_owned()), Arc::new(source)) })
}

impl Listed {
    fn given(&self) -> Option<&Arc<dyn Source>> {
        self.source.get()?.as_ref().ok()
    }

    /// The place that the declaration gave it.
    pub(super) const fn declared_place(&self) -> Option<&'static str> {
        match self.place {
            Place::Declared(place) => place,
            Place::Supplied { place, .. } => Some(place),
            Place::Given(_) | Place::Custom => None,
        }
    }

    /// Whether it was made without a place, and so can stand at any.
    fn may_stand_at(&self, place: &str) -> bool {
        self.given().is_some_and(|source| source.at_place(place).is_some())
    }

    /// The same in the stead of a declared entry, whose place it takes if it has none itself.
    fn in_stead_of(&self, replaced: &Self) -> Self {
        let (place, source) = match (self.given(), replaced.declared_place()) {
            (Some(source), Some(place)) => {
                (Place::Supplied { source: Arc::clone(source), place }, OnceLock::new())
            }
            (Some(source), None) => (Place::Custom, OnceLock::from(Ok(Arc::clone(source)))),
            (None, _) => (self.place.clone(), OnceLock::new()),
        };
        Self {
            kind: self.kind.clone(),
            name: replaced.name.clone(),
            place,
            demanded: false,
            source,
            connection: OnceLock::new(),
            keeps: self.keeps,
            giver: self.giver,
        }
    }
}
