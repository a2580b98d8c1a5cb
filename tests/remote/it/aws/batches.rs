//! Many secrets in one call, and by themselves where that is refused.

use config_core::{Aws, Cache, ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::proxy::{Fault, Proxy};

use super::{REGION, asked, environment, only, proxy, refused, secret};

#[derive(Debug, Secrets)]
#[secrets(sources(aws("batches/app")))]
struct Three {
    #[secret(required, format = any)]
    password: SecretString,
    #[secret(required, format = any)]
    token: SecretString,
    #[secret(required, format = any, aws = "batches/db#url")]
    url: SecretString,
    #[secret(format = any, aws = "batches/gone#key")]
    gone: Option<SecretString>,
}

fn secrets() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        secret("batches/app", r#"{"password": "n0t-a-real-one", "token": "n0t-a-real-token"}"#);
        secret("batches/db", r#"{"url": "n0t-a-real-url"}"#);
    });
}

#[track_caller]
fn is_whole(settings: &Three) {
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!(settings.token.expose_secret(), "n0t-a-real-token");
    assert_eq!(settings.url.expose_secret(), "n0t-a-real-url");
    assert!(settings.gone.is_none());
}

#[test]
fn several_secrets_are_one_call_and_one_that_is_missing_fails_no_other() {
    secrets();
    let proxy = proxy();
    is_whole(&Three::loader().env(environment(&proxy.url())).load().unwrap());
    assert_eq!(asked(&proxy), ["BatchGetSecretValue"]);
}

/// An account whose calls are refused in batches.
fn account(proxy: &Proxy, code: &'static str) -> Aws {
    proxy.when(move |request| {
        let target = request.headers.value("x-amz-target").unwrap_or_default();
        target.ends_with("BatchGetSecretValue").then(|| refused(400, code, "no"))
    });
    let builder = Aws::builder().region(REGION).endpoint(proxy.url());
    builder.credentials("AKIAIOSFODNN7EXAMPLE", "n0t-a-real-key").build().unwrap()
}

#[test]
fn a_batch_that_is_denied_or_throttled_is_read_one_by_one_and_not_tried_again() {
    secrets();
    for code in ["AccessDeniedException", "ThrottlingException"] {
        let proxy = proxy();
        let account = account(&proxy, code);
        for batches in [1, 0] {
            proxy.forget();
            is_whole(&Three::loader().env([("A", "")]).source(account.clone()).load().unwrap());
            let mut asked = asked(&proxy);
            asked.sort();
            let mut expected = vec!["BatchGetSecretValue"; batches];
            expected.extend(["GetSecretValue"; 3]);
            assert_eq!(asked, expected, "{code}");
        }
    }
}

#[test]
fn one_secret_of_a_batch_that_is_denied_fails_its_own_fields_alone() {
    secrets();
    let proxy = proxy();
    proxy.when(|_| {
        Some(Fault::rewritten(|answer| {
            let values = answer["SecretValues"].as_array_mut().unwrap();
            values.retain(|value| value["Name"] != "batches/db");
            answer["Errors"].as_array_mut().unwrap().push(serde_json::json!({
                "SecretId": "batches/db", "ErrorCode": "AccessDeniedException", "Message": "no",
            }));
        }))
    });
    let error = Three::loader().env(environment(&proxy.url())).load().unwrap_err();
    let problem = only(&error);
    assert_eq!((problem.path(), problem.kind()), ("url", ProblemKind::Denied), "{error}");
    assert!(error.to_string().contains("secretsmanager:GetSecretValue on batches/db"), "{error}");
    assert_eq!(asked(&proxy), ["BatchGetSecretValue"]);
}

#[test]
fn one_that_the_answer_to_a_batch_leaves_out_is_read_by_itself() {
    secrets();
    let proxy = proxy();
    proxy.next([Some(Fault::rewritten(|answer| {
        answer["SecretValues"]
            .as_array_mut()
            .unwrap()
            .retain(|value| value["Name"] != "batches/db");
    }))]);
    is_whole(&Three::loader().env(environment(&proxy.url())).load().unwrap());
    assert_eq!(asked(&proxy), ["BatchGetSecretValue", "GetSecretValue"]);
}

#[test]
fn loads_that_share_a_cache_ask_once() {
    secrets();
    let proxy = proxy();
    let cache = Cache::new(std::time::Duration::from_secs(60));
    for _ in 0..2 {
        let loader = Three::loader().env(environment(&proxy.url())).cache(&cache);
        is_whole(&loader.load().unwrap());
    }
    // What is absent is not kept, and is asked for again.
    assert_eq!(asked(&proxy), ["BatchGetSecretValue", "GetSecretValue"]);
}

#[test]
fn a_batch_is_asked_again_where_the_store_is_in_trouble() {
    secrets();
    let proxy = proxy();
    proxy.next([Some(Fault::status(503)), Some(Fault::Reset)]);
    is_whole(&Three::loader().env(environment(&proxy.url())).load().unwrap());
    assert_eq!(asked(&proxy), ["BatchGetSecretValue"; 3]);
}
