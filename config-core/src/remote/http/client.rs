//! The HTTP client: rustls with ring, no redirects, the proxy that was told and no other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, NoProxy, Proxy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::remote::reach::{Authority, Reach};
use crate::source::{Failure, FailureKind};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);

/// A client for addresses with `https`, or for those without.
pub(super) fn build(reach: &Reach, secure: bool) -> Result<Client, Failure> {
    let tls = if secure { tls(&reach.authorities)? } else { trusting(RootCertStore::empty())? };
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        // A secret, or a token, must not follow wherever an answer points.
        .redirect(Policy::none())
        // Less than the whole, so that it is known which of them came to nothing.
        .connect_timeout(CONNECT.min(reach.timeout() / 4 * 3))
        .user_agent(concat!("config-core/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    let builder = match &reach.proxy {
        None => builder,
        Some(url) => {
            let proxy = Proxy::all(url.as_str()).map_err(|_| {
                broken("the address of the proxy cannot be read")
                    .hint("write it as http://HOST:PORT")
            })?;
            let except = reach.no_proxy.as_ref().and_then(|list| NoProxy::from_string(list));
            builder.proxy(proxy.no_proxy(except))
        }
    };
    builder.build().map_err(|_| broken("the HTTP client could not be set up"))
}

/// TLS that trusts these authorities, or where there are none those of the system.
fn tls(authorities: &[Authority]) -> Result<ClientConfig, Failure> {
    if authorities.is_empty() {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(Arc::clone(&provider)).map_err(|_| {
            broken("the system has no certificate authorities to trust")
                .hint("install ca-certificates, or name a file with those to trust")
        })?;
        return Ok(ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| broken("TLS could not be set up"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        match authority {
            Authority::Pem(text) => add(&mut roots, text, None)?,
            Authority::File(path) => {
                for file in files(path)? {
                    let text = std::fs::read(&file)
                        .map_err(|error| Failure::io(&error, file.as_path().into()))?;
                    add(&mut roots, &text, Some(&file))?;
                }
            }
        }
    }
    trusting(roots)
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| broken("TLS could not be set up"))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The file itself, or the files of a directory.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| Failure::io(&error, path.into());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    Ok(files)
}

fn add(roots: &mut RootCertStore, pem: &[u8], file: Option<&Path>) -> Result<(), Failure> {
    let malformed = |message: &'static str| {
        let failure = |message: String| {
            Failure::new(FailureKind::Malformed, message)
                .hint("a certificate in PEM begins with -----BEGIN CERTIFICATE-----")
        };
        match file {
            Some(file) => {
                failure(message.to_owned()).in_file(file.into(), crate::value::Position::default())
            }
            None => failure(format!("the text of the certificate authorities {message}")),
        }
    };
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| malformed("is not a certificate in PEM"))?;
        roots.add(certificate).map_err(|_| malformed("has a certificate that cannot be read"))?;
        count += 1;
    }
    match count {
        0 => Err(malformed("has no certificate in PEM")),
        _ => Ok(()),
    }
}

fn broken(message: &'static str) -> Failure {
    Failure::new(FailureKind::NotConfigured, message)
}
