//! Settings of every sort, with parsers, validators and types that quote what they are given.

use std::collections::HashMap;
use std::time::Duration;

use config_core::{Invalid, Secret, SecretBytes, SecretString, SecretValue, Secrets};
use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroize;

#[derive(Secrets)]
#[secrets(
    prefix = "APP",
    validate = never_seven,
    profile(env, sources(env)),
    profile(process, sources(env)),
    profile(dotenv, sources(dotenv)),
    profile(json, sources(file("c.json"))),
    profile(toml, sources(file("c.toml"))),
    profile(yaml, sources(file("c.yaml"))),
    profile(dir, sources(dir("c"))),
    profile(memory, sources("memory")),
    profile(set, sources(env)),
    profile(figment, sources("figment")),
    profile(custom, sources("custom")),
    profile(remote, sources("remote")),
    profile(vault, sources(vault("{PLACE}"))),
    profile(aws, sources(aws("{PLACE}"))),
    profile(gcp, sources(gcp("{PLACE}"))),
    profile(azure, sources(azure("{PLACE}"))),
    profile(exec, sources(exec("sh run"))),
    profile(age, sources(file("c.json.age"))),
    profile(keyring, sources(keyring("canary"))),
)]
pub(super) struct Settings {
    #[secret(format = any, env = ["APP_TOKEN", "APP_OLD_TOKEN"])]
    token: Option<SecretString>,
    #[secret(format = "ck-*", len = 8..=60)]
    patterned: Option<SecretString>,
    #[secret(format = url("https", "postgres"))]
    link: Option<SecretString>,
    #[secret(format = uuid)]
    id: Option<SecretString>,
    #[secret(format = hex(16))]
    bytes: Option<SecretBytes>,
    #[secret(format = any, one_of("left", "right"))]
    choice: Option<SecretString>,
    #[secret(format = json)]
    document: Option<SecretString>,
    #[secret(format = any)]
    quoting: Option<Secret<Quoting>>,
    #[secret(format = any)]
    pin: Option<Secret<Pin>>,
    #[secret(format = any)]
    pair: Option<Secret<Pair>>,
    #[secret(format = any)]
    list: Option<Vec<SecretString>>,
    #[secret(format = uuid)]
    ids: Option<Vec<SecretString>>,
    #[secret(format = any)]
    map: Option<HashMap<String, SecretString>>,
    #[secret(format = any, parse = parse_secret)]
    parsed: Option<SecretString>,
    #[secret(format = any, validate = refuse_long)]
    refused: Option<SecretString>,
    #[setting(default = "app")]
    user: String,
    #[secret(required, format = any)]
    password: SecretString,
    #[secret(compose = "https://{user}:{password}@localhost/", format = url("https"), validate = refuse_long)]
    composed: SecretString,
    #[setting]
    number: Option<u16>,
    #[setting(range = 1..=9)]
    ranged: Option<i64>,
    #[setting]
    truth: Option<bool>,
    #[setting]
    mode: Option<Mode>,
    #[setting]
    numbers: Option<Vec<u16>>,
    #[setting]
    limits: Option<HashMap<String, u16>>,
    #[setting]
    wait: Option<Duration>,
    #[setting(format = bytes)]
    size: Option<u64>,
    #[setting(format = email)]
    mail: Option<String>,
    #[setting(one_of("a", "b"))]
    kind: Option<String>,
    #[setting(len = 1..=3)]
    short: Option<String>,
    #[setting]
    point: Option<Point>,
    #[setting]
    quoted: Option<Quoting>,
    #[setting(parse = parse_setting)]
    made: Option<Made>,
    #[setting(validate = refuse_odd)]
    name: Option<String>,
    #[nested]
    smtp: Option<Smtp>,
}

#[derive(Secrets)]
pub(super) struct Smtp {
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(default = 25)]
    port: u16,
    #[nested]
    relay: Option<Relay>,
}

#[derive(Secrets)]
pub(super) struct Relay {
    #[secret(required, format = "ck-*")]
    key: SecretString,
    #[setting(default = 1)]
    limit: u8,
}

impl Settings {
    /// What `Debug` shows of the secrets; of the map the values, since its keys are none.
    pub(super) fn secrets(&self) -> String {
        let smtp = self
            .smtp
            .as_ref()
            .map(|smtp| (&smtp.password, smtp.relay.as_ref().map(|relay| &relay.key)));
        let map = self.map.as_ref().map(|map| map.values().collect::<Vec<_>>());
        let texts = (
            &self.token,
            &self.patterned,
            &self.link,
            &self.id,
            &self.choice,
            &self.document,
            &self.parsed,
        );
        let others =
            (&self.bytes, &self.quoting, &self.pin, &self.pair, &self.list, &self.ids, map);
        let rest = (&self.refused, &self.password, &self.composed, smtp);
        format!("{texts:?} {texts:#?} {others:?} {others:#?} {rest:?} {rest:#?}")
    }

    /// How many of the settings have a value; that they are read is all that counts.
    pub(super) fn settings(&self) -> usize {
        let smtp = self
            .smtp
            .as_ref()
            .map(|smtp| (smtp.port, smtp.relay.as_ref().map(|relay| relay.limit)));
        let point = self.point.as_ref().map(|point| point.x + point.y);
        [
            self.number.is_some(),
            self.ranged.is_some(),
            self.truth.is_some(),
            self.mode.is_some(),
            self.numbers.is_some(),
            self.limits.is_some(),
            self.wait.is_some(),
            self.size.is_some(),
            self.mail.is_some(),
            self.kind.is_some(),
            self.short.is_some(),
            point.is_some(),
            self.quoted.as_ref().is_some_and(|quoting| quoting.0.len() < 4),
            self.made.as_ref().is_some_and(|made| made.0),
            self.name.is_some(),
            self.user.is_empty(),
            smtp.is_some(),
        ]
        .into_iter()
        .filter(|there| *there)
        .count()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Slow,
    Fast { limit: u8 },
}

impl Mode {
    fn limit(&self) -> u8 {
        match self {
            Self::Slow => 0,
            Self::Fast { limit } => *limit,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    x: i32,
    #[serde(default)]
    y: i32,
}

/// A type that takes three characters, and quotes what it does not take.
struct Quoting(String);

impl<'de> Deserialize<'de> for Quoting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.len() {
            ..4 => Ok(Self(text)),
            4..30 => Err(de::Error::custom(format!("{text:?} is too long"))),
            30..40 => {
                Err(de::Error::invalid_value(de::Unexpected::Str(&text), &"three characters"))
            }
            _ => Err(de::Error::custom(format!("too long: {text}"))),
        }
    }
}

impl Zeroize for Quoting {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl SecretValue for Quoting {}

#[derive(Deserialize)]
struct Pin(u64);

impl Zeroize for Pin {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl SecretValue for Pin {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    user: String,
    code: u32,
}

impl Zeroize for Pair {
    fn zeroize(&mut self) {
        self.user.zeroize();
        self.code.zeroize();
    }
}

impl SecretValue for Pair {}

struct Made(bool);

fn parse_secret(text: &str) -> Result<SecretString, String> {
    if text.len() < 4 { Ok(text.to_owned().into()) } else { Err(format!("{text} is too long")) }
}

fn parse_setting(text: &str) -> Result<Made, String> {
    if text.len() < 4 {
        Ok(Made(true))
    } else {
        Err(format!("cannot make anything of {text:?} or {text}"))
    }
}

fn refuse_odd(text: &String) -> Result<(), String> {
    if text.len().is_multiple_of(2) { Ok(()) } else { Err(format!("{text:?} is odd")) }
}

fn refuse_long(secret: &SecretString) -> Result<(), &'static str> {
    use config_core::ExposeSecret;

    if secret.expose_secret().len() < 60 { Ok(()) } else { Err("is too long") }
}

fn never_seven(settings: &Settings) -> Result<(), Invalid> {
    if settings.number == Some(7) || settings.mode.as_ref().is_some_and(|mode| mode.limit() == 7) {
        return Err(Invalid { field: "token", message: "does not go with seven" });
    }
    Ok(())
}
