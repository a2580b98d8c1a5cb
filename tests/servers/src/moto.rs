//! `moto_server`, which speaks AWS's APIs.

use std::net::SocketAddr;
use std::sync::OnceLock;

use serde_json::Value;

use crate::http::Client;
use crate::install;
use crate::port::Ports;
use crate::process::{Ended, Process, directory};

/// A server that keeps everything in memory, and ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    ports: Ports,
}

impl Server {
    /// The server of this test process. Tests use names of their own in it, or regions.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A fresh server.
    pub fn start() -> Self {
        let program = install::tool("moto_server");
        let mut failed = String::new();
        for _ in 0..3 {
            let ports = Ports::claim(1);
            let port = ports.first().to_string();
            let mut command = vec![program.clone().into_os_string()];
            command.extend(["-H", "127.0.0.1", "-p", &port].map(Into::into));
            let mut process = Process::start(directory(), Ended::Kill, None, &command);
            let client = Client::new(ports.address(0));
            match process.wait(|| client.ask("GET", "/moto-api/data.json", &[], b"").is_ok()) {
                Ok(()) => return Self { process, ports },
                Err(why) => failed = why,
            }
        }
        panic!("moto does not start: {failed}");
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.ports.address(0)
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Forgets everything. Not for the shared server, where other tests have things too.
    #[track_caller]
    pub fn reset(&mut self) {
        self.control("/moto-api/reset", "");
    }

    /// After this many requests more, signatures and permissions are checked, for users of its IAM.
    #[track_caller]
    pub fn check_signatures_after(&mut self, requests: u32) {
        self.control("/moto-api/reset-auth", &requests.to_string());
    }

    /// Calls the Secrets Manager of a region: `call("us-east-1", "CreateSecret", &json!({"Name": .., "SecretString": ..}))`.
    pub fn call(&self, region: &str, action: &str, body: &Value) -> (u16, Value) {
        self.call_as(
            "AKIAIOSFODNN7EXAMPLE",
            region,
            "secretsmanager",
            &format!("secretsmanager.{action}"),
            body,
        )
    }

    /// The same where the call has to succeed; gives the answer's JSON.
    #[track_caller]
    pub fn must(&self, region: &str, action: &str, body: &Value) -> Value {
        let (status, answer) = self.call(region, action, body);
        assert_eq!(status, 200, "{action} answers {status}: {}", answer["message"]);
        answer
    }

    /// Calls any service that speaks JSON, unsigned, with this access key.
    #[track_caller]
    pub fn call_as(
        &self,
        key: &str,
        region: &str,
        service: &str,
        target: &str,
        body: &Value,
    ) -> (u16, Value) {
        let credential = format!("{key}/20260101/{region}/{service}/aws4_request");
        let headers = [
            (
                "Authorization",
                &*format!(
                    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
                ),
            ),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", target),
        ];
        let body = body.to_string();
        for _ in 0..3 {
            match Client::new(self.address()).ask("POST", "/", &headers, body.as_bytes()) {
                // It goes through all that it has without a lock, and stumbles where somebody else adds to it meanwhile.
                Ok(response) if response.status == 500 => {}
                Ok(response) => return (response.status, response.value()),
                Err(error) => panic!("moto does not answer {target}: {error}"),
            }
        }
        (500, Value::Null)
    }

    /// The process that keeps it; the server is its child.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    #[track_caller]
    fn control(&self, path: &str, body: &str) {
        let answer = Client::new(self.address()).ask(
            "POST",
            path,
            &[("Content-Type", "text/plain")],
            body.as_bytes(),
        );
        assert!(answer.is_ok_and(|response| response.status == 200), "moto refuses {path}");
    }
}
