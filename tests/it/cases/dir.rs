//! S and NS: directories with a file for each value.

use std::collections::BTreeMap;

use config_core::{
    Dir, ExposeSecret, ProblemKind, Secret, SecretBytes, SecretString, SecretValue, Secrets,
};
use config_tests::{Bench, NOTHING, failure, kinds, messages, only};
use serde::Deserialize;
use zeroize::Zeroize;

#[derive(Secrets)]
#[secrets(sources(dir("secrets")))]
struct Foo {
    #[setting(required)]
    foo: String,
}

#[test]
fn s01_the_file_with_the_name_of_the_field_holds_its_value() {
    let bench = Bench::with([("secrets/foo", "bar")]);
    assert_eq!(Foo::loader().root(bench.path()).env(NOTHING).load().unwrap().foo, "bar");
}

/// Ours: exactly one line end is taken off, and of bytes nothing.
#[test]
fn s03_one_line_end_is_stripped_from_text_and_nothing_from_bytes() {
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    struct Settings {
        #[secret(required, format = any)]
        text: SecretString,
        #[secret(required, format = any)]
        bytes: SecretBytes,
    }
    let bench = Bench::with([("secrets/text", "  two  \n\n"), ("secrets/bytes", "  two  \n\n")]);
    let settings = Settings::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!(settings.text.expose_secret(), "  two  \n");
    assert_eq!(settings.bytes.expose_secret(), b"  two  \n\n");
}

/// Ours: names are case-sensitive.
#[test]
fn s04_file_names_are_case_sensitive() {
    let bench = Bench::with([("secrets/Foo", "bar")]);
    assert_eq!(
        only(Foo::loader().root(bench.path()).env(NOTHING).load()).kind(),
        ProblemKind::Missing
    );
}

/// Ours: of two directories the first one listed wins.
#[test]
fn s06_of_two_directories_the_first_wins_and_each_gives_what_it_alone_has() {
    #[derive(Secrets)]
    #[secrets(sources(dir("one"), dir("two")))]
    struct OneTwo {
        #[setting(required)]
        both: String,
        #[setting(required)]
        first: String,
        #[setting(required)]
        second: String,
    }
    #[derive(Secrets)]
    #[secrets(sources(dir("two"), dir("one")))]
    struct TwoOne {
        #[setting(required)]
        both: String,
    }
    let bench = Bench::with([
        ("one/both", "1"),
        ("one/first", "1"),
        ("two/both", "2"),
        ("two/second", "2"),
    ]);
    let settings = OneTwo::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!([settings.both.as_str(), &settings.first, &settings.second], ["1", "1", "2"]);
    assert_eq!(TwoOne::loader().root(bench.path()).env(NOTHING).load().unwrap().both, "2");
}

#[test]
fn s07_a_file_with_json_is_read_as_a_map_or_struct_and_a_broken_one_names_field_and_source() {
    #[derive(Deserialize)]
    struct Point {
        x: u8,
    }
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    struct Settings {
        #[setting(required)]
        map: BTreeMap<String, u8>,
        #[setting]
        point: Option<Point>,
    }
    let bench = Bench::with([("secrets/map", "{\"a\": 1}\n"), ("secrets/point", "{\"x\": 2}\n")]);
    let settings = Settings::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!((settings.map["a"], settings.point.unwrap().x), (1, 2));

    let bench = Bench::with([("secrets/map", "{\"a\": \n"), ("secrets/point", "{\"x\": 2}\n")]);
    let problem = only(Settings::loader().root(bench.path()).env(NOTHING).load());
    assert_eq!((problem.path(), problem.kind()), ("map", ProblemKind::WrongType));
    assert_eq!(bench.without_path(problem.origin().unwrap()), "dir secrets/map");
}

/// Ours: text is UTF-8, whatever the locale says; other bytes are malformed, not replaced.
#[test]
fn s09_files_are_utf_8_whatever_the_locale() {
    let bench = Bench::with([("secrets/foo", "Grüße, 世界\n")]);
    let latin = [("LC_ALL", "C"), ("LANG", "de_DE.ISO-8859-1")];
    assert_eq!(Foo::loader().root(bench.path()).env(latin).load().unwrap().foo, "Grüße, 世界");
    bench.write("secrets/foo", b"Gr\xfc\xdfe");
    assert_eq!(
        only(Foo::loader().root(bench.path()).env(latin).load()).kind(),
        ProblemKind::Malformed
    );
}

#[derive(Secrets)]
#[secrets(sources(dir("one"), dir("two")))]
struct OfTwo {
    #[setting(required)]
    foo: String,
}

/// Ours: a listed directory may be missing; where a field ends up missing both are named.
#[test]
fn s10_a_missing_directory_is_named_where_a_field_is_missing_and_the_others_are_used() {
    let bench = Bench::with([("two/foo", "bar")]);
    assert_eq!(OfTwo::loader().root(bench.path()).env(NOTHING).load().unwrap().foo, "bar");

    let empty = Bench::new();
    let problem = only(OfTwo::loader().root(empty.path()).env(NOTHING).load());
    let tried: Vec<String> =
        problem.tried().iter().map(|tried| empty.without_path(tried)).collect();
    assert_eq!(tried, ["dir one/foo (no such directory)", "dir two/foo (no such directory)"]);
}

#[test]
fn s12_a_directory_with_the_name_of_a_field_is_a_warning_and_the_next_one_is_used() {
    let bench = Bench::with([("one/foo/inner", "no"), ("two/foo", "bar")]);
    let loaded = OfTwo::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    assert_eq!(loaded.settings.foo, "bar");
    let warnings: Vec<String> = messages(loaded.report.warnings())
        .into_iter()
        .map(|text| bench.without_path(text))
        .collect();
    assert_eq!(warnings, ["dir one: one/foo is a directory, not a file"]);
}

#[test]
fn s13_in_an_empty_directory_each_required_field_is_missing() {
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    #[expect(dead_code, reason = "it never loads")]
    struct Settings {
        #[setting(required)]
        one: String,
        #[setting(required)]
        two: String,
    }
    let bench = Bench::new();
    bench.directory("secrets");
    let missing = |path: &str| (path.to_owned(), ProblemKind::Missing);
    assert_eq!(
        kinds(Settings::loader().root(bench.path()).env(NOTHING).load()),
        [missing("one"), missing("two")]
    );
}

#[test]
fn s15_a_directory_beats_defaults_and_loses_to_what_is_listed_before_it() {
    #[derive(Secrets)]
    #[secrets(sources(env, dotenv, dir("secrets")))]
    struct Settings {
        #[setting(default = "default")]
        foo: String,
    }
    let bench = Bench::with([("secrets/foo", "dir")]);
    let loader = || Settings::loader().root(bench.path());
    assert_eq!(loader().env(NOTHING).load().unwrap().foo, "dir");
    bench.write(".env", "FOO=dotenv\n");
    assert_eq!(loader().env(NOTHING).load().unwrap().foo, "dotenv");
    assert_eq!(loader().env([("FOO", "env")]).load().unwrap().foo, "env");
    assert_eq!(loader().env([("FOO", "env")]).set("foo", "set").load().unwrap().foo, "set");
}

#[test]
fn s16_a_typed_secret_and_a_text_secret_are_read() {
    #[derive(Deserialize)]
    struct Address(String);
    impl Zeroize for Address {
        fn zeroize(&mut self) {
            self.0.zeroize();
        }
    }
    impl SecretValue for Address {}
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    struct Settings {
        #[secret(required, format = url("https"))]
        address: Secret<Address>,
        #[secret(required, format = any)]
        text: SecretString,
    }
    let bench = Bench::with([
        ("secrets/address", "https://user:pass@example.com\n"),
        ("secrets/text", "abc\n"),
    ]);
    let settings = Settings::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!(settings.address.expose_secret().0, "https://user:pass@example.com");
    assert_eq!(settings.text.expose_secret(), "abc");
}

#[derive(Secrets)]
#[secrets(sources(env, dir("secrets")))]
struct WithDb {
    #[nested]
    db: Db,
}

#[derive(Secrets)]
struct Db {
    #[setting(required)]
    user: String,
    #[secret(required, format = any)]
    passwd: SecretString,
}

#[test]
fn ns02_a_nested_struct_is_a_directory_in_the_directory() {
    let bench = Bench::with([("secrets/db/user", "ada\n"), ("secrets/db/passwd", "abc\n")]);
    let db = WithDb::loader().root(bench.path()).env(NOTHING).load().unwrap().db;
    assert_eq!((db.user.as_str(), db.passwd.expose_secret()), ("ada", "abc"));
}

#[test]
fn ns05_variables_and_files_meet_in_one_nested_struct() {
    let bench = Bench::with([("secrets/db/passwd", "abc\n")]);
    let db = WithDb::loader().root(bench.path()).env([("DB_USER", "ada")]).load().unwrap().db;
    assert_eq!((db.user.as_str(), db.passwd.expose_secret()), ("ada", "abc"));
}

#[cfg(unix)]
#[test]
fn ns06_links_that_stay_inside_are_followed_as_kubernetes_lays_them_out() {
    use std::os::unix::fs::symlink;

    let bench = Bench::with([
        ("secrets/..2026_01/db/user", "ada\n"),
        ("secrets/..2026_01/db/passwd", "abc\n"),
    ]);
    symlink("..2026_01", bench.at("secrets/..data")).unwrap();
    symlink("..data/db", bench.at("secrets/db")).unwrap();
    let db = WithDb::loader().root(bench.path()).env(NOTHING).load().unwrap().db;
    assert_eq!((db.user.as_str(), db.passwd.expose_secret()), ("ada", "abc"));
}

/// Ours: a link that leaves the directory is an error, not silence.
#[cfg(unix)]
#[test]
fn ns08_a_link_that_leaves_the_directory_is_an_error() {
    let bench = Bench::with([("outside", "stolen"), ("secrets/bar", "x")]);
    std::os::unix::fs::symlink(bench.at("outside"), bench.at("secrets/foo")).unwrap();
    let problem = only(Foo::loader().root(bench.path()).env(NOTHING).load());
    assert_eq!(problem.kind(), ProblemKind::Denied);
    assert_eq!(problem.message(), "is a link that leaves the directory");
}

#[cfg(unix)]
#[test]
fn ns09_what_a_link_leads_to_outside_does_not_count_for_the_size() {
    let bench = Bench::with([("outside", "0123456789"), ("secrets/foo", "0123")]);
    std::os::unix::fs::symlink(bench.at("outside"), bench.at("secrets/link")).unwrap();
    assert_eq!(of_size(&bench, 4).unwrap(), "0123");
}

/// What `foo` is in a directory that may have so many bytes.
fn of_size(bench: &Bench, cap: u64) -> Result<String, config_core::Error> {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        foo: String,
    }
    let source = Dir::at(bench.at("secrets")).size_cap(cap);
    Settings::loader().env(NOTHING).source(source).load().map(|settings| settings.foo)
}

#[test]
fn ns11_all_files_together_may_have_as_many_bytes_as_the_cap_and_no_more() {
    let bench = Bench::with([("secrets/foo", "0123"), ("secrets/unrelated", "456789")]);
    assert_eq!(of_size(&bench, 10).unwrap(), "0123");
    let problem = only(of_size(&bench, 9));
    assert_eq!(problem.kind(), ProblemKind::Malformed);
    assert!(problem.message().contains("more than 9 bytes"), "{problem}");

    let two = Bench::with([("one/bar", "012345678"), ("two/foo", "012345678")]);
    assert_eq!(OfTwo::loader().root(two.path()).env(NOTHING).load().unwrap().foo, "012345678");
}

#[test]
fn ns11_the_cap_is_16_mib_unless_told() {
    let bench = Bench::with([("secrets/foo", "bar"), ("secrets/large", "")]);
    let grown = |bytes: u64| {
        let large = std::fs::File::options().write(true).open(bench.at("secrets/large")).unwrap();
        large.set_len(bytes).unwrap();
        Foo::loader().root(bench.path()).env(NOTHING).load()
    };
    assert_eq!(grown(16 * 1024 * 1024 - 3).unwrap().foo, "bar");
    assert_eq!(only(grown(16 * 1024 * 1024 - 2)).kind(), ProblemKind::Malformed);
}

/// Ours: what is listed may be missing, what is given to the loader must exist.
#[test]
fn ns12_a_listed_directory_may_be_missing_and_a_given_one_must_exist() {
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    struct Settings {
        #[setting(default = "default")]
        foo: String,
    }
    let bench = Bench::new();
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().foo, "default");
    let error = failure(loader().dir("elsewhere").load());
    assert!(error.iter().any(|problem| problem.kind() == ProblemKind::NotFound), "{error}");
}
