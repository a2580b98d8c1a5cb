//! What is kept of earlier answers while the manager is down, and what a report says of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use config_core::{Cache, ExposeSecret, Gcp, Loader, OnFailure, SecretString, Secrets};
use serde_json::json;

use super::Bed;

/// As most structs are: not all of it stands at the manager.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, gcp))]
struct Usual {
    #[secret(required, format = any)]
    v: SecretString,
    #[setting(default = 1)]
    port: u16,
    #[setting]
    opt: Option<String>,
}

const DAY: OnFailure = OnFailure::Stale(Duration::from_secs(86_400));
const NONE: [(&str, &str); 0] = [];

fn usual(bed: &Bed, cache: &Cache) -> Loader<Usual> {
    let gcp: Gcp = bed.gcp().build().unwrap();
    Usual::loader().env(NONE).source(gcp).cache(cache).on_failure("gcp", DAY)
}

/// Loads, which has to succeed while the manager is down; gives the alerts.
fn loads(loader: Loader<Usual>) -> Vec<String> {
    let alerts = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&alerts);
    let loader = loader.on_alert(move |alert| sink.lock().unwrap().push(ageless(alert)));
    let settings = loader.load().unwrap();
    assert_eq!(settings.v.expose_secret(), "s3same");
    assert_eq!((settings.port, settings.opt), (1, None));
    let mut alerts = std::mem::take(&mut *alerts.lock().unwrap());
    alerts.sort_unstable();
    alerts
}

/// A text with `N` for the seconds that something is old.
fn ageless(text: impl ToString) -> String {
    let text = text.to_string();
    let words = text.split(' ').map(|word| {
        let digits = word.strip_suffix('s').unwrap_or_default();
        let is_age = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_age { "N" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_start_while_it_is_down_succeeds_though_some_fields_are_nowhere() {
    let bed = Bed::new();
    bed.standin.add("p", "app-v", b"s3same");
    let cache = Cache::new(Duration::ZERO);
    assert!(loads(usual(&bed, &cache)).is_empty());
    bed.proxy.refuse();
    assert_eq!(
        loads(usual(&bed, &cache)),
        [
            "gcp: unreachable; took its answer of N ago (v)",
            "gcp: unreachable; took its answer of N ago: no such secret, or none with a version in the project p (port, opt)",
        ]
    );
    let report = ageless(usual(&bed, &cache).load_report().unwrap().report);
    let why =
        "no such secret, or none with a version in the project p, answered N ago; unreachable now";
    let absent = format!("looked in gcp app-port ({why})");
    assert!(report.contains(&absent), "{report}");
    assert!(report.contains("gcp app-v, version 1, answered N ago"), "{report}");
    assert_eq!(ageless(usual(&bed, &cache).explain()), report);
    assert!(usual(&bed, &cache).strict().load().is_ok());

    let error = usual(&bed, &Cache::new(Duration::ZERO)).load().unwrap_err().to_string();
    assert_eq!(error.matches("; no earlier answer is kept").count(), 1, "{error}");
    bed.proxy.accept();
    bed.standin.add("p", "app-port", b"2");
    assert_eq!(usual(&bed, &cache).load().unwrap().port, 2);
    bed.proxy.refuse();
    assert_eq!(usual(&bed, &cache).load().unwrap().port, 2);
}

/// A secret of its own for each field, and one that has them all.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp, gcp("settings")))]
struct Both {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(required)]
    port: u16,
    #[setting(required, gcp = "db#host")]
    host: String,
}

#[test]
fn a_builder_given_once_serves_each_place_and_a_key_of_its_own_is_asked_for_once() {
    let bed = Bed::new();
    bed.standin.add("p", "app-token", b"s3same");
    bed.standin.add("p", "settings", json!({ "port": 9000 }).to_string().as_bytes());
    bed.standin.add("p", "db", json!({ "host": "db.example" }).to_string().as_bytes());
    let loader = || Both::loader().env(NONE).source(bed.gcp().build().unwrap());
    let settings = loader().load().unwrap();
    assert_eq!((settings.port, settings.host.as_str()), (9000, "db.example"));
    assert_eq!(settings.token.expose_secret(), "s3same");
    let of_db = |path: &String| path.contains("/secrets/db/");
    let paths = bed.paths();
    assert_eq!(paths.iter().filter(|path| of_db(path)).count(), 1, "{paths:?}");

    let plan = loader().plan().unwrap();
    assert_eq!(plan.sources()[0].reads().iter().filter(|read| of_db(read)).count(), 1);
    assert_eq!(
        plan.sources()[1].reads(),
        ["GET /v1/projects/p/secrets/settings/versions/latest:access"]
    );
    let report = loader().explain();
    assert!(report.fields().iter().all(|field| field.hidden().is_empty()), "{report}");
}
