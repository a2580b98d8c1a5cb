//! A process that loads a secret by one path, drops everything, and waits to be looked into.
//!
//! It is told how and from where, never what: `memory-child HOW PLACE`. With `QUARANTINE` in its environment it reuses
//! no memory.

use std::collections::HashMap;

use config_core::{
    Dotenv, ExposeSecret, Loader, Resolver, Secret, SecretBytes, SecretString, SecretValue, Secrets,
};
use config_tests::memory::{fingerprint, pause};
use config_tests::quarantine::Quarantine;
use serde::Deserialize;
use zeroize::Zeroize;

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine::new();

#[derive(Secrets)]
struct Text {
    #[secret(required, format = any)]
    token: SecretString,
}

#[derive(Secrets)]
struct Bytes {
    #[secret(required, format = any)]
    token: SecretBytes,
}

#[derive(Secrets)]
struct List {
    #[secret(required, format = any)]
    token: Vec<SecretString>,
}

#[derive(Secrets)]
struct Map {
    #[secret(required, format = any)]
    token: HashMap<String, SecretString>,
}

#[derive(Secrets)]
struct Typed {
    #[secret(required, format = any)]
    token: Secret<Credentials>,
}

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
}

impl Zeroize for Credentials {
    fn zeroize(&mut self) {
        self.user.zeroize();
        self.password.zeroize();
    }
}

impl SecretValue for Credentials {}

#[derive(Secrets)]
struct Composed {
    #[secret(required, format = any)]
    token: SecretString,
    #[secret(format = url("postgres"), compose = "postgres://app:{token}@db.example/app")]
    url: SecretString,
}

#[derive(Secrets)]
struct Incomplete {
    #[secret(required, format = any)]
    token: SecretString,
    #[secret(required, format = any)]
    missing: SecretString,
}

#[derive(Secrets)]
struct Malformed {
    #[secret(required, format = uuid)]
    token: SecretString,
}

/// So many fields that the environment is read in one pass.
macro_rules! many {
    ($($name:ident)*) => {
        #[derive(Secrets)]
        struct Many {
            #[secret(required, format = any)]
            token: SecretString,
            $(#[secret(format = any)]
            $name: Option<SecretString>,)*
        }

        impl Many {
            fn others(&self) -> usize {
                [$(&self.$name),*].into_iter().flatten().count()
            }
        }
    };
}

many! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

/// What a command prints.
#[derive(Secrets)]
#[secrets(sources(exec))]
struct Printed {
    #[secret(required, format = any, exec = "cat {PLACE}")]
    token: SecretString,
}

fn main() {
    if std::env::var_os("QUARANTINE").is_some() {
        ALLOCATOR.begin();
    }
    let mut arguments = std::env::args().skip(1);
    let how = arguments.next().expect("how to load");
    let place = arguments.next().unwrap_or_default();
    if how == "held" {
        let settings = given::<Text>().file(place).load().expect("a whole file");
        return pause(&shown(&settings.token));
    }
    pause(&done(&how, &place));
}

/// Loads, takes the fingerprint, and drops everything.
#[inline(never)]
fn done(how: &str, place: &str) -> String {
    match how {
        "nothing" => "nothing".to_owned(),
        "planted" => planted(place),
        "scrubbed-alone" => config_core::os::scrub(&["TOKEN"])
            .map_or_else(|why| why.to_string(), |count| count.to_string()),
        "dotenv" => text(given::<Text>().dotenv(place)),
        "dotenv-expanded" => text(given::<Text>().source(Dotenv::at(place).expand())),
        "dotenv-broken" => {
            refused(given::<Text>().dotenv(place), |settings| shown(&settings.token))
        }
        "file" => text(given::<Text>().file(place)),
        "dir" => text(given::<Text>().dir(place)),
        "bytes" => {
            of(given::<Bytes>().dir(place), |settings| fingerprint(settings.token.expose_secret()))
        }
        "indirect" => text(Text::loader().env([("TOKEN_FILE", place)])),
        "env" => text(Text::loader()),
        "env-many" => of(Many::loader(), |settings| {
            assert_eq!(settings.others(), 1);
            shown(&settings.token)
        }),
        "env-scrubbed" => text(Text::loader().scrub_env()),
        "exec" => {
            let loader = Printed::loader().env([("PLACE", place)]);
            let said = of(loader, |settings| shown(&settings.token));
            // The thread that ran the command ends by itself, soon after it has answered.
            std::thread::sleep(std::time::Duration::from_millis(300));
            said
        }
        "encrypted" => {
            let key = std::path::Path::new(place).with_file_name("key.txt");
            let key = key.to_str().expect("a path that is text").to_owned();
            text(Text::loader().env([("CONFIG_CORE_AGE_IDENTITY_FILE", key)]).file(place))
        }
        "list" => list(given::<List>().file(place)),
        "list-text" => list(List::loader()),
        "map" => map(given::<Map>().file(place)),
        "map-text" => map(Map::loader()),
        "typed" => typed(given::<Typed>().file(place)),
        "typed-text" => typed(Typed::loader()),
        "composed" => of(given::<Composed>().file(place), |settings| {
            assert!(settings.url.expose_secret().len() > settings.token.expose_secret().len());
            shown(&settings.token)
        }),
        "named" => shown(&Resolver::get("TOKEN").expect("a variable")),
        "report" => {
            let loaded = given::<Text>().file(place).load_report().expect("a whole file");
            drop(format!("{} {:?}", loaded.report, loaded.report));
            shown(&loaded.settings.token)
        }
        "explained" => {
            drop(given::<Text>().file(place).explain().to_string());
            text(given::<Text>().file(place))
        }
        "incomplete" => refused(given::<Incomplete>().file(place), |settings| {
            format!("{}{}", shown(&settings.token), shown(&settings.missing))
        }),
        "malformed" => refused(given::<Malformed>().file(place), |settings| shown(&settings.token)),
        how => panic!("no way to load is called {how}"),
    }
}

/// A loader that sees no environment.
fn given<S: Secrets>() -> Loader<S> {
    S::loader().env([("UNRELATED", "")])
}

fn of<S: Secrets>(loader: Loader<S>, value: impl Fn(&S) -> String) -> String {
    match loader.load() {
        Ok(settings) => value(&settings),
        Err(error) => panic!("{error}"),
    }
}

/// A load that has to fail after the secret was read.
fn refused<S: Secrets>(loader: Loader<S>, value: impl Fn(&S) -> String) -> String {
    match loader.load() {
        Ok(settings) => panic!("it loads: {}", value(&settings)),
        Err(error) => format!("refused {}", error.to_string().lines().count().min(1)),
    }
}

fn text(loader: Loader<Text>) -> String {
    of(loader, |settings| shown(&settings.token))
}

fn list(loader: Loader<List>) -> String {
    of(loader, |settings| shown(&settings.token[0]))
}

fn map(loader: Loader<Map>) -> String {
    of(loader, |settings| shown(&settings.token["key"]))
}

fn typed(loader: Loader<Typed>) -> String {
    of(loader, |settings| {
        let Credentials { user, password } = settings.token.expose_secret();
        assert_eq!(user, "app");
        fingerprint(password.as_bytes())
    })
}

fn shown(secret: &SecretString) -> String {
    fingerprint(secret.expose_secret().as_bytes())
}

/// Drops a text without wiping it: what the tests must find.
fn planted(place: &str) -> String {
    let text = std::fs::read_to_string(place).expect("a file");
    fingerprint(text.as_bytes())
}
