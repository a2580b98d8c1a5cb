//! OpenBao, which speaks Vault's API.

mod admin;
mod auth;
mod engine;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;

use crate::http::Client;
use crate::install;
use crate::port::Ports;
use crate::process::{Ended, Process, directory};

pub use admin::Admin;
pub use auth::{AppRole, JwtAuth, JwtIssuer, KubernetesAuth, TokenReview};
pub use engine::{Database, Kv};

/// The root token of a server in dev mode.
pub const ROOT_TOKEN: &str = "root";

/// A server that keeps everything in memory, and ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    /// Plain HTTP, HTTPS where there is any, and each one's cluster port.
    ports: Ports,
    tls: bool,
}

/// What initialising a server gives.
pub struct Keys {
    /// The one key that unseals it.
    pub unseal: String,
    /// Its root token.
    pub root: String,
}

impl Server {
    /// The server of this test process, in dev mode: initialised, unsealed, root token [`ROOT_TOKEN`], KV v2 at `secret`.
    /// Tests use mounts, policies and roles of their own in it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::dev)
    }

    /// Whether OpenBao is on this machine.
    pub fn is_installed() -> bool {
        Self::program().is_some()
    }

    /// Where it is, if it is on this machine.
    pub fn program() -> Option<PathBuf> {
        install::found("bao")
    }

    /// A fresh server in dev mode.
    pub fn dev() -> Self {
        Self::start(false, |ports, _| {
            let address = format!("-dev-listen-address={}", ports.address(0));
            let root = format!("-dev-root-token-id={ROOT_TOKEN}");
            ["-dev", "-dev-no-store-token", &root, &address].map(Into::into).into()
        })
    }

    /// A fresh server in dev mode that also listens with TLS, under a throw-away CA ([`Server::ca_file`]).
    pub fn dev_tls() -> Self {
        Self::start(true, |ports, dir| {
            let config = dir.join("plain.hcl");
            write(&config, &listener(ports.address(0)));
            let address = format!("-dev-listen-address={}", ports.address(2));
            let root = format!("-dev-root-token-id={ROOT_TOKEN}");
            let tls = format!("-dev-tls-cert-dir={}", dir.display());
            let config = format!("-config={}", config.display());
            ["-dev", "-dev-tls", "-dev-no-store-token", &root, &address, &tls, &config]
                .map(Into::into)
                .into()
        })
    }

    /// A fresh server as an operator first meets it: neither initialised nor unsealed.
    pub fn uninitialised() -> Self {
        Self::start(false, |ports, dir| {
            let config = dir.join("server.hcl");
            let (api, cluster) = (ports.address(0), ports.address(1));
            let addresses =
                format!("api_addr = \"http://{api}\"\ncluster_addr = \"https://{cluster}\"\n");
            write(
                &config,
                &format!(
                    "storage \"inmem\" {{}}\ndisable_mlock = true\n{addresses}{}",
                    listener(api)
                ),
            );
            vec![format!("-config={}", config.display())]
        })
    }

    /// Where it listens without TLS.
    pub fn address(&self) -> SocketAddr {
        self.ports.address(0)
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Where [`Server::dev_tls`] listens with TLS.
    #[track_caller]
    pub fn tls_address(&self) -> SocketAddr {
        assert!(self.tls, "only Server::dev_tls() listens with TLS");
        self.ports.address(2)
    }

    /// `https://` and that address.
    #[track_caller]
    pub fn tls_url(&self) -> String {
        format!("https://{}", self.tls_address())
    }

    /// The CA that signed its certificate, as PEM. That of another server is a wrong one.
    #[track_caller]
    pub fn ca_file(&self) -> PathBuf {
        assert!(self.tls, "only Server::dev_tls() has a certificate");
        self.process.dir().join("vault-ca.pem")
    }

    /// The administrator of a server in dev mode.
    pub fn admin(&self) -> Admin {
        self.client(ROOT_TOKEN)
    }

    /// The API with some token.
    pub fn client(&self, token: &str) -> Admin {
        Admin::new(self.address(), token)
    }

    /// The status of `sys/health`: 200 active, 501 not initialised, 503 sealed.
    pub fn health(&self) -> u16 {
        health(self.address()).unwrap_or(0)
    }

    /// Initialises a server that is not, with one key; it stays sealed.
    #[track_caller]
    pub fn initialise(&self) -> Keys {
        let keys = self.client("").must(
            "PUT",
            "sys/init",
            &json!({ "secret_shares": 1, "secret_threshold": 1 }),
        );
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Keys { unseal: text(&keys["keys_base64"][0]), root: text(&keys["root_token"]) }
    }

    /// Unseals it.
    #[track_caller]
    pub fn unseal(&self, keys: &Keys) {
        let state = self.client("").must("PUT", "sys/unseal", &json!({ "key": keys.unseal }));
        assert_eq!(state["sealed"], false, "the key does not unseal the server");
        // Unsealed is not yet active.
        for _ in 0..500 {
            if self.health() == 200 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the server is unsealed but does not become active");
    }

    /// Seals it.
    #[track_caller]
    pub fn seal(&self, root: &str) {
        self.client(root).must("PUT", "sys/seal", &json!({}));
    }

    /// The process that keeps it; the server is its child.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn start(tls: bool, arguments: impl Fn(&Ports, &Path) -> Vec<String>) -> Self {
        let program = install::tool("bao");
        let mut failed = String::new();
        for _ in 0..3 {
            let ports = Ports::claim(if tls { 4 } else { 2 });
            let dir = directory();
            let mut command = vec![program.clone().into_os_string(), "server".into()];
            command.extend(arguments(&ports, dir.path()).into_iter().map(Into::into));
            let mut process = Process::start(dir, Ended::Kill, None, &command);
            let dev = command.iter().any(|argument| argument == "-dev");
            let address = ports.address(0);
            match process.wait(|| {
                health(address).is_some_and(|status| if dev { status == 200 } else { status != 0 })
            }) {
                Ok(()) => return Self { process, ports, tls },
                Err(why) => failed = why,
            }
        }
        panic!("OpenBao does not start: {failed}");
    }
}

fn health(address: SocketAddr) -> Option<u16> {
    Client::new(address).ask("GET", "/v1/sys/health", &[], b"").ok().map(|response| response.status)
}

fn listener(address: SocketAddr) -> String {
    format!("listener \"tcp\" {{\n  address = \"{address}\"\n  tls_disable = true\n}}\n")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file in a fresh directory can be written");
}
