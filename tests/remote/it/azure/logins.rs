//! How a token is come by.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use config_core::{AzureBuilder, ExposeSecret, ProblemKind, SecretString};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use config_tests_servers::standin::Standin;
use config_tests_servers::vendor::Failure;
use serde_json::json;
use tempfile::TempDir;

use super::{One, anybody, asked, azure, load, told};

/// A vault that is set up by variables alone, as far as a throw-away authority allows.
fn by_variables(standin: &StandIn, more: &[(&str, &str)]) -> AzureBuilder {
    let own = [("KEY_VAULT_URI", standin.url()), ("AZURE_AUTHORITY_HOST", standin.url())];
    let pairs = own.iter().chain(more).copied();
    config_core::Azure::builder().verify_challenge_resource(false).ca(standin.ca()).env(pairs)
}

fn with_password() -> StandIn {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin
}

fn logins(standin: &StandIn) -> usize {
    asked(standin).into_iter().filter(|asked| asked.contains("oauth2")).count()
}

#[test]
fn an_application_is_known_by_the_variables() {
    let standin = with_password();
    let vault = by_variables(
        &standin,
        &[
            ("AZURE_TENANT_ID", standin.tenant()),
            ("AZURE_CLIENT_ID", standin.client_id()),
            ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
        ],
    );
    let settings = load::<One>(vault).unwrap().settings;
    assert_eq!(settings.password.expose_secret(), "c4n4ry-1");
}

#[test]
fn what_entra_refuses_is_told_by_its_number() {
    let standin = with_password();
    let (tenant, client) = (standin.tenant(), standin.client_id());
    let wrong = SecretString::from("c4n4ry-wrong");
    let right = SecretString::from(CLIENT_SECRET);
    let vault = || anybody(&standin);
    told(
        vault().client_secret(tenant, client, wrong.clone()),
        ProblemKind::Denied,
        &["the secret of the application", "AADSTS7000215"],
    );
    told(
        vault().client_secret("another", client, right.clone()),
        ProblemKind::Denied,
        &["there is no tenant another (AADSTS90002)"],
    );
    told(
        vault().client_secret(tenant, "another", right.clone()),
        ProblemKind::Denied,
        &["has no application another (AADSTS700016)"],
    );
    let expired = json!({ "error_codes": [7_000_222], "error_description": "c4n4ry-echo" });
    standin.fail_next(&Failure::status(401).below("/0").body(&expired.to_string()));
    told(
        vault().client_secret(tenant, client, right.clone()),
        ProblemKind::Expired,
        &["every secret of the application"],
    );
}

#[test]
fn entra_in_trouble_is_asked_again_and_then_told() {
    let standin = with_password();
    standin.fail_next(&Failure::status(503).below("/0").times(2));
    assert!(load::<One>(azure(&standin)).is_ok());
    standin.fail_next(&Failure::status(503).below("/0").times(100));
    told(azure(&standin), ProblemKind::Unreachable, &["(HTTP 503)"]);
    assert!(
        !asked(&standin)
            .iter()
            .any(|asked| asked.starts_with("GET /secrets") && asked.ends_with("401"))
    );
}

#[test]
fn an_answer_of_entra_that_is_none_is_malformed() {
    let standin = with_password();
    for body in ["c4n4ry", "{}", "[7]", "{\"access_token\": 7}"] {
        standin.fail_next(&Failure::status(200).below("/0").body(body));
        let (kind, text) = super::problem::<One>(azure(&standin));
        assert!(matches!(kind, ProblemKind::Malformed | ProblemKind::Denied), "{kind:?} {text}");
    }
}

#[test]
fn many_fields_whose_login_fails_log_in_once() {
    let standin = with_password();
    let wrong = SecretString::from("c4n4ry-wrong");
    let vault = anybody(&standin).client_secret(standin.tenant(), standin.client_id(), wrong);
    assert!(load::<super::Two>(vault).is_err());
    assert_eq!(logins(&standin), 1);
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    let standin = StandIn::with_tokens_for(2);
    standin.set("app-password", "c4n4ry-1");
    let vault = azure(&standin).build().unwrap();
    for _ in 0..3 {
        let loader = <One as config_core::Secrets>::loader();
        loader.source(vault.clone()).load().unwrap();
        std::thread::sleep(Duration::from_millis(1_200));
    }
    assert!(asked(&standin).iter().all(|asked| asked.ends_with("200")), "{:?}", asked(&standin));
    assert_eq!(logins(&standin), 2);
}

#[test]
fn a_cluster_vouches_for_an_application() {
    let standin = with_password();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("token");
    let variables = [
        ("AZURE_TENANT_ID", standin.tenant()),
        ("AZURE_CLIENT_ID", standin.client_id()),
        ("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()),
    ];
    told(by_variables(&standin, &variables), ProblemKind::NotFound, &["no such file"]);
    fs::write(&file, jwt(4_107_542_400)).unwrap();
    assert!(load::<One>(by_variables(&standin, &variables)).is_ok());
    fs::write(&file, jwt(1)).unwrap();
    told(by_variables(&standin, &variables), ProblemKind::Expired, &["AADSTS700024"]);
}

/// A token of a cluster, which the stand-in reads without judging the signature.
pub(super) fn jwt(expires: u64) -> String {
    let part = |value: serde_json::Value| base64_url(value.to_string().as_bytes());
    let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
    let claims =
        json!({ "iss": "i", "sub": "s", "aud": "api://AzureADTokenExchange", "exp": expires });
    format!("{header}.{}.{}", part(claims), base64_url(b"c4n4ry-signature"))
}

fn base64_url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(DIGITS[(number >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

#[test]
fn an_application_signs_with_its_certificate() {
    let standin = with_password();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("app.pem");
    let (tenant, client) = (standin.tenant(), standin.client_id());
    let vault = || anybody(&standin).client_certificate(tenant, client, &file);
    let refused = |words: &[&str]| {
        let told = format!("{:?}", vault().build().unwrap_err());
        assert!(words.iter().all(|words| told.contains(words)), "{told}");
        assert!(told.contains("app.pem") && !told.contains("c4n4ry"), "{told}");
    };
    refused(&["no such file"]);
    fs::write(&file, "c4n4ry").unwrap();
    refused(&["has no certificate in PEM", "openssl pkcs12"]);
    certificate(&file, &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    refused(&["none of RSA"]);
    certificate(&file, &["-newkey", "rsa:2048"]);
    assert!(load::<One>(vault()).is_ok());
}

pub(super) fn certificate(file: &Path, key: &[&str]) {
    let directory = file.parent().unwrap();
    let (public, private) = (directory.join("public.pem"), directory.join("private.pem"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-subj", "/CN=app", "-days", "2", "-out"])
        .arg(&public)
        .arg("-keyout")
        .arg(&private)
        .args(key)
        .output()
        .unwrap();
    assert!(made.status.success());
    let both = fs::read_to_string(public).unwrap() + &fs::read_to_string(private).unwrap();
    fs::write(file, both).unwrap();
}

#[test]
fn a_machine_has_an_identity_of_its_own() {
    let standin = with_password();
    let host = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", standin.imds_url())];
    let vault = || by_variables(&standin, &host);
    assert!(load::<One>(vault()).is_ok());
    assert!(load::<One>(vault().managed_identity(Some(standin.client_id()))).is_ok());
    told(
        vault().managed_identity(Some("another")),
        ProblemKind::Denied,
        &["the managed identity another is not assigned here"],
    );
}

#[test]
fn a_service_says_where_its_identity_is() {
    let standin = with_password();
    let imds = standin.imds_address();
    let service = Standin::start(move |request| {
        use config_tests_servers::http::{Client, Response};
        let is_right = request.headers.value("X-IDENTITY-HEADER") == Some("c4n4ry-header");
        if !is_right || !request.target.contains("api-version=2019-08-01") {
            return Response::json(400, &json!({}));
        }
        let target = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
        Client::new(imds).ask("GET", target, &[("Metadata", "true")], b"").unwrap()
    });
    let endpoint = format!("{}/msi/token", service.url());
    let variables = |header| {
        by_variables(
            &standin,
            &[("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", header)],
        )
    };
    assert!(load::<One>(variables("c4n4ry-header")).is_ok());
    told(variables("c4n4ry-wrong"), ProblemKind::Denied, &["there is no managed identity here"]);
    let elsewhere = [
        ("IDENTITY_ENDPOINT", "http://identity.example/msi/token"),
        ("IDENTITY_HEADER", "c4n4ry-header"),
    ];
    told(
        by_variables(&standin, &elsewhere),
        ProblemKind::NotConfigured,
        &["a token is not sent to identity.example without TLS"],
    );
}

/// A tool of that name that does this, and the variables by which it is found.
fn tool(directory: &Path, name: &str, script: &str) {
    let path = directory.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_developer_is_known_to_a_tool() {
    let standin = with_password();
    let directory = TempDir::new().unwrap();
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    let variables = [("AZURE_TOKEN_CREDENTIALS", "dev"), ("PATH", path.as_str())];
    let vault = || by_variables(&standin, &variables);
    told(
        vault(),
        ProblemKind::NotConfigured,
        &["`az` is not installed; `azd` is not installed", "run: az login"],
    );
    tool(directory.path(), "az", "echo 'Please run az login, c4n4ry' >&2; exit 1");
    told(vault(), ProblemKind::NotConfigured, &["nobody is logged in to `az`"]);
    tool(directory.path(), "az", "echo c4n4ry; exit 3");
    told(vault(), ProblemKind::Denied, &["`az` gave no token"]);
    let (status, answer) = token(&standin);
    assert_eq!(status, 200);
    let json =
        json!({ "accessToken": answer, "expires_on": 4_107_542_400_u64, "tokenType": "Bearer" });
    tool(
        directory.path(),
        "az",
        &format!("echo \"$@\" > {}/arguments; echo '{json}'", directory.path().display()),
    );
    assert!(load::<One>(vault()).is_ok());
    let arguments = fs::read_to_string(directory.path().join("arguments")).unwrap();
    assert_eq!(
        arguments.trim(),
        "account get-access-token -o json --scope https://vault.azure.net/.default"
    );
}

/// A token of the stand-in.
pub(super) fn token(standin: &StandIn) -> (u16, String) {
    use config_tests_servers::http::Client;
    let target =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
    let client = Client::new(standin.imds_address());
    let answer = client.ask("GET", target, &[("Metadata", "true")], b"").unwrap();
    (answer.status, answer.value()["access_token"].as_str().unwrap().to_owned())
}

#[test]
fn a_tool_that_hangs_is_not_waited_for() {
    let standin = with_password();
    let directory = TempDir::new().unwrap();
    tool(directory.path(), "az", "exec sleep 60");
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    let variables = [("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential"), ("PATH", path.as_str())];
    let vault = by_variables(&standin, &variables).build().unwrap();
    let started = Instant::now();
    let loader = <One as config_core::Secrets>::loader().source(vault);
    let failed = loader.deadline(Duration::from_secs(1)).load().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    assert!(
        failed.to_string().contains("no token in time")
            || failed.to_string().contains("no answer within"),
        "{failed}"
    );
}

#[test]
fn a_machine_that_is_none_of_azures_is_told_soon() {
    let standin = with_password();
    let elsewhere =
        Standin::start(|_| config_tests_servers::http::Response::text(404, "text/plain", "c4n4ry"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{port}");
    for (host, why) in
        [(nobody.as_str(), "nobody answers there"), (&elsewhere.url(), "gives out no tokens")]
    {
        let variables =
            [("AZURE_POD_IDENTITY_AUTHORITY_HOST", host), ("AZURE_TOKEN_CREDENTIALS", "prod")];
        let started = Instant::now();
        told(
            by_variables(&standin, &variables),
            ProblemKind::NotConfigured,
            &["there is no credential for Azure: the machine has no managed identity", why],
        );
        assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    }
}

#[test]
fn a_machine_may_take_its_time_for_a_token() {
    let standin = with_password();
    let slow = config_tests_servers::proxy::Proxy::before(standin.imds_address());
    slow.delay(Duration::from_millis(1_500));
    let url = slow.url();
    let host = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", url.as_str())];
    assert!(load::<One>(by_variables(&standin, &host)).is_ok());
}

#[test]
fn a_developer_may_be_known_to_the_other_tool_alone() {
    let standin = with_password();
    let directory = TempDir::new().unwrap();
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    let (_, answer) = token(&standin);
    let json = json!({ "token": answer, "expiresOn": "2100-01-01T00:00:00Z" });
    tool(directory.path(), "az", "echo 'Please run: az login' >&2; exit 1");
    tool(directory.path(), "azd", &format!("echo '{json}'"));
    let variables = [("AZURE_TOKEN_CREDENTIALS", "dev"), ("PATH", path.as_str())];
    assert!(load::<One>(by_variables(&standin, &variables)).is_ok());
}

#[test]
fn a_vault_of_another_tenant_is_told_or_logged_in_to_where_that_is_allowed() {
    let standin = with_password();
    let challenge = format!(
        "Bearer authorization=\"{}/another\", resource=\"https://vault.azure.net\"",
        standin.url()
    );
    let refuse = || {
        let refusal = Failure::status(401).below("/secrets");
        standin.fail_next(&refusal.header("WWW-Authenticate", &challenge));
    };
    let own = [
        ("AZURE_TENANT_ID", standin.tenant()),
        ("AZURE_CLIENT_ID", standin.client_id()),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
    ];
    refuse();
    let words = ["the vault is of another tenant", "set AZURE_TENANT_ID=TENANT"];
    told(by_variables(&standin, &own), ProblemKind::Denied, &words);
    refuse();
    let more = [&own[..], &[("AZURE_ADDITIONALLY_ALLOWED_TENANTS", "third; another")]].concat();
    told(by_variables(&standin, &more), ProblemKind::Denied, &["there is no tenant another"]);
}

#[test]
fn a_vault_cannot_ask_for_a_token_for_somebody_else() {
    let standin = with_password();
    let challenge = format!(
        "Bearer authorization=\"{}/{}\", resource=\"https://management.azure.com\"",
        standin.url(),
        standin.tenant()
    );
    let refusal = Failure::status(401).below("/secrets");
    standin.fail_next(&refusal.header("WWW-Authenticate", &challenge));
    // That its name is none of the domain was allowed; a token for somebody else is refused by the stand-in.
    told(azure(&standin), ProblemKind::Denied, &["the vault does not accept the token"]);
}
