//! A process whose live settings read a secret, and then do what it is told; they are alive when it is looked into.
//!
//! `memory-live HOW FILE`. With `QUARANTINE` in its environment it reuses no memory, with `WIPING` its allocator wipes.

use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests::memory::{fingerprint, pause};
use config_tests::quarantine::Quarantine;

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine::new();

#[derive(Secrets)]
#[secrets(sources(env, dotenv, file("secrets.json")), profile(store, sources(vault("secret/c"))))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

fn main() {
    if std::env::var_os("QUARANTINE").is_some() {
        ALLOCATOR.begin();
    }
    if std::env::var_os("WIPING").is_some() {
        ALLOCATOR.wipe();
    }
    let mut arguments = std::env::args().skip(1);
    let how = arguments.next().expect("what to do");
    let file = arguments.next().expect("a file");
    let loader = Settings::loader().env([("X", "")]);
    let loader = match how.as_str() {
        "another token" => loader.profile("store").dotenv(&file),
        _ => loader.file(&file),
    };
    let live = loader.live().start_blocking().expect("a whole file");
    let said = live.with(|settings| fingerprint(settings.token.expose_secret().as_bytes()));
    let refresh = || live.refresh_now_blocking();
    match how.as_str() {
        // Nothing differs: it is compared, and what was loaded for that is dropped.
        "same" => (0..3).for_each(|_| assert!(refresh().expect("the same file").is_none())),
        "replaced" => {
            std::fs::write(&file, r#"{"token": "another"}"#).expect("a file");
            assert!(refresh().is_ok());
            assert_eq!(live.with(|settings| settings.token.expose_secret().len()), 7);
        }
        "another token" => {
            let told = std::fs::read_to_string(&file).expect("a file");
            let (before, _) = told.split_once("VAULT_TOKEN=").expect("a token");
            std::fs::write(&file, format!("{before}VAULT_TOKEN=another\n")).expect("a file");
            refresh().expect("the store knows it");
            assert_eq!(live.with(|settings| settings.token.expose_secret().len()), 7);
        }
        how => panic!("{how} is not known"),
    }
    pause(&said);
    drop(live);
}
