//! Tests that need a process of their own: they run again in one, which is told so.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// Says that a test runs in a process made for it.
const MARK: &str = "CONFIG_TESTS_CHILD";

/// Whether this process was made for one test.
#[must_use]
pub fn is_child() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs a test again, alone in a process with this working directory and environment; `module` is what
/// `module_path!()` says where the test stands.
///
/// # Panics
/// If it fails there.
pub fn again(module: &str, test: &str, directory: &Path, variables: &[(&str, &OsStr)]) -> String {
    again_within(&[], module, test, directory, variables)
}

/// The same, by a program that is given these words and then the command to run.
///
/// # Panics
/// If it fails there.
pub fn again_within(
    around: &[&str],
    module: &str,
    test: &str,
    directory: &Path,
    variables: &[(&str, &OsStr)],
) -> String {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    let own = std::env::current_exe().expect("the test knows itself");
    let mut command = match around.split_first() {
        None => Command::new(own),
        Some((program, words)) => {
            let mut command = Command::new(program);
            command.args(words).arg(own);
            command
        }
    };
    command.args(["--exact", &format!("{module}::{test}"), "--nocapture", "--test-threads=1"]);
    command.env_clear().current_dir(directory).env(MARK, "1").envs(variables.iter().copied());
    let output = command.output().expect("the test runs again");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{module}::{test} is no test\n{said}");
    said
}

/// Runs a test again in a process of its own, and gives the code that it ended with and what it said.
///
/// # Panics
/// If it cannot be run.
#[must_use]
pub fn ended(module: &str, test: &str) -> (Option<i32>, String) {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    let mut command = Command::new(std::env::current_exe().expect("the test knows itself"));
    command
        .args(["--exact", &format!("{module}::{test}"), "--nocapture"])
        .env_clear()
        .env(MARK, "1");
    let output = command.output().expect("the test runs again");
    (output.status.code(), said(&output))
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// Gives the process of this test these variables, those with the prefix, and no others with it.
///
/// # Panics
/// Where the process is not that of one test.
pub fn set_variables<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    prefix: &str,
    variables: impl IntoIterator<Item = (N, V)>,
) {
    assert!(is_child(), "the environment belongs to all tests of a process");
    let old = std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_string_lossy().starts_with(prefix));
    for name in old.collect::<Vec<_>>() {
        // SAFETY: the process runs this one test, and no other thread of it reads the environment.
        unsafe { std::env::remove_var(name) };
    }
    for (name, value) in variables {
        // SAFETY: as above.
        unsafe { std::env::set_var(name, value) };
    }
}
