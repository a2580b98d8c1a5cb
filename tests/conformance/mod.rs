//! One suite that every source passes unchanged.
//!
//! A source takes part by one adapter in `adapters.rs`, one profile in `declared.rs` whose list is that source alone, and
//! one line in the `suite!` below. What it cannot express stands in [`CANNOT`], with the reason.

mod adapters;
mod bed;
mod cases;
mod declared;
mod stores;

use adapters::{
    Adapter, Custom, Dir, Dotenv, Encrypted, Env, Exec, Figment, Json, Memory, Process, Remote,
    Toml, Yaml,
};
use bed::Bed;
use config_tests::child;
use stores::{Aws, Azure, AzureOwn, Gcp, GcpOwn, Ssm, Vault, Vault1};

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
    ("a_path_may_be_written_as_one_name_with_dots", OF_THEIR_OWN, ONE_NAME),
    ("a_path_may_be_written_as_nested_tables", OF_THEIR_OWN, ONE_NAME),
    ("a_path_may_be_written_as_the_name_of_the_variable", OF_THEIR_OWN, ONE_NAME),
    ("an_upper_case_key_with_the_prefix_is_the_name_of_a_variable", OF_THEIR_OWN, ONE_NAME),
    (
        "an_empty_text_counts_as_absent",
        &["ssm", "gcp_own"],
        "the store refuses to keep an empty text",
    ),
    (
        "a_required_value_that_is_empty_is_told_apart_from_a_missing_one",
        &["ssm", "gcp_own"],
        "the store refuses to keep an empty text",
    ),
    (
        "an_empty_text_is_a_value_where_it_is_allowed",
        &["ssm", "gcp_own"],
        "the store refuses to keep an empty text",
    ),
    (
        "a_null_is_absent",
        &["env", "process", "dotenv", "dir", "toml", "ssm", "gcp_own", "azure_own"],
        "there is no way to write a null",
    ),
    (
        "a_value_of_64_kib_is_kept",
        &["gcp", "azure", "azure_own"],
        "the store takes less: 64 KiB with all that is around the value, or 25,600 bytes",
    ),
    (
        "a_number_under_a_secret_is_taken_by_its_exact_digits",
        &["figment"],
        "a provider hands over numbers, whose digits as written are lost by then: they are refused",
    ),
    (
        "a_number_under_a_secret_is_taken_by_its_exact_digits",
        &["vault"],
        "KV version 2 writes numbers anew: 0.10 is 0.1 in what the server keeps",
    ),
    (
        "a_thousand_keys_are_found",
        &["vault_1"],
        "the server refuses that many in one write, and KV version 1 has no other",
    ),
    (
        "a_list_under_a_secret_is_a_problem_that_does_not_show_it",
        &["env", "process", "dotenv", "dir", "ssm", "gcp_own", "azure_own"],
        "all that it holds is text, which is taken as it is",
    ),
    (
        "what_cannot_be_read_is_malformed_and_not_absent",
        &[
            "env",
            "process",
            "figment",
            "custom",
            "remote",
            "vault",
            "vault_1",
            "ssm",
            "gcp_own",
            "azure_own",
        ],
        "it has no syntax of its own that could be broken",
    ),
    (
        "a_key_in_other_case_is_another_key",
        &["env", "process", "dotenv"],
        "a variable's name is the path in upper case: in lower case it would be a stranger's",
    ),
    (
        "a_key_in_other_case_is_another_key",
        &["azure_own"],
        "the store takes no notice of case in its names",
    ),
    (
        "bytes_are_those_of_a_text",
        &["dir"],
        "the end of the last line, of which a text has none, is one of the bytes of a file",
    ),
    (
        "bytes_that_are_no_text_are_kept",
        &[
            "env",
            "process",
            "dotenv",
            "json",
            "toml",
            "yaml",
            "encrypted",
            "exec",
            "memory",
            "figment",
            "vault",
            "vault_1",
            "ssm",
            "azure",
            "azure_own",
        ],
        "all that it holds is text",
    ),
    ("an_older_version_is_read_where_the_place_names_it", KEEP_ONE, NO_VERSION),
    ("a_version_that_is_not_there_is_a_failure_and_named", KEEP_ONE, NO_VERSION),
];

const OF_THEIR_OWN: &[&str] = &["gcp_own", "azure_own"];

const ONE_NAME: &str = "each field is a secret of its own, which has one name";

const KEEP_ONE: &[&str] = &[
    "env",
    "process",
    "dotenv",
    "json",
    "toml",
    "yaml",
    "dir",
    "encrypted",
    "exec",
    "memory",
    "figment",
    "custom",
    "remote",
    "vault_1",
    "ssm",
    "gcp_own",
    "azure_own",
];

const NO_VERSION: &str = "its place names no version of all that it holds";

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
            a_key_in_other_case_is_another_key
            an_upper_case_key_with_the_prefix_is_the_name_of_a_variable
            bytes_are_those_of_a_text
            bytes_that_are_no_text_are_kept
            an_older_version_is_read_where_the_place_names_it
            a_version_that_is_not_there_is_a_failure_and_named
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
                    super::run(&super::$adapter, stringify!($case), super::cases::$case);
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
    encrypted: Encrypted,
    exec: Exec,
    memory: Memory,
    figment: Figment,
    custom: Custom,
    remote: Remote,
    vault: Vault,
    vault_1: Vault1,
    aws: Aws,
    ssm: Ssm,
    gcp: Gcp,
    gcp_own: GcpOwn,
    azure: Azure,
    azure_own: AzureOwn,
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
