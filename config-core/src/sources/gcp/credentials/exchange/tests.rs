use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::{SCOPE, ServiceAccount, der};
use crate::document::json;
use crate::value::{Node, Text, Value, exact};

/// Made for these tests, and good for nothing else.
const KEY: &str = include_str!("key_of_tests.txt");

fn account(key: &str) -> ServiceAccount {
    ServiceAccount {
        email: "app@p.iam.gserviceaccount.com".to_owned(),
        key: exact(key),
        key_id: Some("k1".to_owned()),
        token_uri: "https://oauth2.googleapis.com/token".to_owned(),
        universe: None,
    }
}

fn part(text: &str) -> Node {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
    json::parse(std::str::from_utf8(&bytes).unwrap()).unwrap()
}

fn text<'n>(node: &'n Node, name: &str) -> &'n str {
    match &node.entry(name).unwrap().value {
        Value::Text(text) | Value::Number(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_assertion_says_who_for_what_and_how_long_and_is_signed() {
    let account = account(KEY);
    let assertion: Text =
        account.assertion(&[("scope", SCOPE), ("aud", "https://a/token")]).unwrap();
    let [header, claims, signature] = assertion.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let signed = &assertion[..header.len() + 1 + claims.len()];
    let (header, claims) = (part(header), part(claims));
    assert_eq!([text(&header, "alg"), text(&header, "kid")], ["RS256", "k1"]);
    assert_eq!(text(&claims, "iss"), "app@p.iam.gserviceaccount.com");
    assert_eq!([text(&claims, "scope"), text(&claims, "aud")], [SCOPE, "https://a/token"]);
    assert!(claims.entry("sub").is_none());
    let [issued, expires] = ["iat", "exp"].map(|name| text(&claims, name).parse::<u64>().unwrap());
    assert_eq!(expires - issued, 3600);
    let (der, _) = der(KEY).unwrap();
    let key = RsaKeyPair::from_pkcs8(&der).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref())
        .verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
}

#[test]
fn a_key_is_read_wrapped_and_bare() {
    let (wrapped, is_wrapped) = der(KEY).unwrap();
    assert!(is_wrapped);
    // The bare key is the last octet string of PKCS #8, behind 26 bytes for a key of this size.
    let bare = base64::engine::general_purpose::STANDARD.encode(&wrapped[26..]);
    let bare =
        format!("-----BEGIN RSA PRIVATE KEY-----\r\n{bare}\r\n-----END RSA PRIVATE KEY-----");
    let (bare, is_wrapped) = der(&bare).unwrap();
    assert!(!is_wrapped);
    assert!(RsaKeyPair::from_der(&bare).is_ok());
}

#[test]
fn a_key_that_is_none_is_told_without_a_byte_of_it() {
    let wrong = [
        "",
        "c2VjcmV0LWtleQ==",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0*WtleQ==\n-----END PRIVATE KEY-----\n",
    ];
    for key in wrong {
        let failure = account(key).assertion(&[("scope", SCOPE)]).unwrap_err();
        assert_eq!(failure.to_string(), "`private_key` is no RSA key in PEM");
    }
}
