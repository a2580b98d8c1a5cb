//! What was lent and the token that it was lent under, where nobody can see to them.

use std::time::Duration;

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{
    ExposeSecret, Live, Loader, Plan, SecretString, Secrets, State, Vault, WhenExpired,
};
use config_tests_servers::openbao::Database;
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::{One, Variables, admin, and, as_root, proxy, requests, soon, variables, with_token};

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct Credentials {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
}

fn started(environment: Variables, database: &Database) -> Live<Credentials> {
    let environment = and(environment, "PLACE", &database.creds());
    live(Credentials::loader().env(environment))
}

fn live(loader: Loader<Credentials>) -> Live<Credentials> {
    let builder = loader.live();
    builder.when_expired(WhenExpired::Refuse).start_blocking().unwrap()
}

/// Asserts that the health names that trouble of the store and shows no secret.
#[track_caller]
fn assert_told(live: &Live<Credentials>, what: &str) {
    let health = live.health();
    let source = &health.sources[0];
    assert_eq!((health.state, health.generation), (State::Stale, 1), "{health}");
    assert!(health.failures_in_row > 0 && source.failures_in_row > 0, "{health}");
    for told in [&health.last_failure, &source.last_failure] {
        assert!(told.as_deref().is_some_and(|told| told.contains(what)), "{health}");
    }
    assert!(source.label.starts_with("vault "), "{health}");
    let password = live.snapshot().password.expose_secret().to_owned();
    let text = format!("{health} {health:?}");
    assert_no_secrets(&text, Canaries::none().and("the password", &password));
}

/// Asserts that the credential is handed out and good.
#[track_caller]
fn assert_is_good(live: &Live<Credentials>) {
    let credentials = live.try_snapshot().unwrap();
    let password = credentials.password.expose_secret();
    let login = Cluster::shared().login(&credentials.username, password);
    assert!(matches!(login, Login::Accepted), "{login:?}");
}

fn renewals(proxy: &Proxy) -> usize {
    proxy.count("POST", "/v1/sys/leases/renew")
}

#[test]
fn that_a_lease_could_not_be_prolonged_is_told_while_the_credential_is_good_and_mended_once_it_can_be()
 {
    let database = admin().database(Cluster::shared(), "30s", "1h");
    let proxy = proxy();
    let live = started(as_root(&proxy.url()), &database);
    proxy.refuse();
    soon("it is stale", || live.health().state != State::Fresh);
    assert_told(&live, "refuses connections");
    let stale = live.health();
    // A quarter of what is left at most, and that is a third of it.
    assert!(stale.next_try <= Duration::from_secs(3), "{stale}");
    assert_is_good(&live);
    proxy.accept();
    soon("it is fresh again", || live.health().state == State::Fresh);
    assert_eq!((live.health().generation, renewals(&proxy)), (1, 1), "{}", live.health());
    assert_is_good(&live);
}

#[test]
fn a_lease_is_kept_where_the_store_has_too_much_to_do_to_prolong_it() {
    let database = admin().database(Cluster::shared(), "9s", "1h");
    let proxy = proxy();
    let live = started(as_root(&proxy.url()), &database);
    proxy.when(|request| {
        (request.path() == "/v1/sys/leases/renew").then(|| Fault::too_many_requests(None))
    });
    soon("it is stale", || live.health().state != State::Fresh);
    assert_told(&live, "too many requests");
    proxy.heal();
    soon("it is fresh again", || live.health().state == State::Fresh);
    assert_eq!(live.health().generation, 1, "no other user was made");
    assert_eq!(database.leases(), 1);
}

#[test]
fn that_a_token_could_not_be_seen_to_is_told_although_nothing_else_is_asked() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let role = admin().app_role(&[&admin().may_read(&kv.mount)], "6s", &json!({}));
    let proxy = proxy();
    let environment = variables([
        ("VAULT_ADDR", &*proxy.url()),
        ("VAULT_ROLE_ID", &role.role_id),
        ("VAULT_APPROLE_MOUNT", &role.mount),
        ("VAULT_SECRET_ID", &role.secret_id()),
        ("PLACE", &format!("{}/app", kv.mount)),
    ]);
    let live: Live<One> = One::loader().env(environment).live().start_blocking().unwrap();
    proxy.refuse();
    std::thread::sleep(Duration::from_secs(1));
    let age = live.health().age;
    soon("it is stale", || live.health().state == State::Stale);
    let health = live.health();
    let told = health.sources[0].last_failure.clone().unwrap();
    assert!(told.contains("token") && told.contains("refuses connections"), "{health}");
    assert!(health.age > age, "{health}");
    assert_eq!(live.snapshot().api_key.expose_secret(), "n0t-a-real-one");
    proxy.accept();
    soon("it is fresh again", || live.health().state == State::Fresh);
    assert_eq!((live.health().sources[0].failures_in_row, live.health().generation), (0, 1));
}

/// A token that is good for a moment, cannot be prolonged, and makes users of the database.
fn brief(database: &Database, ttl: &str) -> String {
    let rule = format!("path \"{}\" {{ capabilities = [\"read\"] }}", database.creds());
    let policy = admin().policy(&rule);
    admin().token_with(&json!({
        "policies": [policy], "ttl": ttl, "renewable": false, "no_parent": true,
    }))
}

#[test]
fn a_credential_that_was_made_under_a_given_token_is_over_with_it() {
    let database = admin().database(Cluster::shared(), "1h", "24h");
    let proxy = proxy();
    let live = started(with_token(&proxy.url(), &brief(&database, "10s")), &database);
    assert_is_over_with_its_token(&live, &proxy, &database);
}

#[test]
fn a_credential_that_was_made_under_the_token_of_a_file_is_over_with_it() {
    let database = admin().database(Cluster::shared(), "1h", "24h");
    let (proxy, directory) = (proxy(), tempfile::tempdir().unwrap());
    let file = directory.path().join("token");
    std::fs::write(&file, brief(&database, "10s")).unwrap();
    let vault = Vault::builder().endpoint(proxy.url()).token_file(file).build().unwrap();
    let environment = variables([("PLACE", database.creds().as_str())]);
    let live = live(Credentials::loader().env(environment).source(vault));
    assert_is_over_with_its_token(&live, &proxy, &database);
}

#[track_caller]
fn assert_is_over_with_its_token(live: &Live<Credentials>, proxy: &Proxy, database: &Database) {
    assert_is_good(live);
    soon("it is not handed out any more", || live.try_snapshot().is_err());
    assert_eq!(live.health().state, State::Expired);
    let asked = requests(proxy);
    assert!(asked[..2].contains(&"GET /v1/auth/token/lookup-self".to_owned()), "{asked:?}");
    assert_eq!(asked[2], format!("GET /v1/{}", database.creds()), "{asked:?}");
}

#[test]
fn that_a_given_token_ends_soon_and_cannot_be_prolonged_is_told_while_it_is_good() {
    let database = admin().database(Cluster::shared(), "1h", "24h");
    let proxy = proxy();
    let live = started(with_token(&proxy.url(), &brief(&database, "30s")), &database);
    soon("it is stale", || live.health().state != State::Fresh);
    assert_told(&live, "the token could not be seen to: it ends soon, and may not be prolonged");
    assert_is_good(&live);
}

#[test]
fn a_plan_tells_that_a_given_token_is_looked_up_before_something_is_made_under_it() {
    let database = admin().database(Cluster::shared(), "1h", "24h");
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "PLACE", &database.creds());
    let plan = Credentials::loader().env(environment.clone()).plan().unwrap();
    assert_is_what_is_planned(&plan, &proxy, || {
        Credentials::loader().env(environment).load().unwrap();
    });
}

#[test]
fn a_plan_of_two_places_tells_once_that_a_given_token_is_looked_up_and_where_something_is_made() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("{MOUNT}/app"), vault("{PLACE}")))]
    #[expect(dead_code, reason = "what is asked counts")]
    struct Both {
        #[secret(required, format = any)]
        api_key: SecretString,
        #[secret(required, format = any)]
        password: SecretString,
        #[secret(required, format = any)]
        username: SecretString,
    }
    let database = admin().database(Cluster::shared(), "1h", "24h");
    let (kv, proxy) = (admin().kv(2), proxy());
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let environment = and(as_root(&proxy.url()), "PLACE", &database.creds());
    let environment = and(environment, "MOUNT", &kv.mount);
    let plan = Both::loader().env(environment.clone()).plan().unwrap();
    assert_is_what_is_planned(&plan, &proxy, || {
        Both::loader().env(environment).load().unwrap();
    });
}

#[track_caller]
fn assert_is_what_is_planned(plan: &Plan, proxy: &Proxy, load: impl FnOnce()) {
    proxy.delay(Duration::from_millis(400));
    load();
    let sources = plan.sources().iter();
    let mut planned: Vec<String> = sources.flat_map(|source| source.reads().to_vec()).collect();
    let mut asked = requests(proxy);
    planned.sort_unstable();
    asked.sort_unstable();
    assert_eq!(planned, asked);
    assert!(asked.contains(&"GET /v1/auth/token/lookup-self".to_owned()), "{asked:?}");
    assert_eq!((plan.round_trips(), proxy.rounds()), (2, 2), "{asked:?}");
}
