//! A file that a login reads and that hangs, as on a mount that is gone: nobody else waits for it.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
use serde_json::json;
use tempfile::TempDir;

use super::bed::{SECRET, Variables, variables};

/// Whichever of these the environment sets up is asked.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}"), aws("app"), gcp("app"), azure("app")))]
struct One {
    #[secret(required, format = any)]
    api_key: SecretString,
}

/// A file of which nothing can be read until this is dropped.
struct Hanging {
    directory: TempDir,
    file: PathBuf,
}

impl Hanging {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("token");
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        Self { directory, file }
    }

    fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }

    fn home(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        // Those who read it have its end now, and do not outlive the test.
        drop(OpenOptions::new().read(true).write(true).open(&self.file));
    }
}

/// A load that waits for the file, and one meanwhile that needs none.
#[track_caller]
fn holds_up_nobody(environment: Variables, hanging: &Hanging) {
    let kv = Server::shared().admin().kv(2);
    kv.put("app", &json!({ "api_key": SECRET }));
    let (url, place) = (Server::shared().url(), format!("{}/app", kv.mount));
    let well = variables([
        ("VAULT_ADDR", &*url),
        ("VAULT_TOKEN", ROOT_TOKEN),
        ("PLACE", &*place),
        ("HOME", hanging.home().to_str().unwrap()),
    ]);
    std::thread::scope(|scope| {
        let begun = Instant::now();
        let hung = scope.spawn(|| {
            One::loader().env(environment).deadline(Duration::from_secs(8)).load().unwrap_err()
        });
        std::thread::sleep(Duration::from_millis(500));
        let settings = One::loader().env(well).deadline(Duration::from_secs(6)).load();
        let settings = settings.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(settings.api_key.expose_secret(), SECRET);
        let is_over = hung.is_finished();
        let error = hung.join().unwrap().to_string();
        assert!(!is_over, "it does not wait for the file: {error}");
        assert!(error.contains("no answer within 8 s"), "{error}");
        assert!(error.contains("find out what holds it up"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    });
}

#[test]
fn the_signed_identity_for_vault_holds_up_nobody() {
    let hanging = Hanging::new();
    for (role, file) in
        [("VAULT_JWT_ROLE", "VAULT_JWT_FILE"), ("VAULT_K8S_ROLE", "VAULT_K8S_TOKEN_FILE")]
    {
        let environment = variables([
            ("VAULT_ADDR", &*Server::shared().url()),
            ("PLACE", "secret/app"),
            (role, "app"),
            (file, hanging.path()),
        ]);
        holds_up_nobody(environment, &hanging);
    }
}

#[test]
fn the_certificate_authorities_that_are_to_be_trusted_hold_up_nobody() {
    let hanging = Hanging::new();
    let environment = variables([
        ("VAULT_ADDR", "https://127.0.0.1:1"),
        ("VAULT_TOKEN", "n0t-a-real-token"),
        ("PLACE", "secret/app"),
        ("VAULT_CACERT", hanging.path()),
    ]);
    let load = One::loader().env(environment).deadline(Duration::from_secs(9)).load();
    let error = load.unwrap_err().to_string();
    assert!(error.contains("the certificate authorities to trust could not be read"), "{error}");
}

#[test]
fn the_credentials_for_google_hold_up_nobody() {
    let hanging = Hanging::new();
    let environment = variables([
        ("GOOGLE_CLOUD_PROJECT", "my-project"),
        ("GOOGLE_APPLICATION_CREDENTIALS", hanging.path()),
    ]);
    holds_up_nobody(environment, &hanging);
}

#[test]
fn the_web_identity_for_aws_holds_up_nobody() {
    let hanging = Hanging::new();
    let environment = variables([
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", hanging.path()),
        ("HOME", hanging.home().to_str().unwrap()),
    ]);
    holds_up_nobody(environment, &hanging);
}

#[test]
fn the_federated_token_and_the_certificate_for_azure_hold_up_nobody() {
    let hanging = Hanging::new();
    for file in ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"] {
        let environment = variables([
            ("KEY_VAULT_URI", "https://app.vault.azure.net"),
            ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
            ("AZURE_CLIENT_ID", "app"),
            (file, hanging.path()),
        ]);
        holds_up_nobody(environment, &hanging);
    }
}
