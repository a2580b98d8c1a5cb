//! A source that fails is not replaced by a weaker one, unless that is wanted, and then it is told of.

use std::time::Duration;

use config_core::{
    AlertKind, Cache, ExposeSecret, Loader, OnFailure, ProblemKind, SecretString, Secrets,
};
use config_tests_servers::openbao::{Admin, Server};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::bed::{Alerts, SECRET, Variables, only_kind, variables};

/// What is in the vault, and else in the environment.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(vault("{MOUNT}/app"), env))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
}

const WEAKER: &str = "0f-the-3nvironment";

/// A store behind a proxy, and a token for it whose policy can be taken away.
struct Bed {
    admin: Admin,
    proxy: Proxy,
    policy: String,
    environment: Variables,
    alerts: Alerts,
}

impl Bed {
    fn new() -> Self {
        let admin = Server::shared().admin();
        let kv = admin.kv(2);
        kv.put("app", &json!({ "api_key": SECRET }));
        let policy = admin.may_read(&kv.mount);
        let token = admin.token(&[&policy], "1h");
        let proxy = Proxy::before(Server::shared().address());
        let url = proxy.url();
        let environment = variables([
            ("VAULT_ADDR", url.as_str()),
            ("VAULT_TOKEN", &token),
            ("MOUNT", &kv.mount),
            ("APP_API_KEY", WEAKER),
        ]);
        Self { admin, proxy, policy, environment, alerts: Alerts::default() }
    }

    fn loader(&self) -> Loader<Settings> {
        let loader = Settings::loader().env(self.environment.clone());
        self.alerts.hooked(loader.deadline(Duration::from_secs(20)))
    }

    fn is_denied(&self) {
        let (status, _) = self.admin.delete(&format!("sys/policies/acl/{}", self.policy));
        assert_eq!(status, 204);
    }
}

/// What a load came to: the value, or the sort of problem.
fn outcome(loader: Loader<Settings>) -> Result<String, ProblemKind> {
    match loader.load() {
        Ok(settings) => Ok(settings.api_key.expose_secret().to_owned()),
        Err(error) => Err(only_kind(&error)),
    }
}

/// What may happen to a store, and what it is called.
fn faults() -> [(Fault, ProblemKind); 7] {
    [
        (Fault::Reset, ProblemKind::Unreachable),
        (Fault::Truncated, ProblemKind::Unreachable),
        (Fault::status(503), ProblemKind::Unreachable),
        (Fault::too_many_requests(Some(60)), ProblemKind::Unreachable),
        (Fault::MalformedJson, ProblemKind::Malformed),
        (Fault::wrong_type(), ProblemKind::Malformed),
        (Fault::huge(), ProblemKind::Malformed),
    ]
}

#[test]
fn whatever_fails_nothing_weaker_is_taken() {
    let bed = Bed::new();
    assert_eq!(outcome(bed.loader()).as_deref(), Ok(SECRET));
    for (fault, kind) in faults() {
        bed.proxy.always(fault.clone());
        assert_eq!(outcome(bed.loader()), Err(kind), "{fault:?}");
    }
    bed.proxy.heal();
    bed.proxy.refuse();
    assert_eq!(outcome(bed.loader()), Err(ProblemKind::Unreachable));
    bed.proxy.accept();
    assert_eq!(bed.alerts.kinds(), []);
    bed.is_denied();
    assert_eq!(outcome(bed.loader()), Err(ProblemKind::Denied));
    assert_eq!(bed.alerts.kinds(), [AlertKind::Denied]);
}

#[test]
fn what_is_only_absent_is_taken_from_the_next_source() {
    let mut bed = Bed::new();
    let place = bed.admin.kv(2).mount;
    bed.environment.insert("MOUNT".to_owned(), place.clone());
    let token = bed.admin.token(&[&bed.admin.may_read(&place)], "1h");
    bed.environment.insert("VAULT_TOKEN".to_owned(), token);
    assert_eq!(outcome(bed.loader()).as_deref(), Ok(WEAKER));
    assert_eq!(bed.alerts.kinds(), []);
}

#[test]
fn told_to_fall_through_a_load_takes_the_next_source_and_tells_of_it() {
    for (fault, _) in faults() {
        let bed = Bed::new();
        bed.proxy.always(fault.clone());
        let loader = bed.loader().on_failure("vault", OnFailure::Fallthrough);
        assert_eq!(outcome(loader).as_deref(), Ok(WEAKER), "{fault:?}");
        assert_eq!(bed.alerts.kinds(), [AlertKind::FellThrough], "{fault:?}");
    }
}

#[test]
fn a_denial_that_is_fallen_through_is_still_told_as_a_denial() {
    let bed = Bed::new();
    bed.is_denied();
    let loader = bed.loader().on_failure("vault", OnFailure::Fallthrough);
    assert_eq!(outcome(loader).as_deref(), Ok(WEAKER));
    assert_eq!(bed.alerts.kinds(), [AlertKind::Denied]);
}

#[test]
fn told_to_take_an_earlier_answer_a_load_takes_it_where_nobody_can_be_reached() {
    let bed = Bed::new();
    let cache = Cache::new(Duration::ZERO);
    let day = OnFailure::Stale(Duration::from_secs(86_400));
    let loader = || bed.loader().cache(&cache).on_failure("vault", day);
    assert_eq!(outcome(loader()).as_deref(), Ok(SECRET));
    for (fault, kind) in faults() {
        bed.proxy.always(fault.clone());
        let expected = match kind {
            ProblemKind::Unreachable => Ok(SECRET.to_owned()),
            // Somebody answered, and what it is has to be looked at.
            kind => Err(kind),
        };
        assert_eq!(outcome(loader()), expected, "{fault:?}");
    }
    let stale = faults().iter().filter(|(_, kind)| *kind == ProblemKind::Unreachable).count();
    assert_eq!(bed.alerts.kinds(), vec![AlertKind::Stale; stale]);
}

#[test]
fn an_earlier_answer_does_not_outlive_a_denial() {
    let bed = Bed::new();
    let cache = Cache::new(Duration::ZERO);
    let day = OnFailure::Stale(Duration::from_secs(86_400));
    let loader = || bed.loader().cache(&cache).on_failure("vault", day);
    assert_eq!(outcome(loader()).as_deref(), Ok(SECRET));
    bed.is_denied();
    assert_eq!(outcome(loader()), Err(ProblemKind::Denied));
    assert_eq!(bed.alerts.kinds(), [AlertKind::Denied]);
}

#[test]
fn an_earlier_answer_that_is_too_old_is_not_taken() {
    let bed = Bed::new();
    let cache = Cache::new(Duration::ZERO);
    let moment = OnFailure::Stale(Duration::from_millis(100));
    let loader = || bed.loader().cache(&cache).on_failure("vault", moment);
    assert_eq!(outcome(loader()).as_deref(), Ok(SECRET));
    bed.proxy.refuse();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(outcome(loader()), Err(ProblemKind::Unreachable));
    assert_eq!(bed.alerts.kinds(), []);
}
