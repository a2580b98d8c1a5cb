//! One suite that every source passes unchanged.
//!
//! A source takes part by one adapter, one profile in `declared.rs` whose list is that source alone, and one line in the
//! `suite!` below. What it cannot express stands in `excused.rs`, with the reason, and has to fail.

mod adapters;
mod bed;
mod cases;
mod commands;
mod declared;
mod desktop;
mod excused;
mod files;
mod sealed;
mod stores;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use adapters::{Adapter, Custom, Env, Figment, Memory, Process, Remote};
use bed::Bed;
use commands::{Exec, ExecEach};
use config_tests::{Bench, child};
use desktop::Keyring;
use excused::{CANNOT, cannot};
use files::{Dir, Dotenv, Json, Toml, Yaml};
use sealed::{Encrypted, EncryptedDotenv, SealedDotenv, SealedJson};
use stores::{Aws, Azure, AzureOwn, Gcp, GcpOwn, Ssm, Vault, Vault1};

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
            a_path_is_read_as_the_source_writes_it_of_itself
            a_path_may_be_written_as_one_name_with_dots
            a_path_may_be_written_as_the_name_of_the_variable
            an_optional_struct_is_nothing_only_without_any_of_its_keys
            numbers_truth_lists_and_maps_are_read
            durations_sizes_and_enums_are_read_from_text
            a_value_of_the_wrong_type_names_the_field_and_the_source
            unicode_is_kept
            a_value_of_64_kib_or_all_that_the_store_takes_is_kept
            a_thousand_keys_are_found
            lines_are_kept
            a_secret_is_the_exact_text
            a_number_under_a_secret_is_taken_by_its_exact_digits
            a_list_under_a_secret_is_a_problem_that_does_not_show_it
            what_cannot_be_read_is_malformed_and_not_absent
            what_may_not_be_read_is_denied_and_not_absent
            what_does_not_answer_is_unreachable_and_not_absent
            a_key_in_other_case_is_another_key
            an_upper_case_key_with_the_prefix_is_the_name_of_a_variable
            bytes_are_those_of_a_text
            bytes_that_are_no_text_are_kept
            an_older_version_is_read_where_the_place_names_it
            a_version_that_is_not_there_is_a_failure_and_named
            an_older_version_is_read_where_the_key_names_it
            a_version_that_is_not_there_is_a_failure_where_the_key_names_it
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
    encrypted_dotenv: EncryptedDotenv,
    sealed_dotenv: SealedDotenv,
    sealed_json: SealedJson,
    exec: Exec,
    exec_each: ExecEach,
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
    keyring: Keyring,
}

/// The case that permissions of files decide.
const DENIED: &str = "what_may_not_be_read_is_denied_and_not_absent";

/// What takes from an administrator that permissions do not bind him.
const BOUND: &[&str] = &["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"];

fn run(adapter: &dyn Adapter, case: &str, check: fn(&Bed<'_>)) {
    let is_bound = case == DENIED && adapter.is_of_files();
    if (adapter.is_alone() || is_bound) && !child::is_child() {
        let module = format!("{}::{}", module_path!(), adapter.profile());
        let environment = adapter.environment();
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| (*name, value.as_os_str())).collect();
        let around = if is_bound && reads_everything() { BOUND } else { &[] };
        child::again_within(around, &module, case, &std::env::temp_dir(), &environment);
        return;
    }
    let source = adapter.profile();
    let checked = || check(&Bed::new(adapter));
    match cannot(case, source) {
        None => checked(),
        Some(why) => {
            let passes = catch_unwind(AssertUnwindSafe(checked)).is_ok();
            assert!(!passes, "{source} passes {case}, and is excused from it: {why}");
        }
    }
}

fn reads_everything() -> bool {
    let bench = Bench::new();
    let closed = bench.write("closed", "");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
    fs::read(&closed).is_ok()
}

#[test]
fn what_a_source_cannot_express_is_a_case_of_the_suite_and_a_source_of_it() {
    for (case, sources, _) in CANNOT {
        assert!(CASES.contains(case), "{case}");
        assert!(sources.iter().all(|source| SOURCES.contains(source)), "{case}: {sources:?}");
        assert!(sources.len() < SOURCES.len(), "{case} is expressed by no source");
    }
}
