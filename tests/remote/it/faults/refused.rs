//! Answers that the settings do not take: the next try asks the store for them anew, and for nothing else.

use std::time::{Duration, Instant};

use config_core::{
    Cache, ExposeSecret, Gcp, Invalid, Live, Loader, ProblemKind, SecretString, Secrets, State,
};
use config_tests_servers::gcp::StandIn;
use config_tests_servers::proxy::{Fault, Proxy};

/// A secret of its own for each field, and one for two.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, gcp))]
struct Settings {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[setting(required, validate = calm)]
    port: u16,
    #[nested]
    pool: Pool,
    #[setting(required)]
    host: String,
    #[secret(compose = "https://{host}/", format = "https://a*")]
    address: SecretString,
    #[setting(required, gcp = "app-both#user")]
    user: String,
    #[setting(required, gcp = "app-both#role")]
    role: String,
}

#[derive(Debug, Secrets)]
#[secrets(validate = ordered)]
struct Pool {
    #[setting(required)]
    least: u32,
    #[setting(required)]
    most: u32,
}

fn ordered(pool: &Pool) -> Result<(), Invalid> {
    match pool.least <= pool.most {
        true => Ok(()),
        false => Err(Invalid { field: "least", message: "must not be above `most`" }),
    }
}

fn calm(port: &u16) -> Result<(), &'static str> {
    assert_ne!(*port, 13, "a validator that cannot cope");
    Ok(())
}

const NONE: [(&str, &str); 0] = [];

/// All of them, and what is well.
const WELL: [(&str, &str); 6] = [
    ("api-key", "s3same"),
    ("port", "1"),
    ("pool-least", "1"),
    ("pool-most", "9"),
    ("host", "a.example"),
    ("both", r#"{"user": "u", "role": "r"}"#),
];

/// A store, and how often it was asked for what.
struct Bed {
    standin: StandIn,
    proxy: Proxy,
    cache: Cache,
}

impl Bed {
    fn new() -> Self {
        let standin = StandIn::start();
        WELL.iter().for_each(|(name, value)| put(&standin, name, value));
        let proxy = Proxy::before(standin.address());
        // Nothing that is right is asked for twice in a test.
        Self { standin, proxy, cache: Cache::new(Duration::from_secs(3600)) }
    }

    fn put(&self, name: &str, value: &str) {
        put(&self.standin, name, value);
    }

    fn loader(&self) -> Loader<Settings> {
        let gcp = Gcp::builder().project("p").endpoint(self.proxy.url()).access_token("t");
        Settings::loader().env(NONE).source(gcp.build().unwrap()).cache(&self.cache)
    }

    /// How often these were read since it was asked last, and whether nothing else was.
    #[track_caller]
    fn read(&self, names: &[&str]) -> Vec<usize> {
        let asked = self.proxy.requests();
        self.proxy.forget();
        let of = |name: &str| {
            let of = format!("/secrets/app-{name}/");
            asked.iter().filter(|request| request.path.contains(&of)).count()
        };
        let counts: Vec<usize> = names.iter().map(|name| of(name)).collect();
        let paths: Vec<&str> = asked.iter().map(|request| &*request.path).collect();
        assert_eq!(counts.iter().sum::<usize>(), asked.len(), "{paths:?}");
        counts
    }

    /// Loads what is wrong, mends it, and loads again, which asks for these alone.
    #[track_caller]
    fn mended_by_asking_for(&self, name: &str, wrong: &str, asked: &[&str]) -> ProblemKind {
        self.put(name, wrong);
        let error = self.loader().load().unwrap_err();
        assert_eq!(error.iter().count(), 1, "{error}");
        self.proxy.forget();
        let (_, well) = WELL.iter().find(|(known, _)| *known == name).unwrap();
        self.put(name, well);
        let settings = self.loader().load().unwrap_or_else(|error| panic!("{error}"));
        is_well(&settings);
        assert_eq!(self.read(asked), vec![1; asked.len()], "{asked:?}");
        error.iter().next().unwrap().kind()
    }
}

fn is_well(settings: &Settings) {
    let secrets = [settings.api_key.expose_secret(), settings.address.expose_secret()];
    assert_eq!(secrets, ["s3same", "https://a.example/"]);
    assert_eq!([&*settings.host, &settings.user, &settings.role], ["a.example", "u", "r"]);
}

fn put(standin: &StandIn, name: &str, value: &str) {
    standin.add("p", &format!("app-{name}"), value.as_bytes());
}

/// Waits until they are fresh, by themselves.
#[track_caller]
fn becomes_fresh(live: &Live<Settings>) {
    let end = Instant::now() + Duration::from_secs(60);
    while live.health().state != State::Fresh {
        assert!(Instant::now() < end, "{}", live.health());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn live_settings_ask_again_for_what_they_refused_and_for_nothing_else() {
    let bed = Bed::new();
    let live = bed.loader().live().start_blocking().unwrap();
    bed.put("port", "n0t-a-p0rt");
    bed.proxy.forget();
    assert!(live.refresh_now_blocking().is_err());
    bed.read(&["api-key", "port", "pool-least", "pool-most", "host", "both"]);
    let before = live.metrics().failures_total;
    let end = Instant::now() + Duration::from_secs(60);
    while live.metrics().failures_total < before + 2 {
        assert!(Instant::now() < end, "{}", live.health());
        std::thread::sleep(Duration::from_millis(5));
    }
    bed.put("port", "2");
    becomes_fresh(&live);
    let failed = live.metrics().failures_total - before;
    assert_eq!(bed.read(&["port"]), [usize::try_from(failed).unwrap() + 1]);
    assert_eq!((live.snapshot().port, live.health().generation), (2, 2));
}

#[test]
fn a_value_that_a_validator_panics_at_is_asked_for_again() {
    let bed = Bed::new();
    let live = bed.loader().live().start_blocking().unwrap();
    bed.put("port", "13");
    let error = live.refresh_now_blocking().unwrap_err();
    assert!(error.to_string().contains("panicked while the settings were refreshed"), "{error}");
    bed.put("port", "2");
    becomes_fresh(&live);
    assert_eq!((live.snapshot().port, live.health().generation), (2, 2));
}

#[test]
fn a_load_asks_again_for_what_an_earlier_one_with_the_same_cache_refused() {
    let bed = Bed::new();
    let kind = bed.mended_by_asking_for("port", "n0t-a-p0rt", &["port"]);
    assert_eq!(kind, ProblemKind::WrongType);
    assert!(bed.loader().load().is_ok());
    assert_eq!(bed.read(&[]), [0; 0], "what is right is kept");
}

#[test]
fn a_document_is_asked_for_again_that_is_none_or_lacks_a_key() {
    let bed = Bed::new();
    assert!(bed.loader().load().is_ok());
    bed.cache.invalidate("user");
    let kind = bed.mended_by_asking_for("both", r#"{"user": "u"}"#, &["both"]);
    assert_eq!(kind, ProblemKind::Missing);
    bed.cache.invalidate("user");
    bed.put("both", "n0t-json");
    let error = bed.loader().load().unwrap_err();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Malformed), "{error}");
    bed.put("both", WELL[5].1);
    bed.proxy.forget();
    assert!(bed.loader().load().is_ok());
    assert_eq!(bed.read(&["both"]), [1]);
}

#[test]
fn what_a_struct_refuses_as_a_whole_is_asked_for_as_a_whole() {
    let bed = Bed::new();
    let kind = bed.mended_by_asking_for("pool-most", "0", &["pool-least", "pool-most"]);
    assert_eq!(kind, ProblemKind::Refused);
}

#[test]
fn the_parts_of_what_is_composed_are_asked_for_again() {
    let bed = Bed::new();
    let kind = bed.mended_by_asking_for("host", "b.example", &["host"]);
    assert_eq!(kind, ProblemKind::WrongFormat);
}

#[test]
fn a_value_that_no_store_gave_is_no_reason_to_ask_one() {
    let bed = Bed::new();
    assert!(bed.loader().load().is_ok());
    bed.proxy.forget();
    assert!(bed.loader().env([("APP_PORT", "n0t-a-p0rt")]).load().is_err());
    assert!(bed.loader().load().is_ok());
    assert_eq!(bed.read(&[]), [0; 0]);
}

/// A field that two stores may have.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp, gcp("app-spare")))]
struct Two {
    #[setting(required)]
    port: u16,
}

#[test]
fn a_store_that_is_out_of_reach_is_no_reason_to_ask_another_again_for_what_it_answered() {
    let bed = Bed::new();
    bed.put("spare", r#"{"port": 2}"#);
    let gcp = || Gcp::builder().project("p").endpoint(bed.proxy.url()).access_token("t");
    let load = || Two::loader().env(NONE).source(gcp().build().unwrap()).cache(&bed.cache).load();
    bed.proxy
        .when(|request| request.path().contains("/secrets/app-port/").then(|| Fault::status(500)));
    assert_eq!(load().unwrap_err().iter().next().unwrap().kind(), ProblemKind::Unreachable);
    bed.proxy.heal();
    bed.proxy.forget();
    assert_eq!(load().unwrap().port, 1);
    assert_eq!(bed.read(&["port"]), [1]);
}
