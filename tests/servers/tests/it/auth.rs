//! Each way to log in to OpenBao.

use config_tests_servers::openbao::{Admin, JwtIssuer, Kv, Server, TokenReview};
use serde_json::{Value, json};

fn anyone() -> Admin {
    Server::shared().client("")
}

/// An engine, and the policy to read it.
fn readable() -> (Kv, String) {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "port": 1 }));
    let policy = admin.may_read(&kv.mount);
    (kv, policy)
}

/// The status of a login, and of reading with the token that it gives.
fn login(mount: &str, body: &Value, kv: &Kv) -> (u16, u16) {
    let (status, answer) = anyone().post(&format!("auth/{mount}/login"), body);
    let token = answer["auth"]["client_token"].as_str().unwrap_or("none");
    (status, anyone().with_token(token).get(&kv.path("app")).0)
}

#[test]
fn app_role_takes_a_secret_id() {
    let (kv, policy) = readable();
    let role =
        Server::shared().admin().app_role(&[&policy], "1h", &json!({ "secret_id_num_uses": 1 }));
    let body = json!({ "role_id": role.role_id, "secret_id": role.secret_id() });
    assert_eq!(login(&role.mount, &body, &kv), (200, 200));
    assert_eq!(login(&role.mount, &body, &kv), (400, 403));
}

#[test]
fn a_wrapped_secret_id_unwraps_once() {
    let (kv, policy) = readable();
    let role = Server::shared().admin().app_role(&[&policy], "1h", &Value::Null);
    let wrapped = anyone().with_token(&role.wrapped_secret_id("60s"));
    let secret_id =
        wrapped.must("POST", "sys/wrapping/unwrap", &Value::Null)["data"]["secret_id"].clone();
    assert_eq!(
        login(&role.mount, &json!({ "role_id": role.role_id, "secret_id": secret_id }), &kv),
        (200, 200)
    );
    assert_eq!(wrapped.post("sys/wrapping/unwrap", &Value::Null).0, 400);
}

#[test]
fn jwt_takes_tokens_of_its_issuer_only() {
    let (kv, policy) = readable();
    let issuer = JwtIssuer::new();
    let jwt = Server::shared().admin().jwt(&issuer, "vault", &[&policy], "1h");
    let claims =
        json!({ "sub": "app", "aud": "vault", "iat": 1_700_000_000, "exp": 4_000_000_000_u32 });
    let body = |token: String| json!({ "role": jwt.role, "jwt": token });
    assert_eq!(login(&jwt.mount, &body(issuer.sign(&claims)), &kv), (200, 200));
    assert_eq!(login(&jwt.mount, &body(JwtIssuer::new().sign(&claims)), &kv), (400, 403));
}

#[test]
fn kubernetes_takes_tokens_that_the_cluster_finds_valid() {
    let (kv, policy) = readable();
    let review = TokenReview::start();
    let kubernetes = Server::shared().admin().kubernetes(&review, "shop", "app", &[&policy], "1h");
    let body = |token: &str| json!({ "role": kubernetes.role, "jwt": token });
    let token = review.token("shop", "app");
    assert_eq!(login(&kubernetes.mount, &body(&token), &kv), (200, 200));
    assert_eq!(login(&kubernetes.mount, &body(&review.token("shop", "other")), &kv), (403, 403));
    review.revoke(&token);
    assert_eq!(login(&kubernetes.mount, &body(&token), &kv), (403, 403));
}
