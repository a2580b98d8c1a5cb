//! Files and values that are encrypted with age.

use config_core::age::{Identity, encrypt_file, encrypt_value};
use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, only};

#[derive(Debug, Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv, file("secrets.json"), file("shared.yaml.age#{profile}"))
)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = 25)]
    port: u16,
    #[setting]
    hosts: Option<Vec<String>>,
}

struct Sealed {
    bench: Bench,
    identity: Identity,
}

impl Sealed {
    fn new() -> Self {
        Self { bench: Bench::new(), identity: Identity::generate() }
    }

    fn value(&self, path: &str, value: &str) -> String {
        encrypt_value(path, value.as_bytes(), &self.identity.recipients()).unwrap()
    }

    fn whole(&self, name: &str, content: &str) {
        let file = encrypt_file(content.as_bytes(), &self.identity.recipients()).unwrap();
        self.bench.write(name, file);
    }

    fn load(&self) -> Result<Settings, config_core::Error> {
        let loader = Settings::loader().root(self.bench.path()).env(NOTHING).profile("staging");
        loader.age_identity(self.identity.clone()).load()
    }
}

#[test]
fn values_are_read_from_whole_files_and_from_single_lines_alike() {
    let sealed = Sealed::new();
    sealed.bench.write(".env", format!("APP_TOKEN={}\n", sealed.value("APP_TOKEN", "one")));
    let hosts = sealed.value("hosts", "a, b");
    sealed.bench.write("secrets.json", format!(r#"{{"hosts": "{hosts}"}}"#));
    sealed.whole("shared.yaml.age", "staging:\n  port: 2525\n  token: two\n");
    let settings = sealed.load().unwrap();
    assert_eq!((settings.token.expose_secret(), settings.port), ("one", 2525));
    assert_eq!(settings.hosts.unwrap(), ["a", "b"]);
}

#[test]
fn an_encrypted_value_under_a_setting_is_decoded_as_text() {
    let sealed = Sealed::new();
    let (token, port) = (sealed.value("token", "one"), sealed.value("port", "70"));
    sealed.bench.write("secrets.json", format!(r#"{{"token": "{token}", "port": "{port}"}}"#));
    assert_eq!(sealed.load().unwrap().port, 70);
}

#[test]
fn each_way_not_to_open_is_a_problem_of_its_own_and_the_text_is_never_the_value() {
    let sealed = Sealed::new();
    let other = Sealed::new();
    let identity = other.identity.to_text();
    let loader = || Settings::loader().root(sealed.bench.path()).profile("staging");
    let kind = |value: &str, pairs: &[(&str, &str)]| {
        sealed.bench.write("secrets.json", format!(r#"{{"token": "{value}"}}"#));
        let problem = only(loader().env(pairs.iter().copied()).load());
        (problem.kind(), problem.to_string() + problem.hint().unwrap_or_default())
    };
    let value = sealed.value("token", "canary");
    let (none, told) = kind(&value, &[]);
    assert_eq!(none, ProblemKind::NotConfigured);
    assert!(told.contains("CONFIG_CORE_AGE_IDENTITY"), "{told}");
    let (wrong, told) = kind(&value, &[("SOPS_AGE_KEY", identity.expose_secret())]);
    assert_eq!(wrong, ProblemKind::Denied);
    assert!(told.contains("the identity does not open it"), "{told}");
    let (gone, told) = kind(&value, &[("SOPS_AGE_KEY_FILE", "keys/none.txt")]);
    assert_eq!(gone, ProblemKind::NotFound);
    assert!(told.contains("SOPS_AGE_KEY_FILE") && told.contains("none.txt"), "{told}");
    let mut damaged = value.clone();
    let at = damaged.len() - 10;
    let other = if &damaged[at..=at] == "A" { "B" } else { "A" };
    damaged.replace_range(at..=at, other);
    let right = sealed.identity.to_text();
    let (damaged, told) = kind(&damaged, &[("SOPS_AGE_KEY", right.expose_secret())]);
    assert_eq!(damaged, ProblemKind::Malformed);
    assert!(!told.contains("canary"), "{told}");
}

#[test]
fn values_that_were_swapped_are_refused() {
    let sealed = Sealed::new();
    let moved = sealed.value("port", "one");
    sealed.bench.write("secrets.json", format!(r#"{{"token": "{moved}"}}"#));
    let problem = only(sealed.load());
    assert_eq!(problem.kind(), ProblemKind::Malformed);
    assert!(problem.message().contains("made for another key"), "{}", problem.message());
}

#[test]
fn a_diff_shows_the_lines_whose_values_have_changed() {
    let sealed = Sealed::new();
    let line = |key: &str, value: &str| format!("APP_{key}={}", sealed.value(key, value));
    let before = [line("A", "1"), line("B", "2"), line("C", "3")];
    let after = [before[0].clone(), line("B", "4"), before[2].clone()];
    let changed: Vec<_> = (0..3).filter(|at| before[*at] != after[*at]).collect();
    assert_eq!(changed, [1]);
    assert!(after.iter().all(|line| !line.contains('\n')));
}
