//! A store over a network that changes, refuses, is late, and breaks off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use config_tests_servers::http::{Request, Response};

use crate::crafted::{Scene, Store, Vendor};

/// It speaks as a Vault does.
pub(super) struct Restless {
    store: Store,
    asked: Arc<AtomicU64>,
    rests: Arc<AtomicBool>,
}

impl Restless {
    pub(super) fn start() -> Self {
        let (asked, rests) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, resting) = (Arc::clone(&asked), Arc::clone(&rests));
        let store = Store::start(Vendor::Vault, move |request, _, right| {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            match resting.load(Ordering::Relaxed) {
                true => right,
                false => restless(number, request, right),
            }
        });
        Self { store, asked, rests }
    }

    /// Changes what it holds.
    pub(super) fn hold(&self, password: &str, turn: u64) {
        let document = format!(r#"{{"password": "{password}", "turn": {turn}}}"#).into_bytes();
        self.store.hold(Scene { document, ..Scene::empty() });
    }

    /// Answers right from now on.
    pub(super) fn rest(&self) {
        self.rests.store(true, Ordering::Relaxed);
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// What a process is told so that it asks here.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        self.store.told().variables
    }
}

fn restless(number: u64, request: &Request, mut right: Response) -> Response {
    if !request.path().contains("/data/") {
        return right;
    }
    match number {
        _ if number.is_multiple_of(53) => Vendor::Vault.refusal(403, "permission denied"),
        _ if number.is_multiple_of(11) => Vendor::Vault.refusal(503, "sealed"),
        _ if number.is_multiple_of(97) => {
            right.body.truncate(right.body.len() / 2);
            right
        }
        _ if number.is_multiple_of(17) => {
            thread::sleep(Duration::from_millis(30));
            right
        }
        _ => right,
    }
}
