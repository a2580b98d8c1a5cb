//! C: sources over a network, as far as a source of the program's own can stand for one.

use std::sync::atomic::Ordering;

use config_core::{Failure, FailureKind, ProblemKind, Secrets};
use config_tests::sources::{Failing, Held};
use config_tests::{NOTHING, kinds};

#[derive(Secrets)]
#[secrets(sources("cloud", env))]
struct Settings {
    #[setting(default = "default")]
    one: String,
    #[setting(default = "default")]
    two: String,
    #[setting(default = "default")]
    three: String,
}

/// Ours: refused is not absent; neither a default nor a weaker source stands in for it.
#[test]
fn c06_what_is_not_there_is_absent_and_what_is_refused_is_a_problem() {
    let absent = Held::new("cloud", [("one", "cloud")]).remote();
    let settings = Settings::loader().env([("TWO", "env")]).source(absent).load().unwrap();
    assert_eq!(
        [settings.one.as_str(), &settings.two, &settings.three],
        ["cloud", "env", "default"]
    );

    let denied = Failing::new("cloud", Failure::new(FailureKind::Denied, "permission denied"));
    let found = kinds(Settings::loader().env([("TWO", "env")]).source(denied).load());
    assert_eq!(found, ["one", "two", "three"].map(|path| (path.to_owned(), ProblemKind::Denied)));
}

#[test]
fn c09_a_source_is_asked_one_time_for_all_fields() {
    for remote in [false, true] {
        let cloud = Held::new("cloud", [("one", "1"), ("two", "2"), ("three", "3")]);
        let cloud = if remote { cloud.remote() } else { cloud };
        let asked = cloud.asked();
        Settings::loader().env(NOTHING).source(cloud).load().unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
