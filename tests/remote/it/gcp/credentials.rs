//! Who asks: every kind of credentials, and how often a token is asked for.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config_core::{ExposeSecret, FailureKind, ProblemKind, Secrets, testing};
use config_tests_servers::gcp::StandIn;
use config_tests_servers::http::Response;
use config_tests_servers::proxy::most_at_once;
use config_tests_servers::standin::Standin;
use config_tests_servers::vendor::Failure;
use serde_json::{Value, json};

use super::{Bed, KEY, One, Own, TOKEN, load, problem};

const POOL: &str =
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/k8s";
/// Header, claims and signature of no more than their shape.
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrOHMifQ.c2lnbmVk";

fn bed() -> Bed {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    bed
}

fn key_of(bed: &Bed) -> Value {
    json!({
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "k1",
        "private_key": KEY,
        "client_email": "app@p.iam.gserviceaccount.com",
        "token_uri": format!("{}/token", bed.proxy.url()),
    })
}

fn federated(bed: &Bed, source: &Value) -> Value {
    json!({
        "type": "external_account",
        "audience": POOL,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", bed.proxy.url()),
        "credential_source": source,
    })
}

fn impersonation(bed: &Bed) -> String {
    let account = "app@p.iam.gserviceaccount.com";
    format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", bed.proxy.url())
}

/// Loads with these credentials; the paths that were asked for, in order.
#[track_caller]
fn paths(bed: &Bed, credentials: &Value) -> Vec<String> {
    let json = credentials.to_string();
    let loaded = load::<One>(bed.anybody().credentials_json(json.as_str())).unwrap();
    assert_eq!(loaded.settings.password.expose_secret(), "c4n4ry-1");
    bed.paths()
}

const READ: &str = "/v1/projects/p/secrets/app-password/versions/latest:access";

#[test]
fn the_key_of_a_service_account_is_exchanged_once() {
    let bed = bed();
    assert_eq!(paths(&bed, &key_of(&bed)), ["/token", READ]);
    let content = bed.proxy.requests()[0].headers.value("content-type").map(str::to_owned);
    assert_eq!(content.as_deref(), Some("application/x-www-form-urlencoded"));
}

#[test]
fn the_metadata_server_gives_the_token_and_the_project() {
    let bed = Bed::new();
    bed.standin.add("stand-in", "app-password", b"c4n4ry-1");
    bed.proxy.delay(Duration::from_millis(200));
    let host = bed.proxy.address().to_string();
    let gcp = config_core::Gcp::builder().endpoint(bed.proxy.url()).metadata_server();
    let loaded = load::<One>(gcp.metadata_host(host)).unwrap();
    assert_eq!(loaded.settings.password.expose_secret(), "c4n4ry-1");
    let mut paths = bed.paths();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "/computeMetadata/v1/instance/service-accounts/default/token",
            "/computeMetadata/v1/project/project-id",
            "/v1/projects/stand-in/secrets/app-password/versions/latest:access",
        ]
    );
    assert_eq!(most_at_once(&bed.proxy.requests()), 2, "one is not waited for before the other");
    let token =
        bed.proxy.requests().into_iter().find(|asked| asked.path.ends_with("token")).unwrap();
    assert_eq!(token.headers.value("metadata-flavor"), Some("Google"));
}

#[test]
fn a_workload_identity_from_a_file_is_exchanged() {
    let bed = bed();
    let sandbox = testing::Sandbox::new();
    sandbox.file("token", format!("{JWT}\n"));
    let source = json!({ "file": sandbox.path().join("token") });
    let mut credentials = federated(&bed, &source);
    assert_eq!(paths(&bed, &credentials), ["/v1/token", READ]);
    bed.proxy.forget();
    credentials["service_account_impersonation_url"] = json!(impersonation(&bed));
    let act = "/v1/projects/-/serviceAccounts/app@p.iam.gserviceaccount.com:generateAccessToken";
    assert_eq!(paths(&bed, &credentials), ["/v1/token", act, READ]);
}

#[test]
fn a_workload_identity_from_an_address_is_asked_for_there() {
    let bed = bed();
    let workload = Standin::start(|request| match request.headers.value("metadata") {
        Some("true") => Response::json(200, &json!({ "token": JWT })),
        _ => Response::json(400, &json!({})),
    });
    let format = json!({ "type": "json", "subject_token_field_name": "token" });
    let source =
        json!({ "url": workload.url(), "headers": { "Metadata": "true" }, "format": format });
    assert_eq!(paths(&bed, &federated(&bed, &source)), ["/v1/token", READ]);
}

#[test]
fn a_login_is_refreshed() {
    let bed = bed();
    let seen = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&seen);
    let oauth = Standin::start(move |request| {
        *noted.lock().unwrap() = String::from_utf8(request.body.clone()).unwrap();
        Response::json(200, &json!({ "access_token": TOKEN, "expires_in": 3599 }))
    });
    let login = json!({
        "type": "authorized_user",
        "client_id": "id",
        "client_secret": "s&cret",
        "refresh_token": "1//c4n4ry",
        "token_uri": format!("{}/token", oauth.url()),
    });
    assert_eq!(paths(&bed, &login), [READ]);
    assert_eq!(
        *seen.lock().unwrap(),
        "grant_type=refresh_token&client_id=id&client_secret=s%26cret&refresh_token=1%2F%2Fc4n4ry"
    );
}

#[test]
fn who_pays_is_told_with_every_request() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let secrets = Standin::start(move |request| {
        let payer = request.headers.value("x-goog-user-project").map(str::to_owned);
        noted.lock().unwrap().push(payer);
        let payload = json!({ "data": "YzRuNHJ5LTE=" });
        Response::json(
            200,
            &json!({ "name": "secrets/app-password/versions/1", "payload": payload }),
        )
    });
    let gcp = || config_core::Gcp::builder().project("p").endpoint(secrets.url());
    load::<One>(gcp().access_token(TOKEN).quota_project("payer")).unwrap();
    load::<One>(gcp().access_token(TOKEN)).unwrap();
    assert_eq!(*seen.lock().unwrap(), [Some("payer".to_owned()), None]);
}

#[test]
fn somebody_acts_as_a_service_account() {
    let bed = bed();
    let credentials = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": impersonation(&bed),
        "delegates": ["between@p.iam.gserviceaccount.com"],
        "source_credentials": key_of(&bed),
    });
    let asked = paths(&bed, &credentials);
    assert_eq!(asked.len(), 3);
    assert!(asked[1].ends_with(":generateAccessToken"));
}

#[test]
fn a_token_is_kept_for_the_loads_that_follow() {
    let bed = bed();
    let json = key_of(&bed).to_string();
    let gcp = bed.anybody().credentials_json(json.as_str()).build().unwrap();
    let none: [(&str, &str); 0] = [];
    for _ in 0..3 {
        One::loader().env(none).source(gcp.clone()).load().unwrap();
    }
    assert_eq!(bed.paths(), ["/token", READ, READ, READ]);
}

#[test]
fn many_secrets_wait_for_one_token() {
    let bed = Bed::new();
    bed.standin.add("p", "app-db-password", b"c4n4ry-1");
    bed.standin.add("p", "app-smtp-user-name", b"grace");
    let json = key_of(&bed).to_string();
    load::<Own>(bed.anybody().credentials_json(json.as_str())).unwrap();
    assert_eq!(bed.proxy.count("POST", "/token"), 1);
    assert_eq!(bed.paths().len(), 3);
}

#[test]
fn a_token_that_is_about_to_expire_is_not_kept() {
    let bed = Bed::with(0);
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    let json = key_of(&bed).to_string();
    let gcp = bed.anybody().credentials_json(json.as_str()).build().unwrap();
    let none: [(&str, &str); 0] = [];
    for _ in 0..2 {
        One::loader().env(none).source(gcp.clone()).load().unwrap();
    }
    assert_eq!(bed.proxy.count("POST", "/token"), 2);
}

#[test]
fn a_token_that_was_refused_is_renewed_once() {
    let bed = bed();
    bed.standin.fail_next(&Failure::status(401).below("/v1/projects/p/secrets"));
    let credentials = key_of(&bed);
    assert_eq!(paths(&bed, &credentials), ["/token", READ, "/token", READ]);
    bed.proxy.forget();
    bed.standin.fail_next(&Failure::status(401).below("/v1/projects/p/secrets").times(9));
    let json = credentials.to_string();
    let (kind, text) = problem::<One>(bed.anybody().credentials_json(json.as_str()));
    assert_eq!(kind, ProblemKind::Denied);
    let words = "the access token of app@p.iam.gserviceaccount.com is not accepted";
    assert!(text.contains(words), "{text}");
    assert_eq!(bed.paths(), ["/token", READ, "/token", READ]);
}

/// What a load says whose token service answers so.
#[track_caller]
fn without_token(kind: &str, status: u16, answer: &Value) -> (ProblemKind, String) {
    let bed = bed();
    let answer = answer.clone();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let oauth = Standin::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Response::json(status, &answer)
    });
    let mut credentials = match kind {
        "authorized_user" => json!({
            "type": kind, "client_id": "id", "client_secret": "c4n4ry-c", "refresh_token": "c4n4ry-r",
        }),
        _ => key_of(&bed),
    };
    credentials["token_uri"] = json!(format!("{}/token", oauth.url()));
    let json = credentials.to_string();
    let told = problem::<Own>(bed.anybody().credentials_json(json.as_str()));
    assert_eq!(bed.paths(), [""; 0]);
    // Two secrets wait for one token, and have one failure; only a service in trouble is asked again.
    assert!(status >= 500 || asked.load(Ordering::SeqCst) == 1);
    told
}

#[test]
fn a_token_that_is_not_given_says_why_and_what_to_do() {
    let refused = json!({ "error": "invalid_grant", "error_description": "c4n4ry" });
    let (kind, text) = without_token("service_account", 400, &refused);
    assert_eq!(kind, ProblemKind::Denied);
    let words = "no access token for app@p.iam.gserviceaccount.com: the key is not accepted, or \
                 the clock is wrong";
    assert!(text.contains(words), "{text}");
    let (kind, text) = without_token("authorized_user", 400, &refused);
    assert_eq!(kind, ProblemKind::Expired);
    assert!(text.contains("run: gcloud auth application-default login"), "{text}");
    let (kind, text) = without_token("service_account", 200, &json!({ "token_type": "c4n4ry" }));
    assert_eq!(kind, ProblemKind::Malformed);
    assert!(text.contains("the answer has no access token"), "{text}");
    let (kind, _) = without_token("service_account", 503, &json!({}));
    assert_eq!(kind, ProblemKind::Unreachable);
}

#[test]
fn a_pool_that_does_not_know_the_workload_says_so() {
    let bed = bed();
    let sandbox = testing::Sandbox::new();
    sandbox.file("token", "c4n4ry-no-jwt");
    let source = json!({ "file": sandbox.path().join("token") });
    let json = federated(&bed, &source).to_string();
    let (kind, text) = problem::<One>(bed.anybody().credentials_json(json.as_str()));
    assert_eq!(kind, ProblemKind::Denied);
    assert!(text.contains("the pool does not accept the token of the workload"), "{text}");
    sandbox.file("token", "");
    let (kind, text) = problem::<One>(bed.anybody().credentials_json(json.as_str()));
    assert_eq!(kind, ProblemKind::Malformed);
    assert!(text.contains("there is no token of the workload"), "{text}");
}

#[test]
fn nobody_may_act_as_the_account_without_the_role() {
    let bed = bed();
    let credentials = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": impersonation(&bed),
        "source_credentials": key_of(&bed),
    });
    bed.standin.fail_next(&Failure::status(403).below("/v1/projects/-/"));
    let json = credentials.to_string();
    let (kind, text) = problem::<One>(bed.anybody().credentials_json(json.as_str()));
    assert_eq!(kind, ProblemKind::Denied);
    assert!(text.contains("roles/iam.serviceAccountTokenCreator"), "{text}");
}

#[test]
fn what_answers_in_the_stead_of_a_metadata_server_gets_no_further() {
    let bed = bed();
    let router = Standin::start(|_| Response::json(200, &json!({ "access_token": TOKEN })));
    let host = router.address().to_string();
    let (kind, text) = problem::<One>(bed.anybody().metadata_server().metadata_host(host));
    assert_eq!(kind, ProblemKind::Malformed);
    assert!(text.contains("what answers is not the metadata server"), "{text}");
    assert_eq!(bed.paths(), [""; 0]);
}

#[test]
fn credentials_that_cannot_be_read_name_the_file_and_the_field() {
    let bed = bed();
    let sandbox = testing::Sandbox::new();
    let told = |content: &str| {
        sandbox.file("key.json", content);
        let file: PathBuf = sandbox.path().join("key.json");
        let failure = bed.anybody().credentials_file(file).build().unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("key.json") && !text.contains("c4n4ry"), "{text}");
        (failure.kind(), text)
    };
    let wrong = [
        ("", FailureKind::Malformed, "the credentials are not JSON"),
        ("{\"c4n4ry", FailureKind::Malformed, "the credentials are not JSON"),
        ("{}", FailureKind::Malformed, "the credentials have no `type`"),
        (r#"{"type":"c4n4ry"}"#, FailureKind::NotConfigured, "of this type are not supported"),
        (
            r#"{"type":"service_account","client_email":"a@b"}"#,
            FailureKind::Malformed,
            "the credentials have no `private_key`",
        ),
    ];
    for (content, kind, words) in wrong {
        let (found, text) = told(content);
        assert_eq!(found, kind, "{text}");
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    let none = sandbox.path().join("none.json");
    let failure = bed.anybody().credentials_file(none).build().unwrap_err();
    assert_eq!(failure.kind(), FailureKind::NotFound);
    assert!(failure.to_string().contains("no such file"), "{failure}");
    let failure = bed.anybody().credentials_json("c4n4ry").build().unwrap_err().to_string();
    assert!(failure.contains("not JSON") && !failure.contains("c4n4ry"), "{failure}");
}

#[test]
fn without_a_project_there_is_no_connection() {
    let failure = config_core::Gcp::builder().access_token("c4n4ry").build().err();
    // On a machine of Google's it is the machine that knows.
    if let Some(failure) = failure {
        let told = format!("{failure:?}");
        assert!(told.starts_with("GOOGLE_CLOUD_PROJECT is not set"), "{told}");
        assert!(told.contains("call `project` on the builder"), "{told}");
    }
}

#[test]
fn the_variables_of_the_load_lead_to_the_credentials() {
    let standin: StandIn = StandIn::start();
    let sandbox = testing::Sandbox::new();
    // What fails here is the exchange of the key.
    let oauth = Standin::start(|_| Response::json(400, &json!({ "error": "invalid_grant" })));
    let key = json!({
        "type": "service_account", "project_id": "of-file", "private_key": KEY,
        "client_email": "env@p.iam.gserviceaccount.com", "token_uri": format!("{}/token", oauth.url()),
    });
    sandbox.file("key.json", key.to_string());
    let loader = sandbox.loader::<One>([("GOOGLE_APPLICATION_CREDENTIALS", "key.json")]);
    let error = loader.load().unwrap_err().to_string();
    assert!(error.contains("no access token for env@p.iam.gserviceaccount.com"), "{error}");
    sandbox.file(".config/gcloud/application_default_credentials.json", key.to_string());
    let home = sandbox.path().to_str().unwrap();
    let loader = sandbox.loader::<One>([("HOME", home), ("GOOGLE_CLOUD_PROJECT", "p")]);
    let error = loader.load().unwrap_err().to_string();
    assert!(error.contains("no access token for env@p.iam.gserviceaccount.com"), "{error}");
    assert!(standin.log().is_empty());
}
