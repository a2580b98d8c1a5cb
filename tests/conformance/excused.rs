//! What sources cannot express.

/// A case, the sources that cannot express it, and why.
pub(super) const CANNOT: &[(&str, &[&str], &str)] = &[
    ("a_path_may_be_written_as_one_name_with_dots", VARIABLES, "a variable's name has no dots"),
    (
        "a_path_may_be_written_as_one_name_with_dots",
        &["gcp_own", "azure_own"],
        "the store has no dots in its names",
    ),
    ("a_path_may_be_written_as_the_name_of_the_variable", OF_THEIR_OWN, ONE_NAME),
    ("an_upper_case_key_with_the_prefix_is_the_name_of_a_variable", OF_THEIR_OWN, ONE_NAME),
    ("an_empty_text_counts_as_absent", NEVER_EMPTY, "the store refuses to keep an empty text"),
    (
        "a_required_value_that_is_empty_is_told_apart_from_a_missing_one",
        NEVER_EMPTY,
        "the store refuses to keep an empty text",
    ),
    (
        "an_empty_text_is_a_value_where_it_is_allowed",
        NEVER_EMPTY,
        "the store refuses to keep an empty text",
    ),
    (
        "an_optional_struct_is_nothing_only_without_any_of_its_keys",
        &["exec_each"],
        NOTHING_IS_EMPTY,
    ),
    (
        "a_required_value_that_is_not_there_is_missing_and_the_source_is_named",
        &["exec_each"],
        NOTHING_IS_EMPTY,
    ),
    (
        "a_required_value_that_is_empty_is_told_apart_from_a_missing_one",
        &["exec_each"],
        NOTHING_IS_EMPTY,
    ),
    ("a_null_is_absent", TEXT_ALONE, "there is no way to write a null"),
    ("a_null_is_absent", &["dir"], "there is no way to write a null"),
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
        TEXT_ALONE,
        "all that it holds is text, which is taken as it is",
    ),
    (
        "a_list_under_a_secret_is_a_problem_that_does_not_show_it",
        &["dir"],
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
        "what_may_not_be_read_is_denied_and_not_absent",
        OF_THE_PROCESS,
        "it is a part of the process, which nobody refuses to it",
    ),
    (
        "what_does_not_answer_is_unreachable_and_not_absent",
        OF_THE_PROCESS,
        "it is a part of the process, which is always there",
    ),
    (
        "a_key_in_other_case_is_another_key",
        VARIABLES,
        "a variable's name is the path in upper case: in lower case it would be a stranger's",
    ),
    (
        "a_key_in_other_case_is_another_key",
        &["azure_own"],
        "the store takes no notice of case in its names",
    ),
    (
        "bytes_are_those_of_a_text",
        &["dir", "exec_each"],
        "the end of the last line, of which a text has none, is one of the bytes",
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
            "encrypted_dotenv",
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
    ("an_older_version_is_read_where_the_place_names_it", EACH_ITS_OWN, EACH_VERSION),
    ("a_version_that_is_not_there_is_a_failure_and_named", EACH_ITS_OWN, EACH_VERSION),
    ("an_older_version_is_read_where_the_key_names_it", KEEP_ONE, NO_VERSION),
    ("a_version_that_is_not_there_is_a_failure_where_the_key_names_it", KEEP_ONE, NO_VERSION),
    ("an_older_version_is_read_where_the_key_names_it", &["aws"], OF_A_PARAMETER),
    ("a_version_that_is_not_there_is_a_failure_where_the_key_names_it", &["aws"], OF_A_PARAMETER),
];

const VARIABLES: &[&str] = &["env", "process", "dotenv", "encrypted_dotenv", "sealed_dotenv"];

const OF_THEIR_OWN: &[&str] = &["gcp_own", "azure_own", "keyring", "exec_each"];

const ONE_NAME: &str = "each field is a secret of its own, which has one name";

const NEVER_EMPTY: &[&str] = &["ssm", "gcp_own"];

const NOTHING_IS_EMPTY: &str = "a command that prints nothing says no more than that";

const TEXT_ALONE: &[&str] = &[
    "env",
    "process",
    "dotenv",
    "encrypted_dotenv",
    "sealed_dotenv",
    "exec_each",
    "ssm",
    "gcp_own",
    "azure_own",
    "keyring",
];

const OF_THE_PROCESS: &[&str] = &["env", "process", "memory", "figment"];

const KEEP_ONE: &[&str] = &[
    "env",
    "process",
    "dotenv",
    "json",
    "toml",
    "yaml",
    "dir",
    "encrypted",
    "encrypted_dotenv",
    "sealed_dotenv",
    "sealed_json",
    "exec",
    "exec_each",
    "memory",
    "figment",
    "custom",
    "remote",
    "vault_1",
    "keyring",
];

const NO_VERSION: &str = "it keeps one version";

const EACH_ITS_OWN: &[&str] = &["ssm", "gcp_own", "azure_own"];

const EACH_VERSION: &str = "each field is a secret of its own, with versions of its own";

const OF_A_PARAMETER: &str = "a field has one key for AWS, which here is that of a parameter";

/// Why a source is excused from a case, where it is.
pub(super) fn cannot(case: &str, source: &str) -> Option<&'static str> {
    CANNOT
        .iter()
        .find(|(of, sources, _)| *of == case && sources.contains(&source))
        .map(|(_, _, why)| *why)
}
