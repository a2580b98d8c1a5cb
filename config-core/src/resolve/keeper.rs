//! Remote sources that stay open from one load to the next, as long as they would be opened the same way again, and what
//! they answered.

mod answered;

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::answered::Answered;
use super::round::{Known, Leave};
use crate::clock::Moment;
use crate::source::{Answers, Failure, Source};
use crate::sources::{Connection, Unopened, Variables};
use crate::value::Text;

/// What is open, by the profile and the position in its list.
pub(crate) struct Keeper {
    keyed: RandomState,
    sources: Shelf<Open>,
    /// The stores that sources are places in, at the first of them.
    stores: Shelf<(Connection, Said)>,
    answered: Answered,
}

type Of = (Option<String>, usize);
type Shelf<T> = Mutex<HashMap<Of, Arc<T>>>;

/// The names of variables, and what they said.
type Said = Vec<(String, u64)>;

struct Open {
    source: Arc<dyn Source>,
    place: Option<String>,
    by: By,
}

/// What a source was opened by.
enum By {
    Variables(Said),
    Store(Connection),
}

impl Keeper {
    /// One that keeps answers for that long.
    pub(crate) fn new(time_to_live: Duration) -> Self {
        Self {
            keyed: RandomState::new(),
            sources: Mutex::default(),
            stores: Mutex::default(),
            answered: Answered::new(time_to_live),
        }
    }

    /// The source as it was opened before, where all that it was set up by reads as it did then; else opened anew, and
    /// kept where it is remote.
    pub(super) fn opened(
        &self,
        of: Of,
        place: Option<String>,
        variables: Variables<'_>,
        open: impl FnOnce(Variables<'_>) -> Result<Arc<dyn Source>, Unopened>,
    ) -> Result<Arc<dyn Source>, Unopened> {
        if let Some(known) = kept(&self.sources, &of)
            && let By::Variables(said) = &known.by
            && known.place == place
            && self.say_the_same(said, variables)
        {
            return Ok(Arc::clone(&known.source));
        }
        let (source, said) = self.noted(variables, open)?;
        if source.is_remote() {
            let source = Arc::clone(&source);
            self.answered.forget_source(&of);
            keep(&self.sources, of, Open { source, place, by: By::Variables(said) });
        }
        Ok(source)
    }

    /// The store as it was set up before, where all that it was set up by reads as it did then; else set up anew.
    pub(super) fn connected(
        &self,
        of: Of,
        variables: Variables<'_>,
        connect: impl FnOnce(Variables<'_>) -> Result<Connection, Unopened>,
    ) -> Result<Connection, Unopened> {
        if let Some(known) = kept(&self.stores, &of)
            && self.say_the_same(&known.1, variables)
        {
            return Ok(Arc::clone(&known.0));
        }
        let (connection, said) = self.noted(variables, connect)?;
        keep(&self.stores, of, (Arc::clone(&connection), said));
        Ok(connection)
    }

    /// The source at a place in a store as it was opened before, where the store is the same.
    pub(super) fn placed(
        &self,
        of: Of,
        place: Option<String>,
        store: &Connection,
    ) -> Result<Arc<dyn Source>, Unopened> {
        if let Some(known) = kept(&self.sources, &of)
            && let By::Store(known_store) = &known.by
            && known.place == place
            && Arc::ptr_eq(known_store, store)
        {
            return Ok(Arc::clone(&known.source));
        }
        let source: Arc<dyn Source> = Arc::from(store(place.as_deref())?);
        let by = By::Store(Arc::clone(store));
        self.answered.forget_source(&of);
        keep(&self.sources, of, Open { source: Arc::clone(&source), place, by });
        Ok(source)
    }

    /// Has the source opened anew next time, and the store that it is a place in, of which another may be the first.
    pub(super) fn forget(&self, profile: Option<&String>, entry: usize, first: usize) {
        let of = (profile.cloned(), entry);
        self.answered.forget_source(&of);
        forget(&self.sources, &of);
        forget(&self.stores, &(profile.cloned(), first));
    }

    /// What came of it, and which variables it was set up by.
    fn noted<T>(
        &self,
        variables: Variables<'_>,
        open: impl FnOnce(Variables<'_>) -> Result<T, Unopened>,
    ) -> Result<(T, Said), Unopened> {
        let names = RefCell::new(Vec::new());
        let noted = |name: &str| {
            let said = variables(name);
            names.borrow_mut().push((name.to_owned(), self.print(&said)));
            said
        };
        let opened = open(&noted)?;
        Ok((opened, names.into_inner()))
    }

    fn say_the_same(&self, said: &Said, variables: Variables<'_>) -> bool {
        said.iter().all(|(name, said)| self.print(&variables(name)) == *said)
    }

    /// Has every source asked by the next load that needs it.
    pub(crate) fn forget_answers(&self) {
        self.answered.forget_all();
    }

    /// The same of the source that has answered for this field.
    pub(crate) fn forget_field(&self, path: &str) {
        self.answered.forget_field(path);
    }

    /// Leave to ask a source for these fields; or what is to be taken in the stead of asking.
    pub(super) fn leave(&self, of: &Of, paths: &[&str]) -> Result<Leave, Box<Known>> {
        self.answered.leave(of, paths)
    }

    /// Takes what a source answered to these fields. What it was lent is seen to by asking it.
    pub(super) fn take(
        &self,
        of: &Of,
        source: &dyn Source,
        leave: &Leave,
        paths: &[&str],
        answers: &Answers,
    ) {
        let until = [source.due(), source.good_until()].into_iter().flatten().min();
        let until = until.map(|until| {
            Moment::now() + until.saturating_duration_since(std::time::Instant::now())
        });
        self.answered.take(of, leave, paths, answers, until);
    }

    /// A variable may hold a credential, so what it says is kept as a number that only this process can make.
    fn print(&self, said: &Result<Option<Text>, Failure>) -> u64 {
        let mut hasher = self.keyed.build_hasher();
        match said {
            Ok(Some(text)) => {
                hasher.write_u8(1);
                hasher.write(text.as_bytes());
                // Puts the last bytes of the text out of the hasher's own buffer.
                hasher.write_u64(0);
            }
            Ok(None) => hasher.write_u8(2),
            Err(failure) => hasher.write(failure.to_string().as_bytes()),
        }
        hasher.finish()
    }
}

/// What is kept of it. To look a variable up may open other sources, so the lock is not held meanwhile.
fn kept<T>(shelf: &Shelf<T>, of: &Of) -> Option<Arc<T>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned()
}

fn keep<T>(shelf: &Shelf<T>, of: Of, what: T) {
    let replaced = shelf.lock().unwrap_or_else(PoisonError::into_inner).insert(of, Arc::new(what));
    // To close a connection takes a while; nobody waits for the lock meanwhile.
    drop(replaced);
}

fn forget<T>(shelf: &Shelf<T>, of: &Of) {
    let forgotten = shelf.lock().unwrap_or_else(PoisonError::into_inner).remove(of);
    drop(forgotten);
}
