//! How often a load asks, and how often it waits: by the log of whoever was asked.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use config_core::{Cache, ExposeSecret, SecretString, Secrets};

use config_tests::crafted::rounds::{Asked, Four, rounds};
use config_tests::crafted::{Scene, Store, Vendor, Way};

/// Long enough for everything to arrive on a machine that is busy.
const DELAY: Duration = Duration::from_millis(1500);

fn reads(asked: &[Asked], vendor: Vendor) -> Vec<&str> {
    let of = |asked: &&Asked| asked.vendor == vendor && !asked.is_login;
    asked.iter().filter(of).map(|asked| asked.what.as_str()).collect()
}

#[track_caller]
fn each_group_is_read_once(asked: &[Asked]) {
    for vendor in [Vendor::Vault, Vendor::Gcp, Vendor::Azure] {
        let reads = reads(asked, vendor);
        let distinct: BTreeSet<&str> = reads.iter().copied().collect();
        assert_eq!((reads.len(), distinct.len()), (20, 20), "{vendor:?}: {reads:#?}");
    }
    let calls = reads(asked, Vendor::Aws);
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert!(calls[0].starts_with("secretsmanager.BatchGetSecretValue"), "{calls:?}");
}

#[test]
fn two_hundred_fields_of_four_stores_take_one_round_where_tokens_are_at_hand() {
    let four = Four::slow(DELAY, Way::Token);
    assert_eq!(four.load().unwrap_or_else(|error| panic!("{error}")).right(), 200);
    let asked = four.asked();
    each_group_is_read_once(&asked);
    assert_eq!(rounds(&asked), 1, "{asked:#?}");
}

#[test]
fn they_take_two_rounds_where_there_is_a_login_first() {
    let four = Four::slow(DELAY, Way::Login);
    assert_eq!(four.load().unwrap_or_else(|error| panic!("{error}")).right(), 200);
    let asked = four.asked();
    each_group_is_read_once(&asked);
    assert_eq!(rounds(&asked), 2, "{asked:#?}");
    let logins = asked.iter().filter(|asked| asked.is_login);
    let vendors: Vec<Vendor> = logins.map(|asked| asked.vendor).collect();
    for vendor in [Vendor::Vault, Vendor::Gcp, Vendor::Azure] {
        assert_eq!(vendors.iter().filter(|other| **other == vendor).count(), 1, "{asked:#?}");
    }
}

#[derive(Secrets)]
#[secrets(sources(vault("secret/c")))]
struct One {
    #[secret(required, format = any)]
    token: SecretString,
}

#[test]
fn a_thousand_loads_at_once_that_share_a_cache_make_one_call() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let store = Store::start(Vendor::Vault, move |_, _, right| {
        counted.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(300));
        right
    });
    let document = b"{\"token\": \"n0t-a-real-one\"}".to_vec();
    store.hold(Scene { document, ..Scene::empty() });
    let cache = Cache::new(Duration::from_secs(600));
    let start = Barrier::new(1000);
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                let loader = One::loader().env(store.told().variables).cache(&cache);
                let loader = loader.deadline(Duration::from_secs(60));
                start.wait();
                let settings = loader.load().unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(settings.token.expose_secret(), "n0t-a-real-one");
            });
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 1);
}
