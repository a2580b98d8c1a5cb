//! An application's certificate: the assertion that it signs, as "Microsoft identity platform application authentication
//! certificate credentials" describes it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use rustls::SignatureScheme;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::remote::body::Body;
use crate::source::{Failure, FailureKind};
use crate::value::{Position, Text, TextBuilder};

/// How long an assertion is good, in seconds.
const LASTS: u64 = 300;

/// An assertion of the application, for this audience, signed with the key in the file.
pub(super) fn assertion(path: &Path, client: &str, audience: &str) -> Result<Text, Failure> {
    let pem =
        Zeroizing::new(std::fs::read(path).map_err(|error| Failure::io(&error, path.into()))?);
    signed(&pem, client, audience)
        .map_err(|failure| failure.in_file(path.into(), Position::default()))
}

fn signed(pem: &[u8], client: &str, audience: &str) -> Result<Text, Failure> {
    let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| {
        malformed("has no certificate in PEM")
            .hint("a .pfx is turned into one by: openssl pkcs12 -in a.pfx -out a.pem -nodes")
    })?;
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        malformed("has no private key in PEM beside the certificate, or one behind a password")
    })?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key)
        .map_err(|_| malformed("has a private key that cannot be used"))?;
    let signer = key
        .choose_scheme(&[SignatureScheme::RSA_PSS_SHA256])
        .ok_or_else(|| malformed("has a private key that is none of RSA, which Entra needs"))?;
    let thumbprint = ring::digest::digest(&ring::digest::SHA256, &certificate);
    let header = Body::new()
        .text("alg", "PS256")
        .text("typ", "JWT")
        .text("x5t#S256", &URL_SAFE_NO_PAD.encode(thumbprint))
        .finish();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut identifier = [0; 16];
    SystemRandom::new()
        .fill(&mut identifier)
        .map_err(|_| malformed("cannot be used: there is no randomness"))?;
    let claims = Body::new()
        .text("aud", audience)
        .text("iss", client)
        .text("sub", client)
        .text("jti", &URL_SAFE_NO_PAD.encode(identifier))
        .json("nbf", &now.to_string())
        .json("exp", &(now + LASTS).to_string())
        .finish();
    let mut token = TextBuilder::with_capacity(1024);
    token.push_str(&URL_SAFE_NO_PAD.encode(&header));
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(&claims));
    let signature = signer
        .sign(token.as_str().as_bytes())
        .map_err(|_| malformed("has a private key that does not sign"))?;
    token.push('.');
    token.push_str(&Zeroizing::new(URL_SAFE_NO_PAD.encode(signature)));
    Ok(token.finish())
}

fn malformed(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}
