//! Azure Key Vault, against a stand-in that Microsoft's own clients agree with.

mod builders;
mod logins;
mod pinned;
mod planned;
mod reading;
mod refused;
mod store;

use config_core::testing::{self, Canaries, Failed};
use config_core::{Azure, AzureBuilder, ProblemKind, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use serde_json::{Value, json};

/// One value under a key of its own.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure))]
struct One {
    /// A password.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Two values.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure))]
struct Two {
    /// A password.
    #[secret(required, format = any)]
    password: SecretString,
    #[nested]
    smtp: Smtp,
}

#[derive(Debug, Secrets)]
struct Smtp {
    /// Who sends.
    #[setting(required)]
    user_name: String,
}

/// A vault behind an address of its own, asked by the application that the stand-in knows.
fn azure(standin: &StandIn) -> AzureBuilder {
    anybody(standin).client_secret(standin.tenant(), standin.client_id(), CLIENT_SECRET)
}

/// The same, without credentials and with no variables.
fn anybody(standin: &StandIn) -> AzureBuilder {
    let none: [(&str, &str); 0] = [];
    Azure::builder()
        .endpoint(standin.url())
        .authority(standin.url())
        .verify_challenge_resource(false)
        .ca(standin.ca())
        .env(none)
}

/// Loads from this source alone.
fn load<S: Secrets>(azure: AzureBuilder) -> Result<testing::Loaded<S>, Failed> {
    let none: [(&str, &str); 0] = [];
    testing::load_with(S::loader().env(none).source(azure.build().unwrap()))
}

/// What the first problem of a load is, and the whole text.
#[track_caller]
fn problem<S: Secrets>(azure: AzureBuilder) -> (ProblemKind, String) {
    let Err(failed) = load::<S>(azure) else { panic!("it loads") };
    let text = failed.to_string();
    let canaries = Canaries::none().and("any secret", "c4n4ry").and("the client's", CLIENT_SECRET);
    testing::assert_no_secrets(&text, &canaries);
    let problem = failed.error.iter().next().unwrap();
    (problem.kind(), text)
}

#[track_caller]
fn told(azure: AzureBuilder, kind: ProblemKind, words: &[&str]) {
    let (found, text) = problem::<One>(azure);
    assert_eq!(found, kind, "{text}");
    for words in words {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

/// What the stand-in was asked: `GET /secrets/app-password 200`.
fn asked(standin: &StandIn) -> Vec<String> {
    let log = standin.log().into_iter();
    log.map(|asked| format!("{} {} {}", asked.method, asked.path, asked.status)).collect()
}

/// Changes what surrounds the value of a secret.
fn attributes(standin: &StandIn, name: &str, attributes: &Value) {
    let body = json!({ "attributes": attributes });
    let (status, _) = standin.ask("PATCH", &format!("/secrets/{name}"), &body);
    assert_eq!(status, 200);
}
