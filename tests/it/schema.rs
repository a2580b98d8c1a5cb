//! What the derive writes down: names, order, and how a value is built.

// What is declared counts here, and not every field of it is read.
#![allow(dead_code)]

use std::collections::HashMap;
use std::time::Duration;

use config_core::{Error, ExposeSecret, FieldKind, Memory, Presence, SecretString, Secrets};

/// Settings of a service.
///
/// With a second paragraph.
#[derive(Debug, Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv, file("secrets.json"), "custom"),
    profile_env = "APP_ENV",
    default_profile = development,
    profile(production, sources(env, dir("/run/secrets"))),
    profile("development"),
    validate = whole
)]
struct Settings {
    /// Key of the API.
    #[secret(required, format = "sk-ant-*", env = ["API_KEY", "OLD_KEY"], max_age = "90d", validate = not_blank)]
    api_key: SecretString,
    #[secret(format = any, sources(file, env), file = "a.b", restart_only, revoke = "https://example.com")]
    webhook: Option<SecretString>,
    /// Port.
    #[setting(default = 8080, range = 1024..=65535, validate = even)]
    port: u16,
    #[setting(default = "30s", restart_only)]
    timeout: Duration,
    #[setting(default = ["localhost", "example.com"])]
    allowed_hosts: Vec<String>,
    #[setting(default = [("a", "b")])]
    labels: HashMap<String, String>,
    #[setting(default = i64::from(-3i8), range = -5..)]
    level: i64,
    #[setting(range = 0.0..1.0)]
    ratio: Option<f64>,
    #[setting(parse = hex, default = "ff")]
    mask: u32,
    #[setting(required, one_of("a", "b"), len = 1..=1, public)]
    r#type: String,
    #[nested]
    smtp: Smtp,
    #[nested(prefix = "DB")]
    database: Option<Database>,
    #[nested(flatten)]
    extra: Extra,
    #[secret(compose = "smtp://{api_key}@{port}/")]
    url: SecretString,
}

#[derive(Debug, Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
    #[nested]
    user: User,
}

#[derive(Debug, Secrets)]
struct User {
    #[setting(required)]
    user_name: String,
}

#[derive(Debug, Secrets)]
struct Database {
    #[setting(required)]
    host: String,
    #[setting(default = 5432)]
    port: u16,
}

#[derive(Debug, Secrets)]
struct Extra {
    #[setting(default = false)]
    verbose: bool,
}

fn whole(settings: &Settings) -> Result<(), config_core::Invalid> {
    if settings.port == 9998 {
        return Err(config_core::Invalid { field: "port", message: "taken" });
    }
    Ok(())
}

fn not_blank(_: &SecretString) -> Result<(), &'static str> {
    Ok(())
}

fn even(port: &u16) -> Result<(), String> {
    if port.is_multiple_of(2) { Ok(()) } else { Err(format!("{port} is odd")) }
}

fn hex(text: &str) -> Result<u32, std::num::ParseIntError> {
    u32::from_str_radix(text, 16)
}

/// Loads from these texts by path alone.
fn load(pairs: &[(&str, &str)]) -> Result<Settings, Error> {
    let nothing: [(&str, &str); 0] = [];
    let pairs = Memory::pairs("custom", pairs.iter().copied());
    Settings::loader().env(nothing).root("/nowhere").source(pairs).load()
}

#[test]
fn names_are_composed_over_nested_structs() {
    let names: Vec<_> = Settings::schema()
        .leaves()
        .iter()
        .map(|leaf| (leaf.path(), leaf.variables().join(" ")))
        .collect();
    let expected = [
        ("api_key", "API_KEY OLD_KEY"),
        ("webhook", "APP_WEBHOOK"),
        ("port", "APP_PORT"),
        ("timeout", "APP_TIMEOUT"),
        ("allowed_hosts", "APP_ALLOWED_HOSTS"),
        ("labels", "APP_LABELS"),
        ("level", "APP_LEVEL"),
        ("ratio", "APP_RATIO"),
        ("mask", "APP_MASK"),
        ("type", "APP_TYPE"),
        ("smtp.host", "APP_SMTP_HOST"),
        ("smtp.user.user_name", "APP_SMTP_USER_USER_NAME"),
        ("database.host", "APP_DB_HOST"),
        ("database.port", "APP_DB_PORT"),
        ("verbose", "APP_VERBOSE"),
        ("url", ""),
    ];
    assert_eq!(names, expected.map(|(path, variable)| (path, variable.to_owned())));
}

#[test]
fn every_name_is_found_by_the_index() {
    let schema = Settings::schema();
    for (at, leaf) in schema.leaves().iter().enumerate() {
        for (which, name) in leaf.variables().iter().enumerate() {
            assert_eq!(schema.find(name), Some((at, which)), "{name}");
        }
    }
    assert_eq!(schema.find("APP_PROT"), None);
    assert_eq!(schema.find(""), None);
}

#[test]
fn the_schema_holds_what_was_declared() {
    let schema = Settings::schema();
    assert_eq!(schema.name(), "Settings");
    assert_eq!(schema.doc(), "Settings of a service.\n\nWith a second paragraph.");
    assert_eq!(schema.prefix(), "APP");
    assert_eq!(schema.sources()[2].place, Some("secrets.json"));
    assert!(schema.sources()[3].custom);
    assert_eq!(schema.profile_env(), Some("APP_ENV"));
    assert_eq!(schema.default_profile(), Some("development"));
    assert_eq!(schema.profiles()[0].sources.unwrap()[1].place, Some("/run/secrets"));
    assert!(schema.profiles()[1].sources.is_none());
    let field =
        |name: &str| schema.leaves().iter().find(|leaf| leaf.path() == name).unwrap().field();
    assert_eq!(field("api_key").kind(), FieldKind::Secret);
    assert_eq!(field("api_key").doc(), "Key of the API.");
    assert!(field("api_key").max_age().is_some());
    assert_eq!(field("webhook").key("file"), Some("a.b"));
    assert_eq!(field("webhook").ty(), "Option<SecretString>");
    assert_eq!(field("webhook").revoke(), "https://example.com");
    assert_eq!(field("port").presence(), Presence::Default { text: "8080", literal_text: false });
    assert_eq!(field("port").range(), "1024..=65535");
    assert_eq!(field("level").range(), "-5..");
    assert_eq!(field("timeout").presence(), Presence::Default { text: "30s", literal_text: true });
    assert!(field("timeout").is_restart_only());
    assert_eq!(field("type").one_of(), ["a", "b"]);
    assert_eq!(field("type").len(), Some((1, 1)));
    assert_eq!(field("labels").ty(), "HashMap<String, String>");
    assert!(matches!(field("url").presence(), Presence::Composed("smtp://{api_key}@{port}/")));
}

const ENOUGH: [(&str, &str); 5] = [
    ("api_key", "sk-ant-1"),
    ("timeout", "3s"),
    ("type", "a"),
    ("smtp.host", "h"),
    ("smtp.user.user_name", "u"),
];

#[test]
fn a_missing_optional_struct_is_none_and_defaults_fill_in() {
    let settings = load(&ENOUGH).unwrap();
    assert!(settings.database.is_none());
    assert_eq!(settings.port, 8080);
    assert_eq!(settings.timeout, Duration::from_secs(3));
    assert_eq!(settings.allowed_hosts, ["localhost", "example.com"]);
    assert_eq!(settings.labels["a"], "b");
    assert_eq!(settings.level, -3);
    assert_eq!(settings.ratio, None);
    assert_eq!(settings.mask, 0xff);
    assert_eq!(settings.url.expose_secret(), "smtp://sk-ant-1@8080/");
}

#[test]
fn every_problem_is_told_in_declaration_order() {
    let error = load(&[("port", "80"), ("level", "x"), ("type", "ab")]).err().unwrap();
    let problems: Vec<String> = error.iter().map(ToString::to_string).collect();
    let expected = [
        "api_key: missing",
        "port: 80 is not within 1024..=65535",
        "level: wrong type: expected a whole number from -9223372036854775808 to 9223372036854775807; got \"x\"",
        "type: too long: expected exactly 1 character; got 2",
        "smtp.host: missing",
        "smtp.user.user_name: missing",
    ];
    assert_eq!(problems, expected);
}
