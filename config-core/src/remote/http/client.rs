//! The HTTP client: rustls with ring, no redirects, the proxy that was told and no other.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, NoProxy, Proxy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::time::timeout_at;

use super::{Http, Request, trouble};
use crate::remote::blocking::blocking;
use crate::remote::reach::{Authority, Reach};
use crate::source::{Failure, FailureKind};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);

/// A client that was set up.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) client: Client,
    /// Tells the authorities that it trusts from others; none where these are the system's.
    pub(super) authorities: Option<u64>,
}

impl Http {
    /// The client, set up now if it was not yet; that reads the files of the authorities to trust.
    pub(super) async fn client(&self, request: &Request, until: Instant) -> Result<Built, Failure> {
        let secure = !request.url.starts_with("http://");
        let cell = if secure { &self.secure } else { &self.plain };
        let build = async {
            let mut held = cell.lock().await;
            if let Some(built) = &*held {
                return Ok(built.clone());
            }
            let built = self.build(secure).await?;
            Ok(held.insert(built).clone())
        };
        timeout_at(until.into(), build).await.unwrap_or_else(|_| Err(trouble::authorities_late()))
    }

    /// The client for a server whose certificate is not trusted, where the authorities to trust are others by now.
    pub(super) async fn anew(&self, refused: &Built, until: Instant) -> Option<Built> {
        self.reach.authorities.iter().find(|authority| matches!(authority, Authority::File(_)))?;
        let build = async {
            let mut held = self.secure.lock().await;
            let is_other = |built: &Built| built.authorities != refused.authorities;
            if let Some(built) = held.as_ref().filter(|built| is_other(built)) {
                return Some(built.clone());
            }
            // While the file is being replaced, what was in it stays in force.
            let built = self.build(true).await.ok().filter(is_other)?;
            Some(held.insert(built).clone())
        };
        timeout_at(until.into(), build).await.ok()?
    }

    async fn build(&self, secure: bool) -> Result<Built, Failure> {
        let reach = self.reach.clone();
        blocking(move || build(&reach, secure)).await?
    }
}

/// A client for addresses with `https`, or for those without.
pub(super) fn build(reach: &Reach, secure: bool) -> Result<Built, Failure> {
    let (tls, authorities) = match secure && !reach.authorities.is_empty() {
        true => roots(&reach.authorities)
            .and_then(|(roots, known)| Ok((trusting(roots)?, Some(known))))?,
        false if secure => (trusting_as_the_system()?, None),
        false => (trusting(RootCertStore::empty())?, None),
    };
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
    let client = builder.build().map_err(|_| broken("the HTTP client could not be set up"))?;
    Ok(Built { client, authorities })
}

/// TLS that trusts whom the system does.
fn trusting_as_the_system() -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider)).map_err(|_| {
        broken("the system has no certificate authorities to trust")
            .hint("install ca-certificates, or name a file with those to trust")
    })?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| broken("TLS could not be set up"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// The authorities of these files and texts, and a number that tells them from others.
fn roots(authorities: &[Authority]) -> Result<(RootCertStore, u64), Failure> {
    let (mut roots, mut known) = (RootCertStore::empty(), DefaultHasher::new());
    for authority in authorities {
        match authority {
            Authority::Pem(text) => {
                add(&mut roots, text, None)?;
                text.hash(&mut known);
            }
            Authority::File(path) => {
                for file in files(path)? {
                    let text = std::fs::read(&file)
                        .map_err(|error| Failure::io(&error, file.as_path().into()))?;
                    add(&mut roots, &text, Some(&file))?;
                    text.hash(&mut known);
                }
            }
        }
    }
    Ok((roots, known.finish()))
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
    files.sort_unstable();
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
