//! `aws`, against moto.

mod batches;
mod builders;
mod chain;
mod outcomes;
mod parameters;
mod permissions;
mod pinned;
mod plans;
mod reading;
mod rotation;
mod stores;
mod twins;

use config_core::{Error, Problem, ProblemKind, SecretString, Secrets, testing};
use config_tests_servers::http::Request;
use config_tests_servers::moto::Server;
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::{Value, json};

/// The region of these tests.
const REGION: &str = "eu-west-1";

/// One secret, in the place that the environment names.
#[derive(Debug, Secrets)]
#[secrets(sources(aws("{PLACE}")))]
struct One {
    #[secret(required, format = any)]
    password: SecretString,
}

/// What an environment says of the server.
fn environment(url: &str) -> Vec<(String, String)> {
    let pairs = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "n0t-a-real-key"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The same with a place for [`One`].
fn at(url: &str, place: &str) -> Vec<(String, String)> {
    let mut pairs = environment(url);
    pairs.push(("PLACE".to_owned(), place.to_owned()));
    pairs
}

/// The same without those of these names.
fn without(pairs: Vec<(String, String)>, names: &[&str]) -> Vec<(String, String)> {
    pairs.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
}

/// Makes a secret of a text.
#[track_caller]
fn secret(name: &str, text: &str) -> Value {
    Server::shared().must(REGION, "CreateSecret", &json!({"Name": name, "SecretString": text}))
}

/// Calls Parameter Store.
#[track_caller]
fn ssm(action: &str, body: &Value) -> Value {
    let target = format!("AmazonSSM.{action}");
    let (status, answer) =
        Server::shared().call_as("AKIAIOSFODNN7EXAMPLE", REGION, "ssm", &target, body);
    assert_eq!(status, 200, "{answer}");
    answer
}

#[track_caller]
fn parameter(name: &str, value: &str, kind: &str) {
    ssm("PutParameter", &json!({"Name": name, "Value": value, "Type": kind, "Overwrite": true}));
}

/// A proxy before the shared server.
fn proxy() -> Proxy {
    Proxy::before(Server::shared().address())
}

/// The operations that were asked for, in order.
fn asked(proxy: &Proxy) -> Vec<String> {
    let operation = |target: &str| target.rsplit('.').next().unwrap_or_default().to_owned();
    let requests = proxy.requests();
    requests
        .iter()
        .map(|logged| operation(logged.headers.value("x-amz-target").unwrap_or("none")))
        .collect()
}

/// By which key a request was signed, and for which region and service.
#[track_caller]
fn signed(request: &Request) -> (&str, &str, &str) {
    let signature = request.headers.value("authorization").expect("it is signed");
    let (_, scope) = signature.split_once("Credential=").unwrap();
    let parts: Vec<&str> = scope.split(',').next().unwrap().split('/').collect();
    (parts[0], parts[2], parts[3])
}

/// An answer as AWS gives it where it refuses.
fn refused(status: u16, code: &str, message: &str) -> Fault {
    let body = json!({"__type": code, "Message": message}).to_string().into_bytes();
    let headers = vec![("Content-Type".to_owned(), "application/x-amz-json-1.1".to_owned())];
    Fault::Answer { status, headers, body }
}

/// What the only problem of a load is, and the whole text, in which no secret is.
#[track_caller]
fn failure<S: Secrets>(pairs: Vec<(String, String)>) -> (ProblemKind, String) {
    match testing::load_with(S::loader().env(pairs)) {
        Ok(_) => panic!("it was loaded"),
        Err(failed) => (only(&failed.error).kind(), failed.error.to_string()),
    }
}

#[track_caller]
fn only(error: &Error) -> &Problem {
    let problems: Vec<&Problem> = error.iter().collect();
    assert_eq!(problems.len(), 1, "{error}");
    problems[0]
}
