//! The ways to read what another thread may swap.

use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use config_core::__private::live::Cell;
use config_core::{SecretString, Secrets};
use tokio::sync::watch;

/// What is read.
#[derive(Secrets)]
pub struct Settings {
    #[setting(default = 8080)]
    port: u16,
    #[setting(default = "localhost")]
    host: String,
    #[secret(required, format = any)]
    key: SecretString,
}

/// One of each.
pub struct Shared {
    cell: Cell<Settings>,
    arc_swap: ArcSwap<Settings>,
    watch: watch::Sender<Arc<Settings>>,
    lock: RwLock<Arc<Settings>>,
}

/// A way to read.
pub struct Reader {
    pub name: &'static str,
    pub ours: bool,
    /// So many times; the sum of what was read.
    pub read: fn(&Shared, u64) -> u64,
    pub swap: fn(&Shared),
}

pub const READERS: [Reader; 7] = [
    Reader { name: "with", ours: true, read: with, swap: swap_ours },
    Reader { name: "arc-swap load", ours: false, read: load, swap: swap_arc_swap },
    Reader { name: "snapshot", ours: true, read: snapshot, swap: swap_ours },
    Reader { name: "arc-swap load_full", ours: false, read: load_full, swap: swap_arc_swap },
    Reader { name: "Reader::get", ours: true, read: get, swap: swap_ours },
    Reader { name: "tokio watch borrow", ours: false, read: borrow, swap: swap_watch },
    Reader { name: "RwLock<Arc> read and clone", ours: false, read: locked, swap: swap_lock },
];

impl Shared {
    pub fn new() -> Self {
        Self {
            cell: Cell::new(settings()),
            arc_swap: ArcSwap::from_pointee(settings()),
            watch: watch::Sender::new(Arc::new(settings())),
            lock: RwLock::new(Arc::new(settings())),
        }
    }
}

fn settings() -> Settings {
    let (host, key) = ("localhost".to_string(), SecretString::from("not a real key"));
    Settings { port: 8080, host, key }
}

fn with(shared: &Shared, reads: u64) -> u64 {
    sum(reads, || shared.cell.with(|settings| settings.port))
}

fn snapshot(shared: &Shared, reads: u64) -> u64 {
    sum(reads, || shared.cell.snapshot().port)
}

fn get(shared: &Shared, reads: u64) -> u64 {
    let mut reader = shared.cell.reader();
    sum(reads, || reader.get().port)
}

fn load(shared: &Shared, reads: u64) -> u64 {
    sum(reads, || shared.arc_swap.load().port)
}

fn load_full(shared: &Shared, reads: u64) -> u64 {
    sum(reads, || shared.arc_swap.load_full().port)
}

fn borrow(shared: &Shared, reads: u64) -> u64 {
    let receiver = shared.watch.subscribe();
    sum(reads, || receiver.borrow().port)
}

fn locked(shared: &Shared, reads: u64) -> u64 {
    let read = || {
        let settings = shared.lock.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&settings).port
    };
    sum(reads, read)
}

fn sum(reads: u64, mut read: impl FnMut() -> u16) -> u64 {
    (0..reads).fold(0, |sum, _| sum + u64::from(read()))
}

fn swap_ours(shared: &Shared) {
    shared.cell.swap(settings());
}

fn swap_arc_swap(shared: &Shared) {
    shared.arc_swap.store(Arc::new(settings()));
}

fn swap_watch(shared: &Shared) {
    shared.watch.send_replace(Arc::new(settings()));
}

fn swap_lock(shared: &Shared) {
    let new = Arc::new(settings());
    let old = {
        let mut current = shared.lock.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, new)
    };
    drop(old);
}

impl Settings {
    /// All fields are read somewhere.
    #[allow(dead_code)]
    fn told(&self) -> (&str, &SecretString) {
        (&self.host, &self.key)
    }
}
