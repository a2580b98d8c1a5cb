//! Denied, expired, unreachable and malformed are different outcomes, and each says what to do.

use std::time::Duration;

use config_core::{ExposeSecret, ProblemKind, Secrets};
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::unique;

use super::{One, asked, at, failure, proxy, refused, secret, without};

/// A secret behind a proxy, and what an environment says of it.
fn behind() -> (Proxy, Vec<(String, String)>) {
    let name = unique("prod/outcome");
    secret(&name, r#"{"password": "n0t-a-real-one"}"#);
    let proxy = proxy();
    let pairs = at(&proxy.url(), &name);
    (proxy, pairs)
}

/// What comes of an answer, with how many requests.
fn of(fault: Fault) -> (ProblemKind, String, usize) {
    let (proxy, pairs) = behind();
    proxy.always(fault);
    let (kind, text) = failure::<One>(pairs);
    (kind, text, proxy.requests().len())
}

#[test]
fn each_refusal_is_told_apart() {
    let hostile = "n0t-a-real-one is not authorized to perform: secretsmanager:GetSecretValue";
    for (status, code, message, kind, words) in [
        (
            400,
            "AccessDeniedException",
            hostile,
            ProblemKind::Denied,
            "allow secretsmanager:GetSecretValue on prod/outcome",
        ),
        (
            400,
            "AccessDeniedException",
            "Access to KMS is not allowed",
            ProblemKind::Denied,
            "allow kms:Decrypt",
        ),
        (400, "DecryptionFailure", "", ProblemKind::Denied, "allow kms:Decrypt"),
        (
            400,
            "UnrecognizedClientException",
            hostile,
            ProblemKind::Denied,
            "the credentials are not valid: those of AWS_ACCESS_KEY_ID",
        ),
        (
            400,
            "InvalidSignatureException",
            "Signature expired: 20261121T100000Z is now earlier than 20261121T101500Z",
            ProblemKind::Denied,
            "the clock of this machine is off",
        ),
        (
            400,
            "com.amazonaws#InvalidSignatureException",
            "",
            ProblemKind::Denied,
            "the credentials are not valid",
        ),
        (
            400,
            "ExpiredTokenException",
            hostile,
            ProblemKind::Expired,
            "the credentials have expired",
        ),
        (400, "ValidationException", hostile, ProblemKind::Malformed, "not of its form"),
        (400, "SomethingNew", hostile, ProblemKind::Malformed, "HTTP 400"),
        (
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
            ProblemKind::Missing,
            "no such secret",
        ),
        (
            404,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
            ProblemKind::Missing,
            "no such secret",
        ),
        (
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            ProblemKind::Missing,
            "no value yet",
        ),
        (
            400,
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
            ProblemKind::Missing,
            "marked for deletion",
        ),
    ] {
        let (found, text, requests) = of(refused(status, code, message));
        assert_eq!(found, kind, "{code}: {text}");
        assert!(text.contains(words), "{code}: {text}");
        assert!(!text.contains("n0t-a-real"), "{text}");
        assert_eq!(requests, 1, "{code} is not asked again");
    }
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let Fault::Answer { status, mut headers, body } = refused(400, "InvalidSignatureException", "")
    else {
        unreachable!()
    };
    headers.push(("Date".to_owned(), "Tue, 01 Jan 2030 00:00:00 GMT".to_owned()));
    let (kind, text, _) = of(Fault::Answer { status, headers, body });
    assert_eq!(kind, ProblemKind::Denied, "{text}");
    assert!(
        text.contains("the clock of this machine is") && text.contains("minutes behind"),
        "{text}"
    );
}

#[test]
fn one_call_too_many_is_made_again_whatever_its_status() {
    let (proxy, pairs) = behind();
    let throttled = || Some(refused(400, "ThrottlingException", "Rate exceeded"));
    proxy.next([throttled(), throttled()]);
    let settings = One::loader().env(pairs).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!(asked(&proxy).len(), 3);
    let (kind, text, requests) = of(refused(400, "ThrottlingException", "n0t-a-real-one"));
    assert_eq!((kind, requests), (ProblemKind::Unreachable, 4), "{text}");
    assert!(text.contains("too many requests; 4 attempts in"), "{text}");
    assert!(text.contains("ask less often"), "{text}");
}

#[test]
fn trouble_at_the_other_end_is_unreachable() {
    for fault in [Fault::status(500), Fault::status(503), Fault::Reset, Fault::Truncated] {
        let (kind, text, requests) = of(fault);
        assert_eq!((kind, requests), (ProblemKind::Unreachable, 4), "{text}");
    }
    let nobody = Proxy::before_nothing();
    nobody.refuse();
    let (kind, text) = failure::<One>(at(&nobody.url(), "prod/app"));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
}

#[test]
fn an_answer_that_is_none_is_malformed() {
    for fault in [Fault::MalformedJson, Fault::wrong_type(), Fault::huge(), Fault::body("{}")] {
        let (kind, text, requests) = of(fault);
        assert_eq!((kind, requests), (ProblemKind::Malformed, 1), "{text}");
        assert!(!text.contains("n0t-a-real"), "{text}");
    }
}

#[test]
fn a_store_that_does_not_answer_does_not_hold_up_the_load() {
    let (proxy, pairs) = behind();
    proxy.always(Fault::BlackHole);
    let started = std::time::Instant::now();
    let error = One::loader().env(pairs).deadline(Duration::from_millis(500)).load().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(super::only(&error).kind(), ProblemKind::Unreachable, "{error}");
}

#[test]
fn without_a_region_the_source_is_not_configured() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env, aws("prod/app")), profile(production, sources(aws("prod/app"))))]
    #[expect(dead_code, reason = "it is never loaded")]
    struct Settings {
        #[secret(required, format = any)]
        password: config_core::SecretString,
    }
    let pairs = without(at("http://127.0.0.1:9", "prod/app"), &["AWS_REGION"]);
    let (kind, text) = failure::<Settings>(pairs.clone());
    assert_eq!(kind, ProblemKind::Missing, "{text}");
    let why = "AWS_REGION is not set, nor does the profile default have a region";
    assert!(text.contains(why), "{text}");
    assert!(text.contains("or set AWS_REGION"), "{text}");
    let error = Settings::loader().env(pairs).profile("production").load().unwrap_err();
    assert_eq!(super::only(&error).kind(), ProblemKind::NotConfigured, "{error}");
}

#[test]
fn what_is_absent_says_in_which_region_it_was_looked_for() {
    let (proxy, pairs) = behind();
    let mut elsewhere = without(pairs, &["AWS_REGION"]);
    elsewhere.push(("AWS_REGION".to_owned(), "us-east-1".to_owned()));
    let (kind, text) = failure::<One>(elsewhere);
    assert_eq!(kind, ProblemKind::Missing, "{text}");
    assert!(text.contains("(no such secret in us-east-1)"), "{text}");
    assert_eq!(asked(&proxy), ["GetSecretValue"]);
}

#[test]
fn keys_and_tokens_are_not_sent_over_a_network_without_tls() {
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SSM"] {
        let mut pairs = without(at("https://127.0.0.1:9", "prod/app"), &[name]);
        pairs.push((name.to_owned(), "http://192.0.2.2:1".to_owned()));
        let (kind, text) = failure::<One>(pairs);
        assert_eq!(kind, ProblemKind::NotConfigured, "{text}");
        assert!(text.contains("a token is not sent to 192.0.2.2:1 without TLS"), "{text}");
        assert!(text.contains("write https://") && text.contains(name), "{text}");
    }
    let built = config_core::Aws::builder().region("eu-west-1").endpoint("http://192.0.2.2:1");
    let failure = built.build().err().unwrap();
    assert!(failure.to_string().contains("is not sent to 192.0.2.2:1 without TLS"), "{failure}");
    let near = config_core::Aws::builder().region("eu-west-1").endpoint("http://localhost:5000");
    assert!(near.build().is_ok());
}

#[test]
fn another_server_at_the_endpoint_is_told_from_aws() {
    let page = b"<html>not here</html>".to_vec();
    let (kind, text, _) = of(Fault::Answer { status: 404, headers: Vec::new(), body: page });
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("what answers there is not AWS (HTTP 404)"), "{text}");
    assert!(text.contains("see whether the endpoint is right: AWS_ENDPOINT_URL"), "{text}");
}
