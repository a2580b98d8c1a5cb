//! What is read from where, and by how many requests.

use std::collections::HashMap;
use std::time::Duration;

use config_core::{ExposeSecret, SecretString, Secrets, Vault};
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
use config_tests_servers::proxy::{Fault, most_at_once};
use serde_json::json;

use super::{One, admin, and, as_root, one, proxy, requests};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, vault("{MOUNT}/app")))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(default = 8080)]
    port: u16,
    #[nested]
    smtp: Smtp,
}

#[derive(Debug, Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
    #[secret(format = any)]
    password: Option<SecretString>,
}

#[test]
fn a_table_of_kv_2_fills_the_settings_in_one_request() {
    let kv = admin().kv(2);
    let data = json!({
        "api_key": "n0t-a-real-one",
        "port": 9000,
        "smtp": { "host": "mail.example" },
        "smtp.password": "n0t-real-either",
    });
    let version = kv.put("app", &data);
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "MOUNT", &kv.mount);
    let loaded = Settings::loader().env(environment).load_report().unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.api_key.expose_secret(), "n0t-a-real-one");
    assert_eq!((settings.port, settings.smtp.host.as_str()), (9000, "mail.example"));
    assert_eq!(settings.smtp.password.unwrap().expose_secret(), "n0t-real-either");
    assert_eq!(requests(&proxy), [format!("GET /v1/{}/data/app", kv.mount)]);
    let origin = loaded.report.origin("port").unwrap().to_string();
    assert_eq!(origin, format!("vault {}/app#port, version {version}", kv.mount));
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{MOUNT}/a")))]
struct Many {
    #[setting(required)]
    a: String,
    #[setting(required, vault = "kv/b#v")]
    b: String,
    #[setting(required, vault = "kv/c#v")]
    c: String,
    #[setting(required, vault = "kv/c#w")]
    d: String,
}

#[test]
fn distinct_paths_are_asked_at_the_same_time_and_each_once() {
    let server = Server::dev();
    let admin = server.admin();
    admin.must("POST", "sys/mounts/kv", &json!({ "type": "kv", "options": { "version": "2" } }));
    for (path, data) in [
        ("a", json!({ "a": "1" })),
        ("b", json!({ "v": "2" })),
        ("c", json!({ "v": "3", "w": "4" })),
    ] {
        let write = || admin.post(&format!("kv/data/{path}"), &json!({ "data": data })).0;
        while write() != 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let proxy = config_tests_servers::proxy::Proxy::before(server.address());
    proxy.delay(Duration::from_millis(300));
    let environment = and(as_root(&proxy.url()), "MOUNT", "kv");
    let many = Many::loader().env(environment).load().unwrap();
    assert_eq!([many.a, many.b, many.c, many.d], ["1", "2", "3", "4"]);
    let mut asked = requests(&proxy);
    asked.sort();
    assert_eq!(asked, ["GET /v1/kv/data/a", "GET /v1/kv/data/b", "GET /v1/kv/data/c"]);
    assert_eq!(most_at_once(&proxy.requests()), 3);
}

#[test]
fn a_version_can_be_pinned() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "first" }));
    kv.put("app", &json!({ "api_key": "second" }));
    let environment = as_root(&Server::shared().url());
    let at = |place: String| one(&place, &environment).unwrap();
    assert_eq!(at(format!("{}/app@1", kv.mount)), "first");
    assert_eq!(at(format!("{}/app", kv.mount)), "second");
}

#[test]
fn what_is_not_there_is_absent_and_the_state_of_the_version_is_named() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "first" }));
    kv.put("app", &json!({ "api_key": "second" }));
    kv.delete("app");
    kv.put("gone", &json!({ "api_key": "first" }));
    kv.destroy("gone", &[1]);
    let environment = as_root(&Server::shared().url());
    for (place, why) in [
        ("none", "no such secret"),
        ("app", "its current version is deleted"),
        ("gone", "its current version is destroyed"),
    ] {
        let (kind, text) = super::failure(&format!("{}/{place}", kv.mount), &environment);
        assert_eq!(kind, config_core::ProblemKind::Missing, "{text}");
        let tried = format!("vault {}/{place}#api_key ({why})", kv.mount);
        assert!(text.contains(&tried), "{tried}\n{text}");
    }
}

#[test]
fn a_key_that_is_not_in_the_secret_is_absent_with_the_version_and_the_remedy_is_told() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "other": "first" }));
    let environment = as_root(&Server::shared().url());
    let (_, text) = super::failure(&format!("{}/app", kv.mount), &environment);
    assert!(text.contains("(no such key, version 1)"), "{text}");
    let remedy = format!("run: vault kv patch -mount={} app api_key=-", kv.mount);
    assert!(text.contains(&remedy), "{text}");
    let (_, text) = super::failure(&format!("{}/none", kv.mount), &environment);
    let remedy = format!("run: vault kv put -mount={} none api_key=-", kv.mount);
    assert!(text.contains(&remedy), "{text}");
}

#[test]
fn a_path_of_the_api_is_told_from_a_place() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "first" }));
    let environment = as_root(&Server::shared().url());
    let (_, text) = super::failure(&format!("{}/data/app", kv.mount), &environment);
    assert!(text.contains(&format!("leave `data/` out of the place: vault(\"{}/app\")", kv.mount)));
}

/// A mount of two segments, with a secret `app` in it.
fn deep(version: u8) -> String {
    let admin = admin();
    let mount = format!("{}/deep", config_tests_servers::unique("kv"));
    let options = json!({ "type": "kv", "options": { "version": version.to_string() } });
    admin.must("POST", &format!("sys/mounts/{mount}"), &options);
    let (path, body) = match version {
        2 => (format!("{mount}/data/app"), json!({ "data": { "api_key": "n0t-a-real-one" } })),
        _ => (format!("{mount}/app"), json!({ "api_key": "n0t-a-real-one" })),
    };
    while admin.post(&path, &body).0 >= 300 {
        std::thread::sleep(Duration::from_millis(10));
    }
    mount
}

#[test]
fn a_mount_of_several_segments_is_asked_for_once() {
    let mount = deep(2);
    let proxy = proxy();
    let vault = Vault::builder().endpoint(proxy.url()).token(ROOT_TOKEN).build().unwrap();
    let environment = [("PLACE", format!("{mount}/app"))];
    for _ in 0..2 {
        let loader = One::loader().env(environment.clone()).source(vault.clone());
        assert_eq!(loader.load().unwrap().api_key.expose_secret(), "n0t-a-real-one");
    }
    let (first, rest) = mount.split_once('/').unwrap();
    assert_eq!(
        requests(&proxy),
        [
            format!("GET /v1/{first}/data/{rest}/app"),
            format!("GET /v1/sys/internal/ui/mounts/{mount}/app"),
            format!("GET /v1/{mount}/data/app"),
            format!("GET /v1/{mount}/data/app"),
        ]
    );
}

#[test]
fn version_1_is_read_in_one_request_where_it_is_declared_and_found_out_where_not() {
    let kv = admin().kv(1);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let proxy = proxy();
    let environment = as_root(&proxy.url());
    let declared = one(&format!("kv1:{}/app", kv.mount), &environment).unwrap();
    assert_eq!(declared, "n0t-a-real-one");
    assert_eq!(requests(&proxy), [format!("GET /v1/{}/app", kv.mount)]);
    proxy.forget();
    assert_eq!(one(&format!("{}/app", kv.mount), &environment).unwrap(), "n0t-a-real-one");
    assert_eq!(requests(&proxy).len(), 3);
    assert_eq!(one(&format!("{}/app", deep(1)), &environment).unwrap(), "n0t-a-real-one");
}

#[test]
fn versions_are_of_kv_2_alone() {
    let kv = admin().kv(1);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let environment = as_root(&Server::shared().url());
    let (kind, text) = super::failure(&format!("kv1:{}/app@1", kv.mount), &environment);
    assert_eq!(kind, config_core::ProblemKind::Malformed);
    assert!(text.contains("is not KV version 2, and so has no versions"), "{text}");
    let (kind, text) = super::failure("secret/app@latest", &environment);
    assert_eq!(kind, config_core::ProblemKind::Malformed);
    assert!(text.contains("a version of KV is a number from 1"), "{text}");
}

#[test]
fn version_2_that_is_declared_as_1_is_malformed() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let environment = as_root(&Server::shared().url());
    let (kind, text) = super::failure(&format!("kv1:{}/app", kv.mount), &environment);
    assert_eq!(kind, config_core::ProblemKind::Malformed, "{text}");
    assert!(text.contains("take `kv1:` out of the place"), "{text}");
}

#[test]
fn any_other_path_that_can_be_read_is_a_table_too() {
    let token = admin().token(&["default"], "1h");
    admin().with_token(&token).must("POST", "cubbyhole/app", &json!({ "api_key": "abc-def" }));
    let proxy = proxy();
    let environment = super::with_token(&proxy.url(), &token);
    assert_eq!(one("cubbyhole/app", &environment).unwrap(), "abc-def");
    assert_eq!(requests(&proxy), ["GET /v1/cubbyhole/app"]);
}

#[test]
fn a_whole_secret_becomes_a_map() {
    #[derive(Secrets)]
    #[secrets(sources(vault("secret/nothing")))]
    struct Whole {
        #[setting(required, vault = "kv-of-a-map/app")]
        limits: HashMap<String, u32>,
        #[secret(required, format = any, vault = "kv-of-a-map/keys")]
        keys: HashMap<String, SecretString>,
    }
    let admin = admin();
    let kv1 = json!({ "type": "kv", "options": { "version": "2" } });
    admin.must("POST", "sys/mounts/kv-of-a-map", &kv1);
    let write = |path: &str, data: serde_json::Value| {
        while admin.post(&format!("kv-of-a-map/data/{path}"), &json!({ "data": data })).0 != 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    write("app", json!({ "small": 1, "large": 1000 }));
    write("keys", json!({ "eu": "n0t-a-real-one", "us": "n0t-real-either" }));
    let whole = Whole::loader().env(as_root(&Server::shared().url())).load().unwrap();
    assert_eq!(whole.limits["large"], 1000);
    assert_eq!(whole.keys["us"].expose_secret(), "n0t-real-either");
}

#[test]
fn names_that_an_address_does_not_allow_are_found() {
    let kv = admin().kv(2);
    let mut environment = as_root(&Server::shared().url());
    kv.put("a%20b%3Fc", &json!({ "api_key": "n0t-a-real-one" }));
    environment.insert("ODD".to_owned(), "x".to_owned());
    assert_eq!(one(&format!("{}/a b?c", kv.mount), &environment).unwrap(), "n0t-a-real-one");
}

#[test]
fn namespaces_hold_different_secrets_at_one_path() {
    let admin = admin();
    let url = Server::shared().url();
    let names = ["first", "second"].map(|text| {
        let (name, inside) = admin.namespace();
        inside.must(
            "POST",
            "sys/mounts/kv",
            &json!({ "type": "kv", "options": { "version": "2" } }),
        );
        let body = json!({ "data": { "api_key": text } });
        while inside.post("kv/data/app", &body).0 != 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
        name
    });
    for (name, text) in names.iter().zip(["first", "second"]) {
        let environment = and(as_root(&url), "VAULT_NAMESPACE", name);
        assert_eq!(one("kv/app", &environment).unwrap(), text);
    }
}

#[test]
fn a_namespace_that_is_not_there_is_told_from_a_secret_that_is_not() {
    let environment = and(as_root(&Server::shared().url()), "VAULT_NAMESPACE", "no-such-team");
    let (kind, text) = super::failure("secret/app", &environment);
    assert_eq!(kind, config_core::ProblemKind::NotFound, "{text}");
    assert!(text.contains("there is no such namespace"), "{text}");
}

#[test]
fn what_the_server_warns_of_is_surfaced_in_words_of_ours() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "PLACE", &format!("{}/app", kv.mount));
    let warnings = |said: &'static str| {
        proxy.once(Fault::rewritten(move |answer| answer["warnings"] = json!([said])));
        let report = One::loader().env(environment.clone()).load_report().unwrap().report;
        report.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let text = warnings("the mount is deprecated");
    assert!(text.contains("the server warns: what was asked is deprecated"), "{text}");
    let text = warnings("unexpected n0t-a-real-one in data");
    assert!(text.contains("the server warns of something"), "{text}");
    assert!(!text.contains("a-real"), "{text}");
}
