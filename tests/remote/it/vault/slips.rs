//! Keys of a secret that no setting has, where one may have been meant.

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{Report, SecretString, Secrets, Warning};
use config_tests_servers::openbao::Kv;
use config_tests_servers::proxy::Proxy;
use serde_json::{Value, json};

use super::{Variables, admin, and, as_root, proxy, requests};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(vault("{PLACE}")))]
#[expect(dead_code, reason = "it is loaded for its report")]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(default = 8080)]
    port: u16,
    #[nested]
    smtp: Smtp,
}

#[derive(Debug, Secrets)]
#[expect(dead_code, reason = "it is loaded for its report")]
struct Smtp {
    #[setting(default = "localhost")]
    host: String,
    #[secret(format = any)]
    password: Option<SecretString>,
}

/// A secret behind a proxy, and what the environment has for asking for it.
struct Bed {
    kv: Kv,
    proxy: Proxy,
    environment: Variables,
}

impl Bed {
    fn new(data: &Value) -> Self {
        let (kv, proxy) = (admin().kv(2), proxy());
        kv.put("app", data);
        let environment = and(as_root(&proxy.url()), "PLACE", &format!("{}/app", kv.mount));
        Self { kv, proxy, environment }
    }

    /// The warnings of a load, with `app` for the place.
    fn loaded(&self) -> Vec<String> {
        let loaded = Settings::loader().env(self.environment.clone()).load_report().unwrap();
        self.shown(&loaded.report)
    }

    fn explained(&self) -> Vec<String> {
        self.shown(&Settings::loader().env(self.environment.clone()).explain())
    }

    fn shown(&self, report: &Report) -> Vec<String> {
        let text = report.to_string();
        assert_no_secrets(&text, Canaries::none().and("a value", "n0t-a-real-one"));
        let place = format!("{}/app", self.kv.mount);
        let shown = |warning: &Warning| warning.to_string().replace(&place, "app");
        report.warnings().iter().map(shown).collect()
    }
}

const PORT: &str = "vault app#porrt is set but no setting has that name; did you mean port?";
const PASSWORD: &str =
    "vault app#smtp.pasword is set but no setting has that name; did you mean smtp.password?";

#[test]
fn a_slip_of_a_key_that_is_not_there_is_told_by_a_load_and_by_explain() {
    let bed = Bed::new(&json!({
        "api_key": "n0t-a-real-one", "porrt": 9000, "smtp": { "pasword": "n0t-a-real-one" },
    }));
    assert_eq!(bed.loaded(), [PORT, PASSWORD]);
    assert_eq!(requests(&bed.proxy).len(), 1, "it takes no further request");
    assert_eq!(bed.explained(), [PORT, PASSWORD]);
}

#[test]
fn a_slip_of_a_key_with_a_dot_is_told_too() {
    let bed = Bed::new(&json!({ "api_key": "n0t-a-real-one", "smtp.pasword": "n0t-a-real-one" }));
    assert_eq!(bed.loaded(), [PASSWORD]);
}

#[test]
fn a_slip_is_a_problem_of_a_strict_load() {
    let bed = Bed::new(&json!({ "api_key": "n0t-a-real-one", "porrt": 9000 }));
    let error = Settings::loader().env(bed.environment.clone()).strict().load().unwrap_err();
    let place = format!("{}/app", bed.kv.mount);
    let message = error.iter().next().unwrap().message().replace(&place, "app");
    assert_eq!((error.iter().count(), message.as_str()), (1, PORT));
}

#[test]
fn a_secret_that_others_share_may_hold_what_is_theirs() {
    let bed = Bed::new(&json!({
        "api_key": "n0t-a-real-one", "port": 9000, "prot": 1, "database_url": "n0t-a-real-one",
        "cache": { "host": "mx" },
    }));
    assert!(bed.loaded().is_empty(), "{:?}", bed.loaded());
}
