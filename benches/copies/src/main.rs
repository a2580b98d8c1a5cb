//! Counts what is left of a secret in the memory of a process that loaded it and dropped it: ours and others.
//!
//! Every way runs in a process of its own, this program again, which does not know the secret; this one looks into its
//! memory. Everybody wipes the value itself, as an application with `secrecy` or `zeroize` does.

use std::fs;
use std::path::Path;
use std::process::Command;

use config_core::{ExposeSecret, Loader, SecretString, Secrets};
use config_tests::memory::{Census, Paused, canary, fingerprint, pause};
use figment::Figment;
use figment::providers::{Env, Format, Json, Toml};
use serde::Deserialize;
use zeroize::Zeroizing;

const SIZES: [usize; 3] = [40, 200, 5_000];

/// A way to load the setting `token`: its title, where the secret is put, and what the process does.
struct Way {
    title: &'static str,
    put: Put,
    load: fn(&Path) -> String,
}

/// Where the secret is put before the process starts.
enum Put {
    Environment,
    /// A file of this name, with this before and after the secret.
    File(&'static str, &'static str, &'static str),
}

const DOTENV: Put = Put::File(".env", "TOKEN=", "\n");
const JSON: Put = Put::File("secrets.json", "{\"token\": \"", "\"}");
const TOML: Put = Put::File("secrets.toml", "token = \"", "\"\n");

const WAYS: &[Way] = &[
    Way { title: "ours, environment", put: Put::Environment, load: |_| ours(Settings::loader()) },
    Way { title: "ours, `.env`", put: DOTENV, load: |at| ours(Settings::loader().dotenv(at)) },
    Way { title: "ours, JSON", put: JSON, load: |at| ours(Settings::loader().file(at)) },
    Way { title: "ours, TOML", put: TOML, load: |at| ours(Settings::loader().file(at)) },
    Way {
        title: "ours, YAML",
        put: Put::File("secrets.yaml", "token: \"", "\"\n"),
        load: |at| ours(Settings::loader().file(at)),
    },
    Way {
        title: "ours, directory",
        put: Put::File("token", "", "\n"),
        load: |at| ours(Settings::loader().dir(at.parent().expect("a directory"))),
    },
    Way { title: "std::env::var", put: Put::Environment, load: |_| variable() },
    Way { title: "figment, environment", put: Put::Environment, load: |_| extracted(Figment::from(Env::raw())) },
    Way { title: "figment, TOML", put: TOML, load: |at| extracted(Figment::from(Toml::file(at))) },
    Way { title: "figment, JSON", put: JSON, load: |at| extracted(Figment::from(Json::file(at))) },
    Way {
        title: "figment, TOML + JSON + environment",
        put: Put::Environment,
        load: |_| extracted(Figment::from(Toml::file("no.toml")).merge(Json::file("no.json")).merge(Env::raw())),
    },
    Way {
        title: "dotenvy + std::env::var",
        put: DOTENV,
        load: |at| {
            dotenvy::from_path(at).expect("a .env file");
            variable()
        },
    },
    Way {
        title: "dotenvy + figment",
        put: DOTENV,
        load: |at| {
            dotenvy::from_path(at).expect("a .env file");
            extracted(Figment::from(Env::raw()))
        },
    },
    Way {
        title: "serde_json::from_str",
        put: JSON,
        load: |at| {
            let text = fs::read_to_string(at).expect("a file");
            wiped(serde_json::from_str(&text).expect("a token"))
        },
    },
];

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

#[derive(Deserialize)]
struct Plain {
    token: String,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(way), Some(place)) => {
            let way = &WAYS[way.parse::<usize>().expect("the number of a way")];
            pause(&(way.load)(Path::new(&place)));
        }
        _ => table(),
    }
}

fn table() {
    println!("| copies left, whole + parts | {} |", SIZES.map(|size| format!("{size} bytes")).join(" | "));
    println!("|---|{}", "--:|".repeat(SIZES.len()));
    for (number, way) in WAYS.iter().enumerate() {
        let cells = SIZES.map(|size| {
            let census = left_by(number, way, size);
            format!("{} + {}", census.full(), census.partial())
        });
        println!("| {} | {} |", way.title, cells.join(" | "));
    }
}

fn left_by(number: usize, way: &Way, size: usize) -> Census {
    let secret = canary(size);
    let place = std::env::temp_dir().join(format!("copies-{}", std::process::id()));
    fs::create_dir_all(&place).expect("a directory");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(number.to_string()).env_clear().current_dir(&place);
    match way.put {
        Put::Environment => command.arg("-").env("TOKEN", &secret),
        Put::File(name, before, after) => {
            fs::write(place.join(name), format!("{before}{secret}{after}")).expect("a file");
            command.arg(place.join(name))
        }
    };
    let paused = Paused::start(&mut command).expect("a process");
    fs::remove_dir_all(&place).expect("the directory");
    assert_eq!(paused.said, fingerprint(secret.as_bytes()), "{}: it has not read the secret", way.title);
    paused.census(secret.as_bytes()).expect("its memory")
}

fn ours(loader: Loader<Settings>) -> String {
    match loader.load() {
        Ok(settings) => fingerprint(settings.token.expose_secret().as_bytes()),
        Err(error) => panic!("{error}"),
    }
}

fn extracted(figment: Figment) -> String {
    wiped(figment.extract().expect("a token"))
}

fn variable() -> String {
    wiped(Plain { token: std::env::var("TOKEN").expect("a variable") })
}

/// The application's own copy is wiped; what is left is the library's.
fn wiped(plain: Plain) -> String {
    fingerprint(Zeroizing::new(plain.token).as_bytes())
}
