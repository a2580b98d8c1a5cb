//! Vault, against a real OpenBao.

mod answers;
mod builders;
mod dynamic;
mod held;
mod leases;
mod live;
mod logins;
mod mounts;
mod one_cause;
mod outcomes;
mod pinned;
mod plans;
mod reading;
mod renewal;
mod slips;
mod standby;
mod store;
mod twins;
mod unlike;
mod upkeep;
mod variables;
mod wrapped;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{Error, ExposeSecret, ProblemKind, SecretString, Secrets, Vault};
use config_tests_servers::openbao::{Admin, AppRole, ROOT_TOKEN, Server};
use config_tests_servers::proxy::Proxy;

/// One secret from the place that the environment names.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct One {
    #[secret(required, format = any)]
    api_key: SecretString,
}

/// What the environment of a load has.
type Variables = HashMap<String, String>;

/// The administrator of the server that all tests share.
fn admin() -> Admin {
    Server::shared().admin()
}

/// The server behind a proxy of the test's own.
fn proxy() -> Proxy {
    Proxy::before(Server::shared().address())
}

/// The server behind that proxy, as that role sees it.
fn by_app_role(proxy: &Proxy, role: &AppRole) -> Vault {
    Vault::builder()
        .endpoint(proxy.url())
        .app_role(role.role_id.as_str(), role.secret_id())
        .auth_mount(role.mount.as_str())
        .build()
        .unwrap()
}

/// What the environment has for asking there with a token.
fn with_token(url: &str, token: &str) -> Variables {
    variables([("VAULT_ADDR", url), ("VAULT_TOKEN", token)])
}

/// The same with the token that may do everything.
fn as_root(url: &str) -> Variables {
    with_token(url, ROOT_TOKEN)
}

fn variables<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Variables {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The same with one more.
fn and(mut variables: Variables, name: &str, value: &str) -> Variables {
    variables.insert(name.to_owned(), value.to_owned());
    variables
}

/// The secret at a place.
fn one(place: &str, environment: &Variables) -> Result<String, Error> {
    let environment = and(environment.clone(), "PLACE", place);
    One::loader().env(environment).load().map(|one| one.api_key.expose_secret().to_owned())
}

/// How a load of that secret fails. No credential of the environment stands in it.
#[track_caller]
fn failure(place: &str, environment: &Variables) -> (ProblemKind, String) {
    let error = one(place, environment).expect_err("the load has to fail");
    told(&error, environment)
}

/// The one problem of an error, and all of its text.
#[track_caller]
fn told(error: &Error, environment: &Variables) -> (ProblemKind, String) {
    let text = error.to_string();
    for (name, value) in environment.iter().filter(|(name, _)| is_secret(name)) {
        assert_no_secrets(&text, Canaries::none().and(name.clone(), value));
    }
    assert_eq!(error.iter().count(), 1, "{text}");
    (error.iter().next().unwrap().kind(), text)
}

fn is_secret(name: &str) -> bool {
    ["TOKEN", "SECRET_ID", "JWT"].iter().any(|end| name.ends_with(end)) && name != "VAULT_JWT_ROLE"
}

/// Waits until that holds, for some seconds at most.
#[track_caller]
fn soon(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "not within 60 s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every request that the proxy saw, as `GET /v1/..`, in order of their arrival.
fn requests(proxy: &Proxy) -> Vec<String> {
    proxy
        .requests()
        .into_iter()
        .map(|logged| {
            let query = logged.query.map_or(String::new(), |query| format!("?{query}"));
            format!("{} {}{query}", logged.method, logged.path)
        })
        .collect()
}
