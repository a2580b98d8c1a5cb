//! Profiles: which is in force, and what it decides.

use config_core::{ProblemKind, Secrets};
use config_tests::{Bench, NOTHING, failure, only};

#[derive(Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv),
    profile_env = "APP_ENV",
    profile(production, sources(env)),
    profile(staging)
)]
struct Settings {
    #[setting(default = "default")]
    v: String,
}

fn in_force(variables: &[(&str, &str)], told: Option<&str>) -> Option<String> {
    let bench = Bench::new();
    let mut loader = Settings::loader().root(bench.path()).env(variables.iter().copied());
    if let Some(name) = told {
        loader = loader.profile(name);
    }
    loader.explain().profile().map(str::to_owned)
}

#[test]
fn the_declared_variable_names_the_profile_and_the_program_overrules_it() {
    assert_eq!(in_force(&[], None), None);
    assert_eq!(in_force(&[("APP_ENV", "staging")], None).as_deref(), Some("staging"));
    assert_eq!(
        in_force(&[("APP_ENV", "staging")], Some("production")).as_deref(),
        Some("production")
    );
}

#[test]
fn an_empty_variable_names_no_profile() {
    assert_eq!(in_force(&[("APP_ENV", "")], None), None);
}

#[test]
fn where_a_profile_could_be_meant_and_none_is_in_force_an_error_says_so_at_once() {
    #[derive(Secrets)]
    #[secrets(
        prefix = "APP",
        sources(env),
        profile_env = "APP_ENV",
        profile(development),
        profile(production)
    )]
    #[expect(dead_code, reason = "it never loads")]
    struct Demanding {
        #[setting(required)]
        v: String,
    }
    let heading = |variables: &[(&str, &str)]| {
        let error = failure(Demanding::loader().env(variables.iter().copied()).load());
        error.to_string().lines().next().unwrap_or_default().to_owned()
    };
    let start = "1 setting could not be loaded";
    let known = "one of development, production";
    assert_eq!(heading(&[]), format!("{start} (no profile: APP_ENV is not set; {known})"));
    let empty = [("APP_ENV", "")];
    assert_eq!(heading(&empty), format!("{start} (no profile: APP_ENV is empty; {known})"));
    assert_eq!(heading(&[("APP_ENV", "production")]), format!("{start} (profile production)"));
}

#[test]
fn a_report_says_that_no_profile_is_in_force_where_one_may_be_meant() {
    let heading = |report: &config_core::Report| {
        report.to_string().lines().next().unwrap_or_default().to_owned()
    };
    let bench = Bench::new();
    let loader = |variables: &[(&str, &str)]| {
        Settings::loader().root(bench.path()).env(variables.iter().copied())
    };
    let why = "no profile: APP_ENV is not set; one of production, staging";
    let expected = format!("Settings: 1 setting, {why}");
    assert_eq!(heading(&loader(&[("APP_V", "one")]).load_report().unwrap().report), expected);
    assert_eq!(heading(&loader(&[("APP_V", "one")]).explain()), expected);
    let staging = loader(&[("APP_ENV", "staging")]).explain();
    assert_eq!(heading(&staging), "Settings: 1 setting, profile staging");
}

#[test]
fn the_default_profile_counts_where_the_variable_is_unset_or_empty() {
    #[derive(Secrets)]
    #[secrets(
        profile_env = "APP_ENV",
        default_profile = "development",
        profile(development),
        profile(production)
    )]
    #[expect(dead_code, reason = "its profile counts")]
    struct Defaulted {
        #[setting(default = 1)]
        v: u8,
    }
    let in_force = |variables: &[(&str, &str)]| {
        Defaulted::loader().env(variables.iter().copied()).explain().profile().map(str::to_owned)
    };
    assert_eq!(in_force(&[]).as_deref(), Some("development"));
    assert_eq!(in_force(&[("APP_ENV", "")]).as_deref(), Some("development"));
    assert_eq!(in_force(&[("APP_ENV", "production")]).as_deref(), Some("production"));
}

#[test]
fn an_unknown_profile_is_a_problem_that_lists_the_known_ones() {
    let problem = only(Settings::loader().env([("APP_ENV", "prodution")]).load());
    assert_eq!(problem.kind(), ProblemKind::UnknownProfile);
    assert_eq!(problem.message(), "`prodution` is not a declared profile");
    assert_eq!(problem.hint(), Some("use one of production, staging; did you mean production?"));
    assert_eq!(problem.origin().unwrap().to_string(), "env APP_ENV");
}

#[test]
fn a_secret_in_the_place_of_a_profile_is_not_shown() {
    for hidden in ["hJq7Zt2Wx9pR4mKv8Ls3", "sk-ant-api03-abcdef", "a b c d e f g"] {
        let error = failure(Settings::loader().env([("APP_ENV", hidden)]).load());
        assert!(!error.to_string().contains(hidden), "{error}");
    }
}

#[test]
fn where_no_profile_is_declared_any_legal_name_picks_files_of_its_own_alone() {
    #[derive(Secrets)]
    struct Free {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::with([(".env", "V=base\n"), (".env.blue", "V=blue\n")]);
    let loader = || Free::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().v, "base");
    assert_eq!(loader().profile("blue").load().unwrap().v, "blue");
    for illegal in ["", "a b", "../x", "é", "a.b"] {
        assert_eq!(
            only(loader().profile(illegal).load()).kind(),
            ProblemKind::UnknownProfile,
            "{illegal:?}"
        );
    }
}

#[test]
fn a_profile_replaces_the_list_or_inherits_it() {
    let bench = Bench::with([(".env", "APP_V=dotenv\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().v, "dotenv");
    assert_eq!(loader().profile("staging").load().unwrap().v, "dotenv");
    assert_eq!(loader().profile("production").load().unwrap().v, "default");
}

#[test]
fn the_four_files_of_a_profile_are_read_from_one_directory_and_the_first_wins() {
    #[derive(Secrets)]
    #[secrets(sources(dotenv))]
    struct Layers {
        #[setting(default = "-")]
        a: String,
        #[setting(default = "-")]
        b: String,
        #[setting(default = "-")]
        c: String,
        #[setting(default = "-")]
        d: String,
    }
    let bench = Bench::with([
        ("app/.env.blue.local", "A=1\n"),
        ("app/.env.local", "A=2\nB=2\n"),
        ("app/.env.blue", "A=3\nB=3\nC=3\n"),
        ("app/.env", "A=4\nB=4\nC=4\nD=4\n"),
        (".env", "A=5\nD=5\n"),
    ]);
    let inner = bench.directory("app/deep/er");
    let layers = Layers::loader().root(inner).env(NOTHING).profile("blue").load().unwrap();
    assert_eq!([layers.a, layers.b, layers.c, layers.d], ["1", "2", "3", "4"]);
}

#[test]
fn the_search_for_dotenv_files_ends_at_a_git_directory_and_at_home() {
    #[derive(Secrets)]
    #[secrets(sources(dotenv))]
    struct One {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::with([(".env", "V=above\n")]);
    let inner = bench.directory("project/src");
    assert_eq!(One::loader().root(&inner).env(NOTHING).load().unwrap().v, "above");
    let home = bench.at("project").display().to_string();
    assert_eq!(
        One::loader().root(&inner).env([("HOME", home.as_str())]).load().unwrap().v,
        "default"
    );
    bench.directory("project/.git");
    assert_eq!(One::loader().root(&inner).env(NOTHING).load().unwrap().v, "default");
}

#[test]
fn a_nested_struct_follows_the_profile_and_list_of_the_one_that_is_loaded() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Outer {
        #[nested]
        inner: Inner,
    }
    #[derive(Secrets)]
    #[secrets(prefix = "IGNORED", sources(dotenv), profile(other, sources(env)))]
    struct Inner {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::with([(".env", "INNER_V=dotenv\nIGNORED_V=dotenv\n")]);
    let loader = || Outer::loader().root(bench.path());
    assert_eq!(loader().env([("IGNORED_V", "x")]).load().unwrap().inner.v, "default");
    assert_eq!(loader().env([("INNER_V", "env")]).profile("any").load().unwrap().inner.v, "env");
}

mod elsewhere {
    use config_core::{ProblemKind, Secrets};
    use config_tests::{Bench, NOTHING, messages, only};

    #[derive(Debug, Secrets)]
    #[secrets(
        prefix = "APP",
        sources(env, dotenv),
        profile_env = "APP_ENV",
        profile(production),
        profile(local)
    )]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Declared {
        #[setting(default = 1)]
        v: u8,
    }

    #[derive(Debug, Secrets)]
    #[secrets(sources(env, dotenv), profile_env = "STAGE")]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Undeclared {
        #[setting(default = 1)]
        v: u8,
    }

    const NO_EFFECT: &str =
        "is set, but the profile is read from the process environment alone; here it has no effect";

    #[test]
    fn a_profile_that_a_file_names_in_vain_is_a_problem_where_nothing_else_names_one() {
        let bench = Bench::with([(".env", "APP_ENV=production\n")]);
        let problem = only(Declared::loader().root(bench.path()).env(NOTHING).load());
        assert_eq!((problem.path(), problem.kind()), ("profile", ProblemKind::UnknownProfile));
        assert_eq!(problem.origin().unwrap().to_string(), "dotenv APP_ENV");
        assert!(problem.message().contains("from the process environment alone"), "{problem}");
        assert!(problem.hint().unwrap().starts_with("set APP_ENV in the environment"));
    }

    #[test]
    fn where_the_profile_is_settled_it_is_a_warning() {
        let bench = Bench::with([(".env", "APP_ENV=production\n")]);
        let loader = || Declared::loader().root(bench.path());
        let expected = format!("dotenv APP_ENV (.env, line 1, column 1) {NO_EFFECT}");
        for loader in [loader().env([("APP_ENV", "local")]), loader().env(NOTHING).profile("local")]
        {
            let found = messages(loader.load_report().unwrap().report.warnings());
            assert_eq!(
                found.iter().map(|text| bench.without_path(text)).collect::<Vec<_>>(),
                [expected.as_str()]
            );
        }
    }

    #[test]
    fn where_no_profile_is_declared_too_and_without_a_prefix() {
        let bench = Bench::with([(".env", "STAGE=production\n")]);
        let loaded = Undeclared::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
        assert_eq!(messages(loaded.report.warnings()), [format!("dotenv STAGE {NO_EFFECT}")]);
    }
}
