//! The stand-ins for vendors' services: honest by the vendors' own clients, controlled, and gone afterwards.

use std::fs;
use std::net::TcpStream;
use std::process::Output;

use config_tests_servers::http::{Client, Response};
use config_tests_servers::vendor::{Failure, check, check_in, standins};
use config_tests_servers::{azure, gcp};
use serde_json::json;

#[track_caller]
fn agrees(check: &Output) {
    let told = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "the vendor's client and the stand-in differ:\n{told}");
}

/// The check after `rule` in `script` was replaced, which it has to notice.
#[track_caller]
fn differs(check: &str, script: &str, rule: &str, broken: &str, told: &str) {
    let dir = tempfile::tempdir().unwrap();
    // The check of Key Vault finds what it shares by this name.
    let place = dir.path().join("standins");
    fs::create_dir(&place).unwrap();
    for entry in fs::read_dir(standins()).unwrap().flatten() {
        if entry.path().is_file() {
            fs::copy(entry.path(), place.join(entry.file_name())).unwrap();
        }
    }
    let path = place.join(script);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(rule), "{script} has no {rule}");
    fs::write(path, text.replacen(rule, broken, 1)).unwrap();
    let output = check_in(&place, check);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains(&format!("DIFFERENT {told}:")), "{errors}");
}

fn ask(standin: &gcp::StandIn, path: &str) -> Response {
    Client::new(standin.address()).ask("GET", path, &[], b"").unwrap()
}

#[test]
fn secret_manager_is_what_googles_client_expects() {
    agrees(&check("check_gcp.py"));
}

#[test]
fn key_vault_is_what_microsofts_client_expects() {
    agrees(&check("check_azure.py"));
}

#[test]
fn the_check_of_secret_manager_notices_a_broken_rule() {
    differs(
        "check_gcp.py",
        "gcp_rules.py",
        "if given and given != about[\"etag\"]:",
        "if False:",
        "labels by an old etag",
    );
}

#[test]
fn the_check_of_key_vault_notices_a_broken_rule() {
    differs(
        "check_azure.py",
        "azure.py",
        "if not found[\"attributes\"][\"enabled\"]:",
        "if False:",
        "a disabled newest",
    );
}

#[test]
fn a_version_of_secret_manager_is_added_and_read() {
    let mut standin = gcp::StandIn::start();
    assert_eq!(standin.add("p", "app", b"hunter1"), 1);
    assert_eq!(standin.add("p", "app", b"hunter2"), 2);
    let path = "/v1/projects/p/secrets/app/versions/latest:access";
    assert_eq!(ask(&standin, path).value()["payload"]["data"], "aHVudGVyMg==");
    let log = standin.log();
    assert_eq!(log.len(), 1, "what the test itself sets is not logged");
    assert_eq!((&*log[0].method, &*log[0].path, log[0].status), ("GET", path, 200));
    standin.reset();
    assert_eq!(ask(&standin, path).status, 404);
}

#[test]
fn only_the_next_requests_of_a_path_fail() {
    let standin = gcp::StandIn::start();
    standin.add("p", "app", b"hunter2");
    let path = "/v1/projects/p/secrets/app/versions/1:access";
    let failure = Failure::status(429).times(2).below("/v1/projects/p/").header("Retry-After", "3");
    standin.fail_next(&failure);
    assert_eq!(ask(&standin, "/v1/projects/other/secrets").status, 200);
    let throttled = ask(&standin, path);
    assert_eq!(throttled.status, 429);
    assert_eq!(throttled.headers.value("retry-after"), Some("3"));
    assert_eq!(throttled.value()["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(ask(&standin, path).status, 429);
    assert_eq!(ask(&standin, path).status, 200);
    standin.fail_next(&Failure::status(502).body("<html>"));
    assert_eq!(ask(&standin, path).body, b"<html>");
}

#[test]
fn a_guarded_secret_manager_opens_to_its_token_alone() {
    let options = gcp::Options { token: Some("t0ken".into()), ..gcp::Options::default() };
    let standin = gcp::StandIn::with(&options);
    assert_eq!(ask(&standin, "/v1/projects/p/secrets").status, 401);
    let bearer = [("Authorization", "Bearer t0ken")];
    let client = Client::new(standin.address());
    assert_eq!(client.ask("GET", "/v1/projects/p/secrets", &bearer, b"").unwrap().status, 200);
}

#[test]
fn a_machine_without_tls_gets_tokens_of_azure_and_no_secrets() {
    let standin = azure::StandIn::start();
    assert_eq!(standin.set("app", "hunter2").len(), 32);
    let (status, secret) = standin.ask("GET", "/secrets/app", &json!({}));
    assert_eq!((status, &secret["value"]), (200, &json!("hunter2")));
    assert!(fs::read_to_string(standin.ca()).unwrap().contains("BEGIN CERTIFICATE"));
    let client = Client::new(standin.imds_address());
    let path =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
    let token = client.ask("GET", path, &[("Metadata", "true")], b"").unwrap();
    assert_eq!(token.value()["token_type"], "Bearer");
    assert_eq!(client.ask("GET", "/secrets/app?api-version=7.4", &[], b"").unwrap().status, 404);
}

#[test]
fn a_stand_in_that_is_dropped_leaves_neither_a_port_nor_files() {
    let (first, second) = (gcp::StandIn::start(), azure::StandIn::start());
    let addresses = [first.address(), second.imds_address()];
    let files = second.ca().parent().unwrap().to_owned();
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_ok()));
    first.stop();
    second.stop();
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_err()));
    assert!(!files.exists());
}
