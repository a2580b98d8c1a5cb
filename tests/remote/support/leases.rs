//! A credential that a store lends for a short time, while the store is out of reach half of the time.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use config_core::{ExposeSecret, Live, SecretString, Secrets, State, WhenExpired};
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::Proxy;

/// A user of a database.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct Credentials {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// How long it went on.
    pub long: Duration,
    /// How often the store went away.
    pub outages: u32,
    /// How often the credential was tried.
    pub tries: u32,
    /// How often there was none to hand out.
    pub withheld: u32,
    /// How often settings were handed out that were not fresh.
    pub stale: u32,
    /// Renewals that reached the store, and how many in one time to live at most.
    pub renewals: (usize, usize),
    /// Users that were made.
    pub made: usize,
    /// The longest time that a good credential was missing after the store was back.
    pub longest: Duration,
}

/// How long a credential that has just ended may be taken for good: the store removes the user a moment after the end,
/// and its clock started a moment before ours.
const MOMENT: Duration = Duration::from_millis(1500);

/// Within so long after the store is back there is a good credential: the back-off is a second at most at first, and
/// doubles.
const RECOVERED: Duration = Duration::from_secs(10);

/// Uses a credential that is lent for `ttl` for that long, while the store is away for half of each time to live.
///
/// # Panics
/// Where a credential is handed out that is over, or the store is asked to renew more than three times in one time to
/// live, or nothing good is handed out while the store is there.
#[must_use]
pub fn run(ttl: Duration, long: Duration) -> Figures {
    let database =
        Server::shared().admin().database(Cluster::shared(), &format!("{}s", ttl.as_secs()), "1h");
    let proxy = Proxy::before(Server::shared().address());
    let live = started(&proxy, &database.creds());
    let mut figures = Figures { long, ..Figures::default() };
    let (began, mut is_away, mut since) = (Instant::now(), false, Instant::now());
    while began.elapsed() < long {
        // A little more than half, so that every part of a lease is met by an outage sooner or later.
        if since.elapsed() > ttl / 2 + ttl / 37 {
            (is_away, since) = (!is_away, Instant::now());
            match is_away {
                true => proxy.refuse(),
                false => proxy.accept(),
            }
            figures.outages += u32::from(is_away);
        }
        let is_good = look(&live, &mut figures);
        if !is_away && !is_good {
            let missing = since.elapsed();
            assert!(missing < RECOVERED, "{missing:?} after the store is back: {}", live.health());
            figures.longest = figures.longest.max(missing);
        }
        thread::sleep(Duration::from_millis(50));
    }
    count(&proxy, &database.creds(), ttl, &mut figures);
    figures
}

fn started(proxy: &Proxy, place: &str) -> Live<Credentials> {
    let url = proxy.url();
    let variables = [("VAULT_ADDR", &*url), ("VAULT_TOKEN", ROOT_TOKEN), ("PLACE", place)];
    let variables: HashMap<&str, &str> = variables.into();
    let loader = Credentials::loader().env(variables).deadline(Duration::from_secs(2));
    let builder = loader.live().when_expired(WhenExpired::Refuse);
    builder.start_blocking().expect("the first credential")
}

/// Takes the credential, where there is one, and tries it; whether there is.
fn look(live: &Live<Credentials>, figures: &mut Figures) -> bool {
    let health = live.health();
    let told = health.to_string();
    let Ok(credentials) = live.try_snapshot() else {
        figures.withheld += 1;
        let health = live.health();
        // It may be back by now.
        assert!(!health.is_ready() || live.try_snapshot().is_ok(), "{health}");
        return false;
    };
    let password = credentials.password.expose_secret();
    assert!(!told.contains(password) && !format!("{health:?}").contains(password));
    figures.tries += 1;
    figures.stale += u32::from(health.state != State::Fresh);
    if Cluster::shared().login(&credentials.username, password) == Login::Refused {
        // It has to be noticed by itself, and at once.
        let end = Instant::now() + MOMENT;
        let same = |now: &Credentials| now.username == credentials.username;
        while live.try_snapshot().is_ok_and(|now| same(&now)) {
            let health = live.health();
            assert!(Instant::now() < end, "an expired credential is handed out: {health}");
            thread::sleep(Duration::from_millis(10));
        }
        return false;
    }
    true
}

/// Counts what reached the store.
fn count(proxy: &Proxy, creds: &str, ttl: Duration, figures: &mut Figures) {
    let requests = proxy.requests();
    let at = |path: &str| {
        let to = requests.iter().filter(|request| request.path == format!("/v1/{path}"));
        to.map(|request| request.arrived).collect::<Vec<Instant>>()
    };
    let renewals = at("sys/leases/renew");
    let within =
        |from: &Instant| renewals.iter().filter(|at| *at >= from && **at < *from + ttl).count();
    let most = renewals.iter().map(within).max().unwrap_or(0);
    assert!(most <= 3, "{most} renewals in one time to live: {renewals:?}");
    (figures.renewals, figures.made) = ((renewals.len(), most), at(creds).len());
}

/// How long it takes to have a good credential, where the store goes away as soon as one is lent for `ttl`, and is back
/// shortly before that ends.
///
/// # Panics
/// Where it is not handed out then.
#[must_use]
pub fn back_just_in_time(ttl: Duration) -> Duration {
    let long = format!("{}s", ttl.as_secs());
    let database = Server::shared().admin().database(Cluster::shared(), &long, "1h");
    let proxy = Proxy::before(Server::shared().address());
    let live = started(&proxy, &database.creds());
    let began = Instant::now();
    proxy.refuse();
    thread::sleep(ttl * 43 / 50);
    proxy.forget();
    proxy.accept();
    let renewed = || proxy.requests().iter().any(|request| request.status == Some(200));
    while !renewed() && began.elapsed() < ttl * 2 {
        thread::sleep(Duration::from_millis(5));
    }
    let took = began.elapsed();
    assert!(live.try_snapshot().is_ok(), "{}", live.health());
    took
}
