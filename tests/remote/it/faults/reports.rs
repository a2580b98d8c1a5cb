//! What an operator reads when Vault fails: the whole report.

use std::path::Path;
use std::time::{Duration, Instant};

use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{AlertKind, ExposeSecret, ProblemKind, SecretString, Secrets, Vault};
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
use config_tests_servers::proxy::{Fault, Proxy, Silent};
use serde_json::json;

use super::bed::{Alerts, Bed, SECRET, only_kind, timeless, variables};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, vault("{MOUNT}/app")))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(required)]
    port: u16,
    #[setting(default = "info")]
    log_level: String,
}

const LOOK: &str = "look at the store's own log, and at what stands between here and there";
const MORE_TIME: &str = "give it more time, or find out what holds it up";

/// OpenBao with a secret for these settings, behind a proxy.
pub(super) fn bed() -> Bed {
    let kv = Server::shared().admin().kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 8080, "log_level": "warn" }));
    at(Proxy::before(Server::shared().address()), &kv.mount, ROOT_TOKEN)
}

/// Loads that want the secret by way of this proxy.
fn at(proxy: Proxy, mount: &str, token: &str) -> Bed {
    let url = proxy.url();
    let environment =
        variables([("VAULT_ADDR", url.as_str()), ("VAULT_TOKEN", token), ("MOUNT", mount)]);
    Bed::new(
        "vault",
        proxy,
        token,
        move || Settings::loader().env(environment.clone()),
        |settings: &Settings| {
            assert_eq!(settings.api_key.expose_secret(), SECRET);
            assert_eq!(settings.port, 8080);
            assert!(["info", "warn"].contains(&settings.log_level.as_str()));
        },
    )
}

/// The whole report of a failure that all settings share.
fn report(what: &str, fix: &str) -> String {
    format!(
        "3 settings could not be loaded\n\
         \n  api_key, port and log_level   {what}\
         \n      from        vault MOUNT/app\
         \n      fix         {fix}"
    )
}

/// Asserts what is reported of a store where every request fares so.
#[track_caller]
fn reported(fault: Fault, kind: ProblemKind, what: &str, fix: &str) {
    let hangs = matches!(fault, Fault::BlackHole | Fault::SlowBody(_));
    let deadline = Duration::from_secs(if hangs { 2 } else { 20 });
    let failed = bed().with(fault).fails_within(deadline);
    assert_eq!(failed.kind, kind, "{}", failed.text);
    assert!(failed.alerts.is_empty(), "{:?}", failed.alerts);
    assert_eq!(without_mount(&failed.text), report(what, fix));
}

#[track_caller]
fn unreachable(fault: Fault, what: &str, fix: &str) {
    reported(fault, ProblemKind::Unreachable, &format!("unreachable: {what}"), fix);
}

#[track_caller]
fn malformed(fault: Fault, what: &str, fix: &str) {
    reported(fault, ProblemKind::Malformed, &format!("malformed: {what}"), fix);
}

/// A text with `MOUNT` for the mount of the test.
fn without_mount(text: &str) -> String {
    let from = text.find("vault kv").map(|at| at + "vault ".len());
    let Some(from) = from else { return text.to_owned() };
    let mount = text[from..].split('/').next().unwrap_or_default();
    text.replace(mount, "MOUNT")
}

/// What loads with these variables say within two seconds.
#[track_caller]
fn failure(pairs: &[(&str, &str)]) -> (ProblemKind, String) {
    let environment = variables(pairs.iter().copied().chain([("MOUNT", "MOUNT")]));
    let started = Instant::now();
    let loader = Settings::loader().env(environment).deadline(Duration::from_secs(2));
    let error = loader.load().expect_err("the load has to fail");
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    let text = error.to_string();
    assert_no_secrets(&text, Canaries::none().and("the token", "s.n0t-a-real-token"));
    (only_kind(&error), text)
}

#[test]
fn a_request_that_nobody_answers() {
    unreachable(Fault::BlackHole, "no whole answer from HOST within N s", MORE_TIME);
}

#[test]
fn a_connection_that_is_reset() {
    let what = "HOST closed the connection without an answer; M attempts in N s";
    unreachable(Fault::Reset, what, LOOK);
    unreachable(Fault::NoReply, what, LOOK);
}

#[test]
fn an_answer_of_one_byte_a_second() {
    let fault = Fault::SlowBody(Duration::from_secs(1));
    unreachable(fault, "no whole answer from HOST within N s", MORE_TIME);
}

#[test]
fn an_answer_that_breaks_off() {
    unreachable(Fault::Truncated, "the answer of HOST broke off; M attempts in N s", LOOK);
}

#[test]
fn too_many_requests_for_longer_than_the_load_may_take() {
    let what = "too many requests (HTTP 429; asks to wait 3600 s)";
    let fix = "ask less often, or have the store's limit raised";
    unreachable(Fault::too_many_requests(Some(3600)), what, fix);
}

#[test]
fn too_many_requests_for_a_moment_is_no_failure() {
    let bed = bed();
    bed.proxy.once(Fault::too_many_requests(Some(1)));
    bed.succeeds();
    let asked = bed.proxy.requests();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].arrived - asked[0].arrived >= Duration::from_secs(1));
}

#[test]
fn a_server_in_trouble() {
    for status in [500, 503] {
        let what = format!("the store is in trouble (HTTP {status}); M attempts in N s");
        unreachable(Fault::status(status), &what, LOOK);
    }
}

#[test]
fn an_answer_that_is_no_json() {
    let fix = "look whether the address is that of the store";
    malformed(Fault::MalformedJson, "the answer is not JSON: expected `,` or `}`", fix);
    let html = Fault::body("<html><body>Please log in</body></html>");
    malformed(html, "the answer is not JSON: expected a value", fix);
}

#[test]
fn a_hundred_mebibytes_of_json() {
    let fix = "look whether the address is that of the store";
    malformed(Fault::huge(), "the answer of HOST is larger than 16 MiB", fix);
}

#[test]
fn json_that_is_not_the_api_s() {
    let fix = "look whether the address is that of Vault, and not of something before it";
    malformed(Fault::wrong_type(), "the answer is not what Vault's API has there", fix);
}

#[test]
fn values_of_another_type() {
    let fault = Fault::rewritten(|answer| {
        answer["data"]["data"]["port"] = json!([1, 2]);
        answer["data"]["data"]["api_key"] = json!({ "of": "n0t-a-real-one-c4n4ry" });
    });
    let failed = bed().with(fault).fails();
    assert_eq!(failed.kind, ProblemKind::WrongType);
    assert_eq!(
        without_mount(&failed.text),
        "2 settings could not be loaded\n\
         \n  api_key   wrong type: expected a text; quote it; got a table\
         \n      from        vault MOUNT/app#api_key, version 1\
         \n  port      wrong type: expected a whole number from 0 to 65535; got a list\
         \n      from        vault MOUNT/app#port, version 1"
    );
}

#[test]
fn a_server_that_is_not_there() {
    let bed = bed();
    bed.proxy.refuse();
    let failed = bed.fails();
    assert_eq!(failed.kind, ProblemKind::Unreachable);
    let what = "unreachable: HOST refuses connections; M attempts in N s";
    assert_eq!(
        without_mount(&failed.text),
        report(what, "see that the address is right, and that something listens there")
    );
}

#[test]
fn a_host_behind_a_wall() {
    let nobody = Silent::start();
    let pairs = [
        ("VAULT_ADDR", nobody.url()),
        ("VAULT_TOKEN", "s.n0t-a-real-token".to_owned()),
        ("VAULT_CLIENT_TIMEOUT", "1s".to_owned()),
    ];
    let pairs = pairs.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (kind, text) = failure(&pairs);
    assert_eq!(kind, ProblemKind::Unreachable);
    let what = "unreachable: HOST does not answer; M attempts in N s";
    assert_eq!(
        timeless(&text.replace(&nobody.address().to_string(), "HOST")),
        report(what, "mend the address, or let it through the firewall")
    );
}

#[test]
fn a_name_that_nobody_knows() {
    let (kind, text) = failure(&[
        ("VAULT_ADDR", "http://no-such-host.invalid:8200"),
        ("VAULT_TOKEN", "s.n0t-a-real-token"),
    ]);
    assert_eq!(kind, ProblemKind::Unreachable);
    let what = "unreachable: no-such-host.invalid:8200 is not known: its name cannot be looked up; \
                M attempts in N s";
    let fix = "mend the name, or DNS; and write https://: tokens and secrets pass unencrypted: \
               the address is http:// and not of this machine";
    assert_eq!(timeless(&text), report(what, fix));
}

#[test]
fn a_certificate_of_somebody_else() {
    let (server, other) = (Server::dev_tls(), Server::dev_tls());
    let trusted = |file: &Path| {
        failure(&[
            ("VAULT_ADDR", &server.tls_url()),
            ("VAULT_TOKEN", "s.n0t-a-real-token"),
            ("VAULT_CACERT", file.to_str().unwrap()),
        ])
    };
    let (kind, text) = trusted(&other.ca_file());
    assert_eq!(kind, ProblemKind::Unreachable);
    assert_eq!(
        text.replace(&server.tls_address().to_string(), "HOST"),
        report(
            "unreachable: the certificate of HOST is refused: nobody who is trusted has signed it",
            "name the authority that signed it, if it is to be trusted: by .ca(path) on the builder, or SSL_CERT_FILE"
        )
    );
    let (kind, text) = trusted(&server.ca_file());
    assert_eq!(kind, ProblemKind::Expired, "the right authority leads to the token: {text}");
}

#[test]
fn a_server_that_is_sealed() {
    let server = Server::uninitialised();
    let keys = server.initialise();
    server.unseal(&keys);
    let (kind, text) = sealed(&server, &keys.root);
    assert_ne!(kind, ProblemKind::Unreachable, "{text}");
    server.seal(&keys.root);
    let (kind, text) = sealed(&server, &keys.root);
    assert_eq!(kind, ProblemKind::Unreachable);
    let what = "unreachable: the server is sealed";
    assert_eq!(text, report(what, "unseal it: vault operator unseal"));
}

fn sealed(server: &Server, token: &str) -> (ProblemKind, String) {
    failure(&[("VAULT_ADDR", &server.url()), ("VAULT_TOKEN", token)])
}

#[test]
fn a_token_past_its_time() {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 8080 }));
    let token = admin.token(&[&admin.may_read(&kv.mount)], "1s");
    let bed = at(Proxy::before(Server::shared().address()), &kv.mount, &token);
    bed.succeeds();
    std::thread::sleep(Duration::from_millis(1500));
    let failed = bed.fails();
    assert_eq!(failed.kind, ProblemKind::Expired);
    assert_eq!(failed.alerts, [AlertKind::Expired]);
    let fix = "put a new one in VAULT_TOKEN, or log in as AppRole, Kubernetes or JWT";
    let what = "the token is not valid, or has expired";
    assert_eq!(without_mount(&failed.text), report(what, fix));
}

#[test]
fn a_policy_that_is_taken_away_between_two_loads() {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "api_key": SECRET, "port": 8080 }));
    let policy = admin.may_read(&kv.mount);
    let token = admin.token(&[&policy], "1h");
    let vault =
        Vault::builder().endpoint(Server::shared().url()).token(token.as_str()).build().unwrap();
    let alerts = Alerts::default();
    let load = || {
        let environment = [("MOUNT", kv.mount.as_str())];
        alerts.hooked(Settings::loader().env(environment).source(vault.clone())).load()
    };
    load().unwrap();
    assert_eq!(alerts.kinds(), []);
    assert_eq!(admin.delete(&format!("sys/policies/acl/{policy}")).0, 204);
    let error = load().unwrap_err();
    assert_eq!(only_kind(&error), ProblemKind::Denied);
    assert_eq!(alerts.kinds(), [AlertKind::Denied]);
    let text = error.to_string();
    assert_no_secrets(&text, Canaries::none().and("the token", token).and("it", SECRET));
    assert_eq!(
        without_mount(&text),
        report(
            "the token's policies do not allow to read MOUNT/data/app",
            "add to one of its policies: path \"MOUNT/data/app\" { capabilities = [\"read\"] }"
        )
    );
}
