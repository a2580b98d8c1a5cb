//! The ways to a token.

use std::time::Duration;

use config_core::{ExposeSecret, ProblemKind, Secrets};
use config_tests_servers::http::Response;
use config_tests_servers::openbao::{AppRole, JwtIssuer, Kv, Server, TokenReview};
use config_tests_servers::proxy::Proxy;
use config_tests_servers::standin::Standin;
use serde_json::json;

use super::{One, Variables, admin, and, by_app_role, failure, one, proxy, requests, variables};

/// A secret, and a policy that allows to read it.
fn secret() -> (Kv, String) {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let policy = admin().may_read(&kv.mount);
    (kv, policy)
}

fn app_role(proxy: &Proxy, role: &AppRole) -> Variables {
    variables([
        ("VAULT_ADDR", &*proxy.url()),
        ("VAULT_ROLE_ID", &role.role_id),
        ("VAULT_APPROLE_MOUNT", &role.mount),
    ])
}

#[test]
fn an_app_role_logs_in_and_reads_in_two_round_trips() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({}));
    let proxy = proxy();
    let environment = and(app_role(&proxy, &role), "VAULT_SECRET_ID", &role.secret_id());
    let place = format!("{}/app", kv.mount);
    assert_eq!(one(&place, &environment).unwrap(), "n0t-a-real-one");
    let login = format!("POST /v1/auth/{}/login", role.mount);
    assert_eq!(requests(&proxy), [login, format!("GET /v1/{}/data/app", kv.mount)]);
}

#[test]
fn a_role_that_binds_no_secret_id_needs_none() {
    let (kv, policy) = secret();
    let open = json!({ "bind_secret_id": false, "token_bound_cidrs": ["127.0.0.1/32"] });
    let role = admin().app_role(&[&policy], "1h", &open);
    let proxy = proxy();
    assert!(one(&format!("{}/app", kv.mount), &app_role(&proxy, &role)).is_ok());
}

#[test]
fn a_wrong_secret_id_is_denied_after_one_login_for_all_paths() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("secret/a")))]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Two {
        #[setting(required)]
        a: String,
        #[setting(required, vault = "secret/b#v")]
        b: String,
        #[setting(required, vault = "secret/c#v")]
        c: String,
    }
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let proxy = proxy();
    proxy.delay(Duration::from_millis(50));
    let environment = and(app_role(&proxy, &role), "VAULT_SECRET_ID", "n0t-a-real-secret-id");
    let error = Two::loader().env(environment).load().unwrap_err();
    assert_eq!(error.iter().count(), 3);
    let text = error.to_string();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Denied), "{text}");
    assert!(text.contains("refuses the role id or the secret id"), "{text}");
    assert!(!text.contains("real-secret"), "{text}");
    assert_eq!(requests(&proxy), [format!("POST /v1/auth/{}/login", role.mount)]);
}

#[test]
fn a_wrapped_secret_id_is_unwrapped_once_however_often_a_process_loads() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({}));
    let proxy = proxy();
    let wrapped = role.wrapped_secret_id("60s");
    let environment = and(app_role(&proxy, &role), "VAULT_WRAPPED_SECRET_ID", &wrapped);
    let place = format!("{}/app", kv.mount);
    for _ in 0..2 {
        assert_eq!(one(&place, &environment).unwrap(), "n0t-a-real-one");
    }
    let login = format!("POST /v1/auth/{}/login", role.mount);
    let read = format!("GET /v1/{}/data/app", kv.mount);
    let expected = [
        "POST /v1/sys/wrapping/lookup",
        "POST /v1/sys/wrapping/unwrap",
        &login,
        &read,
        &login,
        &read,
    ];
    assert_eq!(requests(&proxy), expected);
}

#[test]
fn a_report_asks_with_the_token_of_a_load_before_and_uses_up_no_secret_id() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({ "secret_id_num_uses": 1 }));
    let proxy = proxy();
    let vault = by_app_role(&proxy, &role);
    let place = format!("{}/app", kv.mount);
    let loader = || One::loader().env([("PLACE", place.as_str())]).source(vault.clone());
    loader().load().unwrap();
    let report = loader().explain();
    assert!(report.problems().is_empty(), "{report}");
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 1);
}

#[test]
fn a_report_without_a_token_logs_in_once_as_a_load_does_and_tells_of_a_secret_id_that_is_used_up() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({ "secret_id_num_uses": 1 }));
    let proxy = proxy();
    let environment = and(app_role(&proxy, &role), "VAULT_SECRET_ID", &role.secret_id());
    let environment = and(environment, "PLACE", &format!("{}/app", kv.mount));
    let loader = || One::loader().env(environment.clone());
    let report = loader().explain();
    assert!(report.problems().is_empty(), "{report}");
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 1);
    let report = loader().explain().to_string();
    assert!(report.contains("refuses the role id or the secret id"), "{report}");
    loader().plan().unwrap();
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 2);
}

#[test]
fn a_report_leaves_a_wrapped_secret_id_for_the_load_that_it_is_for() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({ "secret_id_num_uses": 1 }));
    let proxy = proxy();
    let wrapped = role.wrapped_secret_id("60s");
    let environment = and(app_role(&proxy, &role), "VAULT_WRAPPED_SECRET_ID", &wrapped);
    let place = format!("{}/app", kv.mount);
    let report = One::loader().env(and(environment.clone(), "PLACE", &place)).explain();
    assert!(report.to_string().contains("would use up the wrapped secret id"), "{report}");
    assert!(requests(&proxy).is_empty());
    assert_eq!(one(&place, &environment).unwrap(), "n0t-a-real-one");
}

#[test]
fn a_secret_id_that_somebody_else_unwrapped_is_denied_as_a_possible_interception() {
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let wrapped = role.wrapped_secret_id("60s");
    admin().with_token(&wrapped).must("POST", "sys/wrapping/unwrap", &json!({}));
    let proxy = proxy();
    let environment = and(app_role(&proxy, &role), "VAULT_WRAPPED_SECRET_ID", &wrapped);
    let (kind, text) = failure("secret/app", &environment);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("somebody may have intercepted it"), "{text}");
    assert!(text.contains("treat it as an incident"), "{text}");
}

#[test]
fn a_wrapping_of_something_else_is_not_opened() {
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let other = admin().app_role(&["default"], "1h", &json!({}));
    let wrapped = other.wrapped_secret_id("60s");
    let proxy = proxy();
    let environment = and(app_role(&proxy, &role), "VAULT_WRAPPED_SECRET_ID", &wrapped);
    let (kind, text) = failure("secret/app", &environment);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("somebody may have exchanged it"), "{text}");
    assert_eq!(requests(&proxy), ["POST /v1/sys/wrapping/lookup"]);
}

#[test]
fn a_token_that_is_taken_back_is_followed_by_one_fresh_login() {
    let (kv, policy) = secret();
    let role = admin().app_role(&[&policy], "1h", &json!({}));
    let proxy = proxy();
    let vault = by_app_role(&proxy, &role);
    let place = format!("{}/app", kv.mount);
    let load = || {
        let loader = One::loader().env([("PLACE", place.as_str())]).source(vault.clone());
        loader.load().unwrap().api_key.expose_secret().to_owned()
    };
    load();
    load();
    let logins = || proxy.count("POST", &format!("/v1/auth/{}/login", role.mount));
    assert_eq!(logins(), 1);
    let accessors = admin().list("auth/token/accessors").1;
    for accessor in accessors["data"]["keys"].as_array().unwrap() {
        let body = json!({ "accessor": accessor });
        let (_, token) = admin().post("auth/token/lookup-accessor", &body);
        if token["data"]["path"] == format!("auth/{}/login", role.mount) {
            admin().must("POST", "auth/token/revoke-accessor", &body);
        }
    }
    assert_eq!(load(), "n0t-a-real-one");
    assert_eq!(logins(), 2);
}

#[test]
fn a_login_whose_token_may_not_read_is_denied_without_a_second_login() {
    let (kv, _) = secret();
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let proxy = proxy();
    let environment = and(app_role(&proxy, &role), "VAULT_SECRET_ID", &role.secret_id());
    let (kind, text) = failure(&format!("{}/app", kv.mount), &environment);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert_eq!(proxy.count("POST", &format!("/v1/auth/{}/login", role.mount)), 1);
}

#[test]
fn a_pod_logs_in_with_its_service_account() {
    let (kv, policy) = secret();
    let review = TokenReview::start();
    let auth = admin().kubernetes(&review, "shop", "api", &[&policy], "1h");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    let jwt = review.token("shop", "api");
    std::fs::write(&file, format!("{jwt}\n")).unwrap();
    let proxy = proxy();
    let environment = variables([
        ("VAULT_ADDR", &*proxy.url()),
        ("VAULT_K8S_ROLE", &auth.role),
        ("VAULT_K8S_MOUNT", &auth.mount),
        ("VAULT_K8S_TOKEN_FILE", file.to_str().unwrap()),
    ]);
    let place = format!("{}/app", kv.mount);
    assert_eq!(one(&place, &environment).unwrap(), "n0t-a-real-one");
    assert_eq!(requests(&proxy).len(), 2);
    review.revoke(&jwt);
    let (kind, text) = failure(&place, &environment);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("refuses the service account"), "{text}");
    std::fs::remove_file(&file).unwrap();
    let (kind, text) = failure(&place, &environment);
    assert_eq!(kind, ProblemKind::NotFound, "{text}");
    assert!(text.contains("no such file"), "{text}");
}

#[test]
fn a_login_or_a_role_that_is_not_there_is_told_from_one_that_refuses() {
    let url = Server::shared().url();
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let elsewhere = variables([
        ("VAULT_ADDR", &*url),
        ("VAULT_ROLE_ID", &role.role_id),
        ("VAULT_SECRET_ID", &role.secret_id()),
        ("VAULT_APPROLE_MOUNT", "no-such-mount"),
    ]);
    let (kind, text) = failure("secret/app", &elsewhere);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("there is no login at auth/no-such-mount"), "{text}");
    let issuer = JwtIssuer::new();
    let auth = admin().jwt(&issuer, "vault", &["default"], "1h");
    let nobody = variables([
        ("VAULT_ADDR", &*url),
        ("VAULT_JWT_ROLE", "no-such-role"),
        ("VAULT_JWT_MOUNT", &auth.mount),
        ("VAULT_JWT", &issuer.sign(&json!({ "sub": "app" }))),
    ]);
    let (kind, text) = failure("secret/app", &nobody);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("has no role no-such-role"), "{text}");
}

/// Seconds since 1970, so many from now.
pub(super) fn from_now(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

#[test]
fn a_signed_identity_logs_in_until_it_expires() {
    let (kv, policy) = secret();
    let issuer = JwtIssuer::new();
    let auth = admin().jwt(&issuer, "vault", &[&policy], "1h");
    let sign = |audience: &str, seconds| {
        let (from, until) = (from_now(seconds - 900), from_now(seconds));
        issuer.sign(&json!({ "sub": "app", "aud": audience, "iat": from, "exp": until }))
    };
    let with = |jwt: &str| {
        variables([
            ("VAULT_ADDR", &*Server::shared().url()),
            ("VAULT_JWT_ROLE", &auth.role),
            ("VAULT_JWT_MOUNT", &auth.mount),
            ("VAULT_JWT", jwt),
        ])
    };
    let place = format!("{}/app", kv.mount);
    assert_eq!(one(&place, &with(&sign("vault", 600))).unwrap(), "n0t-a-real-one");
    let (kind, text) = failure(&place, &with(&sign("vault", -3600)));
    assert_eq!(kind, ProblemKind::Expired, "{text}");
    let (kind, text) = failure(&place, &with(&sign("another", 600)));
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("bound_audiences"), "{text}");
}

#[test]
fn a_job_of_github_actions_has_its_identity_signed_for_the_audience() {
    let (kv, policy) = secret();
    let issuer = JwtIssuer::new();
    let auth = admin().jwt(&issuer, "https://vault.example", &[&policy], "1h");
    let claims = json!({ "sub": "repo:a/b", "aud": "https://vault.example", "iat": from_now(-60), "exp": from_now(600) });
    let jwt = issuer.sign(&claims);
    let github = Standin::start(move |request| {
        let is_asked_well = request.headers.value("authorization") == Some("Bearer n0t-a-real-job")
            && request.query() == Some("api-version=2.0&audience=https%3A%2F%2Fvault.example");
        match is_asked_well {
            true => Response::json(200, &json!({ "value": jwt })),
            false => Response::json(401, &json!({ "message": "no" })),
        }
    });
    let environment = variables([
        ("VAULT_ADDR", &*Server::shared().url()),
        ("VAULT_JWT_ROLE", &auth.role),
        ("VAULT_JWT_MOUNT", &auth.mount),
        ("VAULT_JWT_AUDIENCE", "https://vault.example"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/token?api-version=2.0", github.url())),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "n0t-a-real-job"),
    ]);
    let place = format!("{}/app", kv.mount);
    assert_eq!(one(&place, &environment).unwrap(), "n0t-a-real-one");
    let stranger = and(environment, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "n0t-the-real-job");
    let (kind, text) = failure(&place, &stranger);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(text.contains("permissions: id-token: write"), "{text}");
}

#[test]
fn the_token_that_the_command_line_left_is_taken_where_nothing_else_is_set() {
    let (kv, policy) = secret();
    let home = tempfile::tempdir().unwrap();
    let token = admin().token(&[&policy], "1h");
    std::fs::write(home.path().join(".vault-token"), &token).unwrap();
    let environment = variables([
        ("VAULT_ADDR", &*Server::shared().url()),
        ("HOME", home.path().to_str().unwrap()),
    ]);
    assert_eq!(one(&format!("{}/app", kv.mount), &environment).unwrap(), "n0t-a-real-one");
    std::fs::write(home.path().join(".vault-token"), "s.n0tArealToken").unwrap();
    let (kind, text) = failure(&format!("{}/app", kv.mount), &environment);
    assert_eq!(kind, ProblemKind::Expired, "{text}");
    assert!(text.contains("run: vault login"), "{text}");
}
