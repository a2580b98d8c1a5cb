//! An age identity that stands in the keyring.

use std::io::Write;
use std::process::{Command, Stdio};

use config_core::age::{Identity, encrypt_file, encrypt_value};
use config_core::{ExposeSecret, FailureKind, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, child, only};

use super::{UNLOCKED, in_session};

const VARIABLE: &str = "CONFIG_CORE_AGE_IDENTITY_KEYRING";

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(dotenv, file("secrets.json.age")))]
struct Sealed {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(required)]
    port: u16,
}

/// Puts an entry into the keyring of this session.
fn store(name: &str, text: &str) {
    let mut child = Command::new("secret-tool")
        .args(["store", "--label=x", "service", "config-tests", "username", name])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// A single value in `.env` and a whole file, both for that identity.
fn sealed(identity: &Identity) -> Bench {
    let recipients = identity.recipients();
    let token = encrypt_value("APP_TOKEN", b"n0t-a-real-one", &recipients).unwrap();
    let bench = Bench::new();
    bench.write(".env", format!("APP_TOKEN={token}\n"));
    bench.write("secrets.json.age", encrypt_file(br#"{"port": 2525}"#, &recipients).unwrap());
    bench
}

fn load(bench: &Bench, place: &str) -> Result<Sealed, config_core::Error> {
    // Where the session is, the keyring is found by the environment of the process.
    Sealed::loader().root(bench.path()).env([(VARIABLE, place)]).load()
}

#[test]
fn a_variable_names_the_entry_with_the_identity_that_opens_values_and_files() {
    if !child::is_child() {
        let test =
            "identity::a_variable_names_the_entry_with_the_identity_that_opens_values_and_files";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    let identity = Identity::generate();
    store("age-identity", identity.to_text().expose_secret());
    let bench = sealed(&identity);
    let loaded = load(&bench, "config-tests#age-identity").unwrap();
    assert_eq!((loaded.token.expose_secret(), loaded.port), ("n0t-a-real-one", 2525));

    store("age-identity", Identity::generate().to_text().expose_secret());
    let error = load(&bench, "config-tests#age-identity").unwrap_err();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Denied), "{error}");
    assert!(error.to_string().contains("the identity does not open it"), "{error}");
}

#[test]
fn an_entry_that_is_not_there_or_holds_something_else_is_told_with_the_variable() {
    if !child::is_child() {
        let test = "identity::an_entry_that_is_not_there_or_holds_something_else_is_told_with_the_variable";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    let identity = Identity::generate();
    let bench = sealed(&identity);
    std::fs::remove_file(bench.at("secrets.json.age")).unwrap();
    bench.write(".env", std::fs::read_to_string(bench.at(".env")).unwrap() + "APP_PORT=1\n");
    for (place, kind, words) in [
        ("config-tests#none", ProblemKind::NotFound, "the keyring has no such entry"),
        ("config-tests", ProblemKind::Malformed, "it has to be written service#name"),
        ("config-tests#token", ProblemKind::Malformed, "is no age identity"),
    ] {
        let problem = only(load(&bench, place));
        assert_eq!(problem.kind(), kind, "{place}: {}", problem.message());
        let told = problem.to_string();
        assert!(told.contains(VARIABLE) && told.contains(words), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[test]
fn a_program_reads_the_identity_from_the_keyring_itself() {
    if !child::is_child() {
        let test = "identity::a_program_reads_the_identity_from_the_keyring_itself";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    let identity = Identity::generate();
    let text = identity.to_text();
    store("age-identity", &format!("# made by age-keygen\n{}", text.expose_secret()));
    let read = Identity::from_keyring("config-tests", "age-identity").unwrap();
    assert_eq!(read.recipients(), identity.recipients());
    let none: [(&str, &str); 0] = [];
    let bench = sealed(&identity);
    let loaded = Sealed::loader().root(bench.path()).env(none).age_identity(read).load().unwrap();
    assert_eq!(loaded.token.expose_secret(), "n0t-a-real-one");
    let failure = Identity::from_keyring("config-tests", "none").unwrap_err();
    assert_eq!(failure.kind(), FailureKind::NotFound);
    let failure = Identity::from_keyring("config-tests", "token").unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert!(!failure.to_string().contains("canary"), "{failure}");
}
