//! Where a declaration may stand, and what may be written in it.

use std::collections::{BTreeMap, HashMap};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use config_core::{Error, ExposeSecret, Presence, SecretString, Secrets};
use config_tests_renamed::Smtp;

fn load<S: Secrets>(pairs: &[(&str, &str)]) -> Result<S, Error> {
    S::loader().env(pairs.iter().copied()).root("/nowhere").load()
}

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env), profile(production, sources(env)))]
struct Service {
    #[nested]
    smtp: Smtp,
    #[nested(prefix = "BACKUP")]
    second: Option<Smtp>,
    #[nested(flatten)]
    flat: Flat,
}

#[derive(Debug, Secrets)]
struct Flat {
    #[setting(default = 1)]
    level: u8,
    #[secret(required, format = any, verify = tried)]
    api_key: SecretString,
}

async fn tried(key: &SecretString) -> Result<(), String> {
    Err(format!("{} characters", key.expose_secret().len()))
}

const SMTP: [(&str, &str); 3] =
    [("APP_SMTP_HOST", "h"), ("APP_SMTP_ACCOUNT_USER", "u"), ("APP_API_KEY", "abc")];

#[test]
fn a_struct_of_another_crate_can_be_nested_twice() {
    let variables: Vec<_> =
        Service::schema().leaves().iter().map(config_core::Leaf::variable).collect();
    assert_eq!(variables[0], "APP_SMTP_HOST");
    assert!(variables.contains(&"APP_SMTP_ACCOUNT_PASSWORD"));
    assert!(variables.contains(&"APP_BACKUP_ACCOUNT_REALM"));
    assert!(variables.contains(&"APP_LEVEL"));
    let service: Service = load(&SMTP).unwrap();
    assert_eq!(service.smtp.port, 587);
    assert_eq!(service.smtp.fallbacks, ["a", "b"]);
    assert_eq!(service.smtp.account.login.expose_secret(), "u:local");
    assert!(service.second.is_none());
    assert_eq!(service.flat.level, 1);
}

#[test]
fn what_verifies_is_found_in_the_whole_tree_with_its_path() {
    let mut pairs = SMTP.to_vec();
    pairs.push(("APP_SMTP_ACCOUNT_PASSWORD", "p"));
    let service: Service = load(&pairs).unwrap();
    let mut trials = Vec::new();
    service.__verify(&mut trials);
    let results: Vec<_> = trials
        .iter_mut()
        .map(|trial| {
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(result) = trial.future.as_mut().poll(&mut context) else { panic!() };
            (trial.path.as_str(), result)
        })
        .collect();
    let expected = [("smtp.account.password", Ok(())), ("api_key", Err("3 characters".to_owned()))];
    assert_eq!(results, expected);
}

#[test]
fn the_end_of_an_optional_struct_is_known_to_its_fields() {
    let optional: Vec<_> =
        Service::schema().leaves().iter().map(config_core::Leaf::is_in_optional).collect();
    assert_eq!(optional.iter().filter(|optional| **optional).count(), 8);
    assert!(!optional[0]);
}

macro_rules! declare {
    ($name:ident, $prefix:literal, $($field:ident: $ty:ty = $default:expr, $range:expr;)*) => {
        #[derive(Debug, Secrets)]
        #[secrets(prefix = $prefix)]
        struct $name {
            $(#[setting(default = $default, range = $range)] $field: $ty,)*
            #[secret(required, format = "k-*")]
            key: SecretString,
        }
    };
}

declare!(ByMacro, "MAC", port: u16 = 8080, 1024..=65535; depth: i8 = -3, -5..5; wait: u64 = 2 + 3, 0..;);

macro_rules! optional {
    ($ty:ty, $default:expr) => {
        #[derive(Debug, Secrets)]
        struct OptionByMacro {
            #[setting]
            port: $ty,
            #[setting(default = $default)]
            name: String,
        }
    };
}

optional!(Option<u16>, "abc");

#[test]
fn a_declaration_can_come_out_of_a_macro() {
    let settings: ByMacro = load(&[("MAC_PORT", "2000"), ("MAC_KEY", "k-1")]).unwrap();
    assert_eq!((settings.port, settings.depth, settings.wait), (2000, -3, 5));
    assert_eq!(settings.key.expose_secret(), "k-1");
    let settings: OptionByMacro = load(&[]).unwrap();
    assert_eq!((settings.port, settings.name.as_str()), (None, "abc"));
    let text = Presence::Default { text: "abc", literal_text: true };
    assert_eq!(OptionByMacro::schema().leaves()[1].field().presence(), text);
}

mod inner {
    use config_core::Secrets;

    #[derive(Debug, Secrets)]
    pub(super) struct Raw {
        #[setting(required)]
        pub(super) r#type: String,
        #[setting(default = 1)]
        pub(super) r#match: u8,
        // Names that the generated code could have used itself.
        #[setting(default = 2)]
        pub(super) cx: u8,
        #[setting(default = 3)]
        pub(super) f0: u8,
        #[setting(default = CX, range = CX..=MOST)]
        pub(super) out: u8,
    }

    const CX: u8 = 4;
    const MOST: u8 = 5;
}

#[test]
fn names_are_plain_and_clash_with_nothing_of_the_generated_code() {
    let paths: Vec<_> = inner::Raw::schema().leaves().iter().map(config_core::Leaf::path).collect();
    assert_eq!(paths, ["type", "match", "cx", "f0", "out"]);
    let raw: inner::Raw = load(&[("TYPE", "t")]).unwrap();
    assert_eq!((raw.r#type.as_str(), raw.r#match, raw.cx, raw.f0, raw.out), ("t", 1, 2, 3, 4));
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Low,
    High,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Cache {
    None,
    Redis { url: String },
}

#[derive(Debug, Secrets)]
struct Values {
    #[setting(default = Level::Low)]
    level: Level,
    #[setting]
    other_level: Option<Level>,
    #[setting(default = Cache::Redis { url: String::from("redis://a, b") })]
    cache: Cache,
    #[setting(default = HashMap::<String, u8>::new())]
    limits: HashMap<String, u8>,
    #[setting(default = [("a", "b"), ("c", "d")])]
    labels: BTreeMap<String, String>,
    #[setting(default = [[1, 2], [3, 4]])]
    grid: Vec<[u8; 2]>,
    #[setting(default = Duration::from_secs(5), range = Duration::ZERO..=Duration::from_secs(60))]
    pause: Duration,
    #[setting(default = "1MiB", format = bytes)]
    room: u64,
    #[setting(default = Self::name())]
    name: String,
    #[setting(default = 'x')]
    mark: char,
    #[setting(default = 0.25, range = 0.0..=1.0)]
    ratio: f32,
}

impl Values {
    fn name() -> String {
        "from a function".to_owned()
    }
}

#[test]
fn a_default_is_any_expression_of_the_type() {
    let values: Values = load(&[("LEVEL", "high")]).unwrap();
    assert_eq!(values.level, Level::High);
    assert_eq!(values.other_level, None);
    assert_eq!(values.cache, Cache::Redis { url: "redis://a, b".to_owned() });
    assert!(values.limits.is_empty());
    assert_eq!(values.labels["c"], "d");
    assert_eq!(values.grid, [[1, 2], [3, 4]]);
    assert_eq!(values.pause, Duration::from_secs(5));
    assert_eq!(values.room, 1 << 20);
    assert_eq!(values.name, "from a function");
    assert_eq!((values.mark, values.ratio), ('x', 0.25));
    let values: Values = load(&[("CACHE", r#"{"kind": "none"}"#)]).unwrap();
    assert_eq!(values.cache, Cache::None);
}

/// An empty declaration is one, too.
#[derive(Debug, Secrets)]
struct Nothing {}

#[test]
fn a_struct_without_fields_loads() {
    assert!(Nothing::schema().leaves().is_empty());
    assert_eq!(Nothing::schema().find("A"), None);
    load::<Nothing>(&[]).unwrap();
}

/// A type of its own may have any name: it was made for its purpose.
#[derive(Debug, serde::Deserialize)]
struct Token(String);

#[derive(Debug, Secrets)]
struct Harmless {
    #[setting(required)]
    token: Token,
    #[setting(default = 4096)]
    max_tokens: u32,
    #[setting(default = "words")]
    tokenizer: String,
    #[setting(default = "/etc/key")]
    private_key: std::path::PathBuf,
    #[setting(default = "https://example.com", public)]
    token_url: String,
}

#[test]
fn a_telling_name_is_free_for_what_is_no_text() {
    let settings: Harmless = load(&[("TOKEN", "t")]).unwrap();
    assert_eq!(settings.token.0, "t");
    assert_eq!((settings.max_tokens, settings.tokenizer.as_str()), (4096, "words"));
    assert_eq!(settings.private_key, std::path::Path::new("/etc/key"));
    assert_eq!(settings.token_url, "https://example.com");
}
