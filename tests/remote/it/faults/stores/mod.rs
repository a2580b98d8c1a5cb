//! A store of each kind behind a proxy that makes it fail, with a secret for one test alone.

mod aws;
mod azure;
mod gcp;
mod moving;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use config_core::testing::Canaries;
use config_core::{ExposeSecret, Loader, SecretString, Secrets, Source};
use config_tests_servers::azure::StandIn;
use config_tests_servers::proxy::{Fault, Proxy, Silent};
use serde_json::{Value, json};

use super::bed::{Bed, SECRET};
use moving::Moving;

/// What stands in each of them, as one secret.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env))]
pub(super) struct Settings {
    #[secret(required, format = any)]
    pub(super) api_key: SecretString,
    #[setting(required)]
    pub(super) port: u16,
}

/// One kind of store.
pub(super) struct Store {
    pub(super) name: &'static str,
    pub(super) proxy: Arc<Proxy>,
    source: Moving,
    parts: Parts,
    /// A host that does not answer at all, while a test asks it.
    silent: Option<Silent>,
}

/// Makes a source that asks at this address, with so long for each request.
type Asking = dyn Fn(&str, Option<Duration>) -> Arc<dyn Source> + Send + Sync;

/// What differs from store to store.
struct Parts {
    /// It trusts the authority of the stand-ins.
    source: Box<Asking>,
    /// Has it hold this secret, a JSON object.
    put: Box<dyn Fn(&Value) + Send + Sync>,
    /// What it is asked with, and nobody may see.
    credential: &'static str,
    scheme: &'static str,
    /// It says that the credential is past its time.
    expire: Box<dyn Fn(&Proxy) + Send + Sync>,
    /// It says that the credential may not read the secret.
    deny: Box<dyn Fn(&Proxy) + Send + Sync>,
    /// Ends what `expire` or `deny` began elsewhere than at the proxy.
    mend: Box<dyn Fn() + Send + Sync>,
}

/// How long a request waits for what does not come.
const SHORT: Duration = Duration::from_millis(1_500);

/// Every kind.
const ALL: [fn() -> Store; 5] =
    [vault::store, aws::secrets, aws::parameters, gcp::store, azure::store];

/// Does the same with a store of each kind, all at the same time.
pub(super) fn each(check: impl Fn(Store) + Sync) {
    std::thread::scope(|scope| {
        for store in ALL {
            let check = &check;
            scope.spawn(move || check(store()));
        }
    });
}

/// The same with one after the other, where it takes much of the machine.
pub(super) fn in_turn(check: impl Fn(Store)) {
    ALL.into_iter().for_each(|store| check(store()));
}

impl Store {
    fn new(name: &'static str, proxy: Proxy, parts: Parts) -> Self {
        let source = (parts.source)(&format!("{}://{}", parts.scheme, proxy.address()), None);
        let store =
            Self { name, proxy: Arc::new(proxy), source: Moving::new(source), parts, silent: None };
        store.put(SECRET, 1);
        store
    }

    pub(super) fn put(&self, api_key: &str, port: u16) {
        (self.parts.put)(&json!({ "api_key": api_key, "port": port }));
    }

    /// Loads from it alone.
    pub(super) fn loader(&self) -> Loader<Settings> {
        let none: [(&str, &str); 0] = [];
        Settings::loader().env(none).source(self.source.clone())
    }

    /// The same as a bed for loads.
    pub(super) fn bed(&self) -> Bed {
        let source = self.source.clone();
        let none: [(&str, &str); 0] = [];
        let loader = move || Settings::loader().env(none).source(source.clone());
        let check = |settings: &Settings| {
            assert_eq!((settings.api_key.expose_secret(), settings.port), (SECRET, 1));
        };
        Bed::new(self.name, Arc::clone(&self.proxy), self.parts.credential, loader, check)
    }

    /// What no text may hold.
    pub(super) fn canaries(&self) -> Canaries {
        Canaries::none().and("the secret", SECRET).and("the credential", self.parts.credential)
    }

    /// Gives each request little time.
    pub(super) fn hurries(&self) {
        self.source.moves((self.parts.source)(&self.address(), Some(SHORT)));
    }

    /// Each request fares so.
    pub(super) fn fails(&self, fault: &Fault) {
        self.proxy.always(fault.clone());
    }

    pub(super) fn expires(&self) {
        (self.parts.expire)(&self.proxy);
    }

    pub(super) fn denies(&self) {
        (self.parts.deny)(&self.proxy);
    }

    /// It is now to be asked at a name that nobody knows.
    pub(super) fn is_of_no_known_name(&self) {
        self.moves("https://no-such-host.invalid");
    }

    /// At its address there is somebody now whom nobody who is trusted vouches for.
    pub(super) fn is_a_stranger(&self) {
        self.moves(azure::stranger().url());
    }

    /// At its address nobody answers, as behind a firewall.
    pub(super) fn is_behind_a_wall(&mut self) {
        let silent = self.silent.get_or_insert_with(Silent::start);
        let url = format!("https://{}", silent.address());
        self.source.moves((self.parts.source)(&url, Some(SHORT)));
    }

    /// It is well, and where it was.
    pub(super) fn heals(&self) {
        (self.parts.mend)();
        self.proxy.heal();
        self.source.returns();
    }

    fn moves(&self, url: &str) {
        self.source.moves((self.parts.source)(url, None));
    }

    fn address(&self) -> String {
        format!("{}://{}", self.parts.scheme, self.proxy.address())
    }
}

/// A source at a place of its own.
fn at(source: impl Source, place: &str) -> Arc<dyn Source> {
    source.at_place(place).expect("it takes a place").expect("it is one")
}

/// An answer with this JSON.
fn answer(status: u16, body: &Value) -> Fault {
    Fault::Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

/// The stand-in whose authority all of them trust.
fn trusted() -> &'static StandIn {
    azure::standin()
}
