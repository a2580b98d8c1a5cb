//! What became of a load, in the shape that tests compare.

use config_core::{Error, Problem, ProblemKind};

/// The error of a load that has to fail.
///
/// # Panics
/// If it loaded.
#[track_caller]
pub fn failure<T>(loaded: Result<T, Error>) -> Error {
    match loaded {
        Ok(_) => panic!("it loaded, and should have failed"),
        Err(error) => error,
    }
}

/// The one problem of a load that has to fail with one alone.
///
/// # Panics
/// If it loaded, or failed with another number of problems.
#[track_caller]
pub fn only<T>(loaded: Result<T, Error>) -> Problem {
    let error = failure(loaded);
    let problems: Vec<&Problem> = error.iter().collect();
    assert_eq!(problems.len(), 1, "{error}");
    problems[0].clone()
}

/// The path and kind of each problem, in order.
#[track_caller]
pub fn kinds<T>(loaded: Result<T, Error>) -> Vec<(String, ProblemKind)> {
    failure(loaded).iter().map(|problem| (problem.path().to_owned(), problem.kind())).collect()
}

/// The warnings of a report or an error as texts.
pub fn messages(warnings: &[config_core::Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}
