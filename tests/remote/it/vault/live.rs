//! Live settings: what stays open, what is prolonged without anybody asking, and what the server is asked for it.

use std::time::Duration;

use config_core::{Cause, ExposeSecret, Live, SecretString, Secrets};
use config_tests_servers::openbao::{AppRole, Kv};
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::Proxy;
use serde_json::json;

use super::{One, Variables, admin, and, as_root, proxy, requests, soon, variables};

/// A secret, and a role that may read it with tokens that are good that long.
fn secret(ttl: &str) -> (Kv, AppRole) {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let role = admin().app_role(&[&admin().may_read(&kv.mount)], ttl, &json!({}));
    (kv, role)
}

/// The environment of that role, without an address.
fn as_role(kv: &Kv, role: &AppRole) -> Variables {
    variables([
        ("VAULT_ROLE_ID", &*role.role_id),
        ("VAULT_APPROLE_MOUNT", &role.mount),
        ("VAULT_SECRET_ID", &role.secret_id()),
        ("PLACE", &format!("{}/app", kv.mount)),
    ])
}

fn started(environment: Variables) -> Live<One> {
    One::loader().env(environment).live().start_blocking().unwrap()
}

#[test]
fn the_next_refresh_does_not_log_in_again() {
    let (kv, role) = secret("1h");
    let proxy = proxy();
    let live = started(and(as_role(&kv, &role), "VAULT_ADDR", &proxy.url()));
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
    kv.put("app", &json!({ "api_key": "another" }));
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.fields, change.to), (vec!["api_key"], 2));
    let login = format!("POST /v1/auth/{}/login", role.mount);
    let read = format!("GET /v1/{}/data/app", kv.mount);
    assert_eq!(requests(&proxy), [&login, &read, &read, &read].map(String::clone));
}

#[derive(Debug, Secrets)]
#[secrets(sources(env, dotenv, vault("{PLACE}")))]
struct Mixed {
    #[setting(default = 1)]
    size: u32,
    #[secret(required, format = any)]
    api_key: SecretString,
}

fn mixed(kv: &Kv, role: &AppRole, proxy: &Proxy) -> (tempfile::TempDir, Live<Mixed>) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join(".git")).unwrap();
    std::fs::write(directory.path().join(".env"), format!("VAULT_ADDR={}\n", proxy.url())).unwrap();
    let loader = Mixed::loader().root(directory.path()).env(as_role(kv, role));
    (directory, loader.live().poll(Duration::from_millis(50)).start_blocking().unwrap())
}

#[test]
fn a_file_that_changes_asks_no_store() {
    let (kv, role) = secret("1h");
    let proxy = proxy();
    let (directory, live) = mixed(&kv, &role, &proxy);
    let asked = requests(&proxy);
    let mut changes = live.subscribe();
    let text = format!("VAULT_ADDR={}\nSIZE=2\n", proxy.url());
    std::fs::write(directory.path().join(".env"), text).unwrap();
    let change = changes.wait(Duration::from_secs(10)).unwrap();
    assert_eq!(
        (change.fields, change.cause, live.snapshot().size),
        (vec!["size"], Cause::Changed, 2)
    );
    assert_eq!(requests(&proxy), asked);
}

#[test]
fn a_source_is_opened_anew_where_what_it_was_set_up_by_changed() {
    let (kv, role) = secret("1h");
    let (first, second) = (proxy(), proxy());
    let (directory, live) = mixed(&kv, &role, &first);
    assert_eq!(requests(&second), [""; 0]);
    std::fs::write(directory.path().join(".env"), format!("VAULT_ADDR={}\n", second.url()))
        .unwrap();
    let login = format!("/v1/auth/{}/login", role.mount);
    soon("it has logged in there", || second.count("POST", &login) == 1);
    live.refresh_now_blocking().unwrap();
    assert_eq!((first.count("POST", &login), second.count("POST", &login)), (1, 1));
    assert_eq!(live.snapshot().api_key.expose_secret(), "n0t-a-real-one");
}

#[test]
fn a_token_is_prolonged_although_nothing_else_is_asked() {
    let (kv, role) = secret("3s");
    let proxy = proxy();
    let live = started(and(as_role(&kv, &role), "VAULT_ADDR", &proxy.url()));
    soon("it was prolonged twice", || proxy.count("POST", "/v1/auth/token/renew-self") == 2);
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 1);
    assert_eq!(proxy.count("GET", &format!("/v1/{}/data/app", kv.mount)), 1);
    assert_eq!(live.health().generation, 1);
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct Credentials {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
}

fn lent(proxy: &Proxy, place: &str) -> Live<Credentials> {
    let environment = and(as_root(&proxy.url()), "PLACE", place);
    Credentials::loader().env(environment).live().start_blocking().unwrap()
}

fn assert_is_good(live: &Live<Credentials>) {
    let credentials = live.snapshot();
    let password = credentials.password.expose_secret();
    let login = Cluster::shared().login(&credentials.username, password);
    assert!(matches!(login, Login::Accepted), "{login:?}");
}

#[test]
fn a_lent_credential_is_prolonged_although_nobody_asks() {
    let database = admin().database(Cluster::shared(), "3s", "1h");
    let proxy = proxy();
    let live = lent(&proxy, &database.creds());
    soon("it was prolonged twice", || proxy.count("POST", "/v1/sys/leases/renew") == 2);
    live.refresh_now_blocking().unwrap();
    assert_eq!(live.health().generation, 1, "it is the same user still");
    assert_is_good(&live);
}

#[test]
fn a_credential_at_its_limit_is_followed_by_another_and_both_parts_change_at_once() {
    let database = admin().database(Cluster::shared(), "3s", "3s");
    let proxy = proxy();
    let live = lent(&proxy, &database.creds());
    let change = live.subscribe().wait(Duration::from_secs(20)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Lease, vec!["username", "password"]));
    assert_is_good(&live);
}

#[test]
fn what_is_invalidated_is_made_anew() {
    let database = admin().database(Cluster::shared(), "1h", "1h");
    let proxy = proxy();
    let live = lent(&proxy, &database.creds());
    let mut changes = live.subscribe();
    live.invalidate("password");
    let change = changes.wait(Duration::from_secs(20)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Invalidated, vec!["username", "password"]));
    assert_is_good(&live);
}
