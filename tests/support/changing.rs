//! A source whose values change while the program runs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use config_core::{Absence, Answer, Failure, Fetch, Node, Origin, Source, Wanted};

/// A source whose values change, and that fails, panics or waits where it is told to. A clone is the same source.
#[derive(Clone)]
pub struct Changing(Arc<Inner>);

struct Inner {
    label: &'static str,
    is_remote: bool,
    values: Mutex<BTreeMap<String, String>>,
    failure: Mutex<Option<Failure>>,
    panics: AtomicBool,
    asked: AtomicUsize,
    good_until: Mutex<Option<Instant>>,
    is_shut: Mutex<bool>,
    opened: Condvar,
}

impl Changing {
    /// A local one with these values, by the paths of the fields.
    #[must_use]
    pub fn new<const N: usize>(label: &'static str, values: [(&str, &str); N]) -> Self {
        Self::of(label, false, values)
    }

    /// A remote one.
    #[must_use]
    pub fn remote<const N: usize>(label: &'static str, values: [(&str, &str); N]) -> Self {
        Self::of(label, true, values)
    }

    fn of<const N: usize>(label: &'static str, is_remote: bool, values: [(&str, &str); N]) -> Self {
        let values = values.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Self(Arc::new(Inner {
            label,
            is_remote,
            values: Mutex::new(values.into()),
            failure: Mutex::default(),
            panics: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            good_until: Mutex::default(),
            is_shut: Mutex::new(false),
            opened: Condvar::new(),
        }))
    }

    /// Gives a path another value.
    pub fn set(&self, path: &str, text: &str) {
        locked(&self.0.values).insert(path.to_owned(), text.to_owned());
    }

    /// Fails from now on, or answers again.
    pub fn fail(&self, failure: Option<Failure>) {
        *locked(&self.0.failure) = failure;
    }

    /// Panics from now on, or answers again.
    pub fn panic(&self, panics: bool) {
        self.0.panics.store(panics, Ordering::SeqCst);
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Says that what it answers is good until then.
    pub fn lends(&self, until: Instant) {
        *locked(&self.0.good_until) = Some(until);
    }

    /// Holds up whoever asks, until it is opened.
    pub fn shut(&self) {
        *locked(&self.0.is_shut) = true;
    }

    /// Lets everybody go on.
    pub fn open(&self) {
        *locked(&self.0.is_shut) = false;
        self.0.opened.notify_all();
    }
}

impl Source for Changing {
    fn label(&self) -> String {
        self.0.label.to_owned()
    }

    fn is_remote(&self) -> bool {
        self.0.is_remote
    }

    fn good_until(&self) -> Option<Instant> {
        *locked(&self.0.good_until)
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let shut = locked(&self.0.is_shut);
        let opened = self.0.opened.wait_while(shut, |is_shut| *is_shut);
        drop(opened.unwrap_or_else(PoisonError::into_inner));
        assert!(!self.0.panics.load(Ordering::SeqCst), "told to");
        if let Some(failure) = &*locked(&self.0.failure) {
            return Fetch::Ready(Err(failure.clone()));
        }
        let values = locked(&self.0.values);
        Fetch::each(wanted, |key| match values.get(key.path()) {
            Some(text) => {
                Answer::value(Node::text(text.clone()), Origin::new(key.path().to_owned()))
            }
            None => Answer::Absent(Absence::new(key.path().to_owned(), "no such key")),
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
