//! What is mounted changes while a process goes on asking.

use std::time::Duration;

use config_core::{Error, ExposeSecret, ProblemKind, SecretString, Secrets, Vault};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN};
use config_tests_servers::proxy::Proxy;
use serde_json::json;

use super::{admin, and, as_root, proxy, requests};

/// A secret with a weaker source below it.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}"), env))]
struct Weaker {
    #[secret(required, format = any)]
    api_key: SecretString,
}

/// One connection that is kept, to a mount that changes.
struct Bed {
    proxy: Proxy,
    vault: Vault,
    kv: Kv,
}

impl Bed {
    fn new(version: u8) -> Self {
        let kv = admin().kv(version);
        kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
        let proxy = proxy();
        let vault = Vault::builder().endpoint(proxy.url()).token(ROOT_TOKEN).build().unwrap();
        Self { proxy, vault, kv }
    }

    fn load(&self, place: &str) -> Result<String, Error> {
        let environment = [("PLACE", place), ("API_KEY", "a-weaker-one")];
        let loader = Weaker::loader().env(environment).source(self.vault.clone());
        loader.load().map(|loaded| loaded.api_key.expose_secret().to_owned())
    }

    fn app(&self) -> String {
        format!("{}/app", self.kv.mount)
    }

    fn disable(&self) {
        admin().must("DELETE", &format!("sys/mounts/{}", self.kv.mount), &json!({}));
    }

    #[track_caller]
    fn is_gone(&self, place: &str) {
        let error = self.load(place).expect_err("nothing weaker answers for it");
        assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::NotFound, "{error}");
        assert!(error.to_string().contains("no such mount"), "{error}");
    }
}

#[test]
fn a_mount_that_is_gone_is_no_secret_that_is_not_there_and_is_found_when_it_is_another() {
    let bed = Bed::new(2);
    assert_eq!(bed.load(&bed.app()).unwrap(), "n0t-a-real-one");
    bed.disable();
    for _ in 0..2 {
        bed.is_gone(&bed.app());
    }
    let kv1 = json!({ "type": "kv", "options": { "version": "1" } });
    admin().must("POST", &format!("sys/mounts/{}", bed.kv.mount), &kv1);
    admin().must("POST", &bed.app(), &json!({ "api_key": "of-version-1" }));
    assert_eq!(bed.load(&bed.app()).unwrap(), "of-version-1");
}

#[test]
fn another_mount_in_the_place_of_one_that_is_known_is_found_at_once() {
    let bed = Bed::new(2);
    assert_eq!(bed.load(&bed.app()).unwrap(), "n0t-a-real-one");
    bed.disable();
    let kv1 = json!({ "type": "kv", "options": { "version": "1" } });
    admin().must("POST", &format!("sys/mounts/{}", bed.kv.mount), &kv1);
    admin().must("POST", &bed.app(), &json!({ "api_key": "of-version-1" }));
    assert_eq!(bed.load(&bed.app()).unwrap(), "of-version-1");
}

#[test]
fn version_1_that_becomes_version_2_is_read_on() {
    let bed = Bed::new(1);
    assert_eq!(bed.load(&bed.app()).unwrap(), "n0t-a-real-one");
    let tune = format!("sys/mounts/{}/tune", bed.kv.mount);
    admin().must("POST", &tune, &json!({ "options": { "version": "2" } }));
    let (path, second) = (format!("{}/data/app", bed.kv.mount), json!({ "api_key": "second" }));
    while admin().post(&path, &json!({ "data": second })).0 != 200 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(bed.load(&bed.app()).unwrap(), "second");
    assert_eq!(bed.load(&format!("{}@1", bed.app())).unwrap(), "n0t-a-real-one");
}

#[test]
fn a_mount_that_is_declared_as_version_1_and_is_gone_is_no_absent_secret() {
    let bed = Bed::new(1);
    let place = format!("kv1:{}", bed.app());
    assert_eq!(bed.load(&place).unwrap(), "n0t-a-real-one");
    assert_eq!(bed.load(&format!("kv1:{}/none", bed.kv.mount)).unwrap(), "a-weaker-one");
    bed.disable();
    bed.is_gone(&place);
}

#[test]
fn a_secret_that_is_not_there_costs_one_question_for_its_mount_each_time() {
    let bed = Bed::new(2);
    assert_eq!(bed.load(&bed.app()).unwrap(), "n0t-a-real-one");
    let none = format!("{}/none", bed.kv.mount);
    for _ in 0..2 {
        bed.proxy.forget();
        assert_eq!(bed.load(&none).unwrap(), "a-weaker-one");
        let read = format!("GET /v1/{}/data/none", bed.kv.mount);
        assert_eq!(requests(&bed.proxy), [read, format!("GET /v1/sys/internal/ui/mounts/{none}")]);
    }
    bed.proxy.forget();
    assert_eq!(bed.load(&bed.app()).unwrap(), "n0t-a-real-one");
    assert_eq!(requests(&bed.proxy).len(), 1);
}

#[test]
fn live_settings_keep_what_they_have_when_the_mount_goes_away() {
    let bed = Bed::new(2);
    let environment = and(as_root(&bed.proxy.url()), "PLACE", &bed.app());
    let environment = and(environment, "API_KEY", "a-weaker-one");
    let live = Weaker::loader().env(environment).live().start_blocking().unwrap();
    bed.disable();
    for _ in 0..2 {
        let error = live.refresh_now_blocking().unwrap_err().to_string();
        assert!(error.contains("no such mount"), "{error}");
        assert_eq!(live.snapshot().api_key.expose_secret(), "n0t-a-real-one");
    }
}
