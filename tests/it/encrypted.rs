//! Files and values that are encrypted with age.

use std::slice;

use config_core::age::{Identity, decrypt_value, encrypt_file, encrypt_value};
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
    let expected =
        "the encrypted value was made for another key than token: encrypt it anew for that";
    assert!(problem.message().ends_with(expected), "{}", problem.message());
}

/// A file of a repository, in three states of which two were made apart.
struct Merge {
    directory: tempfile::TempDir,
}

impl Merge {
    fn of(base: &str, ours: &str, theirs: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        Self { directory }
    }

    /// What git makes of both changes, and in how many places it cannot.
    fn merged(&self) -> (String, i32) {
        let output = self.git(&["merge-file", "-p", "ours", "base", "theirs"]);
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    /// How many lines came and went between the base and ours, as git counts.
    fn changed(&self) -> String {
        let output = self.git(&["diff", "--no-index", "--numstat", "base", "ours"]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.split('\t').take(2).collect::<Vec<_>>().join(" ")
    }

    fn git(&self, arguments: &[&str]) -> std::process::Output {
        let mut git = std::process::Command::new("git");
        git.args(arguments).current_dir(self.directory.path()).env("HOME", self.directory.path());
        git.output().unwrap()
    }
}

/// The text with the value of one key encrypted anew, as somebody does it who edits that line.
fn edited(sealed: &Sealed, text: &str, key: &str, value: &str) -> String {
    let identity = slice::from_ref(&sealed.identity);
    let mut values = text.match_indices("ENC[").map(|(at, _)| {
        let end = text[at..].find(']').unwrap();
        &text[at..=at + end]
    });
    let old = values.find(|old| decrypt_value(key, old, identity).is_ok()).unwrap();
    text.replacen(old, &sealed.value(key, value), 1)
}

/// The lines that two texts have in common, which have as many of them.
fn same_lines(one: &str, other: &str) -> Vec<bool> {
    assert_eq!(one.lines().count(), other.lines().count());
    one.lines().zip(other.lines()).map(|(one, other)| one == other).collect()
}

#[test]
fn encrypting_one_value_anew_changes_its_line_alone() {
    let sealed = Sealed::new();
    let long = "a line\n".repeat(2_000);
    let lines = [("APP_A", "1"), ("APP_B", "2"), ("APP_C", long.as_str()), ("APP_D", "4")];
    let lines = lines.map(|(key, value)| format!("{key}={}\n", sealed.value(key, value)));
    let base = lines.concat();
    // The same value once more: its cipher text differs, and no other line follows it.
    for value in ["2", "another", long.as_str()] {
        let ours = edited(&sealed, &base, "APP_B", value);
        assert_eq!(same_lines(&base, &ours), [true, false, true, true]);
        assert_eq!(Merge::of(&base, &ours, "").changed(), "1 1");
    }
}

#[test]
fn changes_of_different_values_are_merged_by_git_and_what_comes_of_it_loads() {
    let sealed = Sealed::new();
    let (token, port, hosts) =
        (sealed.value("token", "one"), sealed.value("port", "1"), sealed.value("hosts", "a"));
    let base = format!(
        "{{\n  \"token\": \"{token}\",\n  \"port\": \"{port}\",\n  \"hosts\": \"{hosts}\"\n}}\n"
    );
    let ours = edited(&sealed, &base, "token", "two");
    let theirs = edited(&sealed, &base, "hosts", "a, b");
    let (merged, conflicts) = Merge::of(&base, &ours, &theirs).merged();
    assert_eq!(conflicts, 0, "{merged}");
    sealed.bench.write("secrets.json", &merged);
    let settings = sealed.load().unwrap();
    assert_eq!((settings.token.expose_secret(), settings.port), ("two", 1));
    assert_eq!(settings.hosts.unwrap(), ["a", "b"]);
    // Two values for one key are for a person to choose from, as in any file.
    let against = edited(&sealed, &base, "token", "three");
    assert_eq!(Merge::of(&base, &ours, &against).merged().1, 1);
}

#[test]
fn changes_of_different_lines_of_a_dotenv_file_are_merged_alike() {
    let sealed = Sealed::new();
    let lines = [("APP_TOKEN", "one"), ("APP_PORT", "1"), ("APP_HOSTS", "a")];
    let base = lines.map(|(key, value)| format!("{key}={}\n", sealed.value(key, value))).concat();
    let ours = edited(&sealed, &base, "APP_TOKEN", "two");
    let theirs = edited(&sealed, &base, "APP_HOSTS", "b");
    let (merged, conflicts) = Merge::of(&base, &ours, &theirs).merged();
    assert_eq!(conflicts, 0, "{merged}");
    sealed.bench.write(".env", &merged);
    let settings = sealed.load().unwrap();
    assert_eq!((settings.token.expose_secret(), settings.port), ("two", 1));
    assert_eq!(settings.hosts.unwrap(), ["b"]);
}
