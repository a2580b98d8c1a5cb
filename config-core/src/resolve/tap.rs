//! What the sources of a load gave, kept for the test kit.

use std::sync::{Arc, Mutex, PoisonError};

use crate::value::Node;

/// Keeps a copy of every value, with the question that it answers.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Vec<(usize, Node)>>>);

impl Tap {
    pub(super) fn note(&self, question: usize, node: &Node) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((question, node.clone()));
    }

    /// The values so far.
    pub(crate) fn values(&self) -> Vec<(usize, Node)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
