//! What a load would ask, and the least that it has to be allowed.

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
