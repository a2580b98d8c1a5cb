//! L: values from the command line, which come in by `.set(path, value)`.

use config_core::{FieldKind, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, only};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, file("app.json")))]
struct Flags {
    #[setting(default = Vec::new())]
    list: Vec<String>,
    #[setting(default = false)]
    flag: bool,
    #[nested]
    top: Top,
}

#[derive(Secrets)]
struct Top {
    #[setting(default = 0)]
    v4: u8,
    #[setting(default = 0)]
    v5: u8,
}

/// Ours: a document comes from a file; a flag is one field.
#[test]
fn l01_a_flag_overrides_one_field_of_a_document() {
    let bench = Bench::with([("app.json", r#"{"top": {"v4": 4, "v5": 0}}"#)]);
    let top =
        Flags::loader().root(bench.path()).env(NOTHING).set("top.v5", "5").load().unwrap().top;
    assert_eq!((top.v4, top.v5), (4, 5));
}

#[test]
fn l02_lists_are_read_with_commas_and_as_json_and_quoted_commas_stay() {
    let bench = Bench::new();
    let list = |text: &str| {
        Flags::loader().root(bench.path()).env(NOTHING).set("list", text).load().unwrap().list
    };
    assert_eq!(list("1,2"), ["1", "2"]);
    assert_eq!(list(r#"["1","2"]"#), ["1", "2"]);
    assert_eq!(list(r#"["a,b","c"]"#), ["a,b", "c"]);
    assert_eq!(list(",,,"), ["", "", "", ""]);
}

#[test]
fn l04_truth_is_given_in_any_case() {
    let bench = Bench::new();
    for (text, expected) in
        [("True", true), ("yes", true), ("ON", true), ("1", true), ("False", false), ("no", false)]
    {
        let settings =
            Flags::loader().root(bench.path()).env(NOTHING).set("flag", text).load().unwrap();
        assert_eq!(settings.flag, expected, "{text}");
    }
    assert!(Flags::loader().root(bench.path()).env(NOTHING).set("flag", true).load().unwrap().flag);
}

#[test]
fn l05_an_unknown_path_is_a_problem_and_there_are_no_abbreviations() {
    let bench = Bench::new();
    let problem = only(Flags::loader().root(bench.path()).env(NOTHING).set("fla", "1").load());
    assert_eq!(problem.kind(), ProblemKind::UnknownName);
    assert!(format!("{problem} {:?}", problem.hint()).contains("flag"), "{problem:?}");
}

/// Ours: the schema is what help is made of; it holds names and rules, and no value.
#[test]
fn l07_help_can_be_made_from_the_schema() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP")]
    #[expect(dead_code, reason = "its declaration counts")]
    struct Settings {
        /// Token of the mail provider.
        #[secret(required, format = any, env = ["TOKEN", "LEGACY_TOKEN"])]
        token: SecretString,
        #[setting(default = 8080)]
        port: u16,
    }
    let [token, port] = Settings::schema().leaves() else { panic!("two fields") };
    assert_eq!((token.path(), token.variables()), ("token", ["TOKEN", "LEGACY_TOKEN"].as_slice()));
    assert_eq!(token.field().doc(), "Token of the mail provider.");
    assert_eq!(token.field().kind(), FieldKind::Secret);
    assert_eq!(port.variables(), ["APP_PORT"]);
}
