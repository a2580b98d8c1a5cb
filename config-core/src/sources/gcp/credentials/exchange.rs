//! Tokens for a key, for a refresh token, and for a service account that one may act as.

use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::{Kind, SCOPE, Token, bearer, malformed, post_form, renewed_at, text, token_in, wrong};
use crate::remote::body::Body;
use crate::remote::encode::{form, from_base64};
use crate::remote::http::Request;
use crate::remote::time;
use crate::source::Failure;
use crate::sources::gcp::net::Net;
use crate::value::{Text, TextBuilder};

/// How long an assertion, or a token of another account, is good, in seconds: as long as Google allows.
const LIFETIME: u64 = 3600;

/// The key of a service account.
pub(in crate::sources::gcp) struct ServiceAccount {
    pub(super) email: String,
    /// In PEM.
    pub(super) key: Text,
    pub(super) key_id: Option<String>,
    pub(super) token_uri: String,
    pub(super) universe: Option<String>,
}

/// The login of a person.
pub(in crate::sources::gcp) struct User {
    pub(super) client_id: String,
    pub(super) client_secret: Text,
    pub(super) refresh_token: Text,
    pub(super) token_uri: String,
}

impl ServiceAccount {
    /// Whether the assertion is the token: other clouds than the public one have no exchange (AIP-4111).
    fn is_its_own_token(&self) -> bool {
        self.universe.as_deref().is_some_and(|universe| universe != "googleapis.com")
    }

    /// Whom a token is got from, for a plan.
    pub(super) fn calls(&self) -> Vec<String> {
        match self.is_its_own_token() {
            true => Vec::new(),
            false => vec![super::posted(&self.token_uri)],
        }
    }

    /// A token for an assertion that the key signs (RFC 7523).
    pub(super) async fn token(&self, net: &Net, until: Instant) -> Result<Token, Failure> {
        if self.is_its_own_token() {
            let token = self.assertion(&[("scope", SCOPE), ("sub", &self.email)])?;
            return Ok(Token { value: bearer(&token), good_until: Some(renewed_at(LIFETIME)) });
        }
        // A subject would be somebody whom the account may act as.
        let assertion = self.assertion(&[("scope", SCOPE), ("aud", &self.token_uri)])?;
        let form = form(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &assertion),
        ]);
        let response = net.send(&post_form(&self.token_uri, form), until).await?;
        match response.is_success() {
            true => token_in(&response),
            false => Err(wrong::of_key(&response)),
        }
    }

    /// A signed JWT with these claims and who claims them, from now on.
    fn assertion(&self, claims: &[(&str, &str)]) -> Result<Text, Failure> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_secs());
        let header = Body::new().text("alg", "RS256").text("typ", "JWT");
        let header = header.maybe("kid", self.key_id.as_deref()).finish();
        let mut body = Body::new().text("iss", &self.email);
        for (name, value) in claims {
            body = body.text(name, value);
        }
        let body = body.json("iat", &now.to_string()).json("exp", &(now + LIFETIME).to_string());
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(body.finish()));
        let signature = self.sign(signed.as_bytes())?;
        let mut encoded = [0; 1024 / 3 * 4 + 4];
        let length = URL_SAFE_NO_PAD.encode_slice(&signature, &mut encoded);
        let length = length.map_err(|_| malformed("the private key is too large"))?;
        let mut assertion = TextBuilder::with_capacity(signed.len() + 1 + length);
        assertion.push_str(&signed);
        assertion.push('.');
        assertion.push_str(std::str::from_utf8(&encoded[..length]).unwrap_or_default());
        Ok(assertion.finish())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let unreadable = || malformed("`private_key` is no RSA key in PEM");
        let (der, is_wrapped) = der(&self.key).ok_or_else(unreadable)?;
        let key =
            if is_wrapped { RsaKeyPair::from_pkcs8(&der) } else { RsaKeyPair::from_der(&der) };
        let key = key.map_err(|_| unreadable())?;
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| malformed("`private_key` cannot sign"))?;
        Ok(signature)
    }
}

impl User {
    /// A token for the refresh token (RFC 6749, section 6).
    pub(super) async fn token(&self, net: &Net, until: Instant) -> Result<Token, Failure> {
        let form = form(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("refresh_token", &self.refresh_token),
        ]);
        let response = net.send(&post_form(&self.token_uri, form), until).await?;
        match response.is_success() {
            true => token_in(&response),
            false => Err(wrong::of_login(&response)),
        }
    }

    pub(super) fn identity(&self) -> String {
        format!("user {}", super::digest(&self.refresh_token))
    }
}

/// A token of the service account that the address names, for somebody who may act as it.
pub(super) async fn impersonate(
    net: &Net,
    token: &Text,
    by: &Kind,
    url: &str,
    delegates: &[String],
    until: Instant,
) -> Result<Token, Failure> {
    let body = Body::new()
        .texts("scope", [SCOPE])
        .text("lifetime", &format!("{LIFETIME}s"))
        .texts("delegates", delegates.iter().map(String::as_str))
        .finish();
    let request = Request::new(Method::POST, url)
        .body(body)
        .repeatable()
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, token.as_str());
    let response = net.send(&request, until).await?;
    if !response.is_success() {
        return Err(wrong::of_impersonation(&response, &by.who(), super::email_in(url)));
    }
    let answer = response.json()?;
    let token = text(answer.entry("accessToken")).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| malformed("the answer has no access token"))?;
    let expires = text(answer.entry("expireTime")).and_then(time::read);
    let left = expires.and_then(|at| at.duration_since(SystemTime::now()).ok());
    let left = left.map_or(0, |left: Duration| left.as_secs());
    Ok(Token { value: bearer(token), good_until: Some(renewed_at(left)) })
}

/// The bytes of a key in PEM, and whether they are wrapped as PKCS #8 has it.
fn der(pem: &str) -> Option<(Zeroizing<Vec<u8>>, bool)> {
    let forms = [("-----BEGIN PRIVATE KEY-----", true), ("-----BEGIN RSA PRIVATE KEY-----", false)];
    let (behind, is_wrapped) = forms
        .iter()
        .find_map(|(begin, is_wrapped)| Some((pem.split_once(begin)?.1, *is_wrapped)))?;
    let (inside, _) = behind.split_once("-----END")?;
    let mut encoded = Text::new(String::with_capacity(inside.len()));
    inside.split_ascii_whitespace().for_each(|line| encoded.push_str(line));
    Some((from_base64(&encoded)?, is_wrapped))
}

#[cfg(test)]
mod tests;
