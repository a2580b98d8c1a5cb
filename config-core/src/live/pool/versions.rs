//! Which credential is the current one, and which one a server has accepted.
//!
//! A version is the number of the generation in which what a connection is made of changed last: a generation that
//! changes something else is no reason to connect anew.

use std::collections::BTreeSet;

use super::followed::Snapshot;

/// How many credentials are kept that came after the accepted one and were followed by another before a server accepted
/// them.
const BETWEEN: usize = 2;

#[derive(Debug)]
pub(crate) struct Versions {
    generation: u64,
    fingerprint: u64,
    newest: Candidate,
    /// The last one that a server has accepted. Kept until a newer one is accepted, as a store may know a new password
    /// before the server does.
    proved: Option<Candidate>,
    /// Those after it and before the newest, the newest first: the server may have got as far as one of them.
    between: Vec<Candidate>,
    begun: BTreeSet<u64>,
}

/// A credential to try.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) version: u64,
    pub(crate) settings: Snapshot,
}

/// Whether connections will be made yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Open,
    Closed,
}

impl Versions {
    pub(crate) fn new(generation: u64, fingerprint: u64, settings: Snapshot) -> Self {
        Self {
            generation,
            fingerprint,
            newest: Candidate { version: generation, settings },
            proved: None,
            between: Vec::new(),
            begun: BTreeSet::from([generation]),
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn version(&self) -> u64 {
        self.newest.version
    }

    /// Takes note of a generation.
    pub(crate) fn note(&mut self, generation: u64, fingerprint: u64, settings: Snapshot) {
        if generation <= self.generation {
            return;
        }
        self.generation = generation;
        if fingerprint == self.fingerprint {
            // The older snapshot is let go: it says the same.
            if let Some(proved) = &mut self.proved
                && proved.version == self.newest.version
            {
                proved.settings.clone_from(&settings);
            }
            self.newest.settings = settings;
            return;
        }
        let newest = Candidate { version: generation, settings };
        let before = std::mem::replace(&mut self.newest, newest);
        if self.proved.as_ref().is_some_and(|proved| proved.version < before.version) {
            self.between.insert(0, before);
            self.between.truncate(BETWEEN);
        }
        self.fingerprint = fingerprint;
        self.begun.insert(generation);
    }

    pub(crate) fn newest(&self) -> Candidate {
        self.newest.clone()
    }

    /// The one that was accepted before the newest, as long as the newest is not.
    pub(crate) fn earlier(&self) -> Option<Candidate> {
        self.proved.clone().filter(|proved| proved.version < self.newest.version)
    }

    /// Those between these two, the newest first.
    pub(crate) fn between(&self) -> Vec<Candidate> {
        self.between.clone()
    }

    /// A server has accepted it. True where that was not known.
    pub(crate) fn accepted(&mut self, candidate: &Candidate) -> bool {
        let news = self.proved.as_ref().is_none_or(|proved| proved.version < candidate.version);
        if news {
            let is_newest = candidate.version == self.newest.version;
            self.proved = Some(if is_newest { &self.newest } else { candidate }.clone());
            self.between.retain(|between| between.version > candidate.version);
        }
        news
    }

    /// The newest generation such that nothing made under an older credential is left, nor will be made: given the oldest
    /// in use, and as long as no server has accepted the newest, the one that was accepted before.
    pub(crate) fn acknowledged(&mut self, oldest: Option<u64>, phase: Phase) -> u64 {
        if phase == Phase::Closed {
            self.proved = None;
            self.between.clear();
        }
        let proved = self.proved.as_ref().map(|proved| proved.version);
        let oldest = [oldest, proved].into_iter().flatten().fold(self.newest.version, u64::min);
        self.begun = self.begun.split_off(&oldest);
        match self.begun.range(oldest + 1..).next() {
            Some(next) => next - 1,
            None => self.generation,
        }
    }
}
