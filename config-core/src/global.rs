//! Settings of the whole process: each struct is loaded once, by whoever asks first, while others who ask wait.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::error::{Error, Problem, ProblemKind};
use crate::secrets::Secrets;

/// The settings of the process, loaded now unless they were before.
pub(crate) fn settings<T: Secrets + Send + Sync>() -> Result<&'static T, Error> {
    match turn(TypeId::of::<T>()) {
        Turn::Loaded(settings) => match settings.downcast_ref() {
            Some(settings) => Ok(settings),
            None => unreachable!("settings are kept under their own type"),
        },
        Turn::Load(loading) => {
            let settings: &'static T = Box::leak(Box::new(T::load()?));
            loading.ended_with(settings);
            Ok(settings)
        }
        Turn::Circular => Err(circular(T::schema().name())),
    }
}

/// What is kept for good.
type Settings = &'static (dyn Any + Send + Sync);

static REGISTRY: Mutex<Registry> =
    Mutex::new(Registry { known: BTreeMap::new(), waiting: Vec::new() });
static LOAD_ENDED: Condvar = Condvar::new();

/// Never locked while something is loaded.
struct Registry {
    known: BTreeMap<TypeId, Progress>,
    /// Who waits for the load of what.
    waiting: Vec<(ThreadId, TypeId)>,
}

enum Progress {
    Loading(ThreadId),
    Loaded(Settings),
}

/// What somebody who asks for settings has to do.
enum Turn {
    Loaded(Settings),
    Load(Loading),
    /// To wait would be to wait for oneself.
    Circular,
}

/// A load that runs. Where it ends without settings, by an error or a panic, the next who asks tries again.
struct Loading(TypeId);

fn turn(wanted: TypeId) -> Turn {
    let this = thread::current().id();
    let mut registry = registry();
    loop {
        match registry.known.get(&wanted) {
            Some(Progress::Loaded(settings)) => return Turn::Loaded(*settings),
            Some(Progress::Loading(_)) if registry.waits_for(wanted, this) => {
                return Turn::Circular;
            }
            Some(Progress::Loading(_)) => {
                registry.waiting.push((this, wanted));
                registry = LOAD_ENDED.wait(registry).unwrap_or_else(PoisonError::into_inner);
                registry.waiting.retain(|(thread, _)| *thread != this);
            }
            None => {
                registry.known.insert(wanted, Progress::Loading(this));
                return Turn::Load(Loading(wanted));
            }
        }
    }
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn circular(name: &str) -> Error {
    let message = "global() was called by the load that is to give these very settings";
    let mut problem = Problem::general(name, ProblemKind::Circular, message);
    problem.hint = Some("a validator or parser must use what it is handed".to_owned());
    crate::trace::failed(Error::new(vec![problem], Vec::new(), None))
}

impl Registry {
    /// Whether the load of that type can only end after that thread has gone on.
    fn waits_for(&self, wanted: TypeId, thread: ThreadId) -> bool {
        let mut of = wanted;
        loop {
            let Some(Progress::Loading(by)) = self.known.get(&of) else { return false };
            if *by == thread {
                return true;
            }
            // No thread waits while it closes a circle, so this comes to an end.
            match self.waiting.iter().find(|(waiting, _)| waiting == by) {
                Some((_, next)) => of = *next,
                None => return false,
            }
        }
    }
}

impl Loading {
    fn ended_with(self, settings: Settings) {
        registry().known.insert(self.0, Progress::Loaded(settings));
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        let mut registry = registry();
        if let Some(Progress::Loading(_)) = registry.known.get(&self.0) {
            registry.known.remove(&self.0);
        }
        LOAD_ENDED.notify_all();
    }
}
