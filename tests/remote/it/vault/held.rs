//! How long a lent credential is good while refreshes fail for another reason: as long as the server has prolonged it, and
//! no longer because of one that was never taken over.

use std::time::{Duration, Instant};

use config_core::{
    Cache, ExposeSecret, Live, ProblemKind, SecretString, Secrets, State, WhenExpired,
};
use config_tests_servers::openbao::{Database, Kv};
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::{admin, and, as_root, proxy};

/// A user of a database, and something that stands elsewhere.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{CREDS}"), vault("{KV}/app")))]
struct Settings {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(required)]
    port: u16,
}

/// Settings whose credential is lent for a while, and which refuse it once it is over.
struct Bed {
    database: Database,
    kv: Kv,
    proxy: Proxy,
    live: Live<Settings>,
}

impl Bed {
    /// Each credential is lent for so long, and prolonged up to that.
    fn new(ttl: &str, most: &str) -> Self {
        let database = admin().database(Cluster::shared(), ttl, most);
        let (kv, proxy) = (admin().kv(2), proxy());
        kv.put("app", &json!({ "port": 1 }));
        let environment = and(as_root(&proxy.url()), "CREDS", &database.creds());
        let environment = and(environment, "KV", &kv.mount);
        let live = Settings::loader().env(environment).live();
        let live = live.when_expired(WhenExpired::Refuse).start_blocking().unwrap();
        Self { database, kv, proxy, live }
    }

    /// What stands elsewhere cannot be read.
    fn is_down(&self) {
        let elsewhere = format!("/v1/{}/", self.kv.mount);
        let fails = move |path: &str| path.starts_with(&elsewhere).then(|| Fault::status(500));
        self.proxy.when(move |request| fails(request.path()));
    }

    /// What stands elsewhere is refused.
    fn is_wrong(&self) {
        self.kv.put("app", &json!({ "port": "n0t-a-p0rt" }));
    }

    /// How many credentials were made, and how often one was prolonged.
    fn made(&self) -> usize {
        self.proxy.count("GET", &format!("/v1/{}", self.database.creds()))
    }

    fn prolonged(&self) -> usize {
        self.proxy.count("POST", "/v1/sys/leases/renew")
    }

    #[track_caller]
    fn assert_logs_in(&self) {
        let settings = self.live.try_snapshot().unwrap();
        let login = Cluster::shared().login(&settings.username, settings.password.expose_secret());
        assert!(matches!(login, Login::Accepted), "{login:?}");
        assert_eq!(settings.port, 1);
    }
}

/// Waits for something that has to happen by itself, for far longer than that takes.
#[track_caller]
fn until(bed: &Bed, what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}: {}", bed.live.health());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The credential is prolonged twice, past the end that it had at first, while no refresh succeeds.
#[track_caller]
fn outlives_its_first_end(begin: fn(&Bed)) {
    let bed = Bed::new("10s", "1h");
    begin(&bed);
    assert!(bed.live.refresh_now_blocking().is_err());
    until(&bed, "it is prolonged", || {
        let told = bed.live.health();
        assert!(bed.live.try_snapshot().is_ok(), "a good credential is withheld: {told}");
        bed.prolonged() >= 2
    });
    let health = bed.live.health();
    assert_eq!((health.generation, health.state), (1, State::Stale), "{health}");
    assert_eq!(bed.made(), 1);
    bed.assert_logs_in();
}

#[test]
fn a_credential_that_is_prolonged_is_good_although_another_store_is_out_of_reach() {
    outlives_its_first_end(Bed::is_down);
}

#[test]
fn a_credential_that_is_prolonged_is_good_although_another_value_is_wrong() {
    outlives_its_first_end(Bed::is_wrong);
}

#[test]
fn a_new_credential_that_was_not_taken_over_does_not_prolong_the_one_before() {
    let bed = Bed::new("4s", "4s");
    let first = bed.live.snapshot().username.clone();
    bed.is_down();
    assert!(bed.live.refresh_now_blocking().is_err());
    until(&bed, "another is made", || bed.made() > 1);
    until(&bed, "the first is over", || bed.live.try_snapshot().is_err());
    let health = bed.live.health();
    assert_eq!((health.generation, health.state), (1, State::Expired), "{health}");
    assert_eq!(bed.live.snapshot().username, first);
    bed.proxy.heal();
    until(&bed, "another is taken over", || bed.live.try_snapshot().is_ok());
    assert_eq!(bed.live.health().generation, 2);
    assert_ne!(bed.live.snapshot().username, first);
    bed.assert_logs_in();
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{CREDS}")))]
struct Picky {
    #[setting(required, one_of("root"))]
    #[expect(dead_code, reason = "it is never loaded")]
    username: String,
}

#[test]
fn a_credential_that_is_refused_is_not_made_anew_by_each_try() {
    let database = admin().database(Cluster::shared(), "1h", "1h");
    let cache = Cache::new(Duration::from_secs(3600));
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "CREDS", &database.creds());
    for _ in 0..3 {
        let error = Picky::loader().env(environment.clone()).cache(&cache).load().unwrap_err();
        assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::NotOneOf, "{error}");
    }
    assert_eq!(
        (proxy.count("GET", &format!("/v1/{}", database.creds())), database.leases()),
        (1, 1)
    );
}
