//! Which credential is the current one, and which one a server has accepted.
//!
//! A version is the number of the generation in which what a connection is made of changed last: a generation that
//! changes something else is no reason to connect anew.

use std::collections::BTreeSet;

use super::followed::Snapshot;

#[derive(Debug)]
pub(crate) struct Versions {
    generation: u64,
    fingerprint: u64,
    version: u64,
    settings: Snapshot,
    /// The last one that a server has accepted. Kept until a newer one is accepted, as a store may know a new password
    /// before the server does.
    proved: Option<(u64, Snapshot)>,
    begun: BTreeSet<u64>,
}

/// A credential to try.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) version: u64,
    pub(crate) settings: Snapshot,
}

impl Versions {
    pub(crate) fn new(generation: u64, fingerprint: u64, settings: Snapshot) -> Self {
        Self {
            generation,
            fingerprint,
            version: generation,
            settings,
            proved: None,
            begun: BTreeSet::from([generation]),
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Takes note of a generation.
    pub(crate) fn note(&mut self, generation: u64, fingerprint: u64, settings: Snapshot) {
        if generation <= self.generation {
            return;
        }
        self.generation = generation;
        if fingerprint == self.fingerprint {
            // The older snapshot is let go: it says the same.
            if let Some((version, proved)) = &mut self.proved
                && *version == self.version
            {
                proved.clone_from(&settings);
            }
        } else {
            self.fingerprint = fingerprint;
            self.version = generation;
            self.begun.insert(generation);
        }
        self.settings = settings;
    }

    pub(crate) fn newest(&self) -> Candidate {
        Candidate { version: self.version, settings: self.settings.clone() }
    }

    /// The one that was accepted before the newest, as long as the newest is not.
    pub(crate) fn earlier(&self) -> Option<Candidate> {
        let (version, settings) = self.proved.as_ref()?;
        (*version < self.version)
            .then(|| Candidate { version: *version, settings: settings.clone() })
    }

    /// A server has accepted it. True where that was not known.
    pub(crate) fn accepted(&mut self, candidate: &Candidate) -> bool {
        let news = self.proved.as_ref().is_none_or(|(version, _)| *version < candidate.version);
        if news {
            let settings = if candidate.version == self.version {
                &self.settings
            } else {
                &candidate.settings
            };
            self.proved = Some((candidate.version, settings.clone()));
        }
        news
    }

    pub(crate) fn proved(&self) -> Option<u64> {
        self.proved.as_ref().map(|(version, _)| *version)
    }

    /// The newest generation such that nothing made under an older credential is left, nor will be made: given the oldest
    /// in use, and as long as no server has accepted the newest, the one that was accepted before.
    pub(crate) fn acknowledged(&mut self, oldest: Option<u64>) -> u64 {
        let oldest = [oldest, self.proved()].into_iter().flatten().fold(self.version, u64::min);
        self.begun = self.begun.split_off(&oldest);
        match self.begun.range(oldest + 1..).next() {
            Some(next) => next - 1,
            None => self.generation,
        }
    }
}
