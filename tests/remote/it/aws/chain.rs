//! Where credentials come from.

use std::fs;
use std::path::Path;

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::http::Response;
use config_tests_servers::moto::Server;
use config_tests_servers::standin::Standin;
use config_tests_servers::unique;
use serde_json::json;

use super::{One, REGION, asked, at, failure, proxy, refused, secret, signed, without};
use crate::child::{again, is_child};
use crate::witness::Witness;

const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

pub(super) fn place() -> String {
    let name = unique("prod/chain");
    secret(&name, r#"{"password": "n0t-a-real-one"}"#);
    name
}

fn is_loaded(pairs: Vec<(String, String)>) {
    let settings = One::loader().env(pairs).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
}

fn file(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_profile_has_keys_region_and_endpoint() {
    let directory = tempfile::tempdir().unwrap();
    let url = Server::shared().url();
    let config = format!("[profile app]\nregion = {REGION}\nendpoint_url = {url}\n");
    let config = file(directory.path(), "config", &config);
    let keys =
        "[app]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = n0t-a-real-key\n";
    let keys = file(directory.path(), "credentials", keys);
    is_loaded(
        [
            ("PLACE", place()),
            ("AWS_CONFIG_FILE", config),
            ("AWS_SHARED_CREDENTIALS_FILE", keys),
            ("AWS_PROFILE", "app".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec(),
    );
}

#[test]
fn the_home_directory_of_the_load_has_the_files() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".aws")).unwrap();
    let keys = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = n0t-a-real-key\n";
    file(&directory.path().join(".aws"), "credentials", keys);
    let mut pairs = without(at(&Server::shared().url(), &place()), &KEYS);
    pairs.push(("HOME".to_owned(), directory.path().to_str().unwrap().to_owned()));
    is_loaded(pairs);
}

#[test]
fn keys_may_stand_in_an_env_file() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(dotenv, aws("{PLACE}")))]
    struct Settings {
        #[secret(required, format = any)]
        password: SecretString,
    }
    let directory = tempfile::tempdir().unwrap();
    let pairs = at(&Server::shared().url(), "");
    let text: String = pairs
        .iter()
        .filter(|(name, _)| name != "PLACE")
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let path = file(directory.path(), ".env", &text);
    let loader = Settings::loader().env([("PLACE", place())]).dotenv(path);
    assert_eq!(loader.load().unwrap().password.expose_secret(), "n0t-a-real-one");
}

#[test]
fn without_credentials_the_source_says_where_it_looked() {
    let proxy = proxy();
    let (kind, text) = failure::<One>(without(at(&proxy.url(), "prod/app"), &KEYS));
    assert_eq!(kind, ProblemKind::NotConfigured, "{text}");
    for place in [
        "AWS_ACCESS_KEY_ID (not set)",
        "profile default (no ~/.aws: HOME is not set)",
        "AWS_WEB_IDENTITY_TOKEN_FILE (not set)",
        "the machine's metadata (AWS_EC2_METADATA_DISABLED)",
    ] {
        assert!(text.contains(place), "{text}");
    }
    let (kind, text) = failure::<One>(without(at(&proxy.url(), "prod/app"), &KEYS[1..]));
    assert_eq!(kind, ProblemKind::NotConfigured, "{text}");
    assert!(text.contains("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"), "{text}");
    assert!(proxy.requests().is_empty());
}

#[test]
fn credentials_that_have_expired_are_renewed_once() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let script = format!(
        "echo >> {log}; n=$(wc -l < {log})\n\
         echo '{{\"Version\": 1, \"AccessKeyId\": \"AKIAIOSFODNN7EXAMPLE'$n'\", \"SecretAccessKey\": \"n0t-a-real-key\"}}'",
        log = log.display(),
    );
    let script = file(directory.path(), "keys.sh", &script);
    let config = format!("[default]\ncredential_process = sh {script}\n");
    let config = file(directory.path(), "config", &config);
    let proxy = proxy();
    let mut pairs = without(at(&proxy.url(), &place()), &KEYS);
    pairs.push(("AWS_CONFIG_FILE".to_owned(), config));
    proxy.once(refused(400, "ExpiredTokenException", "expired"));
    is_loaded(pairs.clone());
    assert_eq!(asked(&proxy).len(), 2);
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2);
    proxy.forget();
    proxy.always(refused(400, "ExpiredTokenException", "expired"));
    let (kind, text) = failure::<One>(pairs);
    assert_eq!((kind, asked(&proxy).len()), (ProblemKind::Expired, 2), "{text}");
}

#[test]
fn a_profile_that_cannot_give_credentials_is_no_reason_to_use_others() {
    let directory = tempfile::tempdir().unwrap();
    let config = "[default]\ncredential_process = sh -c 'echo n0t-a-real-key; exit 1'\n";
    let config = file(directory.path(), "config", config);
    let mut pairs = without(at(&Server::shared().url(), "prod/app"), &KEYS);
    pairs.push(("AWS_CONFIG_FILE".to_owned(), config));
    let (kind, text) = failure::<One>(pairs);
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    let why =
        "no credentials of the profile default: its credential_process sh ended with exit code 1";
    assert!(text.contains(why), "{text}");
    assert!(!text.contains("n0t-a-real-key"), "{text}");
}

/// Loads with the environment of the process; run by [`in_child`] alone.
#[test]
fn child() {
    if !is_child() {
        return;
    }
    let plan = One::loader().plan().unwrap();
    for call in plan.sources()[0].reads() {
        println!("planned: {call}");
    }
    println!("planned to wait: {}", plan.round_trips());
    match One::load() {
        Ok(settings) => {
            assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
            println!("the child has loaded");
        }
        Err(error) => println!("{error}"),
    }
}

/// What a process of its own says that has these variables and no others.
pub(super) fn in_child(pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    let directory = tempfile::tempdir().unwrap();
    pairs.extend([("AWS_REGION", REGION), ("HOME", directory.path().to_str().unwrap())]);
    again("aws::chain::child", &pairs)
}

/// Keys as containers and machines are given them.
fn keys() -> Response {
    Response::json(
        200,
        &json!({
            "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "SecretAccessKey": "n0t-a-real-key", "Token": "n0t-a-real-token",
            "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2026-01-01T00:00:00Z",
        }),
    )
}

#[test]
fn a_container_is_given_credentials_by_its_endpoint() {
    let endpoint = Standin::start(|request| {
        let is_known = request.headers.value("authorization") == Some("n0t-a-real-pass");
        if is_known { keys() } else { Response::text(403, "text/plain", "who are you?") }
    });
    let place = place();
    let uri = format!("{}/keys", endpoint.url());
    let url = Server::shared().url().replace("127.0.0.1", "localhost");
    let mut pairs = vec![
        ("PLACE", place.as_str()),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
        // Whoever gives credentials is never asked by way of a proxy.
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("NO_PROXY", "localhost"),
    ];
    let text = in_child(&pairs);
    let why = "no credentials of the container: its endpoint answers HTTP 403";
    assert!(text.contains(why), "{text}");
    let before = "; looked in before: AWS_ACCESS_KEY_ID (not set), profile default (";
    assert!(text.contains(before), "{text}");
    pairs.push(("AWS_CONTAINER_AUTHORIZATION_TOKEN", "n0t-a-real-pass"));
    let text = in_child(&pairs);
    assert!(text.contains("the child has loaded"), "{text}");
}

/// The metadata of a machine that has the role `role`.
pub(super) fn metadata() -> Standin {
    Standin::start(|request| {
        let has_token =
            request.headers.value("x-aws-ec2-metadata-token") == Some("n0t-a-real-token");
        let roles = "/latest/meta-data/iam/security-credentials";
        match (request.method.as_str(), request.path()) {
            ("PUT", "/latest/api/token") => Response::text(200, "text/plain", "n0t-a-real-token")
                .with("x-aws-ec2-metadata-token-ttl-seconds", "21600"),
            _ if !has_token => Response::text(401, "text/plain", ""),
            (_, path) if path.trim_end_matches('/') == roles => {
                Response::text(200, "text/plain", "role")
            }
            (_, path) if path.ends_with("/role") => keys(),
            _ => Response::text(404, "text/plain", ""),
        }
    })
}

#[test]
fn a_machine_is_given_credentials_by_its_metadata() {
    let metadata = metadata();
    let (place, url) = (place(), Server::shared().url());
    let text = in_child(&[
        ("PLACE", &place),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata.url()),
    ]);
    assert!(text.contains("the child has loaded"), "{text}");
}

#[test]
fn a_web_identity_is_exchanged_for_the_credentials_of_a_role() {
    let directory = tempfile::tempdir().unwrap();
    let token = file(directory.path(), "token", "n0t.a.real.token");
    let (place, proxy) = (place(), proxy());
    let url = proxy.url();
    let pairs = [
        ("PLACE", place.as_str()),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let text = in_child(&pairs);
    assert!(text.contains("the child has loaded"), "{text}");
    assert_eq!(asked(&proxy), ["none", "GetSecretValue"]);
    let gone = directory.path().join("gone");
    let mut without = pairs;
    without[2].1 = gone.to_str().unwrap();
    let text = in_child(&without);
    assert!(text.contains(&format!("{}: no such file", gone.display())), "{text}");
    proxy.forget();
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>";
    proxy.always(config_tests_servers::proxy::Fault::Answer {
        status: 403,
        headers: vec![("Content-Type".to_owned(), "text/xml".to_owned())],
        body: denied.as_bytes().to_vec(),
    });
    let text = in_child(&pairs);
    assert!(text.contains("no credentials of the role of AWS_WEB_IDENTITY_TOKEN_FILE"), "{text}");
    assert!(text.contains("it may not be used"), "{text}");
}

#[test]
fn a_role_is_assumed_by_the_keys_of_the_profile_that_it_builds_on() {
    let directory = tempfile::tempdir().unwrap();
    let role = "arn:aws:iam::123456789012:role/app";
    let config = format!(
        "[profile app]\nrole_arn = {role}\nrole_session_name = shop\nsource_profile = base\n\
         [profile base]\naws_access_key_id = AKIABASEFODNN7EXAMPLE\naws_secret_access_key = n0t-a-real-key\n"
    );
    let config = file(directory.path(), "config", &config);
    let (place, witness) = (place(), Witness::before(Server::shared().address()));
    let url = witness.url();
    let text = in_child(&[
        ("PLACE", &place),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_CONFIG_FILE", &config),
        ("AWS_PROFILE", "app"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    assert!(text.contains("the child has loaded"), "{text}");
    let [assumed, read] = <[_; 2]>::try_from(witness.seen()).unwrap();
    let form = String::from_utf8(assumed.body.clone()).unwrap();
    let role = role.replace(':', "%3A").replace('/', "%2F");
    for part in ["Action=AssumeRole", &format!("RoleArn={role}"), "RoleSessionName=shop"] {
        assert!(form.split('&').any(|pair| pair == part), "{part}: {form}");
    }
    assert_eq!(signed(&assumed), ("AKIABASEFODNN7EXAMPLE", REGION, "sts"));
    let (key, region, service) = signed(&read);
    assert_eq!((&key[..4], region, service), ("ASIA", REGION, "secretsmanager"));
    assert!(read.headers.value("x-amz-security-token").is_some());
}

#[test]
fn a_machine_without_metadata_does_not_hold_up_the_load() {
    let url = Server::shared().url();
    let nobody = config_tests_servers::proxy::Proxy::before_nothing();
    let silent = super::proxy();
    silent.always(config_tests_servers::proxy::Fault::BlackHole);
    nobody.refuse();
    for metadata in [nobody.url(), silent.url()] {
        let started = std::time::Instant::now();
        let text = in_child(&[
            ("PLACE", "prod/app"),
            ("AWS_ENDPOINT_URL", &url),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata),
        ]);
        assert!(text.contains("no AWS credentials; looked in"), "{text}");
        let took = started.elapsed();
        assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn a_profile_whose_login_is_over_says_how_to_log_in() {
    let directory = tempfile::tempdir().unwrap();
    let config = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n\
                  [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
    let config = file(directory.path(), "config", config);
    let url = Server::shared().url();
    let pairs = [
        ("PLACE", "prod/app"),
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_CONFIG_FILE", &config),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let text = in_child(&pairs);
    assert!(text.contains("aws sso login --profile default"), "{text}");
}

#[test]
fn a_profile_that_is_not_there_or_builds_on_none_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let config =
        "[profile app]\nrole_arn = arn:aws:iam::123456789012:role/app\nsource_profile = gone\n";
    let config = file(directory.path(), "config", config);
    let told = |profile: &str| {
        let mut pairs = without(at(&Server::shared().url(), "prod/app"), &KEYS);
        pairs.push(("AWS_CONFIG_FILE".to_owned(), config.clone()));
        pairs.push(("AWS_PROFILE".to_owned(), profile.to_owned()));
        failure::<One>(pairs).1
    };
    let text = told("typo");
    assert!(text.contains(&format!("profile typo: not in {config}")), "{text}");
    assert!(told("app").contains("its source_profile gone is in no file"), "{}", told("app"));
}

#[test]
fn a_line_that_is_malformed_is_told_with_its_file_and_number() {
    let directory = tempfile::tempdir().unwrap();
    let config =
        file(directory.path(), "config", "[default]\nregion = eu-west-1\nn0t-a-real-key\n");
    let mut pairs = without(at(&Server::shared().url(), "prod/app"), &["AWS_REGION"]);
    pairs.push(("AWS_CONFIG_FILE".to_owned(), config.clone()));
    let (kind, text) = failure::<One>(pairs);
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("cannot be read as AWS's own tools would"), "{text}");
    assert!(text.contains(&config) && text.contains("line 3"), "{text}");
    assert!(!text.contains("n0t-a-real"), "{text}");
}
