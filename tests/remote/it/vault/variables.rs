//! The variables of the official command lines.

use std::time::{Duration, Instant};

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::openbao::Server;
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::unique;
use serde_json::json;

use super::{One, admin, and, as_root, failure, one, proxy, variables, with_token};

fn place() -> String {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    format!("{}/app", kv.mount)
}

#[test]
fn a_certificate_is_trusted_only_with_the_authority_that_signed_it() {
    let server = Server::dev_tls();
    let mount = unique("kv");
    let admin = server.admin();
    admin.must(
        "POST",
        &format!("sys/mounts/{mount}"),
        &json!({ "type": "kv", "options": { "version": "1" } }),
    );
    admin.must("POST", &format!("{mount}/app"), &json!({ "api_key": "n0t-a-real-one" }));
    let place = format!("kv1:{mount}/app");
    let environment = as_root(&server.tls_url());
    let file = server.ca_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let trusted = [("VAULT_CACERT", file.to_str().unwrap()), ("BAO_CACERT_BYTES", &text)];
    for (name, value) in trusted {
        let loaded = one(&place, &and(environment.clone(), name, value));
        assert_eq!(loaded.unwrap(), "n0t-a-real-one", "{name}");
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(&file, directory.path().join("ca.pem")).unwrap();
    let capath = and(environment.clone(), "VAULT_CAPATH", directory.path().to_str().unwrap());
    assert!(one(&place, &capath).is_ok());
    let other = Server::dev_tls().ca_file();
    let wrong = and(environment.clone(), "VAULT_CACERT", other.to_str().unwrap());
    for environment in [environment, wrong] {
        let (kind, text) = failure(&place, &environment);
        assert!(matches!(kind, ProblemKind::Unreachable | ProblemKind::NotFound), "{text}");
    }
}

#[test]
fn the_certificate_is_verified_whatever_the_environment_wants() {
    let environment = and(as_root("https://127.0.0.1:1"), "VAULT_SKIP_VERIFY", "true");
    let (kind, text) = failure("secret/app", &environment);
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("VAULT_SKIP_VERIFY"), "{text}");
    assert!(text.contains("VAULT_CACERT"), "{text}");
    let place = place();
    let off = and(as_root(&Server::shared().url()), "VAULT_SKIP_VERIFY", "false");
    assert!(one(&place, &off).is_ok());
}

#[test]
fn a_request_takes_no_longer_than_it_is_allowed_to() {
    let place = place();
    for written in ["1", "1s"] {
        let proxy = proxy();
        proxy.always(Fault::BlackHole);
        let environment = and(as_root(&proxy.url()), "VAULT_CLIENT_TIMEOUT", written);
        let environment = and(environment, "PLACE", &place);
        let started = Instant::now();
        let loader = One::loader().env(environment).deadline(Duration::from_secs(3));
        let text = loader.load().unwrap_err().to_string();
        assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
        assert!(text.contains("within"), "{text}");
        assert!(proxy.requests().len() > 1, "it is tried again: {}", proxy.requests().len());
    }
    let (kind, text) = failure("a/b", &and(as_root("http://a"), "VAULT_CLIENT_TIMEOUT", "soon"));
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("VAULT_CLIENT_TIMEOUT"), "{text}");
}

#[test]
fn the_names_of_openbao_come_first() {
    let place = place();
    let environment = variables([
        ("BAO_ADDR", &*Server::shared().url()),
        ("VAULT_ADDR", "http://127.0.0.1:1"),
        ("BAO_TOKEN", "root"),
    ]);
    assert!(one(&place, &environment).is_ok());
    let (_, text) = failure(&place.replace("/app", "/none"), &environment);
    assert!(text.contains("bao kv put"), "{text}");
}

#[test]
fn an_address_without_encryption_is_remarked_on_unless_it_is_of_this_machine() {
    let place = place();
    let proxy = proxy();
    let remarks = |address: &str| {
        let environment = variables([
            ("VAULT_ADDR", address),
            ("VAULT_TOKEN", "root"),
            ("VAULT_PROXY_ADDR", &*proxy.url()),
            ("PLACE", &*place),
        ]);
        let report = One::loader().env(environment).load_report().unwrap().report;
        report.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(remarks(&Server::shared().url()), "");
    let port = Server::shared().address().port();
    let text = remarks(&format!("http://vault.example:{port}"));
    assert!(text.contains("pass unencrypted"), "{text}");
}

#[test]
fn an_address_without_encryption_is_told_by_the_plan_and_by_what_fails() {
    let proxy = proxy();
    let environment = and(as_root("http://vault.example"), "VAULT_PROXY_ADDR", &proxy.url());
    let place = and(environment.clone(), "PLACE", "secret/app");
    let plan = One::loader().env(place).plan().unwrap();
    assert!(plan.sources()[0].warnings()[0].contains("pass unencrypted"), "{plan}");
    assert!(plan.to_string().contains("warning: tokens and secrets pass unencrypted"), "{plan}");
    for fault in [Fault::status(500), Fault::status(403), Fault::Reset] {
        proxy.always(fault);
        let (_, text) = failure("secret/app", &environment);
        assert!(text.contains("write https://: tokens and secrets pass"), "{text}");
    }
    let near = and(as_root(&proxy.url()), "PLACE", "secret/app");
    assert!(One::loader().env(near).plan().unwrap().sources()[0].warnings().is_empty());
    let (_, text) = failure("secret/app", &as_root(&proxy.url()));
    assert!(!text.contains("write https://"), "{text}");
}

#[test]
fn an_address_that_is_none_is_malformed_and_not_quoted() {
    for address in ["vault.example", "ftp://a", "unix:///run/vault", "https://user:pass-word@a"] {
        let (kind, text) = failure("secret/app", &as_root(address));
        assert_eq!(kind, ProblemKind::Malformed, "{text}");
        assert!(!text.contains("pass-word"), "{text}");
        assert!(text.contains("fix "), "{text}");
    }
    let (_, text) = failure("secret/app", &as_root("https://user:pass-word@a"));
    assert!(text.contains("take it out of the address"), "{text}");
}

#[test]
fn an_address_without_a_scheme_is_told_with_its_variable() {
    let told = |name: &str, address: &str| {
        failure("secret/app", &and(with_token(address, "s.n0t-a-real-token"), name, address)).1
    };
    for name in ["VAULT_ADDR", "BAO_ADDR"] {
        let text = told(name, "user:n0t-a-real-pass@127.0.0.1:8200");
        let message = format!("{name} is 127.0.0.1:8200, and has no http:// or https://\n");
        assert!(text.contains(&message), "{text}");
        assert!(text.contains("fix         write it as https://127.0.0.1:8200"), "{text}");
        assert!(!text.contains("n0t-a-real"), "{text}");
    }
    let text = told("VAULT_ADDR", "s.n0t-a-real-token");
    assert!(text.contains("VAULT_ADDR has no http:// or https://\n"), "{text}");
}

#[test]
fn a_named_entry_has_variables_of_its_own() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault@eu("{PLACE}"), vault("{OTHER}")))]
    struct Two {
        #[secret(required, format = any)]
        api_key: SecretString,
    }
    let nothing = Proxy::before_nothing();
    nothing.refuse();
    let place = place();
    let pairs = [("PLACE", &*place), ("OTHER", &*place)];
    let named = variables([
        ("VAULT_EU_ADDR", &*Server::shared().url()),
        ("VAULT_EU_TOKEN", "root"),
        ("VAULT_ADDR", &*nothing.url()),
        ("VAULT_TOKEN", "n0t-a-real-token"),
    ]);
    let named: super::Variables = named.into_iter().chain(variables(pairs)).collect();
    let two = Two::loader().env(named).load().unwrap();
    assert_eq!(two.api_key.expose_secret(), "n0t-a-real-one");
    let only = as_root(&nothing.url());
    let only: super::Variables = only.into_iter().chain(variables(pairs)).collect();
    let text = Two::loader().env(only).load().unwrap_err().to_string();
    assert!(text.contains("refuses connections"), "{text}");
}
