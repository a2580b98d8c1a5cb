use std::hash::Hasher;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::connector::{Attempt, Connector};
use super::followed::{Followed, Snapshot};
use super::ledger::Hold;

/// Settings with a password and something else.
type Settings = (String, u32);

#[derive(Default)]
struct Store {
    held: Mutex<Settings>,
    current: Mutex<(u64, Arc<Settings>)>,
    generation: AtomicU64,
    asked: AtomicUsize,
}

impl Store {
    fn new() -> Arc<Self> {
        let store = Arc::new(Self::default());
        store.set("first", 0);
        store.reload();
        store
    }

    fn set(&self, password: &str, level: u32) {
        *self.held.lock().unwrap() = (password.to_owned(), level);
    }

    fn reload(&self) {
        let held = self.held.lock().unwrap().clone();
        let mut current = self.current.lock().unwrap();
        *current = (current.0 + 1, Arc::new(held));
        self.generation.store(current.0, Ordering::SeqCst);
    }
}

struct Of(Arc<Store>);

impl Followed<String> for Of {
    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }

    fn current(&self) -> (u64, Snapshot) {
        let current = self.0.current.lock().unwrap();
        (current.0, current.1.clone())
    }

    fn options(&self, of: &Snapshot) -> String {
        of.downcast_ref::<Settings>().unwrap().0.clone()
    }

    fn refresh(&self) -> bool {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        if *self.0.held.lock().unwrap() != *self.0.current.lock().unwrap().1 {
            self.0.reload();
        }
        true
    }
}

/// A server that knows these passwords.
struct Server(Mutex<Vec<&'static str>>, AtomicUsize);

impl Server {
    fn knows(passwords: &[&'static str]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(passwords.to_vec()), AtomicUsize::new(0)))
    }
}

fn connector(store: &Arc<Store>, patience: u64) -> Arc<Connector<String>> {
    let identity = |options: &String, hasher: &mut dyn Hasher| hasher.write(options.as_bytes());
    let patience = Duration::from_millis(patience);
    Arc::new(Connector::new(Box::new(Of(Arc::clone(store))), identity, patience))
}

fn connect(connector: &Connector<String>, server: &Server) -> Result<Hold, &'static str> {
    let attempt = |attempt: Attempt| {
        server.1.fetch_add(1, Ordering::SeqCst);
        let password = connector.options(&attempt.candidate);
        let known = server.0.lock().unwrap().contains(&password.as_str());
        async move { if known { Ok(attempt.hold) } else { Err("denied") } }
    };
    block_on(connector.connect(attempt, |error| *error == "denied"))
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn those_who_are_refused_together_ask_once() {
    let (store, server) = (Store::new(), Server::knows(&["second"]));
    let connector = connector(&store, 5000);
    store.set("second", 0);
    std::thread::scope(|scope| {
        let connections: Vec<_> =
            (0..32).map(|_| scope.spawn(|| connect(&connector, &server).unwrap())).collect();
        for connection in connections {
            assert_eq!(connection.join().unwrap().version(), 2);
        }
    });
    assert_eq!(store.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn the_same_credential_is_not_tried_twice_and_asked_for_until_patience_ends_and_then_not_at_all() {
    let (store, server) = (Store::new(), Server::knows(&[]));
    let connector = connector(&store, 250);
    assert_eq!(connect(&connector, &server).unwrap_err(), "denied");
    assert_eq!(server.1.load(Ordering::SeqCst), 1);
    let asked = store.asked.load(Ordering::SeqCst);
    assert!((2..=3).contains(&asked), "{asked}");
    assert_eq!(connect(&connector, &server).unwrap_err(), "denied");
    assert_eq!(store.asked.load(Ordering::SeqCst), asked);
    // What comes from elsewhere is seen all the same.
    server.0.lock().unwrap().push("second");
    store.set("second", 0);
    store.reload();
    assert_eq!(connect(&connector, &server).unwrap().version(), 2);
}

#[test]
fn until_the_newest_is_accepted_the_one_before_serves_and_nothing_is_acknowledged() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    drop(connect(&connector, &server).unwrap());
    store.set("second", 0);
    store.reload();
    assert!(connector.note());
    let earlier = connect(&connector, &server).unwrap();
    assert_eq!((earlier.version(), connector.acknowledged(|| None)), (1, 1));
    *server.0.lock().unwrap() = vec!["second"];
    let newest = connect(&connector, &server).unwrap();
    assert!(connector.is_outdated(earlier.version()) && !connector.is_outdated(newest.version()));
    assert_eq!(connector.acknowledged(|| None), 1, "one made with the earlier is left");
    drop(earlier);
    assert_eq!(connector.acknowledged(|| None), 2);
    assert_eq!(connector.acknowledged(|| Some(1)), 1, "others know of one");
    assert_eq!(connector.ledger().held(), [(2, 1)]);
    assert_eq!(store.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_generation_that_changes_something_else_is_the_same_credential() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    let connection = connect(&connector, &server).unwrap();
    store.set("first", 7);
    store.reload();
    assert!(!connector.note());
    assert_eq!((connection.version(), connector.acknowledged(|| None)), (1, 2));
    // An older snapshot is held by nobody.
    assert_eq!(Arc::strong_count(&store.current.lock().unwrap().1), 3);
}

#[test]
fn whoever_waits_is_told_when_the_pool_is_gone_and_the_thread_ends() {
    let (store, server) = (Store::new(), Server::knows(&[]));
    let connector = connector(&store, 60_000);
    let begun = Instant::now();
    let weak = Arc::downgrade(&store);
    let attempt = |attempt: Attempt| {
        server.1.fetch_add(1, Ordering::SeqCst);
        async move { Err::<(), _>((attempt.candidate.version, "denied")) }
    };
    {
        let mut connecting = Box::pin(connector.connect(attempt, |_| true));
        assert!(connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop((connector, store));
    while weak.strong_count() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the thread keeps it");
        std::thread::sleep(Duration::from_millis(5));
    }
}
