use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::connector::{Attempt, Connector, Verdict};
use super::followed::{Driver, Followed, Snapshot};
use super::ledger::Hold;
use super::versions::Phase;

#[cfg(feature = "tracing")]
mod told;

/// Settings with a password and something else.
type Settings = (String, u32);

#[derive(Default)]
struct Store {
    held: Mutex<Settings>,
    current: Mutex<(u64, Arc<Settings>)>,
    generation: AtomicU64,
    asked: AtomicUsize,
    renounced: AtomicUsize,
    always_another: AtomicBool,
    /// How many milliseconds a refresh takes from the swap to its end.
    lingers: AtomicU64,
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
        let password = of.downcast_ref::<Settings>().unwrap().0.clone();
        assert_ne!(password, "of no use");
        password
    }

    fn refresh(&self) {
        let asked = self.0.asked.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        if self.0.always_another.load(Ordering::SeqCst) {
            self.0.set(&format!("another {asked}"), 0);
        }
        if *self.0.held.lock().unwrap() != *self.0.current.lock().unwrap().1 {
            self.0.reload();
        }
        std::thread::sleep(Duration::from_millis(self.0.lingers.load(Ordering::SeqCst)));
    }

    fn renounce(&self, is_refused: &dyn Fn(&str) -> bool) {
        let current = self.0.current.lock().unwrap().1.0.clone();
        if is_refused(&current) {
            self.0.renounced.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A server that knows these passwords, and how often it was asked.
struct Server(Mutex<Vec<&'static str>>, AtomicUsize);

impl Server {
    fn knows(passwords: &[&'static str]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(passwords.to_vec()), AtomicUsize::new(0)))
    }

    fn learns(&self, passwords: &[&'static str]) {
        *self.0.lock().unwrap() = passwords.to_vec();
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

fn connector(store: &Arc<Store>, patience: u64) -> Arc<Connector<String>> {
    let driver = Driver {
        identity: |options: &String, hasher| hasher.write(options.as_bytes()),
        logs_in_with: |options, text| options == text,
    };
    let patience = Duration::from_millis(patience);
    Arc::new(Connector::new(Box::new(Of(Arc::clone(store))), driver, patience))
}

fn connect(connector: &Connector<String>, server: &Server) -> Result<Hold, &'static str> {
    let attempt = |attempt: Attempt| {
        server.1.fetch_add(1, Ordering::SeqCst);
        let password = connector.options(&attempt.candidate);
        let known = server.0.lock().unwrap().clone();
        let answer = match known.contains(&password.as_str()) {
            true => Ok(attempt.hold),
            false if known.contains(&"nobody of the first") && password == "first" => Err("moved"),
            false => Err("denied"),
        };
        async move { answer }
    };
    block_on(connector.connect(attempt, |error| match *error {
        "denied" => Verdict::Denied,
        _ => Verdict::Failed,
    }))
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
    assert_eq!(server.asked(), 1);
    let asked = store.asked.load(Ordering::SeqCst);
    assert!((2..=3).contains(&asked), "{asked}");
    assert_eq!(connect(&connector, &server).unwrap_err(), "denied");
    assert_eq!(store.asked.load(Ordering::SeqCst), asked);
    // What comes from elsewhere is seen all the same.
    server.learns(&["second"]);
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
    assert_eq!((earlier.version(), connector.acknowledged(Phase::Open, || None)), (1, 1));
    server.learns(&["second"]);
    let newest = connect(&connector, &server).unwrap();
    assert!(connector.is_outdated(earlier.version()) && !connector.is_outdated(newest.version()));
    assert_eq!(
        connector.acknowledged(Phase::Open, || None),
        1,
        "one made with the earlier is left"
    );
    drop(earlier);
    assert_eq!(connector.acknowledged(Phase::Open, || None), 2);
    assert_eq!(connector.acknowledged(Phase::Open, || Some(1)), 1, "others know of one");
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
    assert_eq!((connection.version(), connector.acknowledged(Phase::Open, || None)), (1, 2));
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
        let mut connecting = Box::pin(connector.connect(attempt, |_| Verdict::Denied));
        assert!(connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop((connector, store));
    while weak.strong_count() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the thread keeps it");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn of_several_that_came_in_quick_succession_the_server_may_know_any() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    drop(connect(&connector, &server).unwrap());
    for password in ["second", "third", "fourth"] {
        store.set(password, 0);
        store.reload();
        assert!(connector.note());
    }
    for (password, version) in [("first", 1), ("second", 2), ("third", 3), ("fourth", 4)] {
        server.learns(&[password]);
        let connection = connect(&connector, &server).unwrap();
        assert_eq!(connection.version(), version);
        drop(connection);
        assert_eq!(connector.acknowledged(Phase::Open, || None), version);
    }
    assert_eq!(store.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn whoever_is_refused_with_a_newer_one_while_others_ask_has_the_store_asked_for_the_next() {
    let (store, server) = (Store::new(), Server::knows(&["third"]));
    let connector = connector(&store, 5000);
    store.lingers.store(300, Ordering::SeqCst);
    store.set("second", 0);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| connect(&connector, &server).unwrap());
        while store.generation.load(Ordering::SeqCst) < 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        // The refresh that brought the second goes on; meanwhile the store is given the third.
        store.set("third", 0);
        assert_eq!(connect(&connector, &server).unwrap().version(), 3);
        assert_eq!(first.join().unwrap().version(), 3);
    });
}

#[test]
fn a_store_that_always_has_another_one_that_is_refused_is_not_asked_without_end() {
    let (store, server) = (Store::new(), Server::knows(&[]));
    let connector = connector(&store, 600);
    store.always_another.store(true, Ordering::SeqCst);
    assert_eq!(connect(&connector, &server).unwrap_err(), "denied");
    let asked = store.asked.load(Ordering::SeqCst);
    assert!((2..=4).contains(&asked), "{asked}");
    assert_eq!(server.asked(), asked + 1, "each is tried once");
    assert_eq!(connect(&connector, &server).unwrap_err(), "denied");
    assert_eq!(store.asked.load(Ordering::SeqCst), asked, "and then nobody asks for a while");
    assert_eq!(store.renounced.load(Ordering::SeqCst), 1, "users are made once");
}

#[test]
fn what_is_refused_is_renounced_once_and_the_next_that_is_refused_after_one_that_was_accepted() {
    let (store, server) = (Store::new(), Server::knows(&["second"]));
    let connector = connector(&store, 5000);
    store.set("second", 0);
    drop(connect(&connector, &server).unwrap());
    server.learns(&["third"]);
    store.set("third", 0);
    drop(connect(&connector, &server).unwrap());
    assert_eq!(store.renounced.load(Ordering::SeqCst), 2);
    assert_eq!(server.asked(), 4, "no connection is tried twice with the same");
    assert_eq!(store.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn while_neither_the_old_nor_the_new_one_is_accepted_both_are_tried_again() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    drop(connect(&connector, &server).unwrap());
    server.learns(&[]);
    store.set("second", 0);
    std::thread::scope(|scope| {
        let connection = scope.spawn(|| connect(&connector, &server).unwrap());
        // As where another server of the same data hears of it a little later.
        while server.asked() < 4 && !connection.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.learns(&["second"]);
        assert_eq!(connection.join().unwrap().version(), 2);
    });
    let tries = server.asked();
    assert!(tries <= 14, "{tries}");
}

#[test]
fn where_the_accepted_one_fails_for_another_reason_the_newest_is_tried() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    drop(connect(&connector, &server).unwrap());
    store.set("second", 0);
    store.reload();
    server.learns(&["second", "nobody of the first"]);
    assert_eq!(connect(&connector, &server).unwrap().version(), 2);
    assert_eq!(store.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn settings_that_the_programs_function_panics_on_leave_the_pool_with_those_before() {
    let (store, server) = (Store::new(), Server::knows(&["first", "third"]));
    let connector = connector(&store, 5000);
    drop(connect(&connector, &server).unwrap());
    store.set("of no use", 0);
    store.reload();
    assert_eq!(connect(&connector, &server).unwrap().version(), 1);
    assert_eq!(connector.acknowledged(Phase::Open, || None), 1, "nothing is made of the second");
    store.set("third", 0);
    store.reload();
    server.learns(&["third"]);
    assert_eq!(connect(&connector, &server).unwrap().version(), 3);
    assert_eq!(connector.acknowledged(Phase::Open, || None), 3);
}

#[test]
fn a_pool_that_is_closed_keeps_no_generation_from_being_acknowledged() {
    let (store, server) = (Store::new(), Server::knows(&["first"]));
    let connector = connector(&store, 5000);
    let connection = connect(&connector, &server).unwrap();
    store.set("second", 0);
    store.reload();
    drop(connection);
    assert_eq!(
        connector.acknowledged(Phase::Open, || None),
        1,
        "no server has accepted the newest"
    );
    let connection = connect(&connector, &server).unwrap();
    assert_eq!(connector.acknowledged(Phase::Closed, || None), 1, "it is in use");
    drop(connection);
    assert_eq!(connector.acknowledged(Phase::Closed, || None), 2);
}
