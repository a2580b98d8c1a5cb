//! Denied, expired, unreachable and malformed are different outcomes.

use std::time::Duration;

use config_core::{ProblemKind, Secrets};
use config_tests_servers::http::Response;
use config_tests_servers::openbao::Server;
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::standin::Standin;
use serde_json::json;

use super::{One, admin, and, as_root, failure, one, proxy, requests, variables, with_token};

/// A secret, and a token that may read another one.
fn secret() -> (String, String) {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let path = format!("{}/data/other", kv.mount);
    let policy = admin().policy(&format!("path \"{path}\" {{ capabilities = [\"read\"] }}"));
    (format!("{}/app", kv.mount), admin().token(&[&policy], "1h"))
}

#[test]
fn a_path_that_no_policy_allows_is_denied_and_the_missing_rule_is_told() {
    let (place, token) = secret();
    let (kind, text) = failure(&place, &with_token(&Server::shared().url(), &token));
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    let path = place.replace("/app", "/data/app");
    assert!(text.contains(&format!("the token's policies do not allow to read {path}")), "{text}");
    let rule = format!("path \"{path}\" {{ capabilities = [\"read\"] }}");
    assert!(text.contains(&rule), "{text}");
    admin().token(&[&admin().policy(&rule)], "1h");
}

#[test]
fn the_rule_that_is_told_is_enough() {
    let (place, _) = secret();
    let rule =
        format!("path \"{}\" {{ capabilities = [\"read\"] }}", place.replace("/app", "/data/app"));
    let token = admin().token(&[&admin().policy(&rule)], "1h");
    assert!(one(&place, &with_token(&Server::shared().url(), &token)).is_ok());
}

#[test]
fn a_token_without_any_policy_for_the_mount_is_denied() {
    let (place, _) = secret();
    for token in [
        admin().token(&["default"], "1h"),
        admin().token_with(&json!({
            "policies": ["none-such"], "no_default_policy": true, "ttl": "1h", "no_parent": true,
        })),
    ] {
        let (kind, text) = failure(&place, &with_token(&Server::shared().url(), &token));
        assert_eq!(kind, ProblemKind::Denied, "{text}");
    }
}

#[test]
fn a_token_that_is_wrong_or_has_expired_is_told_from_one_that_may_not() {
    let (place, _) = secret();
    let short = admin().token(&[&admin().may_read(place.split('/').next().unwrap())], "1s");
    let url = Server::shared().url();
    assert!(one(&place, &with_token(&url, &short)).is_ok());
    std::thread::sleep(Duration::from_millis(1500));
    for token in [short.as_str(), "s.n0tArealToken"] {
        let (kind, text) = failure(&place, &with_token(&url, token));
        assert_eq!(kind, ProblemKind::Expired, "{text}");
        assert!(text.contains("the token is not valid, or has expired"), "{text}");
    }
}

#[test]
fn a_server_that_is_sealed_or_not_initialised_is_unreachable_and_says_what_to_do() {
    let server = Server::uninitialised();
    let (kind, text) = failure("secret/app", &as_root(&server.url()));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    let keys = server.initialise();
    let (kind, text) = failure("secret/app", &with_token(&server.url(), &keys.root));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    assert!(text.contains("the server is sealed"), "{text}");
    assert!(text.contains("vault operator unseal"), "{text}");
}

#[test]
fn a_server_that_is_not_there_or_breaks_off_is_unreachable() {
    let (place, _) = secret();
    let gone = Proxy::before_nothing();
    gone.refuse();
    let (kind, text) = failure(&place, &as_root(&gone.url()));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    for fault in [Fault::Truncated, Fault::Reset, Fault::NoReply] {
        let proxy = proxy();
        proxy.always(fault);
        let (kind, text) = failure(&place, &as_root(&proxy.url()));
        assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    }
}

#[test]
fn statuses_are_told_apart() {
    let (place, _) = secret();
    for (status, expected, words) in [
        (500, ProblemKind::Unreachable, "in trouble"),
        (429, ProblemKind::Unreachable, "too many requests"),
        (472, ProblemKind::Unreachable, "disaster recovery"),
        (473, ProblemKind::Unreachable, "standby"),
        (405, ProblemKind::Malformed, "cannot be read"),
        (302, ProblemKind::Malformed, "points elsewhere"),
    ] {
        let proxy = proxy();
        proxy.always(Fault::status(status));
        let (kind, text) = failure(&place, &as_root(&proxy.url()));
        assert_eq!(kind, expected, "{status}: {text}");
        assert!(text.contains(words), "{status}: {text}");
    }
}

#[test]
fn an_answer_that_is_not_what_the_api_has_is_malformed_and_not_quoted() {
    let (place, _) = secret();
    for fault in [
        Fault::MalformedJson,
        Fault::wrong_type(),
        Fault::huge(),
        Fault::rewritten(|answer| answer["data"]["data"] = json!("n0t-a-real-one")),
    ] {
        let proxy = proxy();
        let described = format!("{fault:?}");
        proxy.when(move |request| request.path().contains("/data/").then(|| fault.clone()));
        let (kind, text) = failure(&place, &as_root(&proxy.url()));
        assert_eq!(kind, ProblemKind::Malformed, "{described}: {text}");
        assert!(!text.contains("a-real"), "{described}: {text}");
    }
}

#[test]
fn trouble_that_passes_is_not_noticed() {
    let (place, _) = secret();
    let proxy = proxy();
    proxy.next([Some(Fault::status(503)), Some(Fault::Reset)]);
    assert!(one(&place, &as_root(&proxy.url())).is_ok());
    assert_eq!(requests(&proxy).len(), 3);
}

#[test]
fn a_mount_that_is_not_there_is_a_failure_and_not_a_secret_that_is_absent() {
    let (kind, text) = failure("no-such-mount/app", &as_root(&Server::shared().url()));
    assert_eq!(kind, ProblemKind::NotFound, "{text}");
    assert!(text.contains("no such mount"), "{text}");
}

#[test]
fn without_an_address_or_a_token_the_source_is_not_configured() {
    for (environment, name) in [
        (variables([("VAULT_TOKEN", "n0t-a-real-token")]), "VAULT_ADDR is not set"),
        (
            variables([("VAULT_ADDR", "http://127.0.0.1:1")]),
            "VAULT_TOKEN is not set, nor VAULT_ROLE_ID, VAULT_K8S_ROLE or VAULT_JWT_ROLE for another login, \
             and there is no ~/.vault-token",
        ),
        (
            variables([("VAULT_ADDR", "http://127.0.0.1:1"), ("VAULT_JWT_ROLE", "app")]),
            "VAULT_JWT is not set, nor VAULT_JWT_FILE, and this is no job of GitHub Actions",
        ),
    ] {
        let (kind, text) = failure("secret/app", &environment);
        assert_eq!(kind, ProblemKind::Missing, "{text}");
        let unfolded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unfolded.contains(name), "{text}");
    }
}

#[test]
fn a_place_that_was_copied_from_an_address_of_the_api_is_mended_also_where_it_is_denied() {
    let (place, token) = secret();
    let (mount, _) = place.split_once('/').unwrap();
    let url = Server::shared().url();
    for environment in [with_token(&url, &token), as_root(&url)] {
        for (written, advice) in [
            (format!("{mount}/data/other"), "leave `data/` out of the place"),
            (format!("v1/{mount}/data/other"), "leave `v1/` out of the place"),
            (format!("v1/{mount}/other"), "leave `v1/` out of the place"),
        ] {
            let (_, text) = failure(&written, &environment);
            assert!(text.contains(&format!("{advice}: vault(\"{mount}/other\")")), "{text}");
        }
    }
}

#[test]
fn a_place_below_data_that_is_there_and_denied_has_its_rule_told_too() {
    let (place, token) = secret();
    let (mount, _) = place.split_once('/').unwrap();
    let written = format!("{mount}/data/app");
    let (kind, text) = failure(&written, &with_token(&Server::shared().url(), &token));
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    let rule = format!("path \"{mount}/data/data/app\" {{ capabilities = [\"read\"] }}");
    assert!(text.contains(&format!("else add to one of its policies: {rule}")), "{text}");
}

#[test]
fn a_key_that_is_a_letter_off_is_told_by_the_name_that_the_secret_has() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "apikey": "n0t-a-real-one", "other": "n0t-another" }));
    let environment = as_root(&Server::shared().url());
    let (kind, text) = failure(&format!("{}/app", kv.mount), &environment);
    assert_eq!(kind, ProblemKind::Missing, "{text}");
    assert!(text.contains("no such key, version 1; did you mean apikey?"), "{text}");
    assert!(!text.contains("n0t-a"), "{text}");
}

#[test]
fn a_namespace_that_is_not_there_is_told_with_what_to_do() {
    let vault =
        Standin::start(|_| Response::json(404, &json!({ "errors": ["namespace not found"] })));
    let (kind, text) = failure("secret/app", &as_root(&vault.url()));
    assert_eq!(kind, ProblemKind::NotFound, "{text}");
    assert!(text.contains("mend or unset VAULT_NAMESPACE"), "{text}");
}

#[test]
fn less_than_a_second_is_told_in_milliseconds_with_what_to_do() {
    let proxy = proxy();
    proxy.always(Fault::BlackHole);
    let environment = and(as_root(&proxy.url()), "PLACE", "secret/app");
    for (milliseconds, told) in [(40, "within "), (400, "within 3")] {
        let deadline = Duration::from_millis(milliseconds);
        let loader = One::loader().env(environment.clone()).deadline(deadline);
        let text = loader.load().unwrap_err().to_string();
        assert!(text.contains(told) && text.contains(" ms"), "{text}");
        assert!(!text.contains("within 0") && text.contains("fix "), "{text}");
    }
}
