//! Azure Key Vault.

use std::any::Any;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use config_core::SecretString;
use config_tests::Bench;
use config_tests::sources::Boxed;
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use config_tests_servers::unique;
use config_tests_servers::vendor::Failure;
use serde_json::json;

use super::super::adapters::{Adapter, Given};
use super::super::bed::Pairs;
use super::{BROKEN, NOBODY, PINNED, hyphenated};

/// One secret that is a JSON object.
pub(in super::super) struct Azure;

/// A secret for each field.
pub(in super::super) struct AzureOwn;

/// How many bytes a vault takes.
const LARGEST: usize = 25_600;

impl Adapter for Azure {
    fn profile(&self) -> &'static str {
        "azure"
    }

    /// That much with all that is around it.
    fn longest(&self) -> usize {
        LARGEST - "{\"hidden\": \"\"}".len()
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(shared(), &put(pairs))
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let name = unique("app");
        shared().set(&name, BROKEN);
        at(shared(), &name)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        let put = |pairs: &Pairs| shared().set(&name, &pairs.tree().json());
        let mut written: Vec<String> = versions.iter().map(put).collect();
        let version = match read {
            Some(index) => written.swap_remove(index),
            None => "0".repeat(32),
        };
        at(shared(), &format!("{name}@{version}"))
    }

    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        put_pinned(texts);
        at(shared(), "none")
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let name = put(pairs);
        deny(shared(), &format!("/secrets/{name}"));
        at(shared(), &name)
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        of(shared(), &put(pairs), &format!("https://{NOBODY}"))
    }
}

impl Adapter for AzureOwn {
    fn profile(&self) -> &'static str {
        "azure_own"
    }

    fn kind(&self) -> &'static str {
        "azure"
    }

    fn longest(&self) -> usize {
        LARGEST
    }

    /// There is one vault, and all cases have the same names in it.
    fn alone(&self) -> Option<Box<dyn Any>> {
        static TURN: Mutex<()> = Mutex::new(());
        Some(Box::new(TURN.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(&put_each(pairs), "")
    }

    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        put_pinned(texts);
        at(shared(), "")
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let vault = put_each(pairs);
        deny(&vault, "/secrets/");
        at(&vault, "")
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        of(&put_each(pairs), "", &format!("https://{NOBODY}"))
    }
}

fn shared() -> &'static StandIn {
    static STANDIN: OnceLock<StandIn> = OnceLock::new();
    STANDIN.get_or_init(StandIn::start)
}

/// Gives the name of the secret: each case has one of its own.
fn put(pairs: &Pairs) -> String {
    let name = unique("app");
    shared().set(&name, &pairs.tree().json());
    name
}

/// In a vault of its own, which has nothing else.
fn put_each(pairs: &Pairs) -> MutexGuard<'static, StandIn> {
    static VAULT: OnceLock<Mutex<StandIn>> = OnceLock::new();
    let vault = VAULT.get_or_init(|| Mutex::new(StandIn::start()));
    let mut vault = vault.lock().unwrap_or_else(PoisonError::into_inner);
    vault.reset();
    for (name, tree) in pairs.each(hyphenated) {
        vault.set(&name, &tree.plain());
    }
    vault
}

/// Versions that a declaration can name, which the vault's own are not.
fn put_pinned(texts: [&str; 2]) {
    static PUT: OnceLock<()> = OnceLock::new();
    PUT.get_or_init(|| {
        for (number, text) in (1..).zip(texts) {
            let version = format!("{number}{}", "0".repeat(31));
            let body = json!({ "value": text, "version": version });
            let (status, _) = shared().ask("PUT", &format!("/secrets/{PINNED}"), &body);
            assert_eq!(status, 200, "setting a version");
        }
    });
}

/// As often as anybody asks for what is below this path.
fn deny(vault: &StandIn, path: &str) {
    vault.fail_next(&Failure::status(403).times(1_000).below(path));
}

fn at(vault: &StandIn, place: &str) -> Given {
    of(vault, place, vault.url())
}

fn of(vault: &StandIn, place: &str, endpoint: &str) -> Given {
    let secret = SecretString::from(CLIENT_SECRET);
    let source = config_core::Azure::builder()
        .endpoint(endpoint)
        .authority(vault.url())
        .verify_challenge_resource(false)
        .ca(vault.ca())
        .env(config_tests::NOTHING)
        .client_secret(vault.tenant(), vault.client_id(), secret)
        .build();
    Given {
        variables: vec![("PLACE".to_owned(), place.to_owned())],
        source: Some(Boxed(Box::new(source.expect("an endpoint")))),
        ..Given::default()
    }
}
