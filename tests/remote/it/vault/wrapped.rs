//! A secret id that can be unwrapped once.

use std::time::Duration;

use config_core::{ExposeSecret, ProblemKind, Secrets};
use config_tests_servers::openbao::{AppRole, Kv};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::{One, Variables, admin, failure, one, proxy, requests, variables};

const UNWRAP: &str = "/v1/sys/wrapping/unwrap";

/// A secret behind a proxy, and a role that may read it.
struct Bed {
    kv: Kv,
    proxy: Proxy,
    role: AppRole,
}

impl Bed {
    fn new() -> Self {
        let kv = admin().kv(2);
        kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
        let role = admin().app_role(&[&admin().may_read(&kv.mount)], "1h", &json!({}));
        Self { kv, proxy: proxy(), role }
    }

    fn place(&self) -> String {
        format!("{}/app", self.kv.mount)
    }

    /// The environment of the role, with a secret id of its own.
    fn wrapped(&self) -> Variables {
        variables([
            ("VAULT_ADDR", &*self.proxy.url()),
            ("VAULT_ROLE_ID", &self.role.role_id),
            ("VAULT_APPROLE_MOUNT", &self.role.mount),
            ("VAULT_WRAPPED_SECRET_ID", &self.role.wrapped_secret_id("600s")),
            ("PLACE", &self.place()),
        ])
    }

    fn unwrap_is(&self, fault: Fault) {
        self.proxy.when(move |request| (request.path() == UNWRAP).then(|| fault.clone()));
    }
}

#[test]
fn what_comes_after_the_load_that_asked_for_it_gave_up_is_kept_for_the_next() {
    let bed = Bed::new();
    let environment = bed.wrapped();
    bed.unwrap_is(Fault::Late(Duration::from_secs(3)));
    let loader = || One::loader().env(environment.clone());
    let error = loader().deadline(Duration::from_secs(2)).load().unwrap_err();
    assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::Unreachable, "{error}");
    let loaded = loader().deadline(Duration::from_secs(30)).load().unwrap();
    assert_eq!(loaded.api_key.expose_secret(), "n0t-a-real-one");
    assert_eq!(bed.proxy.count("POST", UNWRAP), 1, "{:?}", requests(&bed.proxy));
}

#[test]
fn one_that_we_asked_for_in_vain_is_told_as_that_and_not_as_an_interception() {
    let bed = Bed::new();
    let environment = bed.wrapped();
    bed.unwrap_is(Fault::Truncated);
    let (kind, text) = failure(&bed.place(), &environment);
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    bed.proxy.heal();
    let (kind, text) = failure(&bed.place(), &environment);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("this process asked for it before"), "{text}");
    assert!(!text.contains("somebody may have intercepted it"), "{text}");
}

#[test]
fn one_that_never_reached_the_server_is_asked_for_again() {
    let bed = Bed::new();
    let environment = bed.wrapped();
    bed.unwrap_is(Fault::Reset);
    let first = one(&bed.place(), &environment);
    bed.proxy.heal();
    assert!(first.is_err());
    assert_eq!(one(&bed.place(), &environment).unwrap(), "n0t-a-real-one");
}

#[test]
fn a_later_secret_id_of_the_role_takes_the_place_of_an_earlier_one() {
    let bed = Bed::new();
    let (earlier, later) = (bed.wrapped(), bed.wrapped());
    assert!(one(&bed.place(), &earlier).is_ok());
    for _ in 0..2 {
        assert!(one(&bed.place(), &later).is_ok());
    }
    assert_eq!(bed.proxy.count("POST", UNWRAP), 2);
    let (kind, _) = failure(&bed.place(), &earlier);
    assert_eq!(kind, ProblemKind::Denied);
}
