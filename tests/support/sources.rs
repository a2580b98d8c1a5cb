//! Sources of a program's own, as tests need them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use config_core::{Absence, Answer, Answers, Failure, Fetch, Node, Origin, Source, Wanted};

/// A source that holds values by the paths of the fields, and counts how often it is asked.
#[derive(Clone)]
pub struct Held {
    label: &'static str,
    values: BTreeMap<String, Node>,
    asked: Arc<AtomicUsize>,
    remote: bool,
}

impl Held {
    /// One with these values.
    #[must_use]
    pub fn new<P: Into<String>, N: Into<Node>>(
        label: &'static str,
        values: impl IntoIterator<Item = (P, N)>,
    ) -> Self {
        let values = values.into_iter().map(|(path, node)| (path.into(), node.into())).collect();
        Self { label, values, asked: Arc::default(), remote: false }
    }

    /// One that says it is remote and answers at the first poll.
    #[must_use]
    pub fn remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// How often it was asked, now and later.
    #[must_use]
    pub fn asked(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.asked)
    }

    fn answers(&self, wanted: &Wanted<'_>) -> Answers {
        Ok(wanted
            .keys()
            .iter()
            .map(|key| match self.values.get(key.path()) {
                Some(node) => Answer::value(node.clone(), Origin::new(key.path().to_owned())),
                None => Answer::Absent(Absence::new(key.path().to_owned(), "no such key")),
            })
            .collect())
    }
}

impl Source for Held {
    fn label(&self) -> String {
        self.label.to_owned()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.remote {
            false => Fetch::Ready(self.answers(wanted)),
            true => Fetch::Pending(Box::pin(async { self.answers(wanted) })),
        }
    }

    fn is_remote(&self) -> bool {
        self.remote
    }
}

/// A source that fails, whatever it is asked.
pub struct Failing {
    label: &'static str,
    failure: Failure,
    remote: bool,
}

impl Failing {
    /// One that fails so.
    #[must_use]
    pub fn new(label: &'static str, failure: Failure) -> Self {
        Self { label, failure, remote: false }
    }

    /// One that says it is remote.
    #[must_use]
    pub fn remote(mut self) -> Self {
        self.remote = true;
        self
    }
}

impl Source for Failing {
    fn label(&self) -> String {
        self.label.to_owned()
    }

    fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::Ready(Err(self.failure.clone()))
    }

    fn is_remote(&self) -> bool {
        self.remote
    }
}

/// Remote sources that answer only once all of them have been asked: a load that asks one after the other never ends.
pub struct Meeting {
    state: Arc<Mutex<MeetingState>>,
    expected: usize,
}

#[derive(Default)]
struct MeetingState {
    arrived: usize,
    waiting: Vec<Waker>,
}

impl Meeting {
    /// A meeting of so many sources.
    #[must_use]
    pub fn of(expected: usize) -> Self {
        Self { state: Arc::default(), expected }
    }

    /// One of the sources that meet.
    #[must_use]
    pub fn member<P: Into<String>>(
        &self,
        label: &'static str,
        values: impl IntoIterator<Item = (P, &'static str)>,
    ) -> Member {
        let values = values.into_iter().map(|(path, text)| (path, Node::text(text)));
        Member {
            held: Held::new(label, values),
            state: Arc::clone(&self.state),
            expected: self.expected,
        }
    }
}

/// A source that waits for the others of its [`Meeting`].
pub struct Member {
    held: Held,
    state: Arc<Mutex<MeetingState>>,
    expected: usize,
}

impl Source for Member {
    fn label(&self) -> String {
        self.held.label()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let arrival =
            Arrival { state: Arc::clone(&self.state), expected: self.expected, counted: false };
        Fetch::Pending(Box::pin(async move {
            arrival.await;
            self.held.answers(wanted)
        }))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

struct Arrival {
    state: Arc<Mutex<MeetingState>>,
    expected: usize,
    counted: bool,
}

impl Future for Arrival {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let state = Arc::clone(&self.state);
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut self.counted, true) {
            state.arrived += 1;
        }
        if state.arrived >= self.expected {
            state.waiting.drain(..).for_each(Waker::wake);
            return Poll::Ready(());
        }
        state.waiting.push(context.waker().clone());
        Poll::Pending
    }
}

/// A remote source that never answers.
pub struct Silent(pub &'static str);

impl Source for Silent {
    fn label(&self) -> String {
        self.0.to_owned()
    }

    fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::Pending(Box::pin(std::future::pending()))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// Any source behind a box, so that one list can hold several types of them.
pub struct Boxed(pub Box<dyn Source>);

impl Source for Boxed {
    fn label(&self) -> String {
        self.0.label()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        self.0.fetch(wanted)
    }

    fn is_remote(&self) -> bool {
        self.0.is_remote()
    }

    fn unclaimed(&self, claims: &config_core::Claims<'_>) -> Vec<config_core::Unclaimed> {
        self.0.unclaimed(claims)
    }

    fn remarks(&self, claims: &config_core::Claims<'_>) -> Vec<String> {
        self.0.remarks(claims)
    }

    fn remedy(&self, key: &config_core::Key<'_>) -> Option<String> {
        self.0.remedy(key)
    }

    fn plan(&self, wanted: &Wanted<'_>) -> config_core::SourcePlan {
        self.0.plan(wanted)
    }

    fn at_place(&self, place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        self.0.at_place(place)
    }

    fn names_place(&self, key: &config_core::Key<'_>) -> bool {
        self.0.names_place(key)
    }
}
