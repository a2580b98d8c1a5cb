//! A stand-in for Google Cloud's Secret Manager and for the places its tokens come from.

use std::ffi::OsString;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::encode::base64url;
use crate::vendor::{Asked, Failure, Script};

/// What a stand-in can be told.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one bearer token that opens secrets, which every place of tokens hands out; without it nobody is asked.
    pub token: Option<String>,
    /// The project that the metadata server names.
    pub project: String,
    /// How many seconds its tokens claim to last.
    pub expires_in: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { token: None, project: "stand-in".into(), expires_in: 3599 }
    }
}

/// The stand-in, over plain HTTP; ends when it is dropped.
#[derive(Debug)]
pub struct StandIn(Script);

impl StandIn {
    /// One that asks nobody for a token.
    pub fn start() -> Self {
        Self::with(&Options::default())
    }

    /// One that is told more.
    pub fn with(options: &Options) -> Self {
        let mut arguments: Vec<OsString> = vec!["--project".into(), (&options.project).into()];
        arguments.extend(["--expires-in".into(), options.expires_in.to_string().into()]);
        if let Some(token) = &options.token {
            arguments.extend(["--token".into(), token.into()]);
        }
        Self(Script::start("gcp.py", &arguments, "port"))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// `http://` and the address.
    pub fn url(&self) -> &str {
        self.0.told("url")
    }

    /// Adds a version to a secret, which is made if it is not there; gives its number.
    #[track_caller]
    pub fn add(&self, project: &str, secret: &str, value: &[u8]) -> u64 {
        let secrets = format!("/v1/projects/{project}/secrets");
        let made = json!({ "replication": { "automatic": {} } });
        let (status, _) = self.ask("POST", &format!("{secrets}?secretId={secret}"), &made);
        assert!([200, 409].contains(&status), "making {secret} answers {status}");
        let payload = json!({ "payload": { "data": base64url(value) } });
        let (status, version) =
            self.ask("POST", &format!("{secrets}/{secret}:addVersion"), &payload);
        assert_eq!(status, 200, "adding to {secret} answers {}", version["error"]["message"]);
        let number = version["name"].as_str().and_then(|name| name.rsplit('/').next());
        number.and_then(|number| number.parse().ok()).expect("a version's name ends in its number")
    }

    /// Asks the service, `("POST", "/v1/projects/p/secrets/s/versions/1:disable", ..)` for instance: without a token,
    /// without a failure, without a trace in the log.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.0.ask(method, path, body)
    }

    /// What it was asked, in order.
    #[track_caller]
    pub fn log(&self) -> Vec<Asked> {
        self.0.log()
    }

    /// Fails the next requests that it is about.
    #[track_caller]
    pub fn fail_next(&self, failure: &Failure) {
        self.0.fail_next(failure);
    }

    /// Forgets all secrets, all failures to come, and the log.
    #[track_caller]
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Ends it now.
    pub fn stop(self) {
        drop(self);
    }
}
