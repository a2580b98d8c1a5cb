//! Events of the file system, through the crate `notify`. They are hints: what they tell is not believed, only that
//! something may have happened, and whatever goes wrong with them is made up for by polling.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::spots::Spots;

/// How often it is looked anew at what has to be watched, while it changes as it is looked at.
const ATTEMPTS: usize = 5;

/// Whoever is told: where something happened, or that it is not known where.
pub(super) type Tell = dyn Fn(Option<&Path>) + Send + Sync;

/// The directories that are watched.
pub(super) struct Events {
    tell: Arc<Tell>,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Option<Identity>>,
    shared: Arc<Mutex<Shared>>,
}

/// What the thread of `notify` knows.
#[derive(Default)]
struct Shared {
    spots: Spots,
    /// A watched directory has gone elsewhere, and its watch may have ended.
    is_stale: bool,
    /// The watcher itself has failed.
    is_broken: bool,
}

/// Tells a directory from the next one at the same path.
type Identity = (u64, u64);

impl Events {
    pub(super) fn new(tell: Arc<Tell>) -> Self {
        Self { tell, watcher: None, watched: BTreeMap::new(), shared: Arc::default() }
    }

    /// Watches what tells of these paths, and nothing else; what happens from now on is told. Whether all of it is
    /// watched.
    pub(super) fn watch(&mut self, paths: &[PathBuf]) -> bool {
        let mut spots = Spots::of(paths);
        for _ in 0..ATTEMPTS {
            // First of all, so that nothing is taken for a foreign directory's.
            let (is_stale, is_broken) = self.expect(spots);
            if is_broken {
                self.forget();
            }
            let works = self.arm(is_stale);
            // What has come since the look, and before its directory was watched, was told by nobody.
            spots = Spots::of(paths);
            if !works || spots == shared(&self.shared).spots {
                return works;
            }
        }
        false
    }

    /// Has the thread of `notify` know what matters; what it has found out in the meantime.
    fn expect(&self, spots: Spots) -> (bool, bool) {
        let mut shared = shared(&self.shared);
        shared.spots = spots;
        (std::mem::take(&mut shared.is_stale), std::mem::take(&mut shared.is_broken))
    }

    fn arm(&mut self, is_stale: bool) -> bool {
        let (wanted, are_cut): (Vec<PathBuf>, bool) = {
            let shared = shared(&self.shared);
            (shared.spots.directories().map(Path::to_owned).collect(), shared.spots.are_cut)
        };
        if wanted.is_empty() {
            self.forget();
            return true;
        }
        let Some(mut watcher) = self.watcher.take().or_else(|| self.watcher()) else {
            return false;
        };
        let watched = &mut self.watched;
        // It panics where its thread has ended.
        let armed = catch_unwind(AssertUnwindSafe(|| {
            watched.retain(|directory, identity| {
                let stays = !is_stale
                    && *identity == identity_of(directory)
                    && wanted.binary_search(directory).is_ok();
                // It has forgotten by itself what is no longer there.
                let _ = stays || watcher.unwatch(directory).is_ok();
                stays
            });
            let mut all = !are_cut;
            for directory in wanted {
                if watched.contains_key(&directory) {
                    continue;
                }
                let identity = identity_of(&directory);
                match watcher.watch(&directory, RecursiveMode::NonRecursive) {
                    Ok(()) => drop(watched.insert(directory, identity)),
                    Err(_) => all = false,
                }
            }
            (watcher, all)
        }));
        match armed {
            Ok((watcher, all)) => {
                self.watcher = Some(watcher);
                all
            }
            Err(_) => {
                self.watched.clear();
                false
            }
        }
    }

    fn watcher(&self) -> Option<RecommendedWatcher> {
        let (tell, shared) = (Arc::clone(&self.tell), Arc::clone(&self.shared));
        let handler = move |event: notify::Result<Event>| handle(event, &shared, &*tell);
        catch_unwind(AssertUnwindSafe(|| notify::recommended_watcher(handler))).ok()?.ok()
    }

    fn forget(&mut self) {
        self.watched.clear();
        let watcher = self.watcher.take();
        // It panics where its thread has ended.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(watcher)));
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Tells of what matters. Runs on the thread of `notify`.
fn handle(event: notify::Result<Event>, state: &Mutex<Shared>, tell: &Tell) {
    let event = match event {
        Ok(event) if event.need_rescan() => return tell(None),
        Ok(event) => event,
        Err(_) => {
            shared(state).is_broken = true;
            return tell(None);
        }
    };
    if !is_change(event.kind) {
        return;
    }
    let takes_away =
        matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    let path = {
        let mut shared = shared(state);
        shared.is_stale |=
            takes_away && event.paths.iter().any(|path| shared.spots.are_below(path));
        // Elsewhere than on Linux a path may be spelled otherwise than it was given.
        let matters = |path: &&PathBuf| !cfg!(target_os = "linux") || shared.spots.matters(path);
        event.paths.iter().find(matters)
    };
    if let Some(path) = path {
        tell(Some(path));
    }
}

/// Whether anything may look otherwise afterwards. Reading changes nothing, our own reading least of all.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        _ => true,
    }
}

fn shared(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn identity_of(directory: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(directory).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Not told here.
#[cfg(not(unix))]
fn identity_of(directory: &Path) -> Option<Identity> {
    directory.is_dir().then_some((0, 0))
}

#[cfg(all(test, unix))]
mod tests;
