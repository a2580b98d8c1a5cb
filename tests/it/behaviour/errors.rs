//! The text of an error, whole.

use config_core::{Failure, FailureKind, SecretString, Secrets};
use config_tests::sources::{Failing, Held};
use config_tests::{Bench, NOTHING, failure};

/// Asserts that an error reads so; the directory of the test is left out of it.
#[track_caller]
fn reads(error: &config_core::Error, bench: &Bench, expected: &str) {
    let shown = bench.without_path(error);
    assert_eq!(shown, expected.trim_end_matches('\n'), "\n{shown}\n");
}

#[test]
fn the_error_of_the_contract() {
    #[derive(Secrets)]
    #[secrets(
        prefix = "APP",
        sources(env, dotenv, file("secrets.json")),
        profile_env = "APP_ENV",
        profile(production, sources(env, dir("run"), "store"))
    )]
    #[expect(dead_code, reason = "it never loads")]
    struct Settings {
        #[secret(required, format = "sk-ant-*", env = "ANTHROPIC_API_KEY")]
        anthropic_api_key: SecretString,
        #[secret(required, format = url("postgres", "postgresql"))]
        database_url: SecretString,
        #[setting(default = 8080, range = 1024..=65535)]
        port: u16,
    }
    let bench = Bench::new();
    bench.directory("run");
    let variables = [
        ("APP_ENV", "production"),
        ("APP_DATABASE_URL", "https://user:pw@example.com/db1"),
        ("APP_PORT", "70000"),
        ("APP_PROT", "70000"),
    ];
    let store = Held::new("store", [("other", "")]);
    let error = failure(Settings::loader().root(bench.path()).env(variables).source(store).load());
    // How long a path is decides where the line is broken.
    let shown = bench.without_path(&error).replace(",\n                  ", ", ");
    let expected = "\
3 settings could not be loaded (profile production)

  anthropic_api_key   missing
      looked in   env ANTHROPIC_API_KEY (not set), dir run/anthropic_api_key (no such file), store anthropic_api_key (no such key)
      fix         set ANTHROPIC_API_KEY
  database_url        wrong format: expected a URL with scheme postgres or postgresql; got 31 characters
      from        env APP_DATABASE_URL
  port                70000 is not within 1024..=65535
      from        env APP_PORT
  warning: APP_PROT is set but no setting has that name; did you mean APP_PORT?";
    assert_eq!(shown, expected, "\n{shown}\n");
}

#[derive(Secrets)]
#[secrets(sources(env, file("app.json")))]
#[expect(dead_code, reason = "it never loads")]
struct Fields {
    #[setting(required)]
    name: String,
    #[setting(required)]
    count: u8,
    #[nested]
    smtp: Smtp,
    #[setting(default = false)]
    flag: bool,
}

#[derive(Secrets)]
#[expect(dead_code, reason = "it never loads")]
struct Smtp {
    #[setting(required, one_of("plain", "tls"))]
    mode: String,
    #[secret(required, format = uuid)]
    pass: SecretString,
}

#[test]
fn problems_stand_in_declaration_order_with_their_places_in_the_file() {
    let bench = Bench::with([(
        "app.json",
        "{\n  \"flag\": \"maybe\",\n  \"smtp\": {\"pass\": [\"x\"], \"mode\": \"ssl\"},\n  \"count\": 1.5\n}\n",
    )]);
    let error = failure(Fields::loader().root(bench.path()).env([("NAME", "")]).load());
    let expected = "\
5 settings could not be loaded

  name        empty
      looked in   env NAME (empty), file app.json#name (no such key)
      fix         set NAME, or add name to app.json
  count       wrong type: expected a whole number from 0 to 255; got 1.5
      from        file app.json#count (line 4, column 12)
  smtp.mode   ssl is not one of plain, tls
      from        file app.json#smtp.mode (line 3, column 35)
  smtp.pass   wrong type: expected a text; quote it; got a list
      from        file app.json#smtp.pass (line 3, column 20)
  flag        wrong type: expected true or false (also 1, 0, yes, no, on, off); got \"maybe\"
      from        file app.json#flag (line 2, column 11)
";
    reads(&error, &bench, expected);
}

#[test]
fn a_source_that_fails_is_told_once_with_all_the_fields_that_it_stops() {
    let bench = Bench::with([("app.json", "{\n  \"name\" 1\n}")]);
    let error = failure(Fields::loader().root(bench.path()).env(NOTHING).load());
    let shown = bench.without_path(&error);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "5 settings could not be loaded");
    assert!(lines[2].starts_with("  name, count and 3 more   "), "{shown}");
    assert_eq!(lines[3], "      from        file app.json (line 2, column 10)");
    assert_eq!(lines.len(), 4, "{shown}");
}

#[test]
fn long_lists_of_places_are_broken_between_places() {
    #[derive(Secrets)]
    #[secrets(sources(env, "a", "b", "c", "d"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Long {
        #[setting(required)]
        a_name_of_some_length: String,
    }
    let held = |label: &'static str| Held::new(label, [("x", "")]);
    let loader = Long::loader()
        .env(NOTHING)
        .source(held("a"))
        .source(held("b"))
        .source(held("c"))
        .source(held("d"));
    let expected = "\
1 setting could not be loaded

  a_name_of_some_length   missing
      looked in   env A_NAME_OF_SOME_LENGTH (not set), a a_name_of_some_length (no such key),
                  b a_name_of_some_length (no such key), c a_name_of_some_length (no such key),
                  d a_name_of_some_length (no such key)
      fix         set A_NAME_OF_SOME_LENGTH
";
    reads(&failure(loader.load()), &Bench::new(), expected);
}

#[test]
fn debug_is_display_in_both_forms_and_there_is_no_source() {
    let bench = Bench::new();
    let error = failure(Fields::loader().root(bench.path()).env(NOTHING).load());
    assert_eq!(format!("{error:?}"), error.to_string());
    assert_eq!(format!("{error:#?}"), error.to_string());
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn an_error_is_small_and_can_be_sent_between_threads() {
    fn sent<T: Send + Sync + 'static>(_: &T) {}
    let bench = Bench::new();
    sent(&failure(Fields::loader().root(bench.path()).env(NOTHING).load()));
    assert!(size_of::<config_core::Error>() <= size_of::<usize>());
}

#[derive(Secrets)]
#[secrets(sources(env))]
#[expect(dead_code, reason = "it never loads")]
struct Shown {
    #[setting(required)]
    count: u8,
    #[secret(format = "ck-*")]
    key: Option<SecretString>,
}

fn told(count: &str, key: &str) -> String {
    failure(Shown::loader().env([("COUNT", count), ("KEY", key)]).load()).to_string()
}

#[test]
fn a_setting_s_text_is_shown_up_to_64_characters() {
    let words = "not a number ".repeat(5);
    let (fits, too_long) = (&words[..64], format!("{words}."));
    assert!(told(fits, "").contains(&format!("got \"{fits}\"")));
    let long = told(&too_long, "");
    assert!(long.contains("got 66 characters") && !long.contains("not a number"), "{long}");
}

#[test]
fn a_setting_s_text_is_not_shown_where_it_looks_like_a_secret() {
    let looks = [
        "ck-123",
        "sk-ant-api03-abcdef",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "https://user:pass@example.com",
        "password=abc",
        "-----BEGIN PRIVATE KEY-----",
    ];
    for text in looks {
        let shown = told(text, "");
        assert!(!shown.contains(text), "{shown}");
        assert!(shown.contains("characters"), "{shown}");
    }
}

#[test]
fn a_setting_s_text_is_not_shown_where_it_holds_a_secret_of_this_load() {
    for text in
        ["ck-hJq7Zt2Wx9", "hJq7Zt2Wx9", "<hJq7Zt2Wx9>", "x-ck-hJq7Zt2Wx9-x", "hJq7Zt2W and more"]
    {
        let shown = told(text, "ck-hJq7Zt2Wx9");
        assert!(!shown.contains("hJq7Zt2W"), "{shown}");
    }
}

#[test]
fn a_message_that_writes_a_secret_in_another_way_is_not_shown() {
    fn refuse(text: &String) -> Result<(), String> {
        Err(format!("{text:?} is refused"))
    }
    #[derive(Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Quoting {
        #[setting(required, validate = refuse)]
        name: String,
        #[secret(required, format = any)]
        key: SecretString,
    }
    let hidden = r#"a"b\c"d\e"f\g"#;
    let shown = |name: &str| {
        failure(Quoting::loader().env([("NAME", name), ("KEY", hidden)]).load()).to_string()
    };
    assert!(shown("plain").contains("refused: \"plain\" is refused"));
    let shown = shown(hidden);
    assert!(shown.contains("refused, in words that may hold a secret"), "{shown}");
}

#[test]
fn control_characters_in_a_shown_text_are_escaped() {
    let shown = told("a\u{1b}[31m\nb", "");
    assert!(
        !shown.contains('\u{1b}') && shown.contains("\\u{1b}") && shown.contains("\\n"),
        "{shown:?}"
    );
}

#[test]
fn a_failure_of_a_source_shows_its_hint() {
    #[derive(Secrets)]
    #[secrets(sources("mine"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Mine {
        #[setting(required)]
        v: u8,
    }
    let source = Failing::new(
        "mine",
        Failure::new(FailureKind::Denied, "refused").key("v").hint("ask for access"),
    );
    let expected = "\
1 setting could not be loaded

  v   refused
      from        mine v
      fix         ask for access
";
    reads(&failure(Mine::loader().env(NOTHING).source(source).load()), &Bench::new(), expected);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_read_again_to_point_into_it() {
    use miette::Diagnostic as _;

    #[derive(Debug, Secrets)]
    #[secrets(sources(file("pipe.json")))]
    #[expect(dead_code, reason = "it never loads")]
    struct Piped {
        #[setting(required)]
        port: u16,
    }
    let bench = config_tests::Bench::new();
    let path = bench.at("pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let writer = std::thread::spawn(move || std::fs::write(path, "{\"port\": \"x\"}"));
    let error = failure(Piped::loader().root(bench.path()).load());
    writer.join().unwrap().unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(error.related().map_or(0, Iterator::count)));
    assert_eq!(receive.recv_timeout(std::time::Duration::from_secs(20)), Ok(1));
}
