//! What each source says that its answers come from.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Kind, Request, dir, env, file};
use crate::environment::{Context, Environment};
use crate::source::{Fetch, Key, Source, Wanted};
use crate::value::Text;

const SECRET: Key<'_> = Key {
    path: "smtp.token",
    variables: &["APP_TOKEN"],
    own: None,
    base: None,
    prefix: "APP_",
    secret: true,
    binary: false,
};

/// A load in a directory of its own, where the search for `.env` ends.
struct Bed {
    place: TempDir,
    environment: Environment,
}

impl Bed {
    fn new(pairs: &[(&str, &str)]) -> Self {
        let place = TempDir::new().unwrap();
        fs::create_dir(place.path().join(".git")).unwrap();
        let pair =
            |(name, value): &(&str, &str)| ((*name).to_owned(), Text::new((*value).to_owned()));
        let environment = Environment::Pairs(Arc::new(pairs.iter().map(pair).collect()));
        Self { place, environment }
    }

    fn write(&self, name: &str, content: &str) -> &Self {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn open(&self, kind: &Kind, place: Option<&str>, profile: Option<&str>) -> Box<dyn Source> {
        let context = Context::of(&self.environment, Some(self.place.path()), profile);
        kind.open(&Request::declared(place), &context).ok().expect("it opens")
    }

    /// What is watched once these keys were asked for, below the directory.
    fn watched(&self, source: &dyn Source, keys: &[Key<'_>]) -> Vec<String> {
        match source.fetch(&Wanted::of(keys)) {
            Fetch::Ready(answers) => drop(answers),
            Fetch::Pending(_) => panic!("it answers at once"),
        }
        self.names(source)
    }

    fn names(&self, source: &dyn Source) -> Vec<String> {
        let name = |path: PathBuf| match path.strip_prefix(self.place.path()) {
            Ok(name) => name.display().to_string(),
            Err(_) => path.display().to_string(),
        };
        source.watched().into_iter().map(name).collect()
    }
}

#[test]
fn the_environment_watches_the_files_that_variables_of_asked_keys_name() {
    let bed = Bed::new(&[("APP_TOKEN_FILE", "run/token"), ("APP_OTHER_FILE", "run/other")]);
    let source = bed.open(&env::KIND, None, None);
    assert!(bed.names(&*source).is_empty());
    assert_eq!(bed.watched(&*source, &[SECRET]), ["run/token"], "there or not");
    let setting = Key { secret: false, variables: &["APP_OTHER"], ..SECRET };
    assert_eq!(bed.watched(&*source, &[setting]), ["run/token"], "which names no file");
}

#[test]
fn a_variable_that_is_set_has_its_file_not_watched() {
    let bed = Bed::new(&[("APP_TOKEN_FILE", "run/token"), ("APP_TOKEN", "value")]);
    assert!(bed.watched(&*bed.open(&env::KIND, None, None), &[SECRET]).is_empty());
}

#[test]
fn a_secret_in_the_stead_of_its_file_is_no_path_to_be_watched() {
    let bed = Bed::new(&[("APP_TOKEN_FILE", "hunter2!")]);
    assert!(bed.watched(&*bed.open(&env::KIND, None, None), &[SECRET]).is_empty());
    bed.write("hunter2!", "value");
    assert_eq!(bed.watched(&*bed.open(&env::KIND, None, None), &[SECRET]), ["hunter2!"]);
}

#[test]
fn a_file_is_watched_whether_it_is_there_or_not() {
    let bed = Bed::new(&[]);
    let source = bed.open(&file::KIND, Some("conf/secrets.json#table"), None);
    assert_eq!(bed.watched(&*source, &[SECRET]), ["conf/secrets.json"]);
}

#[test]
fn a_directory_is_watched_and_in_it_the_files_of_asked_keys() {
    let bed = Bed::new(&[]);
    let source = bed.open(&dir::KIND, Some("secrets"), None);
    assert_eq!(bed.names(&*source), ["secrets"]);
    let expected = ["secrets", "secrets/APP_TOKEN", "secrets/smtp/token", "secrets/smtp.token"];
    assert_eq!(bed.watched(&*source, &[SECRET]), expected);
}

#[test]
fn what_the_program_holds_has_nothing_to_be_watched() {
    let bed = Bed::new(&[]);
    let memory = crate::Memory::pairs("flags", [("smtp.token", "x")]);
    assert!(bed.watched(&memory, &[SECRET]).is_empty());
}

#[cfg(feature = "dotenv")]
mod dotenv {
    use super::*;
    use crate::sources::dotenv::KIND;

    #[cfg(not(feature = "age"))]
    const NAMES: [&str; 4] = [".env", ".env.local", ".env.production", ".env.production.local"];
    #[cfg(feature = "age")]
    const NAMES: [&str; 6] = [
        ".env",
        ".env.age",
        ".env.local",
        ".env.production",
        ".env.production.age",
        ".env.production.local",
    ];

    #[test]
    fn every_env_file_that_may_come_is_watched() {
        let bed = Bed::new(&[]);
        let source = bed.open(&KIND, None, Some("production"));
        assert!(bed.names(&*source).is_empty());
        assert_eq!(bed.watched(&*source, &[SECRET]), NAMES);
    }

    #[test]
    fn a_search_watches_each_directory_that_it_passed_and_none_above_the_one_it_found() {
        let bed = Bed::new(&[]);
        bed.write("a/.env", "X=1").write("a/b/c/file", "");
        let (environment, start) = (&bed.environment, bed.at("a/b/c"));
        let context = Context::of(environment, Some(&start), Some("production"));
        let source = KIND.open(&Request::declared(None), &context).ok().unwrap();
        let mut expected: Vec<String> = ["a/.env", "a/b/.env", "a/b/c/.env"]
            .iter()
            .flat_map(|stem| NAMES.map(|name| name.replacen(".env", stem, 1)))
            .collect();
        expected.sort();
        let mut watched = bed.watched(&*source, &[SECRET]);
        watched.sort();
        assert_eq!(watched, expected);
    }

    #[test]
    fn a_file_that_a_pair_names_is_watched_too() {
        let bed = Bed::new(&[]);
        bed.write("conf/.env", "APP_TOKEN_FILE=run/token");
        let source = bed.open(&KIND, Some("conf/.env"), None);
        assert_eq!(bed.watched(&*source, &[SECRET]), ["conf/.env", "conf/run/token"]);
    }

    #[test]
    fn a_path_of_its_own_is_watched_whether_it_is_there_or_not() {
        let bed = Bed::new(&[]);
        let source = bed.open(&KIND, Some("conf/.env"), None);
        assert_eq!(bed.watched(&*source, &[SECRET]), ["conf/.env"]);
        bed.write("other/file", "");
        let source = bed.open(&KIND, Some("other"), Some("production"));
        assert_eq!(bed.watched(&*source, &[SECRET]), NAMES.map(|name| format!("other/{name}")));
    }
}

#[cfg(feature = "age")]
#[test]
fn the_identity_that_a_variable_names_is_watched_once_it_was_needed() {
    use crate::age::{Identity, encrypt_value};
    use secrecy::ExposeSecret;

    let bed = Bed::new(&[("CONFIG_CORE_AGE_IDENTITY_FILE", "keys/own")]);
    let source = bed.open(&file::KIND, Some("plain.json"), None);
    assert_eq!(bed.watched(&*source, &[SECRET]), ["plain.json"]);

    let identity = Identity::generate();
    let sealed = encrypt_value("smtp.token", b"value", &identity.recipients()).unwrap();
    bed.write("sealed.json", &format!(r#"{{"smtp": {{"token": "{sealed}"}}}}"#));
    let source = bed.open(&file::KIND, Some("sealed.json"), None);
    assert_eq!(bed.watched(&*source, &[SECRET]), ["keys/own", "sealed.json"], "not there yet");

    bed.write("keys/own", identity.to_text().expose_secret());
    let context = Context {
        identities: std::slice::from_ref(&identity),
        ..Context::of(&bed.environment, Some(bed.place.path()), None)
    };
    let given = file::KIND.open(&Request::declared(Some("sealed.json")), &context).ok().unwrap();
    assert_eq!(bed.watched(&*given, &[SECRET]), ["sealed.json"], "it was given, and is not read");

    bed.write(
        ".env",
        &format!("APP_TOKEN={}", encrypt_value("APP_TOKEN", b"v", &identity.recipients()).unwrap()),
    );
    let source = bed.open(&crate::sources::dotenv::KIND, Some(".env"), None);
    assert_eq!(bed.watched(&*source, &[SECRET]), [".env", "keys/own"]);
}

#[cfg(feature = "exec")]
#[test]
fn a_command_has_nothing_to_be_watched() {
    let bed = Bed::new(&[]);
    assert!(bed.names(&*bed.open(&super::exec::KIND, Some("/bin/echo x"), None)).is_empty());
}

#[cfg(feature = "testing")]
#[test]
fn a_recording_source_watches_what_it_records() {
    let recording = crate::testing::Recording::of(crate::Dir::at("/etc/app"));
    assert_eq!(recording.watched(), [PathBuf::from("/etc/app")]);
}
