//! One suite that every source passes unchanged.
//!
//! A source takes part by one adapter in `adapters.rs`, one profile in `declared.rs` whose list is that source alone, and
//! one line in the `suite!` below. What it cannot express stands in [`CANNOT`], with the reason.

mod adapters;
mod bed;
mod cases;
mod declared;

use adapters::Adapter;
use bed::Bed;
use config_tests::child;

/// A case, the sources that cannot express it, and why.
const CANNOT: &[(&str, &[&str], &str)] = &[
    (
        "a_path_may_be_written_as_one_name_with_dots",
        &["env", "process", "dotenv"],
        "a variable's name has no dots: it is made of the path in upper case",
    ),
    (
        "a_path_may_be_written_as_nested_tables",
        &["env", "process", "dotenv"],
        "variables are not nested: the name is made of the whole path",
    ),
    (
        "a_null_is_absent",
        &["env", "process", "dotenv", "dir", "toml"],
        "there is no way to write a null",
    ),
    (
        "a_number_under_a_secret_is_taken_by_its_exact_digits",
        &["figment"],
        "a provider hands over numbers, whose digits are lost by then",
    ),
    (
        "a_list_under_a_secret_is_a_problem_that_does_not_show_it",
        &["env", "process", "dotenv", "dir"],
        "all that it holds is text, which is taken as it is",
    ),
    (
        "what_cannot_be_read_is_malformed_and_not_absent",
        &["env", "process", "figment", "custom", "remote"],
        "it has no syntax of its own that could be broken",
    ),
];

macro_rules! suite {
    ($($source:ident: $adapter:ident,)*) => {
        suite! { @each [$($source: $adapter,)*] {
            a_value_that_is_there_is_read_and_its_origin_names_the_source
            a_value_that_is_not_there_leaves_the_default
            a_required_value_that_is_not_there_is_missing_and_the_source_is_named
            an_empty_text_counts_as_absent
            a_required_value_that_is_empty_is_told_apart_from_a_missing_one
            an_empty_text_is_a_value_where_it_is_allowed
            a_null_is_absent
            a_path_may_be_written_as_nested_tables
            a_path_may_be_written_as_one_name_with_dots
            a_path_may_be_written_as_the_name_of_the_variable
            an_optional_struct_is_nothing_only_without_any_of_its_keys
            numbers_truth_lists_and_maps_are_read
            durations_sizes_and_enums_are_read_from_text
            a_value_of_the_wrong_type_names_the_field_and_the_source
            unicode_is_kept
            a_value_of_64_kib_is_kept
            a_thousand_keys_are_found
            lines_are_kept
            a_secret_is_the_exact_text
            a_number_under_a_secret_is_taken_by_its_exact_digits
            a_list_under_a_secret_is_a_problem_that_does_not_show_it
            what_cannot_be_read_is_malformed_and_not_absent
        } }
    };
    (@each [$($source:ident: $adapter:ident,)*] $cases:tt) => {
        $(suite! { @one $source $adapter $cases })*
        const SOURCES: &[&str] = &[$(stringify!($source)),*];
        suite! { @names $cases }
    };
    (@one $source:ident $adapter:ident { $($case:ident)* }) => {
        mod $source {
            $(
                #[test]
                fn $case() {
                    super::run(&super::adapters::$adapter, stringify!($case), super::cases::$case);
                }
            )*
        }
    };
    (@names { $($case:ident)* }) => {
        const CASES: &[&str] = &[$(stringify!($case)),*];
    };
}

suite! {
    env: Env,
    process: Process,
    dotenv: Dotenv,
    json: Json,
    toml: Toml,
    yaml: Yaml,
    dir: Dir,
    memory: Memory,
    figment: Figment,
    custom: Custom,
    remote: Remote,
}

fn run(adapter: &dyn Adapter, case: &str, check: fn(&Bed<'_>)) {
    if cannot(case, adapter.profile()).is_some() {
        return;
    }
    if adapter.is_alone() && !child::is_child() {
        let module = format!("{}::{}", module_path!(), adapter.profile());
        child::again(&module, case, &std::env::temp_dir(), &[]);
        return;
    }
    check(&Bed::new(adapter));
}

fn cannot(case: &str, source: &str) -> Option<&'static str> {
    CANNOT
        .iter()
        .find(|(of, sources, _)| *of == case && sources.contains(&source))
        .map(|(_, _, why)| *why)
}

#[test]
fn what_a_source_cannot_express_is_a_case_of_the_suite_and_a_source_of_it() {
    for (case, sources, _) in CANNOT {
        assert!(CASES.contains(case), "{case}");
        assert!(sources.iter().all(|source| SOURCES.contains(source)), "{case}: {sources:?}");
        assert!(sources.len() < SOURCES.len(), "{case} is expressed by no source");
    }
}
