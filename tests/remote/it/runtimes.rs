//! A load asks the same way wherever it is called: on any runtime, and on none. Those of commands and of the keyring are
//! among the tests of the whole.

use config_core::{Azure, ExposeSecret, Gcp, Loader, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn as Vault};
use config_tests_servers::gcp::{Options, StandIn as Google};
use config_tests_servers::{moto, openbao, unique};
use serde_json::json;

#[path = "../../runtimes/mod.rs"]
mod situations;

use situations::{Bed, everywhere};

/// One secret, of the manager that the profile is called by.
#[derive(Debug, Secrets)]
#[secrets(
    sources(env),
    profile(vault, sources(vault("{PLACE}"))),
    profile(aws, sources(aws("{PLACE}"))),
    profile(gcp, sources(gcp("app"))),
    profile(azure, sources(azure("app")))
)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

const VALUE: &str = "n0t-a-real-one";

/// A manager, with what keeps it there.
struct Of<L>(L);

impl<L: Fn() -> Loader<Settings> + Send + Sync + 'static> Bed for Of<L> {
    type Settings = Settings;

    fn loader(&self) -> Loader<Settings> {
        (self.0)()
    }

    fn check(&self, settings: &Settings) {
        assert_eq!(settings.token.expose_secret(), VALUE);
    }
}

fn text() -> String {
    json!({ "token": VALUE }).to_string()
}

#[test]
fn vault_is_loaded_from_on_any_runtime_and_on_none() {
    let server = openbao::Server::shared();
    let kv = server.admin().kv(2);
    kv.put("app", &json!({ "token": VALUE }));
    let role = server.admin().app_role(&[&server.admin().may_read(&kv.mount)], "1h", &json!({}));
    let secret_id = role.secret_id();
    everywhere(Of(move || {
        Settings::loader().profile("vault").env([
            ("VAULT_ADDR", server.url()),
            ("VAULT_ROLE_ID", role.role_id.clone()),
            ("VAULT_SECRET_ID", secret_id.clone()),
            ("VAULT_APPROLE_MOUNT", role.mount.clone()),
            ("PLACE", format!("{}/app", kv.mount)),
        ])
    }));
}

#[test]
fn aws_is_loaded_from_on_any_runtime_and_on_none_with_keys_of_a_process_of_their_own() {
    let (server, name) = (moto::Server::shared(), unique("runtimes"));
    server.must("eu-west-1", "CreateSecret", &json!({ "Name": name, "SecretString": text() }));
    let directory = tempfile::tempdir().unwrap();
    let keys = json!({
        "Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "n0t-a-real-key",
    });
    let (script, config) = (directory.path().join("keys"), directory.path().join("config"));
    std::fs::write(&script, format!("echo '{keys}'\n")).unwrap();
    let profile = format!("[default]\ncredential_process = sh {}\n", script.display());
    std::fs::write(&config, profile).unwrap();
    everywhere(Of(move || {
        let config = directory.path().join("config");
        Settings::loader().profile("aws").env([
            ("AWS_ENDPOINT_URL", server.url()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_CONFIG_FILE", config.to_str().unwrap().to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("PLACE", name.clone()),
        ])
    }));
}

#[test]
fn google_is_loaded_from_on_any_runtime_and_on_none_with_a_key_that_is_exchanged() {
    const KEY: &str =
        include_str!("../../../config-core/src/sources/gcp/credentials/exchange/key_of_tests.txt");
    let token = Some("ya29.n0t-a-real-t0ken".to_owned());
    let google = Google::with(&Options { token, ..Options::default() });
    google.add("p", "app", text().as_bytes());
    let key = json!({
        "type": "service_account",
        "private_key": KEY,
        "client_email": "app@p.iam.gserviceaccount.com",
        "token_uri": format!("{}/token", google.url()),
    });
    let none: [(&str, &str); 0] = [];
    everywhere(Of(move || {
        let gcp = Gcp::builder().project("p").endpoint(google.url());
        let gcp = gcp.credentials_json(key.to_string()).build().unwrap();
        Settings::loader().profile("gcp").env(none).source(gcp)
    }));
}

#[test]
fn azure_is_loaded_from_on_any_runtime_and_on_none_with_a_login_at_entra() {
    let vault = Vault::start();
    vault.set("app", &text());
    let none: [(&str, &str); 0] = [];
    everywhere(Of(move || {
        let azure = Azure::builder()
            .endpoint(vault.url())
            .authority(vault.url())
            .verify_challenge_resource(false)
            .ca(vault.ca())
            .client_secret(vault.tenant(), vault.client_id(), CLIENT_SECRET)
            .env(none);
        Settings::loader().profile("azure").env(none).source(azure.build().unwrap())
    }));
}
