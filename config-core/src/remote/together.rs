//! What several sources of one load want of one store: read for the first of them, once for all.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::{Outcome, Read};
use crate::source::Failure;

/// One load, or the plan of one.
#[derive(Default)]
pub(crate) struct Load {
    shared: Arc<Mutex<Shared>>,
    parts: usize,
}

/// The part that one source has in a load. Dropped before what it was to read is there, it lets the others read that for
/// themselves.
pub(crate) struct Part {
    shared: Arc<Mutex<Shared>>,
    number: usize,
}

/// A secret, and the fields that it is wanted for.
pub(super) type Want = (Read, Vec<String>);

/// Which store, by where it stands in memory, and on what terms: an earlier answer is taken only by those who may.
pub(super) type Store = (usize, Option<Duration>);

#[derive(Default)]
struct Shared {
    claims: HashMap<(Store, Read), Claim>,
    /// What is planned to be asked of each store before anything is read.
    planned: HashSet<(usize, String)>,
}

/// A secret that somebody is to read.
struct Claim {
    by: usize,
    /// Whether others want it too.
    is_shared: bool,
    fields: Vec<String>,
    landing: watch::Sender<Option<Outcome>>,
}

/// What a source has to do for one secret.
enum Turn {
    /// To read it, for all these fields.
    Lead(Vec<String>),
    /// To wait for whoever reads it.
    Wait(watch::Receiver<Option<Outcome>>),
}

impl Load {
    /// The part of one more source.
    pub(crate) fn part(&mut self) -> Part {
        self.parts += 1;
        Part { shared: Arc::clone(&self.shared), number: self.parts }
    }
}

impl Part {
    /// Takes on what nobody before has taken on; says which these are. Called for all sources, in the order of the list,
    /// before the first is asked: what each of them reads does not depend on which is faster.
    pub(super) fn claim(&self, store: Store, wants: Vec<Want>) -> Vec<Want> {
        let mut shared = self.shared();
        wants.into_iter().filter(|want| shared.claim(self.number, store, want)).collect()
    }

    /// Those of the calls before anything is read of that store that no other has planned.
    pub(super) fn unplanned(&self, store: Store, mut calls: Vec<String>) -> Vec<String> {
        let planned = &mut self.shared().planned;
        calls.retain(|call| !planned.contains(&(store.0, call.clone())));
        planned.extend(calls.iter().map(|call| (store.0, call.clone())));
        calls
    }

    /// What came of each: of those that are this source's to read by reading them, of the others by waiting.
    pub(super) async fn outcomes<F>(
        &self,
        store: Store,
        wants: Vec<Want>,
        read: impl Fn(Vec<Want>) -> F,
    ) -> Result<Vec<Outcome>, Failure>
    where
        F: Future<Output = Result<Vec<Outcome>, Failure>>,
    {
        let mut outcomes: Vec<Option<Outcome>> = wants.iter().map(|_| None).collect();
        let (mut leading, mut waiting) = (Vec::new(), Vec::new());
        for (index, want) in wants.into_iter().enumerate() {
            match self.turn(store, &want) {
                Turn::Lead(fields) => leading.push((index, (want.0, fields))),
                Turn::Wait(landed) => waiting.push((index, want, landed)),
            }
        }
        let (indices, wants) = leading.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        for (index, (want, outcome)) in indices.into_iter().zip(read_all(wants, &read).await?) {
            self.land(store, want, &outcome);
            outcomes[index] = Some(outcome);
        }
        let mut left = Vec::new();
        for (index, want, mut landed) in waiting {
            let landed = landed.wait_for(Option::is_some).await;
            match landed.ok().and_then(|outcome| outcome.clone()) {
                Some(outcome) => outcomes[index] = Some(outcome),
                None => left.push((index, want)),
            }
        }
        let (indices, wants) = left.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        for (index, (_, outcome)) in indices.into_iter().zip(read_all(wants, &read).await?) {
            outcomes[index] = Some(outcome);
        }
        let unread = || Err(Failure::panicked().into());
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unread)).collect())
    }

    fn turn(&self, store: Store, want: &Want) -> Turn {
        let mut shared = self.shared();
        // A source that others have in theirs may not have been told of the load before.
        shared.claim(self.number, store, want);
        let claim = &shared.claims[&(store, want.0.clone())];
        match claim.by == self.number {
            true => Turn::Lead(claim.fields.clone()),
            false => Turn::Wait(claim.landing.subscribe()),
        }
    }

    fn land(&self, store: Store, read: Read, outcome: &Outcome) {
        let shared = self.shared();
        // A copy of a value that nobody asks for is one too many.
        if let Some(claim) = shared.claims.get(&(store, read)).filter(|claim| claim.is_shared) {
            claim.landing.send_replace(Some(outcome.clone()));
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // What has landed stays for those who come later.
        let has_landed = |claim: &Claim| claim.landing.borrow().is_some();
        self.shared().claims.retain(|_, claim| claim.by != self.number || has_landed(claim));
    }
}

impl Shared {
    /// Whether the secret is that source's to read, taken on now if it was nobody's.
    fn claim(&mut self, by: usize, store: Store, (read, fields): &Want) -> bool {
        let claim = self.claims.entry((store, read.clone())).or_insert_with(|| Claim {
            by,
            is_shared: false,
            fields: Vec::new(),
            landing: watch::Sender::new(None),
        });
        let news = fields.iter().filter(|field| !claim.fields.contains(field));
        let news: Vec<String> = news.cloned().collect();
        claim.fields.extend(news);
        claim.is_shared |= claim.by != by;
        claim.by == by
    }
}

/// Reads these, where there are any; each with what came of it.
async fn read_all<F>(
    wants: Vec<Want>,
    read: &impl Fn(Vec<Want>) -> F,
) -> Result<Vec<(Read, Outcome)>, Failure>
where
    F: Future<Output = Result<Vec<Outcome>, Failure>>,
{
    if wants.is_empty() {
        return Ok(Vec::new());
    }
    let reads: Vec<Read> = wants.iter().map(|(read, _)| read.clone()).collect();
    Ok(reads.into_iter().zip(read(wants).await?).collect())
}
