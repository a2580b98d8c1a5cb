//! A server that keeps all of what it is asked, credentials too, and passes it on.

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use config_tests_servers::http::{Client, Request, Response};
use config_tests_servers::standin::Standin;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// Ends when it is dropped.
pub(crate) struct Witness {
    standin: Standin,
    seen: Arc<Mutex<Vec<Request>>>,
    certificate: Option<TempDir>,
}

impl Witness {
    /// One before a server.
    pub(crate) fn before(upstream: SocketAddr) -> Self {
        Self::answering(move |request| passed_on(upstream, request))
    }

    /// One that answers itself.
    pub(crate) fn answering(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let (seen, answer) = noting(answer);
        Self { standin: Standin::start(answer), seen, certificate: None }
    }

    /// One before a server, under TLS: its certificate is for this machine and for these names.
    pub(crate) fn with_tls_before(upstream: SocketAddr, names: &[&str]) -> Self {
        let certificate = certificate(names);
        let config = Arc::new(config(&certificate));
        let pass = move |stream: TcpStream| {
            Some(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).ok()?, stream))
        };
        let (seen, answer) = noting(move |request| passed_on(upstream, request));
        let standin = Standin::behind(pass, answer);
        Self { standin, seen, certificate: Some(certificate) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.standin.address()
    }

    /// Its address, with `https://` where it speaks TLS.
    pub(crate) fn url(&self) -> String {
        match self.certificate {
            Some(_) => format!("https://{}", self.address()),
            None => self.standin.url(),
        }
    }

    /// What it was asked so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The last of that.
    #[track_caller]
    pub(crate) fn last(&self) -> Request {
        self.seen().pop().expect("it was asked nothing")
    }

    /// The certificate, which signs itself.
    #[track_caller]
    pub(crate) fn ca(&self) -> PathBuf {
        self.certificate.as_ref().expect("it speaks no TLS").path().join("certificate.pem")
    }
}

fn passed_on(upstream: SocketAddr, request: &Request) -> Response {
    let answer = Client::new(upstream).send(request);
    let mut answer = answer.unwrap_or_else(|_| Response::text(502, "text/plain", "nobody there"));
    answer.headers.remove(&["connection", "keep-alive"]);
    answer
}

type Seen = Arc<Mutex<Vec<Request>>>;

fn noting<A: Fn(&Request) -> Response>(answer: A) -> (Seen, impl Fn(&Request) -> Response) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let answer = move |request: &Request| {
        noted.lock().unwrap().push(request.clone());
        answer(request)
    };
    (seen, answer)
}

fn certificate(names: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let names: String = names.iter().map(|name| format!(",DNS:{name}")).collect();
    let arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test \
                     -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out certificate.pem";
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .args(["-addext", &format!("subjectAltName=IP:127.0.0.1{names}")])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    directory
}

fn config(certificate: &TempDir) -> ServerConfig {
    let file = |name: &str| certificate.path().join(name);
    let chain = CertificateDer::pem_file_iter(file("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap()
}
