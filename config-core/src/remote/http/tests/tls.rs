//! Certificates, and servers that do not speak what is spoken to them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use config_tests_servers::openbao::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

use super::{Store, http, refusal, send, told};
use crate::remote::http::{Http, Request};
use crate::remote::reach::{Authority, Reach};

fn trusting(file: &Path) -> Http {
    let authorities = vec![Authority::File(file.to_owned())];
    Http::new(Reach { authorities, ..Reach::default() })
}

fn health(server: &Server) -> Request {
    Request::get(format!("{}/v1/sys/health", server.tls_url()))
}

#[test]
fn a_certificate_of_an_authority_that_is_trusted_is_taken() {
    let server = Server::dev_tls();
    let response = send(&trusting(&server.ca_file()), &health(&server)).unwrap();
    assert_eq!(response.status, 200);
}

#[test]
fn a_certificate_of_anybody_else_is_refused_at_once() {
    let (server, other) = (Server::dev_tls(), Server::dev_tls());
    for http in [trusting(&other.ca_file()), http()] {
        let text = told(&refusal(&http, &health(&server)));
        assert_eq!(
            text.replace(&server.tls_address().to_string(), "HOST"),
            "Unreachable: the certificate of HOST is refused: nobody who is trusted has signed it \
             -> name the authority that signed it, if it is to be trusted: by .ca(path) on the builder, or \
             SSL_CERT_FILE"
        );
    }
}

#[test]
fn a_certificate_past_its_time_is_refused() {
    let certificate = Certificate::made("IP:127.0.0.1", "20200101000000Z", "20200102000000Z");
    assert_eq!(
        certificate.refused(),
        "Unreachable: the certificate of HOST is refused: it has expired \
         -> have it renewed, and look at this machine's clock"
    );
}

#[test]
fn a_certificate_before_its_time_is_refused() {
    let certificate = Certificate::made("IP:127.0.0.1", "21200101000000Z", "21210101000000Z");
    assert_eq!(
        certificate.refused(),
        "Unreachable: the certificate of HOST is refused: it is not valid yet \
         -> look at this machine's clock"
    );
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let certificate = Certificate::made("DNS:vault.example", "20200101000000Z", "21200101000000Z");
    assert_eq!(
        certificate.refused(),
        "Unreachable: the certificate of HOST is refused: it is for another name \
         -> ask by a name that stands in it"
    );
}

#[test]
fn a_server_without_tls_is_told_from_one_with_a_bad_certificate() {
    let address = Server::shared().address();
    let request = Request::get(format!("https://{address}/v1/sys/health"));
    assert_eq!(
        told(&refusal(&http(), &request)).replace(&address.to_string(), "HOST"),
        "Unreachable: HOST does not speak TLS \
         -> mend the port, or write http:// if nothing has to be kept from others"
    );
}

#[test]
fn a_server_that_hangs_up_on_tls_is_told_from_one_that_is_not_there() {
    let store = Store::start();
    let request = Request::get(format!("https://{}/v1/app", store.proxy.address()));
    assert_eq!(
        store.told(&refusal(&http(), &request)),
        "Unreachable: HOST ends connections as they begin; 4 attempts in N s \
         -> look whether it speaks TLS on that port, and at its own log"
    );
}

#[test]
fn a_server_with_tls_that_is_asked_without_is_told_as_such() {
    let server = Server::dev_tls();
    let request = Request::get(format!("http://{}/v1/sys/health", server.tls_address()));
    assert_eq!(
        told(&send(&http(), &request).unwrap().failure()),
        "Malformed: the store wants TLS on this port, and was asked without (HTTP 400) \
         -> write its address with https://"
    );
}

#[test]
fn a_file_of_authorities_has_to_have_some() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("ca.pem");
    let request = Request::get("https://127.0.0.1:1/");
    let text = |http: &Http| {
        told(&refusal(http, &request)).replace(&dir.path().display().to_string(), "DIR")
    };
    assert_eq!(text(&trusting(&file)), "NotFound: DIR/ca.pem: no such file");
    std::fs::write(&file, "no certificate\n").unwrap();
    assert_eq!(
        text(&trusting(&file)),
        "Malformed: DIR/ca.pem: has no certificate in PEM -> a certificate in PEM begins with \
         -----BEGIN CERTIFICATE-----"
    );
}

#[test]
fn a_file_of_authorities_that_comes_later_is_read_then() {
    let (server, dir) = (Server::dev_tls(), TempDir::new().unwrap());
    let file = dir.path().join("ca.pem");
    let http = trusting(&file);
    assert!(told(&refusal(&http, &health(&server))).contains("no such file"));
    std::fs::copy(server.ca_file(), &file).unwrap();
    assert_eq!(send(&http, &health(&server)).unwrap().status, 200);
}

#[test]
fn a_file_of_authorities_that_was_replaced_is_read_anew_when_a_certificate_is_refused() {
    let (before, after) = (Server::dev_tls(), Server::dev_tls());
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("ca.pem");
    std::fs::copy(before.ca_file(), &file).unwrap();
    let http = trusting(&file);
    assert_eq!(send(&http, &health(&before)).unwrap().status, 200);
    let refused = || told(&refusal(&http, &health(&after)));
    assert!(refused().contains("nobody who is trusted has signed it"));
    std::fs::write(&file, "half a file").unwrap();
    assert!(refused().contains("nobody who is trusted has signed it"));
    std::fs::copy(after.ca_file(), &file).unwrap();
    assert_eq!(send(&http, &health(&after)).unwrap().status, 200);
}

/// A certificate that signs itself, with its key.
struct Certificate {
    dir: TempDir,
}

impl Certificate {
    fn made(name: &str, from: &str, until: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let config = format!(
            "[ca]\ndefault_ca = it\n[it]\ndatabase = index\nnew_certs_dir = .\npolicy = any\n\
             default_md = sha256\nrand_serial = yes\nx509_extensions = server\n\
             [any]\ncommonName = supplied\n[req]\ndistinguished_name = subject\n[subject]\n\
             [server]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = {name}\n"
        );
        std::fs::write(dir.path().join("config"), config).unwrap();
        std::fs::write(dir.path().join("index"), "").unwrap();
        let request = "req -config config -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
                       -nodes -keyout key.pem -subj /CN=test -out request.pem";
        let sign = format!(
            "ca -config config -selfsign -batch -notext -keyfile key.pem -in request.pem \
             -startdate {from} -enddate {until} -out certificate.pem"
        );
        for arguments in [request, &sign] {
            let mut openssl = Command::new("openssl");
            openssl.args(arguments.split_whitespace()).current_dir(dir.path());
            let output = openssl.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        Self { dir }
    }

    /// What is told of a server that has it, by somebody who trusts it.
    fn refused(&self) -> String {
        let address = self.served();
        let http = trusting(&self.dir.path().join("certificate.pem"));
        let request = Request::get(format!("https://{address}/v1/app"));
        told(&refusal(&http, &request)).replace(&address.to_string(), "HOST")
    }

    /// A server that has it, for one connection.
    fn served(&self) -> SocketAddr {
        let file = |name: &str| self.dir.path().join(name);
        let chain = CertificateDer::pem_file_iter(file("certificate.pem")).unwrap();
        let chain = chain.map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
            let mut tls = rustls::Stream::new(&mut tls, &mut stream);
            // The client ends it as soon as it sees the certificate.
            assert!(tls.read(&mut [0]).is_err() || tls.write(&[0]).is_err());
        });
        address
    }
}
