//! Forms of declaration: renamed crate, no prelude, made by a macro, enums, defaults.

use std::collections::HashMap;
use std::time::Duration;

use config_core::{ExposeSecret, Secret, SecretBytes, SecretString, Secrets};
use config_tests::{Bench, NOTHING};
use serde::Deserialize;

mod renamed {
    pub(super) use config_core as settings_crate;
}

#[test]
fn the_crate_can_be_known_by_another_name() {
    use renamed::settings_crate::Secrets;

    #[derive(Secrets)]
    #[secrets(crate = "crate::behaviour::declared::renamed::settings_crate", sources(env))]
    struct Inside {
        #[setting(default = 1)]
        v: u8,
    }
    assert_eq!(Inside::loader().env([("V", "2")]).load().unwrap().v, 2);
}

#[no_implicit_prelude]
mod without_prelude {
    #[derive(::config_core::Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    pub(super) struct Settings {
        #[setting(default = "text", len = 1..)]
        pub(super) text: ::std::string::String,
        #[setting(default = [1, 2])]
        pub(super) list: ::std::vec::Vec<u8>,
        #[setting]
        pub(super) option: ::std::option::Option<u8>,
        #[secret(format = any)]
        pub(super) secret: ::std::option::Option<::config_core::SecretString>,
        #[nested]
        pub(super) inner: Inner,
    }

    #[derive(::config_core::Secrets)]
    pub(super) struct Inner {
        #[setting(default = 1, range = 1..=9)]
        pub(super) v: u8,
    }
}

#[test]
fn a_struct_can_be_declared_without_the_prelude() {
    use without_prelude::Settings;

    let settings =
        Settings::loader().env([("APP_OPTION", "3"), ("APP_SECRET", "s")]).load().unwrap();
    assert_eq!(
        (settings.text.as_str(), settings.list, settings.option),
        ("text", vec![1, 2], Some(3))
    );
    assert_eq!((settings.secret.unwrap().expose_secret(), settings.inner.v), ("s", 1));
}

macro_rules! declared {
    ($name:ident, $field:ident: $type:ty = $default:expr, range = $range:expr, env = $variable:literal) => {
        #[derive(Secrets)]
        #[secrets(sources(env))]
        struct $name {
            #[setting(default = $default, range = $range, env = $variable)]
            $field: $type,
        }
    };
}

#[test]
fn a_struct_can_be_declared_by_a_macro() {
    declared!(Made, port: u16 = 8080, range = 1024..=9999, env = "MADE_PORT");
    assert_eq!(Made::loader().env(NOTHING).load().unwrap().port, 8080);
    assert_eq!(Made::loader().env([("MADE_PORT", "9000")]).load().unwrap().port, 9000);
    assert!(Made::loader().env([("MADE_PORT", "80")]).load().is_err());
}

#[test]
fn names_of_the_standard_library_can_be_names_of_the_program() {
    mod shadowed {
        use config_core::Secrets;

        pub(super) enum Option {}
        pub(super) enum Result {}
        pub(super) enum Vec {}
        pub(super) fn never(_: Option, _: Result, _: Vec) {}

        #[derive(Secrets)]
        #[secrets(sources(env))]
        pub(super) struct Some {
            #[setting(default = 1, range = 0..=5)]
            pub(super) builder: u8,
            #[setting(default = 2)]
            pub(super) f0: u8,
            #[setting(default = 3)]
            pub(super) cx: u8,
        }
    }
    let never: fn(shadowed::Option, shadowed::Result, shadowed::Vec) = shadowed::never;
    let _ = never;
    let settings = shadowed::Some::loader().env(NOTHING).load().unwrap();
    assert_eq!((settings.builder, settings.f0, settings.cx), (1, 2, 3));
}

#[test]
fn enums_are_values_by_name_and_with_content() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        Debug,
        Info,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Store {
        Memory,
        Disk { path: String },
        Remote(String),
    }
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[setting(default = Level::Info)]
        level: Level,
        #[setting(required)]
        first: Store,
        #[setting(required)]
        second: Store,
        #[setting(required)]
        third: Store,
    }
    let bench = Bench::with([(
        "app.json",
        r#"{"second": {"disk": {"path": "/srv"}}, "third": {"remote": "x"}}"#,
    )]);
    let settings = Settings::loader()
        .root(bench.path())
        .env([("LEVEL", "debug"), ("FIRST", "memory")])
        .load()
        .unwrap();
    assert_eq!((settings.level, settings.first), (Level::Debug, Store::Memory));
    assert_eq!(settings.second, Store::Disk { path: "/srv".to_owned() });
    assert_eq!(settings.third, Store::Remote("x".to_owned()));
}

#[test]
fn defaults_are_texts_arrays_and_expressions() {
    const LIMIT: u32 = 7;
    fn made() -> HashMap<String, u8> {
        HashMap::from([("a".to_owned(), 1)])
    }
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(default = "1h 30m")]
        timeout: Duration,
        #[setting(default = ["localhost", "127.0.0.1"])]
        hosts: Vec<String>,
        #[setting(default = LIMIT * 2)]
        limit: u32,
        #[setting(default = made())]
        map: HashMap<String, u8>,
        #[setting(default = -1)]
        negative: i8,
        #[setting(default = "10MiB", format = bytes)]
        size: u64,
    }
    let settings = Settings::loader().env(NOTHING).load().unwrap();
    assert_eq!(
        (settings.timeout, settings.limit, settings.negative),
        (Duration::from_secs(5400), 14, -1)
    );
    assert_eq!(
        (settings.hosts, settings.map["a"]),
        (vec!["localhost".to_owned(), "127.0.0.1".to_owned()], 1)
    );
    assert_eq!(settings.size, 10 << 20);
}

#[test]
fn secrets_are_texts_bytes_lists_maps_and_typed() {
    #[derive(Deserialize)]
    struct Pin(u32);
    impl zeroize::Zeroize for Pin {
        fn zeroize(&mut self) {
            self.0.zeroize();
        }
    }
    impl config_core::SecretValue for Pin {}
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[secret(required, format = any)]
        list: Vec<SecretString>,
        #[secret(required, format = any)]
        map: HashMap<String, SecretString>,
        #[secret(required, format = any)]
        pin: Secret<Pin>,
        #[secret(required, format = hex(2))]
        bytes: SecretBytes,
        #[secret(format = any)]
        none: Option<SecretBytes>,
    }
    let bench = Bench::with([("app.json", r#"{"list": ["a", "b"], "map": {"k": "v"}}"#)]);
    let settings = Settings::loader()
        .root(bench.path())
        .env([("PIN", "1234"), ("BYTES", "beef")])
        .load()
        .unwrap();
    let list: Vec<&str> = settings.list.iter().map(SecretString::expose_secret).collect();
    assert_eq!((list, settings.map["k"].expose_secret()), (vec!["a", "b"], "v"));
    assert_eq!(
        (settings.pin.expose_secret().0, settings.bytes.expose_secret()),
        (1234, [0xbe, 0xef].as_slice())
    );
    assert!(settings.none.is_none());
}

#[test]
fn the_debug_of_settings_shows_no_secret() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "its Debug counts")]
    struct Settings {
        #[secret(required, format = any)]
        text: SecretString,
        #[secret(required, format = any)]
        bytes: SecretBytes,
        #[secret(required, format = any)]
        list: Vec<SecretString>,
        #[setting(default = 7)]
        port: u16,
    }
    let hidden = "hJq7Zt2Wx9";
    let variables = ["TEXT", "BYTES", "LIST"].map(|name| (name, hidden));
    let shown = format!("{:?}", Settings::loader().env(variables).load().unwrap());
    assert!(shown.contains("port: 7") && !shown.contains(hidden), "{shown}");
}
