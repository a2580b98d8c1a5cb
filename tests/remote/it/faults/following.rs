//! Live settings over a store of each kind, while it fails: what was read stays whole, why it fails is told, and the first
//! refresh that begins once the store is well is the last of the outage.

use std::sync::Arc;
use std::time::{Duration, Instant};

use config_core::testing::assert_no_secrets;
use config_core::{
    Changes, Error, ExposeSecret, FailureKind, Live, Problem, ProblemKind, SourceHealth, State,
};
use config_tests_servers::proxy::Fault;

use super::bed::SECRET;
use super::stores::{self, Settings, Store};
use super::troubles::{self, Trouble};

const OTHER: &str = "an0ther-n0t-a-real-one";

/// How long a test waits for what has to happen by itself: far longer than that takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings that follow a store.
struct Followed {
    store: Store,
    live: Live<Settings>,
    changes: Changes,
    /// What they were at last, as generation and port.
    now: (u64, u16),
}

impl Followed {
    fn start(store: Store) -> Self {
        Self::start_with(store, Duration::from_secs(20))
    }

    fn start_with(store: Store, deadline: Duration) -> Self {
        let live = store.loader().deadline(deadline).live().start_blocking();
        let live = live.unwrap_or_else(|error| panic!("{}: {error}", store.name));
        let changes = live.subscribe();
        Self { store, live, changes, now: (1, 1) }
    }

    /// Refreshes while something is wrong, which has to fail for that alone.
    #[track_caller]
    fn fails(&self, what: &str, kind: FailureKind, words: &str) {
        let (name, before) = (self.store.name, self.live.snapshot());
        let error = self.live.refresh_now_blocking().expect_err(what);
        let kinds: Vec<ProblemKind> = error.iter().map(Problem::kind).collect();
        assert_eq!(kinds, [ProblemKind::from(kind); 2], "{name}, {what}: {error}");
        assert!(Arc::ptr_eq(&before, &self.live.snapshot()), "{name}, {what}");
        assert!(self.live.try_snapshot().is_ok(), "{name}, {what}");
        self.is_told(what, kind, words, &error);
        self.stays(what);
    }

    /// What is served is whole, and what it was.
    #[track_caller]
    fn stays(&self, what: &str) {
        let (settings, health) = (self.live.snapshot(), self.live.health());
        let told = (settings.api_key.expose_secret(), settings.port);
        assert_eq!(told, (key(self.now.1), self.now.1), "{}, {what}", self.store.name);
        let told = (health.generation, health.state, health.is_ready());
        assert_eq!(told, (self.now.0, State::Stale, true), "{}, {what}: {health}", self.store.name);
    }

    /// Health says which source fails, why, and of which sort that is, in words without a secret.
    #[track_caller]
    fn is_told(&self, what: &str, kind: FailureKind, words: &str, error: &Error) {
        let (name, health) = (self.store.name, self.live.health());
        let sources: Vec<&SourceHealth> =
            health.sources.iter().filter(|source| source.last_failure.is_some()).collect();
        let [source] = sources[..] else { panic!("{name}, {what}: {health}") };
        let vendor = if name == "ssm" { "aws" } else { name };
        assert!(source.label.starts_with(vendor), "{name}, {what}: {health}");
        assert_eq!(source.last_failure_kind, Some(kind), "{name}, {what}: {health}");
        // It is noted of a source first.
        assert!(source.failures_in_row >= health.failures_in_row, "{name}, {what}: {health}");
        assert!(source.last_success.is_some(), "{name}, {what}: {health}");
        let told = [&source.last_failure, &health.last_failure].map(|told| told.as_deref());
        let is_told = told.iter().flatten().filter(|told| told.contains(words)).count() == 2;
        assert!(is_told, "{name}, {what}: {words} is not in {told:?}");
        let canaries = self.store.canaries().and("the other", OTHER);
        let texts =
            [health.to_string(), format!("{health:?}"), error.to_string(), format!("{error:?}")];
        texts.iter().for_each(|text| assert_no_secrets(text, &canaries));
    }

    /// The store is well again, and holds something else: that comes by itself, with the next refresh that begins.
    #[track_caller]
    fn recovers(&mut self, what: &str) {
        let name = self.store.name;
        let health = self.live.health();
        assert!(health.next_try <= back_off(health.failures_in_row), "{name}, {what}: {health}");
        let port = self.now.1 + 1;
        self.store.put(key(port), port);
        self.stays(what);
        self.store.heals();
        // One that had begun before may fail yet, and counts where it has not ended.
        let is_running = u64::from(self.live.health().refreshing.is_some());
        let failures = self.live.metrics().failures_total + is_running;
        let change = self.changes.wait(PATIENCE);
        let change = change.unwrap_or_else(|| panic!("{name}, {what}: {}", self.live.health()));
        assert_eq!((change.from, change.to), (self.now.0, self.now.0 + 1), "{name}, {what}");
        assert_eq!(change.fields, ["api_key", "port"], "{name}, {what}");
        assert!(self.live.metrics().failures_total <= failures, "{name}, {what}: it failed again");
        self.now = (change.to, port);
        let (settings, health) = (self.live.snapshot(), self.live.health());
        let told = (settings.api_key.expose_secret(), settings.port);
        assert_eq!(told, (key(port), port), "{name}, {what}");
        assert_eq!((health.state, health.failures_in_row), (State::Fresh, 0), "{name}, {what}");
        let is_well = health.last_failure.is_none()
            && health.sources.iter().all(|source| source.last_failure_kind.is_none());
        assert!(is_well, "{name}, {what}: {health}");
    }

    #[track_caller]
    fn survives(&mut self, trouble: &Trouble) {
        trouble.begins(&mut self.store);
        self.fails(trouble.what, trouble.kind, trouble.words);
        self.recovers(trouble.what);
    }
}

/// The secret that stands beside a port.
const fn key(port: u16) -> &'static str {
    if port % 2 == 1 { SECRET } else { OTHER }
}

/// The longest wait after so many failures in a row.
fn back_off(failures: u32) -> Duration {
    Duration::from_secs((2 << failures.saturating_sub(1).min(5)).min(60))
}

/// Settings that follow a store survive these, one after the other.
fn survive(store: Store, troubles: &[Trouble]) {
    let mut followed = Followed::start(store);
    troubles.iter().for_each(|trouble| followed.survives(trouble));
}

/// The same with each kind of store.
fn all_survive(troubles: &[Trouble]) {
    stores::each(|store| survive(store, troubles));
}

#[test]
fn the_settings_stay_where_a_store_says_nothing() {
    all_survive(&troubles::silence());
}

#[test]
fn the_settings_stay_where_a_store_hangs_up() {
    all_survive(&troubles::breaks());
}

#[test]
fn the_settings_stay_where_a_store_is_in_trouble() {
    all_survive(&troubles::overload());
}

#[test]
fn the_settings_stay_where_a_store_answers_nonsense() {
    all_survive(&troubles::nonsense());
}

#[test]
fn the_settings_stay_where_a_store_answers_more_than_there_is_room_for() {
    stores::in_turn(|store| survive(store, &troubles::floods()));
}

#[test]
fn the_settings_stay_where_a_store_refuses() {
    all_survive(&troubles::refusals());
}

#[test]
fn the_settings_stay_where_somebody_else_stands_at_the_store_s_address() {
    all_survive(&troubles::strangers());
}

#[test]
fn a_store_that_asks_to_wait_is_left_alone_for_as_long_and_asked_then() {
    // Longer than a load may take, which else waits itself.
    const WAIT: Duration = Duration::from_secs(7);
    stores::each(|store| {
        let mut followed = Followed::start_with(store, Duration::from_secs(6));
        followed.store.fails(&Fault::too_many_requests(Some(WAIT.as_secs())));
        let began = Instant::now();
        let error = followed.live.refresh_now_blocking().unwrap_err();
        let (name, proxy) = (followed.store.name, Arc::clone(&followed.store.proxy));
        followed.is_told("429", FailureKind::Unreachable, "429", &error);
        followed.stays("429");
        let asked = proxy.requests().len();
        followed.store.put(OTHER, 2);
        followed.store.heals();
        let wait = followed.live.health().next_try + began.elapsed();
        assert!(wait > WAIT && wait <= WAIT * 2 + began.elapsed(), "{name}: {wait:?}");
        let change = followed.changes.wait(PATIENCE).unwrap();
        assert_eq!((change.to, followed.live.metrics().failures_total), (2, 1), "{name}");
        let requests = proxy.requests();
        let gap = requests[asked].arrived.duration_since(requests[asked - 1].arrived);
        assert!(gap >= WAIT, "{name}: {gap:?}");
    });
}
