//! With the feature, and identities from everywhere.

use std::path::Path;

use secrecy::ExposeSecret;

use super::*;
use crate::age::{Identity, encrypt_file, encrypt_value};

fn sealed(identity: &Identity, path: &str, value: &str) -> String {
    encrypt_value(path, value.as_bytes(), &identity.recipients()).unwrap()
}

/// A load with one identity given to it, in a directory of these files.
struct Bed {
    identity: Identity,
    place: TempDir,
    environment: Environment,
}

impl Bed {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        Self { identity: Identity::generate(), place, environment: environment(&[]) }
    }

    fn sealed(&self, path: &str, value: &str) -> String {
        sealed(&self.identity, path, value)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.place.path().join(name), content).unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    fn file(&self, place: &str) -> Box<dyn Source> {
        let given = std::slice::from_ref(&self.identity);
        let context = Context {
            identities: given,
            ..Context::of(&self.environment, Some(self.path()), None)
        };
        open(&file::KIND, place, &context)
    }

    fn one(&self, place: &str, path: &'static str) -> Answers {
        fetch(&*self.file(place), &[key(path)])
    }

    /// The failure of an encrypted file for a load that has this environment and is given no identity.
    fn with(&self, pairs: &[(&str, &str)]) -> Answers {
        self.write("a.json", format!(r#"{{"a": "{}"}}"#, self.sealed("a", "value")));
        let environment = environment(pairs);
        let context = Context::of(&environment, Some(self.path()), None);
        fetch(&*open(&file::KIND, "a.json", &context), &[key("a")])
    }
}

#[test]
fn a_file_that_is_encrypted_as_a_whole_is_read() {
    let bed = Bed::new();
    let content = br#"{"a": {"b": "one", "c": 2}}"#;
    let file = encrypt_file(content, &bed.identity.recipients()).unwrap();
    bed.write("secrets.json.age", file);
    let source = bed.file("secrets.json.age");
    assert_eq!(source.label(), "file secrets.json.age");
    let answers = fetch(&*source, &[key("a.b"), key("a.c")]).unwrap();
    assert_eq!((text(&answers[0]), text(&answers[1])), ("one", "2"));
    assert_eq!(text(&bed.one("secrets.json.age#a", "b").unwrap()[0]), "one");
}

#[test]
fn what_is_wrong_within_an_encrypted_file_is_told_and_not_shown() {
    let bed = Bed::new();
    let file = encrypt_file(b"{\n\"a\": canary", &bed.identity.recipients()).unwrap();
    bed.write("a.json.age", file).write("b.json.age", "{}").write("c.toml.age", [0xff; 200]);
    let syntax = failure(bed.one("a.json.age", "a"));
    assert!(syntax.to_string().contains("line 2"), "{syntax}");
    assert!(!syntax.to_string().contains("canary"), "{syntax}");
    for place in ["b.json.age", "c.toml.age"] {
        if place.contains("toml") && !cfg!(feature = "toml") {
            continue;
        }
        let damaged = failure(bed.one(place, "a"));
        assert_eq!(damaged.kind(), FailureKind::Malformed);
        assert!(damaged.to_string().contains("damaged, or not encrypted with age"), "{damaged}");
    }
}

#[test]
fn an_encrypted_file_that_is_not_there_is_absent() {
    let answers = Bed::new().one("none.json.age", "a").unwrap();
    assert!(matches!(&answers[0], Answer::Absent(_)));
}

#[test]
fn single_values_are_opened_wherever_they_stand() {
    let bed = Bed::new();
    let json = format!(
        r#"{{"a": {{"b": "{}"}}, "c.d": "{}", "list": ["{}", "plain", "{}"], "A": "{}", "plain": "x", "empty": "{}"}}"#,
        bed.sealed("a.b", "one"),
        bed.sealed("c.d", "two"),
        bed.sealed("list", "three"),
        bed.sealed("list", "four"),
        bed.sealed("A", "five"),
        bed.sealed("empty", ""),
    );
    bed.write("a.json", json);
    let source = bed.file("a.json");
    let keys = ["a.b", "c.d", "list", "other", "plain", "a", "empty"].map(key);
    let answers = fetch(&*source, &keys).unwrap();
    let texts = [0, 1, 3, 4].map(|at| text(&answers[at]));
    assert_eq!(texts, ["one", "two", "five", "x"]);
    let Answer::Value(list) = &answers[2] else { panic!() };
    let Value::List(elements) = &list.node.value else { panic!() };
    let elements: Vec<_> = elements
        .iter()
        .map(|element| match &element.value {
            Value::Text(text) => text.as_str(),
            _ => panic!(),
        })
        .collect();
    assert_eq!(elements, ["three", "plain", "four"]);
    let Answer::Value(table) = &answers[5] else { panic!() };
    assert!(
        matches!(&table.node.entry("b").unwrap().value, Value::Text(text) if text.as_str() == "one")
    );
    assert!(matches!(answers[6], Answer::Empty(_)));
}

#[test]
fn a_value_in_a_table_is_bound_to_the_whole_path() {
    let bed = Bed::new();
    bed.write("a.json", format!(r#"{{"staging": {{"a": "{}"}}}}"#, bed.sealed("staging.a", "one")));
    assert_eq!(text(&bed.one("a.json#staging", "a").unwrap()[0]), "one");
    bed.write(
        "a.json",
        format!(r#"{{"production": {{"a": "{}"}}}}"#, bed.sealed("staging.a", "one")),
    );
    let moved = failure(bed.one("a.json#production", "a"));
    assert!(moved.to_string().contains("made for another key"), "{moved}");
}

#[test]
fn two_values_that_change_places_do_not_open() {
    let bed = Bed::new();
    let json = format!(r#"{{"a": "{}", "b": "{}"}}"#, bed.sealed("b", "1"), bed.sealed("a", "2"));
    bed.write("a.json", json);
    for path in ["a", "b"] {
        let moved = failure(bed.one("a.json", path));
        assert_eq!(moved.kind(), FailureKind::Malformed);
        assert!(moved.to_string().contains("a.json, line 1, column"), "{moved}");
    }
}

#[test]
fn bytes_that_are_no_text_stay_bytes() {
    let bed = Bed::new();
    let sealed = encrypt_value("a", &[0xFF, 0], &bed.identity.recipients()).unwrap();
    bed.write("a.json", format!(r#"{{"a": "{sealed}"}}"#));
    let answers = bed.one("a.json", "a").unwrap();
    assert!(
        matches!(&answers[0], Answer::Value(found) if matches!(&found.node.value, Value::Bytes(bytes) if **bytes == [0xFF, 0]))
    );
}

#[test]
fn a_value_that_does_not_open_is_never_taken_as_it_is_and_the_others_are_read() {
    let bed = Bed::new();
    let other = sealed(&Identity::generate(), "a", "value");
    bed.write("a.json", format!(r#"{{"a": "{other}", "b": "plain", "c": "ENC[age,x"}}"#));
    let source = bed.file("a.json");
    let mut answers = fetch(&*source, &[key("a"), key("b"), key("c")]).unwrap();
    assert_eq!(text(&answers[1]), "plain");
    assert_eq!(failure(Ok(vec![answers.remove(0)])).kind(), FailureKind::Denied);
    assert_eq!(failure(Ok(vec![answers.remove(1)])).kind(), FailureKind::Malformed);
}

#[test]
fn without_an_identity_the_failure_names_the_variables() {
    let failure = failure(Bed::new().with(&[]));
    assert_eq!(failure.kind(), FailureKind::NotConfigured);
    let hint = failure.hint.unwrap();
    assert!(hint.contains("CONFIG_CORE_AGE_IDENTITY or CONFIG_CORE_AGE_IDENTITY_FILE"), "{hint}");
}

#[test]
fn an_identity_comes_from_a_variable_or_from_a_file() {
    let bed = Bed::new();
    let text_of = bed.identity.to_text();
    bed.write("key.txt", text_of.expose_secret());
    let path = bed.path().join("key.txt");
    for pair in [
        ("CONFIG_CORE_AGE_IDENTITY", text_of.expose_secret()),
        ("CONFIG_CORE_AGE_IDENTITY_FILE", "key.txt"),
        ("CONFIG_CORE_AGE_IDENTITY_FILE", path.to_str().unwrap()),
        ("SOPS_AGE_KEY", text_of.expose_secret()),
        ("SOPS_AGE_KEY_FILE", "key.txt"),
    ] {
        assert_eq!(text(&bed.with(&[pair]).unwrap()[0]), "value", "{}", pair.0);
    }
}

#[test]
fn our_own_variables_stand_in_for_those_of_sops() {
    let bed = Bed::new();
    let (right, wrong) = (bed.identity.to_text(), Identity::generate().to_text());
    let (right, wrong) = (right.expose_secret(), wrong.expose_secret());
    let own = [("CONFIG_CORE_AGE_IDENTITY", right), ("SOPS_AGE_KEY_FILE", "/no/such/file")];
    assert_eq!(text(&bed.with(&own).unwrap()[0]), "value");
    let own = [("CONFIG_CORE_AGE_IDENTITY", wrong), ("SOPS_AGE_KEY", right)];
    assert_eq!(failure(bed.with(&own)).kind(), FailureKind::Denied);
}

#[test]
fn an_identity_that_cannot_be_read_is_told_apart_from_none() {
    let bed = Bed::new();
    let absent = failure(bed.with(&[("SOPS_AGE_KEY_FILE", "keys/none.txt")]));
    assert_eq!(absent.kind(), FailureKind::NotFound);
    assert!(absent.to_string().contains("none.txt"), "{absent}");
    let key = bed.identity.to_text();
    let confused = failure(bed.with(&[("SOPS_AGE_KEY_FILE", key.expose_secret().trim())]));
    assert_eq!(confused.kind(), FailureKind::NotFound);
    assert!(!confused.to_string().contains("AGE-SECRET-KEY"), "{confused}");
    let broken = failure(bed.with(&[("CONFIG_CORE_AGE_IDENTITY", "AGE-SECRET-KEY-CANARY")]));
    assert_eq!(broken.kind(), FailureKind::Malformed);
    assert!(!broken.to_string().contains("CANARY"), "{broken}");
}

#[test]
fn a_file_without_anything_encrypted_needs_no_identity() {
    let bed = Bed::new();
    bed.write("a.json", r#"{"a": "plain"}"#);
    let environment = environment(&[("CONFIG_CORE_AGE_IDENTITY_FILE", "/no/such/file")]);
    let source = open(&file::KIND, "a.json", &Context::of(&environment, Some(bed.path()), None));
    assert_eq!(text(&fetch(&*source, &[key("a")]).unwrap()[0]), "plain");
}

#[cfg(unix)]
#[test]
fn whoever_may_read_an_identity_is_remarked_on_and_not_who_may_read_what_is_encrypted() {
    use std::os::unix::fs::PermissionsExt;
    let bed = Bed::new();
    let everybody = |name: &str| {
        fs::set_permissions(bed.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    };
    bed.write("key.txt", bed.identity.to_text().expose_secret());
    let sealed = bed.sealed("a", "value");
    let environment = environment(&[("SOPS_AGE_KEY_FILE", "key.txt")]);
    let remarks = |content: String| {
        bed.write("a.json", content);
        everybody("a.json");
        let source =
            open(&file::KIND, "a.json", &Context::of(&environment, Some(bed.path()), None));
        fetch(&*source, &[key("a"), key("b")]).unwrap();
        source.remarks(&Claims { keys: &[key("a"), key("b")], prefix: "" })
    };
    everybody("key.txt");
    let open = remarks(format!(r#"{{"a": "{sealed}", "port": 1}}"#));
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].starts_with("the age identity can be read by other users"), "{open:?}");
    fs::set_permissions(bed.path().join("key.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(remarks(format!(r#"{{"a": "{sealed}"}}"#)).is_empty());
    assert_eq!(remarks(format!(r#"{{"a": "{sealed}", "b": "plain"}}"#)).len(), 1);
    assert_eq!(remarks(r#"{"a": "plain"}"#.to_owned()).len(), 1);
}

#[cfg(feature = "dotenv")]
mod dotenv {
    use super::*;
    use crate::Dotenv;
    use crate::sources::dotenv;

    fn a() -> Key<'static> {
        key("a")
    }

    impl Bed {
        fn dotenv(&self, profile: Option<&str>) -> Box<dyn Source> {
            fs::create_dir_all(self.path().join(".git")).unwrap();
            let given = std::slice::from_ref(&self.identity);
            let context = Context {
                identities: given,
                ..Context::of(&self.environment, Some(self.path()), profile)
            };
            let opened = dotenv::KIND.open(&Request::declared(None), &context);
            opened.unwrap_or_else(|_| panic!("it opens"))
        }

        fn whole(&self, name: &str, content: &str) -> &Self {
            let recipients = self.identity.recipients();
            self.write(name, encrypt_file(content.as_bytes(), &recipients).unwrap())
        }
    }

    #[test]
    fn each_encrypted_file_stands_right_after_the_plain_one() {
        let bed = Bed::new();
        let order = [
            ".env.staging.local",
            ".env.local",
            ".env.staging",
            ".env.staging.age",
            ".env",
            ".env.age",
        ];
        for name in order.iter().rev() {
            let content = format!("A={name}\n");
            match name.ends_with(".age") {
                true => bed.whole(name, &content),
                false => bed.write(name, content),
            };
            let answers = fetch(&*bed.dotenv(Some("staging")), &[a()]).unwrap();
            assert_eq!(text(&answers[0]), *name);
        }
    }

    #[test]
    fn an_encrypted_env_file_alone_is_found_and_read() {
        let bed = Bed::new();
        bed.whole(".env.age", "export A='one'\n");
        let source = bed.dotenv(None);
        assert_eq!(text(&fetch(&*source, &[a()]).unwrap()[0]), "one");
        assert_eq!(source.bootstrap("A").unwrap().unwrap().as_str(), "one");
        let named = Dotenv::at(bed.path().join(".env.age")).age_identity(bed.identity.clone());
        assert_eq!(text(&fetch(&named, &[a()]).unwrap()[0]), "one");
    }

    #[test]
    fn a_single_value_is_bound_to_its_variable() {
        let bed = Bed::new();
        bed.write(".env", format!("A={}\nB={}\n", bed.sealed("A", "one"), bed.sealed("A", "two")));
        let source = bed.dotenv(None);
        let b = Key { variables: &["B"], ..a() };
        let answers = fetch(&*source, &[a(), b]).unwrap();
        assert_eq!(text(&answers[0]), "one");
        assert_eq!(source.bootstrap("A").unwrap().unwrap().as_str(), "one");
        let Answer::Failed(moved) = &answers[1] else { panic!() };
        assert!(moved.to_string().contains(".env, line 2, column 3"), "{moved}");
        assert_eq!(source.bootstrap("B").unwrap_err().kind(), FailureKind::Malformed);
    }

    #[test]
    fn a_path_may_be_encrypted_and_what_it_names_is_read() {
        let bed = Bed::new();
        bed.write("token", "one\n");
        bed.write(".env", format!("A_FILE={}\n", bed.sealed("A_FILE", "token")));
        assert_eq!(text(&fetch(&*bed.dotenv(None), &[a()]).unwrap()[0]), "one");
    }

    #[test]
    fn an_encrypted_value_is_not_put_into_another_one() {
        let bed = Bed::new();
        bed.write(".env", format!("A={}\nB=x${{A}}y\n", bed.sealed("A", "one")));
        let source = Dotenv::at(bed.path().join(".env")).expand();
        let failure = failure(fetch(&source, &[a()]));
        assert!(failure.to_string().contains("is encrypted"), "{failure}");
    }

    #[test]
    fn a_wrong_identity_is_denied_and_a_damaged_file_malformed() {
        let bed = Bed::new();
        bed.whole(".env.age", "A=one\n");
        let path = bed.path().join(".env.age");
        let wrong = Dotenv::at(&path).age_identity(Identity::generate());
        assert_eq!(failure(fetch(&wrong, &[a()])).kind(), FailureKind::Denied);
        let none = Dotenv::at(&path).env([("X", "")]);
        assert_eq!(failure(fetch(&none, &[a()])).kind(), FailureKind::NotConfigured);
        bed.write(".env.age", "A=one\n");
        assert_eq!(failure(fetch(&*bed.dotenv(None), &[a()])).kind(), FailureKind::Malformed);
    }
}
