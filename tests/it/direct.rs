//! Loads that find every field in the environment of the process: they read it without asking the resolver, and must
//! come to what the resolver would. Each runs in a process of its own, whose environment is given.

use std::process::{Command, Output};

use config_core::{ExposeSecret, SecretString, Secrets};

/// Set in the processes that load; no field has that name.
const CHILD: &str = "DIRECT_CHILD";

#[derive(Secrets)]
#[secrets(prefix = "FEW")]
struct Few {
    #[setting(required)]
    host: String,
    #[setting(required, range = 1024..=65535)]
    port: u16,
    #[setting(required, one_of("red", "green"))]
    colour: String,
    #[secret(required, format = any, env = ["FEW_TOKEN", "FEW_OLD_TOKEN"])]
    token: SecretString,
    #[setting(default = 0.5)]
    ratio: f64,
}

macro_rules! many {
    ($($name:ident)*) => {
        #[derive(Secrets)]
        #[secrets(prefix = "MANY")]
        struct Many {
            $(#[setting(required)] $name: String,)*
        }

        impl Many {
            const NAMES: &[&str] = &[$(stringify!($name)),*];

            fn values(&self) -> Vec<&str> {
                vec![$(&self.$name),*]
            }
        }
    };
}

many! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

const FEW: [(&str, &str); 5] = [
    ("FEW_HOST", "example"),
    ("FEW_PORT", "8080"),
    ("FEW_COLOUR", "red"),
    ("FEW_TOKEN", "hush-hush"),
    ("FEW_RATIO", "0.25"),
];

/// Runs this test again in a process that has only these variables, and there loads.
fn alone(test: &str, variables: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let Output { status, stdout, stderr } = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("direct::{test}"), "--nocapture", "--test-threads=1"])
        .current_dir(directory.path())
        .env_clear()
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Loads in both ways and prints what came of it.
fn few() {
    let shown = |few: Few| {
        let Few { host, port, colour, token, ratio } = few;
        format!("{host} {port} {colour} {} {ratio}", token.expose_secret())
    };
    let direct = Few::load().map(shown).map_err(|error| error.to_string());
    let resolved = Few::loader().load_report().map(|loaded| shown(loaded.settings));
    assert_eq!(direct, resolved.map_err(|error| error.to_string()));
    match direct {
        Ok(settings) => println!("loaded {settings}"),
        Err(error) => println!("{error}"),
    }
}

#[test]
fn a_load_whose_fields_are_all_set_gives_them() {
    if is_child() {
        return few();
    }
    let printed = alone("a_load_whose_fields_are_all_set_gives_them", &FEW);
    assert!(printed.contains("loaded example 8080 red hush-hush 0.25"), "{printed}");
}

#[test]
fn what_is_unset_or_empty_or_has_an_old_name_goes_to_the_resolver() {
    if is_child() {
        return few();
    }
    let of = |variables: &[(&str, &str)]| {
        alone("what_is_unset_or_empty_or_has_an_old_name_goes_to_the_resolver", variables)
    };
    let mut old = FEW;
    old[3].0 = "FEW_OLD_TOKEN";
    assert!(of(&old).contains("loaded example 8080 red hush-hush 0.25"));
    assert!(of(&FEW[..4]).contains("loaded example 8080 red hush-hush 0.5"));
    let mut empty = FEW;
    empty[0].1 = "";
    assert!(of(&empty).contains("host"));
}

#[test]
fn every_problem_is_told_once() {
    if is_child() {
        return few();
    }
    let mut wrong = FEW;
    (wrong[1].1, wrong[2].1) = ("80", "blue");
    let printed = alone("every_problem_is_told_once", &wrong);
    assert_eq!(printed.matches("80 is not within 1024..=65535").count(), 1, "{printed}");
    assert_eq!(printed.matches("not one of red, green").count(), 1, "{printed}");
    assert!(!printed.contains("hush-hush"), "{printed}");
}

#[test]
fn many_fields_each_get_their_own_variable() {
    if is_child() {
        let many = Many::load().unwrap();
        assert_eq!(many.values(), Many::NAMES);
        return;
    }
    let names: Vec<String> =
        Many::NAMES.iter().map(|name| format!("MANY_{}", name.to_uppercase())).collect();
    let mut variables: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(Many::NAMES.iter().copied()).collect();
    variables.extend([("MANY_D", "foreign"), ("OTHER_A0", "foreign")]);
    alone("many_fields_each_get_their_own_variable", &variables);
}
