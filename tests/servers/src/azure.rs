//! A stand-in for Azure's Key Vault and for the places its tokens come from.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::directory;
use crate::vendor::{Asked, Failure, Script};

/// The client secret that Entra takes from the application.
pub const CLIENT_SECRET: &str = "stand-in-client-secret";

/// The stand-in: over TLS the vault and Entra, over plain HTTP the machine's managed identity; ends when it is dropped.
#[derive(Debug)]
pub struct StandIn {
    script: Script,
    _certificates: TempDir,
}

impl StandIn {
    /// One whose tokens last an hour.
    pub fn start() -> Self {
        Self::with_tokens_for(3599)
    }

    /// One whose tokens last this many seconds.
    pub fn with_tokens_for(seconds: u32) -> Self {
        let certificates = directory();
        let arguments =
            [certificates.path().into(), "--expires-in".into(), seconds.to_string().into()];
        let script = Script::start("azure.py", &arguments, "imds_port");
        Self { script, _certificates: certificates }
    }

    /// The vault and the authority: `https://127.0.0.1:..`. The certificate is for `*.vault.azure.net`,
    /// `login.microsoftonline.com` and `localhost` too.
    pub fn url(&self) -> &str {
        self.script.told("url")
    }

    /// The managed identity, in place of `http://169.254.169.254`.
    pub fn imds_url(&self) -> &str {
        self.script.told("imds_url")
    }

    /// Where the managed identity listens.
    pub fn imds_address(&self) -> SocketAddr {
        self.script.address()
    }

    /// Where the vault and Entra are asked by plain HTTP, for a proxy behind TLS of its own.
    pub fn inner_address(&self) -> SocketAddr {
        self.script.port("inner_port")
    }

    /// The certificate of the authority that signed the server's, in PEM.
    pub fn ca(&self) -> &Path {
        Path::new(self.script.told("ca"))
    }

    /// The tenant that Entra knows.
    pub fn tenant(&self) -> &str {
        self.script.told("tenant")
    }

    /// The application that Entra knows, and the managed identity.
    pub fn client_id(&self) -> &str {
        self.script.told("client_id")
    }

    /// Sets a secret; gives the name of its version.
    #[track_caller]
    pub fn set(&self, name: &str, value: &str) -> String {
        let (status, secret) =
            self.ask("PUT", &format!("/secrets/{name}"), &json!({ "value": value }));
        assert_eq!(status, 200, "setting {name} answers {}", secret["error"]["message"]);
        let id = secret["id"].as_str().unwrap_or_default();
        id.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Asks the vault, `("PATCH", "/secrets/x", &json!({"attributes": {"enabled": false}}))` for instance: without a
    /// token, without a failure, without a trace in the log.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.script.ask(method, path, body)
    }

    /// What it was asked on both ports, in order.
    #[track_caller]
    pub fn log(&self) -> Vec<Asked> {
        self.script.log()
    }

    /// Fails the next requests that it is about.
    #[track_caller]
    pub fn fail_next(&self, failure: &Failure) {
        self.script.fail_next(failure);
    }

    /// Forgets all secrets, all failures to come, and the log; its tokens stay good.
    #[track_caller]
    pub fn reset(&mut self) {
        self.script.reset();
    }

    /// Ends it now.
    pub fn stop(self) {
        drop(self);
    }
}
