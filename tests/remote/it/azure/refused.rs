//! What goes wrong, and what a person is told of it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use config_core::{Azure, ProblemKind, SecretString, Secrets};
use config_tests_servers::azure::StandIn;
use config_tests_servers::proxy::{Passage, Tunnel};
use config_tests_servers::vendor::Failure;
use serde_json::json;

use super::{One, asked, attributes, azure, load, told};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn refusal(status: u16, code: &str, inner: &str) -> Failure {
    let error = json!({ "code": code, "message": "c4n4ry-echo", "innererror": { "code": inner } });
    Failure::status(status)
        .times(100)
        .below("/secrets")
        .body(&json!({ "error": error }).to_string())
}

#[test]
fn an_absent_secret_is_absent_and_no_failure() {
    let standin = StandIn::start();
    let set = "| az keyvault secret set --vault-name 127 --name app-password --file /dev/stdin";
    let place = format!("azure app-password (no such secret in {})", &standin.url()[8..]);
    told(azure(&standin), ProblemKind::Missing, &[&place, set]);
}

#[test]
fn a_place_where_something_else_answers_is_not_an_absent_secret() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.fail_next(&Failure::status(404).below("/secrets").body("<html>c4n4ry</html>"));
    told(azure(&standin), ProblemKind::NotFound, &["no vault answers there (HTTP 404)"]);
}

#[test]
fn a_disabled_secret_gives_no_value_and_no_older_one() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.set("app-password", "c4n4ry-2");
    attributes(&standin, "app-password", &json!({ "enabled": false }));
    let enable =
        "az keyvault secret set-attributes --vault-name 127 --name app-password --enabled true";
    told(azure(&standin), ProblemKind::Expired, &["the secret is disabled", enable]);
}

#[test]
fn a_secret_that_expired_is_not_used_though_the_vault_hands_it_out() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    attributes(&standin, "app-password", &json!({ "exp": 1_700_000_000 }));
    told(azure(&standin), ProblemKind::Expired, &["the secret expired on 2023-11-14 22:13 UTC"]);
    attributes(&standin, "app-password", &json!({ "exp": now() + 60 }));
    assert!(load::<One>(azure(&standin)).is_ok());
}

#[test]
fn a_secret_whose_time_has_not_come_is_not_used() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    attributes(&standin, "app-password", &json!({ "nbf": 4_107_542_400_u64 }));
    told(azure(&standin), ProblemKind::Expired, &["is not valid before 2100-03-01 00:00 UTC"]);
    attributes(&standin, "app-password", &json!({ "nbf": now() - 60 }));
    assert!(load::<One>(azure(&standin)).is_ok());
}

#[test]
fn a_deleted_secret_is_absent() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.ask("DELETE", "/secrets/app-password", &().into());
    told(azure(&standin), ProblemKind::Missing, &["no such secret"]);
}

#[test]
fn denials_tell_roles_policies_and_firewalls_apart() {
    let standin = StandIn::start();
    for (inner, words) in [
        ("ForbiddenByRbac", "assign the role \"Key Vault Secrets User\""),
        ("ForbiddenByPolicy", "--secret-permissions get"),
        ("AccessDenied", "no access policy of the vault allows the application 00000000"),
        ("ForbiddenByFirewall", "the firewall of the vault does not let this address in"),
        ("ForbiddenByConnection", "closed to public networks"),
        ("Whatever", "may not get this secret"),
    ] {
        standin.fail_next(&refusal(403, "Forbidden", inner).times(1));
        told(azure(&standin), ProblemKind::Denied, &[words]);
    }
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.fail_next(&Failure::status(401).below("/secrets"));
    assert!(load::<One>(azure(&standin)).is_ok());
    assert_eq!(asked(&standin).len(), 4, "{:?}", asked(&standin));
    standin.fail_next(&Failure::status(401).times(2).below("/secrets"));
    told(
        azure(&standin),
        ProblemKind::Denied,
        &["the vault does not accept the token of the application"],
    );
}

#[test]
fn many_fields_whose_token_is_refused_log_in_once_more() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.set("app-smtp-user-name", "robot");
    standin.fail_next(&Failure::status(401).times(2).below("/secrets"));
    load::<super::Two>(azure(&standin)).unwrap();
    let logins = asked(&standin).into_iter().filter(|asked| asked.contains("oauth2")).count();
    assert_eq!(logins, 2);
}

#[test]
fn a_given_token_that_is_refused_is_told() {
    let standin = StandIn::start();
    let vault = || super::anybody(&standin).token("c4n4ry-token");
    let fix = "give a new one for it: az account get-access-token --resource https://";
    told(vault(), ProblemKind::Denied, &["the vault does not accept the given token", fix]);
    assert_eq!(asked(&standin).len(), 1);
}

#[test]
fn too_many_requests_are_asked_again_and_then_told() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    let busy = || Failure::status(429).below("/secrets").header("Retry-After", "0");
    standin.fail_next(&busy().times(2));
    assert!(load::<One>(azure(&standin)).is_ok());
    standin.fail_next(&busy().times(100));
    told(azure(&standin), ProblemKind::Unreachable, &["too many requests (HTTP 429"]);
}

#[test]
fn a_vault_in_trouble_is_asked_again_and_then_told() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.fail_next(&Failure::status(503).below("/secrets").times(2));
    assert!(load::<One>(azure(&standin)).is_ok());
    standin.fail_next(&Failure::status(500).below("/secrets").times(100));
    told(azure(&standin), ProblemKind::Unreachable, &["the store is in trouble (HTTP 500)"]);
}

#[test]
fn an_answer_that_is_none_is_malformed() {
    let standin = StandIn::start();
    for body in ["{\"value\": \"c4n4ry", "[7]", "{}", "\"c4n4ry\"", "c4n4ry"] {
        standin.fail_next(&Failure::status(200).below("/secrets").body(body));
        told(azure(&standin), ProblemKind::Malformed, &["the answer is"]);
    }
}

#[test]
fn nobody_there_and_nobody_who_answers_are_unreachable() {
    let standin = StandIn::start();
    let address = standin.url().trim_start_matches("https://").parse().unwrap();
    let tunnel = Tunnel::before(address);
    let vault = || {
        let url = format!("https://{}", tunnel.address());
        azure(&standin).endpoint(url).timeout(Duration::from_millis(300))
    };
    tunnel.set(Passage::BlackHole);
    let started = Instant::now();
    told(vault(), ProblemKind::Unreachable, &["127.0.0.1"]);
    assert!(started.elapsed() < Duration::from_secs(10));
    tunnel.refuse();
    told(vault(), ProblemKind::Unreachable, &["refuses connections"]);
}

#[test]
fn a_certificate_of_a_stranger_is_told_at_once() {
    let standin = StandIn::start();
    let other = StandIn::start();
    let started = Instant::now();
    let vault = super::anybody(&other).endpoint(standin.url()).authority(standin.url());
    let vault = vault.client_secret(standin.tenant(), standin.client_id(), "c4n4ry");
    let fix = ".ca(path) on the builder, or SSL_CERT_FILE";
    told(vault, ProblemKind::Unreachable, &["nobody who is trusted has signed it", fix]);
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
}

#[test]
fn a_token_is_not_sent_to_a_vault_outside_of_its_domain() {
    let standin = StandIn::start();
    let vault = azure(&standin).verify_challenge_resource(true).build();
    let failure = vault.err().unwrap();
    let told = format!("{failure:?}");
    let words = "a token for https://vault.azure.net would be sent to 127.0.0.1:";
    assert!(told.contains(words) && told.contains("`.resource(..)` on the builder"), "{told}");
    assert!(asked(&standin).is_empty());
}

/// A name that is known once it is loaded.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure("{PLACE}")))]
struct Named {
    /// A password.
    #[secret(required, format = any)]
    password: SecretString,
}

#[test]
fn a_name_that_key_vault_does_not_allow_is_told_without_asking() {
    let standin = StandIn::start();
    let loader = || {
        let vault = azure(&standin).build().unwrap();
        Named::loader().env([("PLACE", "app_password")]).source(vault)
    };
    let failed = loader().load().map(|loaded| loaded.password).unwrap_err();
    assert_eq!(failed.iter().next().unwrap().kind(), ProblemKind::Malformed);
    let text = failed.to_string();
    assert!(
        text.contains("app_password") && text.contains("letters, digits and hyphens"),
        "{text}"
    );
    let plan = loader().plan().unwrap();
    assert!(plan.sources()[0].reads().is_empty(), "{plan}");
    let warning = &plan.sources()[0].warnings()[0];
    assert!(warning.starts_with("app_password is not asked for: Key Vault"), "{warning}");
    assert_eq!(plan.policies().count(), 0, "{plan}");
    assert!(asked(&standin).is_empty());
}

/// A profile that demands the vault.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env), profile(production, sources(env, azure)))]
struct Demanded {
    /// A port.
    #[setting(default = 8080)]
    port: u16,
}

#[test]
fn a_vault_that_is_not_set_up_is_named_by_its_variable() {
    let none: [(&str, &str); 0] = [];
    let failed = One::loader().env(none).load().unwrap_err().to_string();
    assert!(failed.contains("KEY_VAULT_URI is not set"), "{failed}");
    assert_eq!(Demanded::loader().env(none).load().unwrap().port, 8080);
    let failed = Demanded::loader().env(none).profile("production").load().unwrap_err();
    assert!(failed.to_string().contains("KEY_VAULT_URI is not set"), "{failed}");
    let failure = Azure::builder().env(none).build().err().unwrap();
    assert_eq!(failure.to_string(), "KEY_VAULT_URI is not set");
}

#[test]
fn a_vault_that_is_set_up_by_half_is_a_failure() {
    let half =
        [("KEY_VAULT_URI", "https://app.vault.azure.net"), ("AZURE_CLIENT_SECRET", "c4n4ry")];
    let failed = One::loader().env(half).load().unwrap_err().to_string();
    assert!(failed.contains("AZURE_CLIENT_SECRET is set, but AZURE_TENANT_ID is not"), "{failed}");
    assert!(!failed.contains("c4n4ry"));
    let odd = [("KEY_VAULT_URI", "http://app.vault.azure.net")];
    let failed = One::loader().env(odd).load().unwrap_err().to_string();
    assert!(failed.contains("https://NAME.vault.azure.net"), "{failed}");
}
