//! What is read where.

use config_core::testing::assert_no_secrets;
use config_core::{ExposeSecret, ProblemKind, SecretBytes, SecretString, Secrets};
use config_tests_servers::proxy::{Fault, most_at_once};
use serde_json::json;

use super::{Bed, One, Own, load, problem};

/// One secret with all keys, some elsewhere.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp("app-settings")))]
struct Document {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any, gcp = "#smtp.password")]
    mail: SecretString,
    #[secret(required, format = any, gcp = "db@1#url")]
    first_url: SecretString,
    #[secret(required, format = any, gcp = "db@latest#url")]
    url: SecretString,
    #[secret(required, format = any, gcp = "projects/other/secrets/db")]
    whole: SecretString,
    #[secret(required, format = any, gcp = "certificate")]
    binary: SecretBytes,
}

#[test]
fn a_field_is_a_secret_of_its_own_by_its_hyphenated_name() {
    let bed = Bed::new();
    bed.standin.add("p", "app-db-password", b"c4n4ry-hunter2");
    bed.standin.add("p", "app-smtp-user-name", b"grace");
    let loaded = load::<Own>(bed.gcp()).unwrap();
    assert_eq!(loaded.settings.db_password.expose_secret(), "c4n4ry-hunter2");
    assert_eq!(loaded.settings.smtp.user_name, "grace");
    let origin = loaded.report.origin("smtp.user_name").unwrap().to_string();
    assert_eq!(origin, "gcp app-smtp-user-name, version 1");
    assert_no_secrets(format!("{:?} {}", loaded.settings, loaded.report), &loaded);
    assert_eq!(bed.paths().len(), 2);
}

#[test]
fn a_secret_that_the_list_names_has_the_keys_in_its_json() {
    let bed = Bed::new();
    bed.standin.add("p", "app-settings", br#"{"port": 5432, "smtp": {"password": "c4n4ry-1"}}"#);
    bed.standin.add("p", "db", br#"{"url": "c4n4ry-old"}"#);
    bed.standin.add("p", "db", br#"{"url": "c4n4ry-new"}"#);
    bed.standin.add("other", "db", b"c4n4ry-whole");
    bed.standin.add("p", "certificate", &[0, 255, 254, 7]);
    let loaded = load::<Document>(bed.gcp()).unwrap();
    let settings = &loaded.settings;
    assert_eq!(settings.port, 5432);
    assert_eq!(settings.mail.expose_secret(), "c4n4ry-1");
    assert_eq!(settings.first_url.expose_secret(), "c4n4ry-old");
    assert_eq!(settings.url.expose_secret(), "c4n4ry-new");
    assert_eq!(settings.whole.expose_secret(), "c4n4ry-whole");
    assert_eq!(settings.binary.expose_secret(), [0, 255, 254, 7]);
    let shown = |path| loaded.report.origin(path).unwrap().to_string();
    assert_eq!(shown("port"), "gcp app-settings#port, version 1");
    assert_eq!(shown("first_url"), "gcp db@1#url, version 1");
    assert_eq!(shown("url"), "gcp db@latest#url, version 2");
    assert_eq!(shown("whole"), "gcp projects/other/secrets/db, version 1");
    let mut paths = bed.paths();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "/v1/projects/other/secrets/db/versions/latest:access",
            "/v1/projects/p/secrets/app-settings/versions/latest:access",
            "/v1/projects/p/secrets/certificate/versions/latest:access",
            "/v1/projects/p/secrets/db/versions/1:access",
            "/v1/projects/p/secrets/db/versions/latest:access",
        ]
    );
}

/// Eight fields in eight secrets.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp))]
struct Many {
    #[setting(required)]
    a: u8,
    #[setting(required)]
    b: u8,
    #[setting(required)]
    c: u8,
    #[setting(required)]
    d: u8,
    #[setting(required)]
    e: u8,
    #[setting(required)]
    f: u8,
    #[setting(required)]
    g: u8,
    #[setting(required)]
    h: u8,
}

#[test]
fn all_secrets_are_asked_for_at_once() {
    let bed = Bed::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        bed.standin.add("p", &format!("app-{name}"), b"7");
    }
    bed.proxy.delay(std::time::Duration::from_millis(300));
    let Many { a, b, c, d, e, f, g, h } = load::<Many>(bed.gcp()).unwrap().settings;
    assert_eq!([a, b, c, d, e, f, g, h], [7; 8]);
    let asked = bed.proxy.requests();
    assert_eq!(asked.len(), 8);
    assert_eq!(most_at_once(&asked), 8);
}

/// A pinned version.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp))]
struct Pinned {
    #[secret(required, format = any, gcp = "db@2")]
    password: SecretString,
}

#[test]
fn a_pinned_version_stays_when_newer_ones_come() {
    let bed = Bed::new();
    for value in ["c4n4ry-1", "c4n4ry-2", "c4n4ry-3"] {
        bed.standin.add("p", "db", value.as_bytes());
    }
    let loaded = load::<Pinned>(bed.gcp()).unwrap();
    assert_eq!(loaded.settings.password.expose_secret(), "c4n4ry-2");
}

#[test]
fn a_pinned_version_that_cannot_be_had_never_becomes_the_latest() {
    let bed = Bed::new();
    bed.standin.add("p", "db", b"c4n4ry-1");
    let (kind, text) = problem::<Pinned>(bed.gcp());
    assert_eq!(kind, ProblemKind::NotFound);
    assert!(text.contains("no such version in the project p"), "{text}");
    bed.standin.add("p", "db", b"c4n4ry-2");
    bed.standin.add("p", "db", b"c4n4ry-3");
    let change = |verb: &str| {
        let path = format!("/v1/projects/p/secrets/db/versions/2:{verb}");
        assert_eq!(bed.standin.ask("POST", &path, &json!({})).0, 200);
    };
    change("disable");
    let (kind, text) = problem::<Pinned>(bed.gcp());
    assert_eq!(kind, ProblemKind::Expired);
    assert!(text.contains("version 2 is disabled"), "{text}");
    let enable = "run: gcloud secrets versions enable 2 --secret=db --project=p";
    assert!(text.contains(enable), "{text}");
    change("enable");
    assert!(load::<Pinned>(bed.gcp()).is_ok());
    change("destroy");
    let (kind, text) = problem::<Pinned>(bed.gcp());
    assert_eq!(kind, ProblemKind::Expired);
    assert!(text.contains("version 2 is destroyed"), "{text}");
    assert!(bed.paths().iter().all(|path| path.ends_with("/versions/2:access")));
}

#[test]
fn an_answer_with_another_version_than_the_pinned_one_is_refused() {
    let bed = Bed::new();
    bed.standin.add("p", "db", b"c4n4ry-1");
    bed.standin.add("p", "db", b"c4n4ry-2");
    bed.proxy.once(Fault::rewritten(|answer| {
        answer["name"] = json!("projects/1/secrets/db/versions/3");
    }));
    let (kind, text) = problem::<Pinned>(bed.gcp());
    assert_eq!(kind, ProblemKind::Malformed);
    assert!(text.contains("the answer has another version than was asked for"), "{text}");
}

#[test]
fn the_latest_version_is_the_one_added_last_even_where_it_is_disabled() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    bed.standin.add("p", "app-password", b"c4n4ry-2");
    let path = "/v1/projects/p/secrets/app-password/versions/2:disable";
    assert_eq!(bed.standin.ask("POST", path, &json!({})).0, 200);
    let (kind, text) = problem::<One>(bed.gcp());
    assert_eq!(kind, ProblemKind::Expired);
    assert!(text.contains("version 2 is disabled"), "{text}");
}

#[test]
fn a_value_that_was_damaged_on_its_way_is_read_once_more() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    let damage = || Fault::rewritten(|answer| answer["payload"]["data"] = json!("YzRuNHJ5LTI="));
    bed.proxy.once(damage());
    let loaded = load::<One>(bed.gcp()).unwrap();
    assert_eq!(loaded.settings.password.expose_secret(), "c4n4ry-1");
    assert_eq!(bed.paths().len(), 2);
    bed.proxy.always(damage());
    let (kind, text) = problem::<One>(bed.gcp());
    assert_eq!(kind, ProblemKind::Malformed);
    assert!(text.contains("its checksum differs"), "{text}");
    assert_eq!(bed.paths().len(), 4);
}

/// A secret that is kept in one region.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp))]
#[expect(dead_code, reason = "it is never loaded")]
struct Regional {
    #[secret(required, format = any, gcp = "locations/europe-west3/secrets/db")]
    password: SecretString,
}

#[test]
fn a_regional_secret_is_asked_for_in_its_region() {
    let bed = Bed::new();
    assert!(load::<Regional>(bed.gcp()).is_err());
    assert!(load::<One>(bed.gcp().location("us-east1")).is_err());
    assert_eq!(
        bed.paths(),
        [
            "/v1/projects/p/locations/europe-west3/secrets/db/versions/latest:access",
            "/v1/projects/p/locations/us-east1/secrets/app-password/versions/latest:access",
        ]
    );
}
