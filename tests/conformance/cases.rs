//! What holds for every source.

use std::collections::BTreeMap;
use std::time::Duration;

use config_core::{Error, ExposeSecret, ProblemKind};
use config_tests::tree::{Tree, list, number, table, text};
use config_tests::{failure, kinds, only};

use super::bed::{Bed, Names};
use super::declared::{Binary, Demanding, Everything, Mode, Pinned, PinnedToNone, Thousand};

pub(super) fn a_value_that_is_there_is_read_and_its_origin_names_the_source(bed: &Bed<'_>) {
    let loaded = bed.load_report::<Everything>(&[("text", text("here"))]).unwrap();
    assert_eq!(loaded.settings.text.as_deref(), Some("here"));
    let origin = loaded.report.origin("text").expect("it came from a source");
    bed.is_named_by(origin.source());
}

pub(super) fn a_value_that_is_not_there_leaves_the_default(bed: &Bed<'_>) {
    let settings = bed.load::<Everything>(&[("text", text("here"))]).unwrap();
    assert_eq!((settings.fallback.as_str(), settings.number), ("default", None));
    assert!(settings.hidden.is_none() && settings.smtp.is_none());
}

pub(super) fn a_required_value_that_is_not_there_is_missing_and_the_source_is_named(bed: &Bed<'_>) {
    let whole = bed.load::<Demanding>(&[("text", text("here")), ("hidden", text("too"))]).unwrap();
    assert_eq!((whole.text.as_str(), whole.hidden.expose_secret()), ("here", "too"));
    let problem = only(bed.load::<Demanding>(&[("text", text("here"))]));
    assert_eq!((problem.path(), problem.kind()), ("hidden", ProblemKind::Missing));
    let [tried] = problem.tried() else { panic!("{problem:?}") };
    bed.is_named_by(tried.source());
}

pub(super) fn an_empty_text_counts_as_absent(bed: &Bed<'_>) {
    let pairs =
        [("text", text("")), ("fallback", text("")), ("number", text("")), ("hidden", text(""))];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(
        (settings.text, settings.fallback.as_str(), settings.number),
        (None, "default", None)
    );
    assert!(settings.hidden.is_none());
}

pub(super) fn a_required_value_that_is_empty_is_told_apart_from_a_missing_one(bed: &Bed<'_>) {
    let found = kinds(bed.load::<Demanding>(&[("text", text(""))]));
    let expected = [("text", ProblemKind::Empty), ("hidden", ProblemKind::Missing)];
    assert_eq!(found, expected.map(|(path, kind)| (path.to_owned(), kind)));
}

pub(super) fn an_empty_text_is_a_value_where_it_is_allowed(bed: &Bed<'_>) {
    let pairs = [("may_be_empty", text("")), ("hidden_may_be_empty", text(""))];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(settings.may_be_empty.as_deref(), Some(""));
    assert_eq!(settings.hidden_may_be_empty.expect("an empty secret").expose_secret(), "");
}

pub(super) fn a_null_is_absent(bed: &Bed<'_>) {
    let pairs = [
        ("text", Tree::Null),
        ("fallback", Tree::Null),
        ("may_be_empty", Tree::Null),
        ("hidden", Tree::Null),
        ("smtp.host", Tree::Null),
    ];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(
        (settings.text, settings.fallback.as_str(), settings.may_be_empty),
        (None, "default", None)
    );
    assert!(settings.hidden.is_none() && settings.smtp.is_none());
}

pub(super) fn a_path_is_read_as_the_source_writes_it_of_itself(bed: &Bed<'_>) {
    nested(bed, Names::Own);
}

pub(super) fn a_path_may_be_written_as_one_name_with_dots(bed: &Bed<'_>) {
    nested(bed, Names::Dotted);
}

pub(super) fn a_path_may_be_written_as_the_name_of_the_variable(bed: &Bed<'_>) {
    nested(bed, Names::Variables);
}

fn nested(bed: &Bed<'_>, names: Names) {
    let pairs = [
        ("smtp.host", text("mx")),
        ("smtp.port", number("2525")),
        ("smtp.login.user_name", text("ada")),
    ];
    let settings: Everything = bed.loader(&pairs, names).load().unwrap();
    let smtp = settings.smtp.expect("it has keys");
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.login.user_name.as_str()), ("mx", 2525, "ada"));
}

pub(super) fn an_optional_struct_is_nothing_only_without_any_of_its_keys(bed: &Bed<'_>) {
    assert!(bed.load::<Everything>(&[("text", text("here"))]).unwrap().smtp.is_none());
    let whole =
        bed.load::<Everything>(&[("smtp.host", text("mx"))]).unwrap().smtp.expect("it has a key");
    assert_eq!((whole.port, whole.login.user_name.as_str()), (25, "nobody"));
    let problem = only(bed.load::<Everything>(&[("smtp.login.user_name", text("ada"))]));
    assert_eq!((problem.path(), problem.kind()), ("smtp.host", ProblemKind::Missing));
}

pub(super) fn numbers_truth_lists_and_maps_are_read(bed: &Bed<'_>) {
    let pairs = [
        ("number", number("-42")),
        ("fraction", number("2.5")),
        ("truth", Tree::Truth(true)),
        ("list", list(["a", "b,c", " d "])),
        ("map", table([("one", number("1")), ("two", number("2"))])),
    ];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(
        (settings.number, settings.fraction, settings.truth),
        (Some(-42), Some(2.5), Some(true))
    );
    assert_eq!(settings.list.unwrap(), ["a", "b,c", " d "]);
    assert_eq!(
        settings.map.unwrap(),
        BTreeMap::from([("one".to_owned(), 1), ("two".to_owned(), 2)])
    );

    let texts = [
        ("number", text("1_000_000")),
        ("fraction", text("2.5")),
        ("truth", text("Yes")),
        ("list", text("a, b")),
        ("map", text("one=1, two=2")),
    ];
    let settings = bed.load::<Everything>(&texts).unwrap();
    assert_eq!(
        (settings.number, settings.fraction, settings.truth),
        (Some(1_000_000), Some(2.5), Some(true))
    );
    assert_eq!(settings.list.unwrap(), ["a", "b"]);
    assert_eq!(
        settings.map.unwrap(),
        BTreeMap::from([("one".to_owned(), 1), ("two".to_owned(), 2)])
    );
}

pub(super) fn durations_sizes_and_enums_are_read_from_text(bed: &Bed<'_>) {
    let pairs = [("wait", text("1h 30m")), ("size", text("10MiB")), ("mode", text("read_only"))];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(settings.wait, Some(Duration::from_secs(5400)));
    assert_eq!(settings.size, Some(10 * 1024 * 1024));
    assert_eq!(settings.mode, Some(Mode::ReadOnly));
    assert_ne!(
        bed.load::<Everything>(&[("mode", text("read_write"))]).unwrap().mode,
        Some(Mode::ReadOnly)
    );
}

pub(super) fn a_value_of_the_wrong_type_names_the_field_and_the_source(bed: &Bed<'_>) {
    let problem = only(bed.load::<Everything>(&[("number", text("many"))]));
    assert_eq!((problem.path(), problem.kind()), ("number", ProblemKind::WrongType));
    let origin = problem.origin().expect("a source has it");
    bed.is_named_by(origin.source());
}

pub(super) fn unicode_is_kept(bed: &Bed<'_>) {
    for exact in
        ["Grüße, 世界 🌍", "e\u{301} is not é", "a mark that takes no room\u{200b}", "עברית"]
    {
        let settings =
            bed.load::<Everything>(&[("text", text(exact)), ("hidden", text(exact))]).unwrap();
        assert_eq!(settings.text.as_deref(), Some(exact));
        assert_eq!(settings.hidden.unwrap().expose_secret(), exact);
    }
}

pub(super) fn a_value_of_64_kib_or_all_that_the_store_takes_is_kept(bed: &Bed<'_>) {
    let long: String = ('a'..='z').cycle().take(bed.adapter.longest()).collect();
    let settings = bed.load::<Everything>(&[("text", text(long.as_str()))]).unwrap();
    assert_eq!(settings.text.as_deref(), Some(long.as_str()));
    let settings = bed.load::<Everything>(&[("hidden", text(long.as_str()))]).unwrap();
    assert_eq!(settings.hidden.unwrap().expose_secret(), long);
}

pub(super) fn a_thousand_keys_are_found(bed: &Bed<'_>) {
    let paths: Vec<String> =
        (0..1000).map(|i| format!("h{}.t{}.k{}", i / 100, i / 10 % 10, i % 10)).collect();
    let digits: Vec<String> = (0..1000).map(|i| (i * 7).to_string()).collect();
    let pairs: Vec<_> = paths
        .iter()
        .zip(&digits)
        .map(|(path, digits)| (path.as_str(), number(digits.as_str())))
        .collect();
    let values = bed.load::<Thousand>(&pairs).unwrap().values();
    assert!(values.iter().enumerate().all(|(i, value)| *value as usize == i * 7));
    let missing = failure(bed.load::<Thousand>(&pairs[..990]));
    assert_eq!(missing.iter().count(), 10);
    assert_eq!(missing.iter().next().map(config_core::Problem::path), Some("h9.t9.k0"));
}

pub(super) fn lines_are_kept(bed: &Bed<'_>) {
    for exact in
        ["first\nsecond\n\n\tthird", "-----BEGIN X-----\nAbC=\n-----END X-----\n", "\n", "a\r\nb"]
    {
        let settings =
            bed.load::<Everything>(&[("text", text(exact)), ("hidden", text(exact))]).unwrap();
        assert_eq!(settings.text.as_deref(), Some(exact));
        assert_eq!(settings.hidden.unwrap().expose_secret(), exact, "{exact:?}");
    }
}

pub(super) fn a_secret_is_the_exact_text(bed: &Bed<'_>) {
    let texts = [
        " blanks around ",
        "\ttab",
        "pa#ss",
        "# no comment",
        "a=b=c",
        "$HOME ${HOME} $(id)",
        "\\n \\\\ \\",
        "'one'",
        "\"two\"",
        "`back`",
        "true",
        "0",
        "007",
        "1e3",
        "null",
        "~",
        "[1, 2]",
        "{\"a\": 1}",
        "k=v,k2=v2",
        "a,b",
        "%41",
        "- item",
        "key: value",
        "!tag",
        "&anchor",
        "*alias",
        "|",
        ">",
        "@",
        "yes",
    ];
    for exact in texts {
        let secret = bed.load::<Everything>(&[("hidden", text(exact))]).unwrap().hidden;
        assert_eq!(secret.unwrap_or_else(|| panic!("{exact:?} is absent")).expose_secret(), exact);
    }
}

pub(super) fn a_number_under_a_secret_is_taken_by_its_exact_digits(bed: &Bed<'_>) {
    for digits in ["0.10", "1234567890123456789", "-7", "1.50e10"] {
        let secret = bed.load::<Everything>(&[("hidden", number(digits))]).unwrap().hidden;
        assert_eq!(secret.unwrap().expose_secret(), digits);
    }
}

pub(super) fn a_list_under_a_secret_is_a_problem_that_does_not_show_it(bed: &Bed<'_>) {
    for value in [
        list(["hJq7Zt2Wx9", "pR4mKv8Ls3"]),
        table([("hJq7Zt2Wx9", number("19283746"))]),
        Tree::Truth(true),
    ] {
        let problem = only(bed.load::<Everything>(&[("hidden", value)]));
        assert_eq!((problem.path(), problem.kind()), ("hidden", ProblemKind::WrongType));
        let shown = format!("{problem} {:?} {:?}", problem.origin(), problem.hint());
        assert!(shown.contains("quote it"), "{shown}");
        assert!(!shown.contains("hJq7Zt2Wx9") && !shown.contains("19283746"), "{shown}");
    }
}

pub(super) fn what_cannot_be_read_is_malformed_and_not_absent(bed: &Bed<'_>) {
    let problem = failure(bed.spoiled::<Everything>().load()).iter().next().unwrap().clone();
    assert_eq!((problem.path(), problem.kind()), ("text", ProblemKind::Malformed));
    let origin = problem.origin().expect("the source that failed");
    bed.is_named_by(origin.source());
}

pub(super) fn what_may_not_be_read_is_denied_and_not_absent(bed: &Bed<'_>) {
    fails(bed, bed.denied::<Everything>().load(), ProblemKind::Denied);
}

pub(super) fn what_does_not_answer_is_unreachable_and_not_absent(bed: &Bed<'_>) {
    fails(bed, bed.lost::<Everything>().load(), ProblemKind::Unreachable);
}

fn fails(bed: &Bed<'_>, outcome: Result<Everything, Error>, kind: ProblemKind) {
    let error = failure(outcome);
    assert!(error.iter().all(|problem| problem.kind() == kind), "{error}");
    let problem = error.iter().find(|problem| problem.path() == "text").expect("it is there");
    bed.is_named_by(problem.origin().expect("the source that failed").source());
}

pub(super) fn a_key_in_other_case_is_another_key(bed: &Bed<'_>) {
    let pairs = [("TEXT", text("upper")), ("Hidden", text("mixed")), ("text", text("lower"))];
    let settings = bed.load::<Everything>(&pairs).unwrap();
    assert_eq!(settings.text.as_deref(), Some("lower"));
    assert!(settings.hidden.is_none());
}

pub(super) fn an_upper_case_key_with_the_prefix_is_the_name_of_a_variable(bed: &Bed<'_>) {
    let pairs = [("text", text("here")), ("hidden", text("too")), ("number", number("7"))];
    let settings: Everything = bed.loader(&pairs, Names::Variables).load().unwrap();
    assert_eq!((settings.text.as_deref(), settings.number), (Some("here"), Some(7)));
    assert_eq!(settings.hidden.unwrap().expose_secret(), "too");
}

pub(super) fn bytes_are_those_of_a_text(bed: &Bed<'_>) {
    let settings = bed.load::<Everything>(&[("bytes", text("Grüße"))]).unwrap();
    assert_eq!(settings.bytes.unwrap().expose_secret(), "Grüße".as_bytes());
}

pub(super) fn bytes_that_are_no_text_are_kept(bed: &Bed<'_>) {
    let every: Vec<u8> = (0..=255).rev().chain([b'\n']).collect();
    for exact in [b"\xff\xfe\x00\x80".as_slice(), b"\0\0\n\xc3", &every] {
        let settings: Binary = bed.bytes(exact).load().unwrap();
        let kept = settings.bytes.or(settings.whole).expect("bytes");
        assert_eq!(kept.expose_secret(), exact);
    }
}

pub(super) fn an_older_version_is_read_where_the_place_names_it(bed: &Bed<'_>) {
    let texts = ["first", "second", "third"];
    for (index, exact) in texts.into_iter().enumerate() {
        let loaded = bed.version::<Everything>(&texts, Some(index)).load_report().unwrap();
        assert_eq!(loaded.settings.text.as_deref(), Some(exact));
        let origin = loaded.report.origin("text").unwrap();
        bed.is_named_by(origin.source());
        assert!(origin.to_string().contains("version "), "{origin}");
    }
}

pub(super) fn a_version_that_is_not_there_is_a_failure_and_named(bed: &Bed<'_>) {
    let error = failure(bed.version::<Demanding>(&["only"], None).load());
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::NotFound), "{error}");
    assert_eq!(error.iter().count(), 2);
    assert!(error.to_string().contains("no such version"), "{error}");
}

pub(super) fn an_older_version_is_read_where_the_key_names_it(bed: &Bed<'_>) {
    let loaded = bed.pinned::<Pinned>(["first", "second"]).load_report().unwrap();
    assert_eq!(
        (loaded.settings.first.as_str(), loaded.settings.second.as_str()),
        ("first", "second")
    );
    for path in ["first", "second"] {
        let origin = loaded.report.origin(path).unwrap();
        bed.is_named_by(origin.source());
        assert!(origin.to_string().contains("version "), "{origin}");
    }
}

pub(super) fn a_version_that_is_not_there_is_a_failure_where_the_key_names_it(bed: &Bed<'_>) {
    let problem = only(bed.pinned::<PinnedToNone>(["first", "second"]).load().map(|it| it.none));
    assert_eq!((problem.path(), problem.kind()), ("none", ProblemKind::NotFound));
    assert!(problem.message().contains("no such version"), "{}", problem.message());
}
