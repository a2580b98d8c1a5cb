//! A plan is what the load asks that it describes: by the log of whoever was asked.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use config_core::{Loader, SecretString, Secrets};
use config_tests::crafted::{Scene, Store, Vendor, Way};
use config_tests_servers::proxy::rounds;

/// Long enough for everything to arrive on a machine that is busy.
const DELAY: Duration = Duration::from_millis(1000);

/// Two places in each store, the second of which a field names as well.
#[derive(Secrets)]
#[secrets(sources(
    vault("secret/a"),
    vault("secret/b"),
    gcp("a"),
    gcp("b"),
    azure("a"),
    azure("b")
))]
#[expect(dead_code, reason = "what is asked counts")]
struct Two {
    #[secret(required, format = any)]
    one: SecretString,
    #[secret(required, format = any, vault = "secret/b#two", gcp = "b#two", azure = "b#two")]
    two: SecretString,
}

/// A request, from its arrival to its answer.
type Asked = (String, (Instant, Instant));

/// A call without host and query, which a log does not have or a plan does not tell.
fn bare(call: &str) -> String {
    let (method, address) = call.split_once(' ').unwrap();
    let path = match address.split_once("://") {
        Some((_, behind)) => &behind[behind.find('/').unwrap()..],
        None => address,
    };
    format!("{method} {}", path.split('?').next().unwrap())
}

fn loader(store: &Store) -> Loader<Two> {
    let told = store.told();
    let loader = Two::loader().env(told.variables).deadline(Duration::from_secs(60));
    match told.source {
        Some(source) => loader.source(source),
        None => loader,
    }
}

#[test]
fn the_calls_of_a_plan_are_those_of_the_load_and_it_waits_as_often() {
    for vendor in [Vendor::Vault, Vendor::Gcp, Vendor::Azure] {
        for (way, count, waits) in [(Way::Token, 2, 1), (Way::Login, 3, 2)] {
            let log: Arc<Mutex<Vec<Asked>>> = Arc::default();
            let noted = Arc::clone(&log);
            let store = Store::start(vendor, move |request, _, right| {
                let arrived = Instant::now();
                thread::sleep(DELAY);
                let call = format!("{} {}", request.method, request.path());
                noted.lock().unwrap().push((call, (arrived, Instant::now())));
                right
            });
            let document = br#"{"one": "n0t-a-real-one", "two": "n0t-a-real-two"}"#.to_vec();
            store.hold(Scene { document, way, ..Scene::empty() });
            let plan = loader(&store).plan().unwrap();
            let calls = plan.sources().iter().flat_map(|source| source.reads().to_vec());
            let mut planned: Vec<String> = calls.map(|call| bare(&call)).collect();
            if let Err(error) = loader(&store).load() {
                panic!("{vendor:?}, {way:?}: {error}");
            }
            let log = std::mem::take(&mut *log.lock().unwrap());
            let mut asked: Vec<String> = log.iter().map(|(call, _)| call.clone()).collect();
            planned.sort_unstable();
            asked.sort_unstable();
            assert_eq!(planned, asked, "{vendor:?}, {way:?}");
            assert_eq!(planned.len(), count, "{vendor:?}, {way:?}: {planned:?}");
            let waited = rounds(log.into_iter().map(|(_, span)| span));
            assert_eq!((plan.round_trips(), waited), (waits, waits), "{vendor:?}, {way:?}");
        }
    }
}
