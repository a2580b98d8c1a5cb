//! Stores that are asked over a network: a real server, one for all cases, each case with names of its own.

mod aws;
mod azure;
mod gcp;
mod vault;

pub(super) use aws::{Aws, Ssm};
pub(super) use azure::{Azure, AzureOwn};
pub(super) use gcp::{Gcp, GcpOwn};
pub(super) use vault::{Vault, Vault1};

/// What a field names itself, since a secret of bytes has no keys.
const BYTES: &str = "conformance-bytes";

/// What fields of `Pinned` name themselves, with a version.
const PINNED: &str = "conformance-pinned";

const BROKEN: &str = "{\"text\": ";

/// Where nobody listens.
const NOBODY: &str = "127.0.0.1:1";

/// `app-smtp-user-name`.
fn hyphenated(path: &str) -> String {
    format!("app-{path}").replace(['.', '_'], "-")
}
