//! One refresh: everything loaded and judged as a whole, and compared with what there is.

use std::hash::RandomState;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::engine::{Core, general};
use super::fingerprint::Fingerprints;
use super::lent::Lent;
use super::stamps::Stamps;
use super::status::{Told, Trouble};
use super::watch::Watch;
use crate::build::{self, Wanted};
use crate::clock::Moment;
use crate::error::{Error, Problem, ProblemKind};
use crate::resolve::{self, Depth, Options, Outcome, Questions, Resolution};
use crate::secrets::Secrets;
use crate::source::{FailureKind, Found, Source};
use crate::trace;

/// How often a load is done again because files changed while it ran.
const ROUNDS: usize = 5;

/// What a load needs, and what is known of the last.
pub(super) struct Refresher<T> {
    options: Options,
    ttl: Duration,
    keyed: RandomState,
    /// Of the current generation.
    prints: Fingerprints,
    /// Of the first.
    first: Fingerprints,
    pinned: Vec<Pinned>,
    pending: Vec<&'static str>,
    /// What the files looked like for the last load; none where it is not known.
    stamps: Option<Stamps>,
    /// Whether files changed so shortly before that another change at once would not show.
    is_unsettled: bool,
    lent: Lent,
    retry_after: Option<Duration>,
    /// How old the oldest answer was that the last load took.
    oldest: Duration,
    /// What kept it from seeing to all that it took.
    trouble: Option<Trouble>,
    settings: PhantomData<fn() -> T>,
}

/// A field that keeps the value it had at the start.
struct Pinned {
    leaf: usize,
    found: Option<Found>,
}

/// What a refresh found.
pub(super) struct Next<T> {
    /// Other settings; none where nothing is different.
    pub(super) settings: Option<T>,
    pub(super) fields: Vec<&'static str>,
    /// What would be different after a restart, where that is news.
    pub(super) restart_only: Vec<&'static str>,
}

/// The first load.
pub(super) struct First<T> {
    pub(super) settings: T,
    pub(super) refresher: Refresher<T>,
    pub(super) told: Vec<Told>,
    pub(super) paths: Vec<PathBuf>,
}

impl<T: Secrets> Refresher<T> {
    /// From what the first load resolved.
    pub(super) fn first(
        options: Options,
        ttl: Duration,
        resolved: Result<Resolution, Vec<Problem>>,
    ) -> Result<First<T>, Error> {
        let keyed = RandomState::new();
        let resolution = match resolved {
            Ok(resolution) => resolution,
            Err(problems) => {
                build::settings::<T>(Err(problems), &options, Wanted::Settings)?;
                return Err(general(ProblemKind::Refused, "nothing was resolved"));
            }
        };
        let prints = Fingerprints::of(&resolution, &keyed);
        let (told, paths, lent) =
            (Told::of(&resolution), resolution.watched(), Lent::of(&resolution));
        let pinned = pinned(&resolution, T::schema());
        let built = build::settings::<T>(Ok(resolution), &options, Wanted::Settings)?;
        let refresher = Self {
            options: Options { again: true, ..options },
            ttl,
            keyed,
            first: prints.clone(),
            prints,
            pinned,
            pending: Vec::new(),
            stamps: None,
            is_unsettled: false,
            lent,
            retry_after: Told::retry_after(&told),
            oldest: Told::oldest(&told),
            trouble: Told::trouble(&told),
            settings: PhantomData,
        };
        Ok(First { settings: built.settings, refresher, told, paths })
    }

    /// Loads everything, and judges it. What differs counts as current from here on.
    pub(super) fn load(&mut self, watch: &Watch, core: &Core) -> Result<Next<T>, Error> {
        (self.retry_after, self.trouble) = (None, None);
        let mut resolution = self.resolve(watch)?;
        let told = Told::of(&resolution);
        self.retry_after = Told::retry_after(&told);
        (self.oldest, self.trouble) = (Told::oldest(&told), Told::trouble(&told));
        #[cfg(feature = "_net")]
        let is_well = Told::is_well(&told);
        core.status().note(told);
        forget_refused(&resolution);
        let lent = Lent::of(&resolution);
        let mut prints = Fingerprints::of(&resolution, &self.keyed);
        self.lent.follow(&lent, &prints, &self.prints);
        // What waits for a restart is judged now, while somebody looks, and not when it keeps the restart from coming up.
        if self.is_another_pinned(&prints) && !build::holds::<T>(&mut resolution) {
            return match build::settings::<T>(Ok(resolution), &self.options, Wanted::Again) {
                Err(error) => Err(error),
                Ok(_) => Err(general(ProblemKind::Refused, "a validator refuses and allows alike")),
            };
        }
        let pending = self.pin(&mut resolution, &mut prints);
        let built = build::settings::<T>(Ok(resolution), &self.options, Wanted::Again)?;
        self.lent.succeed(lent, self.pinned.iter().map(|pinned| pinned.leaf));
        let fields = prints.changed(&self.prints, T::schema());
        let settings = (!fields.is_empty()).then_some(built.settings);
        self.prints = prints;
        let is_news = pending != self.pending;
        core.status().pending.clone_from(&pending);
        self.pending.clone_from(&pending);
        let restart_only = if is_news { pending } else { Vec::new() };
        #[cfg(feature = "_net")]
        if let (true, Some(cache), Some(follower)) =
            (is_well, &self.options.cache, self.options.follower)
        {
            cache.let_go(follower);
        }
        Ok(Next { settings, fields, restart_only })
    }

    /// Asks the sources until no file changes meanwhile: what is read comes from one state of them.
    fn resolve(&mut self, watch: &Watch) -> Result<Resolution, Error> {
        for _ in 0..ROUNDS {
            let before = watch.stamps();
            // Should it come to an end early, it is not known for what files look like now.
            self.stamps = Some(before.clone());
            #[cfg(feature = "_net")]
            if let Some(follower) = &mut self.options.follower {
                follower.loads();
            }
            let questions = Questions::Fields(T::schema());
            let resolution = match resolve::blocking(questions, &self.options, Depth::First) {
                Ok(resolution) => resolution,
                Err(problems) => {
                    return match build::settings::<T>(Err(problems), &self.options, Wanted::Again) {
                        Ok(_) => Err(general(ProblemKind::Refused, "nothing was resolved")),
                        Err(error) => Err(error),
                    };
                }
            };
            watch.follow(&resolution.watched());
            let after = watch.stamps();
            self.is_unsettled = !after.is_settled(SystemTime::now());
            if before == after {
                return Ok(resolution);
            }
            self.stamps = Some(after);
        }
        let message = "the files changed again and again while they were read";
        Err(trace::failed(general(ProblemKind::Unreachable, message)))
    }

    fn is_another_pinned(&self, prints: &Fingerprints) -> bool {
        self.pinned.iter().any(|pinned| prints.differs(pinned.leaf, &self.first))
    }

    /// Puts back what fields keep that only a restart may change; gives those that it would.
    fn pin(&self, resolution: &mut Resolution, prints: &mut Fingerprints) -> Vec<&'static str> {
        let mut pending = Vec::new();
        for Pinned { leaf, found } in &self.pinned {
            let outcome = &mut resolution.outcomes[*leaf];
            // A source that fails is told, whatever its fields keep.
            if !matches!(outcome, Outcome::Found { .. } | Outcome::Absent) {
                continue;
            }
            if prints.differs(*leaf, &self.first) {
                pending.push(T::schema().leaves()[*leaf].path());
            }
            prints.pin(*leaf, &self.first);
            *outcome = match found {
                Some(found) => Outcome::Found { entry: usize::MAX, found: found.clone() },
                None => Outcome::Absent,
            };
        }
        pending
    }

    /// Whether files look different from what they did for the last load, or may have changed unseen since: then the
    /// watch hints once more as soon as a change would show.
    pub(super) fn has_changed(&self, watch: &Watch) -> bool {
        self.is_unsettled || self.stamps.as_ref().is_none_or(|stamps| *stamps != watch.stamps())
    }

    /// Whether it is not known what files looked like for the last load.
    pub(super) const fn is_unseen(&self) -> bool {
        self.stamps.is_none()
    }

    /// Says which files there are to watch. Where they look otherwise than before the first load, it is not known what
    /// that load read, and there is another.
    pub(super) fn watches(&mut self, paths: &[PathBuf], before: &Stamps, watch: &Watch) {
        watch.follow(paths);
        let after = watch.stamps();
        self.is_unsettled = !after.is_settled(SystemTime::now());
        self.stamps = (after == *before).then_some(after);
    }

    pub(super) const fn ttl(&self) -> Duration {
        self.ttl
    }

    pub(super) const fn due(&self) -> Option<Moment> {
        self.lent.due()
    }

    pub(super) fn next_due(&mut self, now: Moment) -> Option<Moment> {
        self.lent.next_due(now)
    }

    pub(super) fn good_until(&self) -> Option<Moment> {
        self.lent.good_until()
    }

    pub(super) const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) const fn oldest(&self) -> Duration {
        self.oldest
    }

    /// What kept the last load, which had every answer, from seeing to all that it took.
    pub(super) const fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }
}

/// Has sources opened anew whose credentials are refused: what they read them from may hold others by now. Not where
/// something is lent, which would end with the login.
fn forget_refused(resolution: &Resolution) {
    for outcome in &resolution.outcomes {
        let Outcome::Failed { entry, failure } = outcome else { continue };
        let is_refused = matches!(failure.kind(), FailureKind::Denied | FailureKind::Expired);
        let lends =
            |source: &Arc<dyn Source>| source.due().is_some() || source.good_until().is_some();
        let list = &resolution.list;
        if is_refused && !list.twins(*entry).any(|twin| list.opened(twin).is_some_and(lends)) {
            resolution.list.forget(*entry);
        }
    }
}

fn pinned(resolution: &Resolution, schema: &'static crate::schema::Schema) -> Vec<Pinned> {
    let leaves = schema.leaves().iter().zip(&resolution.outcomes).enumerate();
    let pinned = leaves.filter(|(_, (leaf, _))| leaf.field().restart_only);
    let found = |outcome: &Outcome| match outcome {
        Outcome::Found { found, .. } => Some(found.clone()),
        _ => None,
    };
    pinned.map(|(leaf, (_, outcome))| Pinned { leaf, found: found(outcome) }).collect()
}
