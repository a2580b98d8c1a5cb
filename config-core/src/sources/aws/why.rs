//! Why a place that should have credentials gave none. What AWS's crates say may quote a file or an answer: only whether
//! it has known words in it is looked at.

use std::error::Error;
use std::fmt::Write;

use aws_credential_types::provider::error::CredentialsError;

use super::profile::Profile;
use crate::source::{Failure, FailureKind};
use crate::value::TextBuilder;

/// Why a profile gave none, as far as it can be told by what it says itself.
pub(super) fn of_profile(profile: &Profile, error: &CredentialsError) -> Option<Failure> {
    if let Some(broken) = profile.broken() {
        return Some(Failure::new(broken.kind(), broken.to_string()));
    }
    if let Some(gap) = profile.gap() {
        let failure = Failure::new(FailureKind::NotConfigured, gap);
        return Some(failure.hint("add that profile, or let source_profile name another"));
    }
    if !profile.is_known() {
        let failure = Failure::new(FailureKind::NotConfigured, profile.standing());
        return Some(failure.hint("see which there are: aws configure list-profiles"));
    }
    let program = profile.program()?;
    let said = causes(error).map(|cause| {
        let mut said = TextBuilder::new();
        let _ = write!(said, "{cause}");
        said
    });
    // What the program wrote stands behind its exit code, and is not looked at.
    let said: Vec<TextBuilder> = said.collect();
    let ended = said.iter().find_map(|said| said.as_str().split_once("exited with code "));
    let ended = ended.map(|(_, behind)| behind);
    let code = ended.and_then(|behind| behind.strip_prefix("exit status: "));
    let code =
        code.map(|behind| behind.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    let why = match (ended, code) {
        (Some(_), Some(code)) => {
            format!("its credential_process {program} ended with exit code {code}")
        }
        (Some(_), None) => format!("its credential_process {program} was ended by a signal"),
        (None, _) => format!("its credential_process {program} printed no credentials"),
    };
    Some(Failure::new(FailureKind::Denied, why).hint("run what stands there by hand"))
}

/// Whether an error, or what it came of, has one of these words in it.
pub(super) fn says(error: &(dyn Error + 'static), words: &[&str]) -> bool {
    causes(error).any(|error| {
        // It may quote what must not stay in memory.
        let mut text = TextBuilder::new();
        let _ = write!(text, "{error} {error:?}");
        words.iter().any(|word| text.as_str().contains(word))
    })
}

/// An error and what it came of.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
