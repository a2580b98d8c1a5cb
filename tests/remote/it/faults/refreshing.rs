//! What goes wrong with Vault alone while live settings are refreshed, or with no store of the suite for all of them: what
//! was read stays, why is told, and they recover by themselves.

use std::time::{Duration, Instant};

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{ExposeSecret, FailureKind, Live, SecretString, Secrets, State};
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
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

/// How long a test waits for what has to happen by itself: far longer than that takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings that follow a server.
struct Followed {
    live: Live<Settings>,
}

impl Followed {
    fn start(server: &Server, mount: &str, token: &str) -> Self {
        let url = server.url();
        let environment =
            variables([("VAULT_ADDR", &*url), ("VAULT_TOKEN", token), ("MOUNT", mount)]);
        Self { live: Settings::loader().env(environment).live().start_blocking().unwrap() }
    }

    /// Refreshes, which has to fail; asserts that the settings stay, and that why is told.
    #[track_caller]
    fn fails(&self, kind: FailureKind, why: &str) {
        let error = self.live.refresh_now_blocking().unwrap_err();
        let health = self.live.health();
        assert_eq!((health.generation, health.state), (1, State::Stale), "{health}");
        let settings = self.live.try_snapshot().unwrap();
        assert_eq!((settings.api_key.expose_secret(), settings.port), (SECRET, 1));
        let source = health.sources.iter().find(|source| source.label.starts_with("vault"));
        let source = source.unwrap();
        assert_eq!(source.last_failure_kind, Some(kind), "{health}");
        let told = source.last_failure.clone().unwrap();
        assert!(told.contains(why), "{told}");
        let canaries = Canaries::none().and("the secret", SECRET).and("the token", ROOT_TOKEN);
        for text in [health.to_string(), format!("{health:?}"), error.to_string()] {
            assert_no_secrets(&text, &canaries);
        }
    }

    /// Asserts that the next refresh that begins is the last of the outage.
    #[track_caller]
    fn recovers(&self) {
        let is_running = u64::from(self.live.health().refreshing.is_some());
        let failures = self.live.metrics().failures_total + is_running;
        becomes(&self.live, State::Fresh);
        assert!(self.live.metrics().failures_total <= failures, "it failed again");
        let health = self.live.health();
        assert_eq!((health.failures_in_row, &health.last_failure), (0, &None));
    }
}

/// Waits for that state.
#[track_caller]
fn becomes<S: Secrets + Send + Sync>(live: &Live<S>, state: State) {
    let began = Instant::now();
    while live.health().state != state {
        assert!(began.elapsed() < PATIENCE, "{}", live.health());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_vault_that_is_sealed_in_mid_life_is_followed_again_once_it_is_unsealed() {
    let server = Server::uninitialised();
    let keys = server.initialise();
    server.unseal(&keys);
    let kv = server.client(&keys.root).kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 1 }));
    let followed = Followed::start(&server, &kv.mount, &keys.root);
    server.seal(&keys.root);
    followed.fails(FailureKind::Unreachable, "sealed");
    server.unseal(&keys);
    followed.recovers();
}

#[test]
fn a_token_that_may_no_longer_read_leaves_the_settings_as_they_are_until_it_may() {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 1 }));
    let policy = admin.may_read(&kv.mount);
    let token = admin.token(&[&policy], "1h");
    let rules = admin.get(&format!("sys/policies/acl/{policy}")).1["data"]["policy"].clone();
    let followed = Followed::start(Server::shared(), &kv.mount, &token);
    let place = format!("sys/policies/acl/{policy}");
    admin.must("POST", &place, &json!({ "policy": "# nothing" }));
    followed.fails(FailureKind::Denied, "policies do not allow");
    admin.must("POST", &place, &json!({ "policy": rules }));
    followed.recovers();
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
    moves("http://no-such-host.invalid:8200");
    becomes(&live, State::Stale);
    let told = live.health().last_failure.unwrap();
    assert!(told.contains("its name cannot be looked up"), "{told}");
    assert_eq!(live.snapshot().api_key.expose_secret(), SECRET);
    moves(&Server::shared().url());
    becomes(&live, State::Fresh);
    assert_eq!(live.health().generation, 1);
}
