//! What managers are set up by: the environment, and behind it the `.env` files of the list.

use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn as Vault};
use config_tests_servers::gcp::{Options, StandIn as Google};
use config_tests_servers::proxy::Proxy;
use config_tests_servers::{moto, openbao, unique};
use serde_json::json;
use tempfile::TempDir;

use crate::child::{again, is_child};
use crate::passage::Passage;

const SECRET: &str = "n0t-a-real-one";

/// The variables that name a manager.
type Pairs = Vec<(&'static str, String)>;

/// One secret, of the manager that the profile is called by.
#[derive(Debug, Secrets)]
#[allow(clippy::duplicated_attributes, reason = "each profile has a list of its own")]
#[secrets(
    prefix = "APP",
    sources(dotenv),
    profile(vault, sources(dotenv, vault("{PLACE}"))),
    profile(aws, sources(dotenv, aws("{PLACE}"))),
    profile(gcp, sources(dotenv, gcp("{PLACE}"))),
    profile(azure, sources(dotenv, azure("{PLACE}")))
)]
struct Settings {
    #[secret(required, format = any)]
    password: SecretString,
}

fn dotenv(pairs: &Pairs) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let lines = pairs.iter().map(|(name, value)| format!("{name}='{value}'\n"));
    std::fs::write(directory.path().join(".env"), lines.collect::<String>()).unwrap();
    directory
}

fn load(kind: &str, place: &str, file: &Pairs, environment: &Pairs) -> Result<String, String> {
    let directory = dotenv(file);
    let environment = environment.iter().cloned().chain([("PLACE", place.to_owned())]);
    let loader = Settings::loader().profile(kind).env(environment);
    let loaded = loader.dotenv(directory.path().join(".env")).load();
    let text = |settings: Settings| settings.password.expose_secret().to_owned();
    loaded.map(text).map_err(|error| error.to_string())
}

/// Asserts that a manager is found by a `.env`, and that the environment counts before it; `address` is the variable
/// that says where.
#[track_caller]
fn is_set_up(kind: &str, place: &str, address: &'static str, pairs: &Pairs) {
    let none = Pairs::new();
    assert_eq!(load(kind, place, pairs, &none).as_deref(), Ok(SECRET), "by .env alone");
    let nobody = Proxy::before_nothing();
    nobody.refuse();
    let right: Pairs = pairs.iter().filter(|(name, _)| *name == address).cloned().collect();
    let wrong: Pairs = vec![(address, nobody.url())];
    let astray: Pairs = pairs.iter().filter(|(name, _)| *name != address).cloned().collect();
    let astray: Pairs = astray.into_iter().chain(wrong.clone()).collect();
    assert_eq!(load(kind, place, &astray, &right).as_deref(), Ok(SECRET), "by the environment");
    let text = load(kind, place, pairs, &wrong).unwrap_err();
    assert!(text.contains("refuses connections"), "{text}");
}

fn pairs<const N: usize>(pairs: [(&'static str, &str); N]) -> Pairs {
    pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
}

#[test]
fn vault_is_found_by_a_dotenv_file_and_the_environment_counts_before_it() {
    let server = openbao::Server::shared();
    let kv = server.admin().kv(2);
    kv.put("app", &json!({ "password": SECRET }));
    let found = pairs([("VAULT_ADDR", &server.url()), ("VAULT_TOKEN", openbao::ROOT_TOKEN)]);
    is_set_up("vault", &format!("{}/app", kv.mount), "VAULT_ADDR", &found);
}

#[test]
fn aws_is_found_by_a_dotenv_file_and_the_environment_counts_before_it() {
    let (server, name) = (moto::Server::shared(), unique("bootstrap"));
    let text = json!({ "password": SECRET }).to_string();
    server.must("eu-west-1", "CreateSecret", &json!({ "Name": name, "SecretString": text }));
    let found = pairs([
        ("AWS_ENDPOINT_URL", &server.url()),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "n0t-a-real-key"),
    ]);
    is_set_up("aws", &name, "AWS_ENDPOINT_URL", &found);
}

#[test]
fn google_is_found_by_a_dotenv_file_and_the_environment_counts_before_it() {
    let token = "ya29.n0t-a-real-t0ken";
    let google = Google::with(&Options { token: Some(token.to_owned()), ..Options::default() });
    google.add("p", "app", json!({ "password": SECRET }).to_string().as_bytes());
    let address = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";
    let found = pairs([
        ("GOOGLE_CLOUD_PROJECT", "p"),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", token),
        (address, google.url()),
    ]);
    is_set_up("gcp", "app", address, &found);
}

/// Where the process of [`azure_is_found_by_a_dotenv_file_and_the_environment_counts_before_it`] finds its `.env`.
const FILE: &str = "DOTENV";

/// Run by that test alone: whom to trust, a process is told by its own environment.
#[test]
fn a_process_with_a_dotenv_file() {
    if !is_child() {
        return;
    }
    let loader = Settings::loader().profile("azure").dotenv(std::env::var_os(FILE).unwrap());
    match loader.load() {
        Ok(settings) => println!("loaded {}", settings.password.expose_secret()),
        Err(error) => println!("{error}"),
    }
}

#[test]
fn azure_is_found_by_a_dotenv_file_and_the_environment_counts_before_it() {
    let vault = Vault::start();
    vault.set("app", &json!({ "password": SECRET }).to_string());
    let address = vault.url().trim_start_matches("https://").parse().unwrap();
    let hosts = ["app.vault.azure.net", "login.microsoftonline.com"];
    let passage = Passage::to(&hosts.map(|host| (host, address)));
    let found = pairs([
        ("KEY_VAULT_URI", "https://app.vault.azure.net"),
        ("AZURE_TENANT_ID", vault.tenant()),
        ("AZURE_CLIENT_ID", vault.client_id()),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
        ("HTTPS_PROXY", &passage.url()),
    ]);
    let printed = |file: &Pairs, environment: &Pairs| {
        let directory = dotenv(file);
        let path = directory.path().join(".env");
        let trusted = vault.ca().to_str().unwrap();
        let mut own: Vec<(&str, &str)> =
            vec![("SSL_CERT_FILE", trusted), (FILE, path.to_str().unwrap()), ("PLACE", "app")];
        own.extend(environment.iter().map(|(name, value)| (*name, value.as_str())));
        again("bootstrap::a_process_with_a_dotenv_file", &own)
    };
    let loaded = format!("loaded {SECRET}");
    let text = printed(&found, &Pairs::new());
    assert!(text.contains(&loaded), "{text}");
    let wrong = pairs([("KEY_VAULT_URI", "https://elsewhere.vault.azure.net")]);
    let astray: Pairs = found[1..].iter().cloned().chain(wrong.clone()).collect();
    let text = printed(&astray, &found[..1].to_vec());
    assert!(text.contains(&loaded), "{text}");
    let text = printed(&found, &wrong);
    assert!(text.contains("does not let through to elsewhere.vault.azure.net"), "{text}");
}
