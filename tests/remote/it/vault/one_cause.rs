//! A server that cannot be reached, or lets nobody in, is one fact, however many places are wanted of it.

use config_core::{Error, SecretString, Secrets};
use config_tests_servers::openbao::Server;
use config_tests_servers::proxy::Proxy;
use serde_json::json;

use super::{Variables, admin, variables, with_token};

#[derive(Debug, Secrets)]
#[secrets(sources(vault("secret/production/app"), vault("secret/shared/stripe")))]
#[expect(dead_code, reason = "it is never loaded")]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(required, format = any, vault = "secret/shared/stripe#key")]
    stripe_key: SecretString,
    #[setting(default = 8080, vault = "secret/shared/ports#http")]
    port: u16,
}

const FROM: &str = "from        vault secret/production/app, vault secret/shared/stripe, vault secret/shared/ports";

fn failure(environment: &Variables) -> Error {
    Settings::loader().env(environment.clone()).load().unwrap_err()
}

/// Asserts that the error has one block, with all fields and places, and these words.
#[track_caller]
fn told_once(error: &Error, words: &str) {
    let text = error.to_string();
    assert_eq!(error.iter().count(), 3, "{text}");
    assert!(text.contains("\n  api_key, stripe_key and port   "), "{text}");
    assert!(text.contains(FROM), "{text}");
    for once in [words, "from   ", "fix   "] {
        assert_eq!(text.matches(once).count(), 1, "{once}: {text}");
    }
    assert!(error.warnings().is_empty(), "{text}");
}

#[test]
fn a_server_that_refuses_connections_is_told_once() {
    let gone = Proxy::before_nothing();
    gone.refuse();
    told_once(&failure(&with_token(&gone.url(), "s.n0t-a-real-token")), "refuses connections");
}

#[test]
fn a_token_that_is_not_valid_is_told_once() {
    let environment = with_token(&Server::shared().url(), "s.n0t-a-real-token");
    told_once(&failure(&environment), "the token is not valid, or has expired");
}

#[test]
fn a_login_that_is_refused_is_told_once() {
    let role = admin().app_role(&["default"], "1h", &json!({}));
    let environment = variables([
        ("VAULT_ADDR", &*Server::shared().url()),
        ("VAULT_ROLE_ID", &*role.role_id),
        ("VAULT_SECRET_ID", "n0t-a-real-secret-id"),
        ("VAULT_APPROLE_MOUNT", &*role.mount),
    ]);
    told_once(&failure(&environment), "refuses the role id or the secret id");
}

#[test]
fn places_that_a_token_may_not_read_are_told_apart() {
    let token = admin().token(&["default"], "1h");
    let text = failure(&with_token(&Server::shared().url(), &token)).to_string();
    for place in ["vault secret/production/app", "vault secret/shared/stripe"] {
        assert!(text.contains(&format!("from        {place}\n")), "{text}");
    }
}
