//! A store behind a proxy that makes it fail, and loads that want something of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use config_core::testing::{self, Canaries, assert_no_secrets};
use config_core::{AlertKind, Error, Loader, Problem, ProblemKind, Secrets};
use config_tests_servers::proxy::{Fault, Proxy};

/// The secret that all of these stores keep.
pub(super) const SECRET: &str = "n0t-a-real-one-c4n4ry";

/// What the environment of a load has.
pub(super) type Variables = HashMap<String, String>;

/// One kind of store.
pub(super) struct Bed {
    pub(super) name: &'static str,
    pub(super) proxy: Arc<Proxy>,
    /// What it is asked with, and nobody may see.
    credentials: Canaries,
    load: Box<Load>,
}

/// A load with a deadline, and whom it tells of what may be an attack.
type Load = dyn Fn(Duration, &Alerts) -> Result<(), testing::Failed> + Sync;

/// How a load fared that had to fail.
pub(super) struct Failed {
    pub(super) kind: ProblemKind,
    /// The whole report, without what differs from run to run.
    pub(super) text: String,
    pub(super) alerts: Vec<AlertKind>,
}

/// What a load tells of at once.
#[derive(Clone, Default)]
pub(super) struct Alerts(Arc<Mutex<Vec<AlertKind>>>);

impl Bed {
    /// One behind this proxy, asked with this credential by loads like this one; a load that succeeds is checked.
    pub(super) fn new<S: Secrets>(
        name: &'static str,
        proxy: impl Into<Arc<Proxy>>,
        credential: &str,
        loader: impl Fn() -> Loader<S> + Sync + 'static,
        check: fn(&S),
    ) -> Self {
        let load = move |deadline, alerts: &Alerts| {
            let loaded = testing::load_with(alerts.hooked(loader().deadline(deadline)))?;
            check(&loaded.settings);
            Ok(())
        };
        let credentials = Canaries::none().and("the secret", SECRET).and("the token", credential);
        Self { name, proxy: proxy.into(), credentials, load: Box::new(load) }
    }

    /// Every request fares so.
    pub(super) fn with(self, fault: Fault) -> Self {
        self.proxy.always(fault);
        self
    }

    /// Loads, which has to succeed.
    #[track_caller]
    pub(super) fn succeeds(&self) {
        let loaded = (self.load)(Duration::from_secs(10), &Alerts::default());
        assert!(loaded.is_ok(), "{}: {}", self.name, loaded.unwrap_err());
    }

    /// Loads, which has to fail before its deadline.
    #[track_caller]
    pub(super) fn fails_within(&self, deadline: Duration) -> Failed {
        let alerts = Alerts::default();
        let started = Instant::now();
        let outcome = (self.load)(deadline, &alerts);
        let took = started.elapsed();
        assert!(took < deadline + Duration::from_secs(5), "{}: {took:?}", self.name);
        let failed = outcome.expect_err("the load has to fail");
        for text in [failed.error.to_string(), format!("{:?}", failed.error)] {
            assert_no_secrets(&text, &self.credentials);
            if !failed.secrets.is_empty() {
                assert_no_secrets(&text, &failed);
            }
        }
        let text = failed.error.to_string().replace(&self.proxy.address().to_string(), "HOST");
        Failed { kind: only_kind(&failed.error), text: timeless(&text), alerts: alerts.kinds() }
    }

    /// The same where it is not for the deadline to end it.
    #[track_caller]
    pub(super) fn fails(&self) -> Failed {
        self.fails_within(Duration::from_secs(20))
    }
}

impl Alerts {
    /// A loader that tells of everything here.
    pub(super) fn hooked<S: Secrets>(&self, loader: Loader<S>) -> Loader<S> {
        let alerts = self.clone();
        loader.on_alert(move |alert| alerts.0.lock().unwrap().push(alert.kind()))
    }

    pub(super) fn kinds(&self) -> Vec<AlertKind> {
        self.0.lock().unwrap().clone()
    }
}

pub(super) fn variables<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Variables {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The one sort of problem that all settings have.
#[track_caller]
pub(super) fn only_kind(error: &Error) -> ProblemKind {
    let kinds: Vec<ProblemKind> = error.iter().map(Problem::kind).collect();
    assert!(kinds.windows(2).all(|pair| pair[0] == pair[1]), "{kinds:?}: {error}");
    kinds[0]
}

/// A text with `M attempts in N s` where it says how many there were, and how long they took, and with `within N s`
/// where it says how long was waited.
pub(super) fn timeless(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for at in 1..words.len().saturating_sub(2) {
        let time = match words[at] {
            "attempts" if words[at + 1] == "in" => {
                words[at - 1] = "M";
                at + 2
            }
            "within" => at + 1,
            _ => continue,
        };
        if let Some(unit) = words.get(time + 1).filter(|unit| unit.starts_with(['s', 'm'])) {
            (words[time], words[time + 1]) = ("N", unit.trim_start_matches('m'));
        }
    }
    words.join(" ")
}
