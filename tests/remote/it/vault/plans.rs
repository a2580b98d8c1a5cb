//! What a load would ask, and the least that it has to be allowed.

use std::time::Duration;

use config_core::{SecretString, Secrets};
use config_tests_servers::openbao::Server;
use serde_json::json;

use super::{admin, and, as_root, proxy, requests, variables, with_token};

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{MOUNT}/app")))]
#[expect(dead_code, reason = "what is told of it counts")]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(required)]
    port: u16,
    #[secret(format = any, vault = "kv1:legacy/app@3#x")]
    version: Option<SecretString>,
}

#[test]
fn a_plan_names_every_request_and_asks_nothing() {
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "MOUNT", "secret");
    let plan = Settings::loader().env(environment).plan().unwrap();
    let source = &plan.sources()[0];
    assert_eq!(source.reads(), ["GET /v1/legacy/app?version=3", "GET /v1/secret/data/app"]);
    assert_eq!(source.round_trips(), 1);
    assert_eq!(requests(&proxy), [""; 0]);
}

#[test]
fn a_login_is_a_round_trip_more() {
    let environment = variables([
        ("VAULT_ADDR", "https://vault.example"),
        ("VAULT_K8S_ROLE", "app"),
        ("MOUNT", "secret"),
    ]);
    let plan = Settings::loader().env(environment).plan().unwrap();
    let source = &plan.sources()[0];
    assert_eq!(source.reads()[0], "POST /v1/auth/kubernetes/login");
    assert_eq!(source.round_trips(), 2);
}

#[test]
fn the_policy_of_a_plan_is_enough_and_no_more() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("{MOUNT}/app")))]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Small {
        #[secret(required, format = any)]
        api_key: SecretString,
    }
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let url = Server::shared().url();
    let environment = and(as_root(&url), "MOUNT", &kv.mount);
    let plan = Small::loader().env(environment).plan().unwrap();
    let (_, policy) = plan.policies().next().unwrap();
    assert_eq!(policy.language(), "hcl");
    let path = format!("{}/data/app", kv.mount);
    assert_eq!(policy.text(), format!("path \"{path}\" {{ capabilities = [\"read\"] }}"));
    let token = admin().token(&[&admin().policy(policy.text())], "1h");
    let environment = and(with_token(&url, &token), "MOUNT", &kv.mount);
    assert!(Small::loader().env(environment).load().is_ok());
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{MOUNT}/app"), vault("{MOUNT}/db")))]
#[expect(dead_code, reason = "what is asked counts")]
struct Two {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(required, format = any)]
    url: SecretString,
}

#[test]
fn a_plan_is_what_the_load_asks_and_how_often_it_waits() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    kv.put("db", &json!({ "url": "n0t-a-real-url" }));
    let role = admin().app_role(&[&admin().may_read(&kv.mount)], "1h", &json!({}));
    let proxy = proxy();
    proxy.delay(Duration::from_millis(400));
    let url = proxy.url();
    let secret_id = ("VAULT_SECRET_ID", role.secret_id());
    let wrapped = ("VAULT_WRAPPED_SECRET_ID", role.wrapped_secret_id("60s"));
    for ((name, value), logins, waits) in [(secret_id, 1, 2), (wrapped, 3, 4)] {
        let environment = variables([
            ("VAULT_ADDR", &*url),
            ("VAULT_ROLE_ID", &role.role_id),
            ("VAULT_APPROLE_MOUNT", &role.mount),
            (name, &value),
            ("MOUNT", &kv.mount),
        ]);
        let plan = Two::loader().env(environment.clone()).plan().unwrap();
        let planned: Vec<String> =
            plan.sources().iter().flat_map(|source| source.reads().to_vec()).collect();
        Two::loader().env(environment).load().unwrap();
        let mut asked = requests(&proxy);
        // The two reads come at the same time.
        asked[logins..].sort_unstable();
        assert_eq!(planned, asked);
        assert_eq!((plan.round_trips(), proxy.rounds()), (waits, waits), "{asked:?}");
        proxy.forget();
    }
}
