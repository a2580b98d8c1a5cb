//! Tokens and leases that a source keeps while it lives.

use std::time::Duration;

use config_core::{Cache, ExposeSecret, SecretString, Secrets, Vault};
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::Proxy;
use serde_json::json;

use super::{One, admin, and, as_root, by_app_role, proxy, requests, variables};

#[test]
fn a_token_is_prolonged_at_two_thirds_of_its_term() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let role = admin().app_role(&[&admin().may_read(&kv.mount)], "3s", &json!({}));
    let proxy = proxy();
    let vault = by_app_role(&proxy, &role);
    let place = format!("{}/app", kv.mount);
    let load = || {
        let loader = One::loader().env([("PLACE", place.as_str())]).source(vault.clone());
        assert_eq!(loader.load().unwrap().api_key.expose_secret(), "n0t-a-real-one");
    };
    load();
    std::thread::sleep(Duration::from_millis(1000));
    load();
    std::thread::sleep(Duration::from_millis(1300));
    load();
    std::thread::sleep(Duration::from_millis(1300));
    load();
    let login = format!("POST /v1/auth/{}/login", role.mount);
    let read = format!("GET /v1/{}/data/app", kv.mount);
    let renewal = "POST /v1/auth/token/renew-self".to_owned();
    assert_eq!(requests(&proxy), [&login, &read, &read, &renewal, &read, &read].map(String::clone));
}

#[test]
fn a_token_that_is_over_is_followed_by_another() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let role = admin().app_role(&[&admin().may_read(&kv.mount)], "1s", &json!({}));
    let proxy = proxy();
    let vault = by_app_role(&proxy, &role);
    let place = format!("{}/app", kv.mount);
    for _ in 0..2 {
        let loader = One::loader().env([("PLACE", place.as_str())]).source(vault.clone());
        assert!(loader.load().is_ok());
        std::thread::sleep(Duration::from_millis(1200));
    }
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 2);
    assert_eq!(requests(&proxy).len(), 4);
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct Credentials {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
}

/// Loads credentials with a cache that keeps nothing for long, and says who the user is.
fn user(proxy: &Proxy, place: &str, cache: &Cache) -> String {
    let environment = and(as_root(&proxy.url()), "PLACE", place);
    let credentials = Credentials::loader().env(environment).cache(cache).load().unwrap();
    let password = credentials.password.expose_secret();
    let login = Cluster::shared().login(&credentials.username, password);
    assert!(matches!(login, Login::Accepted), "{login:?}");
    credentials.username
}

#[test]
fn a_lent_credential_stays_the_same_and_is_prolonged_at_two_thirds() {
    let database = admin().database(Cluster::shared(), "3s", "1h");
    let (proxy, place) = (proxy(), database.creds());
    let cache = Cache::new(Duration::ZERO);
    let first = user(&proxy, &place, &cache);
    let asked = requests(&proxy).len();
    assert_eq!(user(&proxy, &place, &cache), first);
    assert_eq!(requests(&proxy).len(), asked);
    for renewals in 1..=2 {
        std::thread::sleep(Duration::from_millis(2200));
        assert_eq!(user(&proxy, &place, &cache), first);
        assert_eq!(proxy.count("POST", "/v1/sys/leases/renew"), renewals);
    }
    // Each load has opened the source anew, and so has asked for how long its token is good.
    let looked_up = proxy.count("GET", "/v1/auth/token/lookup-self");
    assert_eq!((looked_up, requests(&proxy).len()), (3, asked + 4));
    cache.invalidate("password");
    assert_ne!(user(&proxy, &place, &cache), first);
}

#[test]
fn a_credential_at_its_limit_is_followed_by_another_before_it_ends() {
    let database = admin().database(Cluster::shared(), "3s", "3s");
    let (proxy, place) = (proxy(), database.creds());
    let cache = Cache::new(Duration::ZERO);
    let first = user(&proxy, &place, &cache);
    std::thread::sleep(Duration::from_millis(2200));
    assert_ne!(user(&proxy, &place, &cache), first);
}

#[test]
fn a_credential_is_used_to_its_end_where_the_server_is_away() {
    let database = admin().database(Cluster::shared(), "4s", "1h");
    let (proxy, place) = (proxy(), database.creds());
    let cache = Cache::new(Duration::ZERO);
    let first = user(&proxy, &place, &cache);
    std::thread::sleep(Duration::from_millis(2800));
    proxy.refuse();
    assert_eq!(user(&proxy, &place, &cache), first);
}

#[test]
fn a_token_that_was_given_is_prolonged_too_where_the_source_lives() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let token = admin().token(&[&admin().may_read(&kv.mount)], "16s");
    let proxy = proxy();
    let vault = Vault::builder().endpoint(proxy.url()).token(token).build().unwrap();
    let place = format!("{}/app", kv.mount);
    for pause in [0, 10_500, 4_500, 4_500] {
        std::thread::sleep(Duration::from_millis(pause));
        let loader = One::loader().env([("PLACE", place.as_str())]).source(vault.clone());
        assert!(loader.load().is_ok());
    }
    let read = format!("GET /v1/{}/data/app", kv.mount);
    let (term, renewal) = ("GET /v1/auth/token/lookup-self", "POST /v1/auth/token/renew-self");
    assert_eq!(requests(&proxy), [&read, term, &read, renewal, &read, &read]);
}

#[test]
fn a_credential_under_a_token_that_nobody_keeps_is_not_prolonged() {
    let database = admin().database(Cluster::shared(), "3s", "1h");
    let rule = format!("path \"{}\" {{ capabilities = [\"read\"] }}", database.creds());
    let role = admin().app_role(&[&admin().policy(&rule)], "1h", &json!({}));
    let (proxy, cache) = (proxy(), Cache::new(Duration::ZERO));
    let environment = variables([
        ("VAULT_ADDR", &*proxy.url()),
        ("VAULT_ROLE_ID", &role.role_id),
        ("VAULT_SECRET_ID", &role.secret_id()),
        ("VAULT_APPROLE_MOUNT", &role.mount),
        ("PLACE", &database.creds()),
    ]);
    let user = || {
        let loader = Credentials::loader().env(environment.clone()).cache(&cache);
        loader.load().unwrap().username
    };
    let first = user();
    std::thread::sleep(Duration::from_millis(2200));
    assert_ne!(user(), first);
    assert_eq!(proxy.count("POST", "/v1/sys/leases/renew"), 0);
}
