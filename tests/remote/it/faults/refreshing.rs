//! Stores that fail while live settings are refreshed: what was read stays, why is told, and they recover soon.

use std::time::{Duration, Instant};

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{ExposeSecret, Live, SecretString, Secrets, State};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::bed::{SECRET, variables};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, vault("{MOUNT}/app")))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(required)]
    port: u16,
}

const OTHER: &str = "an0ther-n0t-a-real-one";

/// The first wait after a failure is below that; the second below twice as much.
const BACK_OFF: Duration = Duration::from_secs(1);

/// What a load takes at most on a machine that has much else to do, and all waits within one.
const SLACK: Duration = Duration::from_secs(4);

struct Store {
    kv: Kv,
    proxy: Proxy,
    live: Live<Settings>,
}

impl Store {
    fn started(server: &Server, token: &str) -> Self {
        let kv = server.client(token).kv(2);
        kv.put("app", &json!({ "api_key": SECRET, "port": 1 }));
        let proxy = Proxy::before(server.address());
        let live = live(&proxy, &kv, token);
        Self { kv, proxy, live }
    }

    fn shared() -> Self {
        Self::started(Server::shared(), ROOT_TOKEN)
    }

    /// Refreshes, which has to fail; asserts that the settings stay, and that why is told.
    #[track_caller]
    fn fails(&self, what: &str, why: &str) {
        let error = self.live.refresh_now_blocking().unwrap_err();
        let health = self.live.health();
        assert_eq!((health.generation, health.state), (1, State::Stale), "{what}");
        assert_eq!(self.live.snapshot().api_key.expose_secret(), SECRET);
        assert!(self.live.try_snapshot().is_ok());
        let source = health.sources.iter().find(|source| source.label.starts_with("vault"));
        let source = source.unwrap();
        assert_eq!(source.failures_in_row, health.failures_in_row, "{what}: {health}");
        let told = source.last_failure.clone().unwrap();
        assert!(told.contains(why), "{what}: {told}");
        let canaries = Canaries::none().and("the secret", SECRET).and("the other", OTHER);
        let canaries = canaries.and("the token", ROOT_TOKEN);
        for text in [health.to_string(), format!("{health:?}"), error.to_string()] {
            assert_no_secrets(&text, &canaries);
        }
    }

    /// Asserts that it recovers by itself within one back-off.
    #[track_caller]
    fn recovers(&self, what: &str) {
        let began = Instant::now();
        let limit = BACK_OFF + SLACK;
        assert!(self.live.health().next_try <= BACK_OFF, "{what}: {}", self.live.health());
        while self.live.health().state != State::Fresh {
            assert!(began.elapsed() < limit, "{what}: {}", self.live.health());
            std::thread::sleep(Duration::from_millis(5));
        }
        let health = self.live.health();
        assert_eq!((health.failures_in_row, &health.last_failure), (0, &None), "{what}");
    }

    /// Each request fares so for one refresh, and is answered again.
    #[track_caller]
    fn survives(&self, fault: Fault, why: &str) {
        let what = format!("{fault:?}");
        self.proxy.always(fault);
        self.fails(&what, why);
        self.proxy.heal();
        self.recovers(&what);
    }
}

fn live(proxy: &Proxy, kv: &Kv, token: &str) -> Live<Settings> {
    let url = proxy.url();
    let environment =
        variables([("VAULT_ADDR", &*url), ("VAULT_TOKEN", token), ("MOUNT", &kv.mount)]);
    let loader = Settings::loader().env(environment).deadline(Duration::from_secs(2));
    loader.live().start_blocking().unwrap()
}

#[test]
fn the_settings_stay_whatever_a_store_answers_and_recover_within_one_back_off() {
    let store = Store::shared();
    let faults = [
        (Fault::BlackHole, "within"),
        (Fault::Reset, "attempts"),
        (Fault::NoReply, "attempts"),
        (Fault::SlowBody(Duration::from_secs(1)), "within"),
        (Fault::Truncated, "attempts"),
        (Fault::MalformedJson, "JSON"),
        (Fault::wrong_type(), "answer"),
        (Fault::huge(), "MiB"),
        (Fault::status(500), "HTTP 500"),
        (Fault::status(503), "HTTP 503"),
        (Fault::status(403), "the token is not valid"),
    ];
    for (fault, why) in faults {
        store.survives(fault, why);
    }
    store.kv.put("app", &json!({ "api_key": OTHER, "port": 2 }));
    store.live.refresh_now_blocking().unwrap();
    assert_eq!((store.live.snapshot().port, store.live.health().generation), (2, 2));
}

#[test]
fn what_changed_while_a_store_was_away_is_there_when_it_is_back() {
    let store = Store::shared();
    store.proxy.refuse();
    store.fails("nothing listens", "refuses connections");
    store.kv.put("app", &json!({ "api_key": OTHER, "port": 2 }));
    store.proxy.accept();
    store.recovers("nothing listens");
    assert_eq!(store.live.snapshot().api_key.expose_secret(), OTHER);
    assert_eq!((store.live.snapshot().port, store.live.health().generation), (2, 2));
}

#[test]
fn a_value_that_is_wrong_all_of_a_sudden_leaves_the_settings_as_they_are() {
    let store = Store::shared();
    store.kv.put("app", &json!({ "api_key": OTHER, "port": "n0t-a-p0rt" }));
    let error = store.live.refresh_now_blocking().unwrap_err();
    let health = store.live.health();
    let told = format!("{health} {health:?} {error:?}");
    assert_no_secrets(&told, Canaries::none().and("the other", OTHER));
    assert!(
        health.last_failure.is_some_and(|why| why.starts_with("port: ") && !why.contains("n0t"))
    );
    assert_eq!(store.live.snapshot().api_key.expose_secret(), SECRET);
    store.kv.put("app", &json!({ "api_key": OTHER, "port": 2 }));
    store.live.refresh_now_blocking().unwrap();
    assert_eq!(store.live.snapshot().port, 2);
}

#[test]
fn a_store_that_asks_to_wait_is_left_alone_for_as_long_and_asked_then() {
    let store = Store::shared();
    store.proxy.always(Fault::too_many_requests(Some(3)));
    let began = Instant::now();
    store.fails("429", "429");
    let asked = store.proxy.requests().len();
    store.proxy.heal();
    let wait = store.live.health().next_try;
    assert!(wait > Duration::from_secs(2) && wait <= Duration::from_secs(6), "{wait:?}");
    while store.live.health().state != State::Fresh {
        assert!(began.elapsed() < Duration::from_secs(12), "{}", store.live.health());
        std::thread::sleep(Duration::from_millis(5));
    }
    let requests = store.proxy.requests();
    let gap = requests[asked].arrived.duration_since(requests[asked - 1].arrived);
    assert!(gap >= Duration::from_secs(3), "{gap:?}");
}

#[test]
fn a_vault_that_is_sealed_in_mid_life_is_followed_again_once_it_is_unsealed() {
    let server = Server::uninitialised();
    let keys = server.initialise();
    server.unseal(&keys);
    let store = Store::started(&server, &keys.root);
    server.seal(&keys.root);
    store.fails("sealed", "sealed");
    server.unseal(&keys);
    store.recovers("sealed");
}

#[test]
fn a_token_that_may_no_longer_read_leaves_the_settings_as_they_are_until_it_may() {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 1 }));
    let policy = admin.may_read(&kv.mount);
    let token = admin.token(&[&policy], "1h");
    let rules = admin.get(&format!("sys/policies/acl/{policy}")).1["data"]["policy"].clone();
    let proxy = Proxy::before(Server::shared().address());
    let live = live(&proxy, &kv, &token);
    let store = Store { kv, proxy, live };
    let place = format!("sys/policies/acl/{policy}");
    admin.must("POST", &place, &json!({ "policy": "# nothing" }));
    store.fails("no longer permitted", "policies do not allow");
    admin.must("POST", &place, &json!({ "policy": rules }));
    store.recovers("no longer permitted");
}

#[derive(Debug, Secrets)]
#[secrets(sources(env, dotenv, vault("{MOUNT}/app")))]
struct Moving {
    #[secret(required, format = any)]
    api_key: SecretString,
}

#[test]
fn a_store_whose_name_can_no_longer_be_looked_up_leaves_the_settings_as_they_are() {
    let kv = Server::shared().admin().kv(2);
    kv.put("app", &json!({ "api_key": SECRET }));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(".env");
    let moves = |to: &str| std::fs::write(&file, format!("VAULT_ADDR={to}\n")).unwrap();
    moves(&Server::shared().url());
    let environment = variables([("VAULT_TOKEN", ROOT_TOKEN), ("MOUNT", kv.mount.as_str())]);
    let loader = Moving::loader().root(directory.path()).env(environment);
    let live = loader.live().poll(Duration::from_millis(50)).start_blocking().unwrap();
    let becomes = |state: State| {
        let began = Instant::now();
        while live.health().state != state {
            assert!(began.elapsed() < Duration::from_secs(10), "{}", live.health());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    moves("http://no-such-host.invalid:8200");
    becomes(State::Stale);
    let told = live.health().last_failure.unwrap();
    assert!(told.contains("its name cannot be looked up"), "{told}");
    assert_eq!(live.snapshot().api_key.expose_secret(), SECRET);
    moves(&Server::shared().url());
    becomes(State::Fresh);
    assert_eq!(live.health().generation, 1);
}
