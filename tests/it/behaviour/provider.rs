//! Settings that come from figment.

use std::ffi::OsStr;

use config_core::{ExposeSecret, ProblemKind, Secret, SecretString, Secrets};
use config_tests::child::{again, is_child};
use config_tests::{Bench, NOTHING, failure, only};
use figment::Figment;
use figment::providers::{Env, Serialized};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources("figment"))]
struct Settings {
    #[secret(format = any)]
    pin: Option<SecretString>,
    #[secret(format = any)]
    pins: Option<Vec<SecretString>>,
    #[secret(format = any)]
    counter: Option<Secret<u32>>,
    #[setting(default = "none")]
    release: String,
}

fn load(figment: Figment) -> Result<Settings, config_core::Error> {
    Settings::loader().env(NOTHING).figment(figment).load()
}

#[test]
fn digits_that_figment_has_made_a_number_of_are_no_secret() {
    if is_child() {
        let error = failure(load(Figment::from(Env::prefixed("APP_"))));
        println!("{error}");
        let paths: Vec<_> = error.iter().map(|problem| problem.path().to_owned()).collect();
        assert_eq!(paths, ["pin", "pins"]);
        assert!(error.iter().all(|problem| problem.kind() == ProblemKind::WrongType));
        return;
    }
    let variables = [("APP_PIN", "0071"), ("APP_PINS", "[0072, \"0073\"]"), ("APP_COUNTER", "074")];
    let shown = in_a_child("digits_that_figment_has_made_a_number_of_are_no_secret", &variables);
    assert!(
        shown.contains(
            "pin    wrong type: expected a text; quote it; got a number whose digits as written are not known\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("figment `APP_` environment variable(s), key PIN\n"), "{shown}");
    assert!(
        shown.contains(
            "fix         quote the value inside the variable, as in '\"..\"', or list env in sources(..), which takes a variable as it is"
        ),
        "{shown}"
    );
    assert!(!["71", "72", "73"].iter().any(|digits| shown.contains(digits)), "{shown}");
}

#[test]
fn digits_in_quotes_and_numbers_that_are_wanted_as_such_are_taken() {
    if is_child() {
        let settings = load(Figment::from(Env::prefixed("APP_"))).unwrap();
        assert_eq!(settings.pin.unwrap().expose_secret(), "007");
        assert_eq!(settings.pins.unwrap()[0].expose_secret(), "008");
        assert_eq!(*settings.counter.unwrap().expose_secret(), 9);
        assert_eq!(settings.release, "10");
        return;
    }
    let variables = [
        ("APP_PIN", "\"007\""),
        ("APP_PINS", "[\"008\"]"),
        ("APP_COUNTER", "009"),
        ("APP_RELEASE", "10"),
    ];
    in_a_child("digits_in_quotes_and_numbers_that_are_wanted_as_such_are_taken", &variables);
}

#[test]
fn a_number_of_another_provider_is_no_secret_either() {
    let problem = only(load(Figment::from(Serialized::default("pin", 4711))));
    assert_eq!((problem.path(), problem.kind()), ("pin", ProblemKind::WrongType));
    assert!(problem.message().contains("quote it"), "{problem}");
    assert_eq!(problem.hint(), None);
}

fn in_a_child(test: &str, variables: &[(&str, &str)]) -> String {
    let variables: Vec<(&str, &OsStr)> =
        variables.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    again(module_path!(), test, Bench::new().path(), &variables)
}
