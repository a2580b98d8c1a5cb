//! How a place is written: `secret/app`, `kv1:secret/app`, `database/creds/role`.

use crate::remote::encode::percent;
use crate::source::{Failure, FailureKind};

/// A path at the server, and what the declaration says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The mount and what is below it, without slashes at its ends.
    pub(super) path: String,
    /// Whether the mount was declared as KV version 1.
    pub(super) kv1: bool,
}

/// What makes a place one of KV version 1.
const KV1: &str = "kv1:";

impl Place {
    pub(super) fn read(written: &str) -> Result<Self, Failure> {
        let malformed = |message: &'static str| Failure::new(FailureKind::Malformed, message);
        let (path, kv1) = match written.strip_prefix(KV1) {
            Some(path) => (path, true),
            None => (written, false),
        };
        let path = path.trim_matches('/');
        if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(malformed("a path has no empty segments, nor `.` or `..`"));
        }
        if !path.contains('/') {
            return Err(malformed("a place is a mount and a path in it")
                .hint("write it as `mount/path`, such as `secret/app`"));
        }
        Ok(Self { path: path.to_owned(), kv1 })
    }

    /// The first segment, which is the mount most often, and the rest.
    pub(super) fn guess(&self) -> (&str, &str) {
        self.path.split_once('/').unwrap_or((&self.path, ""))
    }

    /// What is below a mount; none where the place is not in it.
    pub(super) fn below<'p>(&'p self, mount: &str) -> Option<&'p str> {
        self.path.strip_prefix(mount)?.strip_prefix('/')
    }

    /// Whether it looks like one where reading mints a credential, so that its mount is asked for first.
    pub(super) fn may_mint(&self) -> bool {
        let (_, below) = self.guess();
        below.starts_with("creds/") || self.is_static()
    }

    /// Whether it looks like one where a credential is kept beside those where they are minted.
    pub(super) fn is_static(&self) -> bool {
        self.guess().1.starts_with("static-creds/")
    }
}

/// A path as it stands in an address.
pub(super) fn encoded(path: &str) -> String {
    percent(path, "/").as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_is_a_mount_and_a_path() {
        let place = Place::read("secret/team/app").unwrap();
        assert_eq!(place.guess(), ("secret", "team/app"));
        assert_eq!(place.below("secret/team"), Some("app"));
        assert_eq!(place.below("sec"), None);
        assert!(!place.kv1);
    }

    #[test]
    fn version_1_is_declared_by_a_prefix() {
        assert!(Place::read("kv1:secret/app").unwrap().kv1);
        assert_eq!(Place::read("kv1:secret/app").unwrap().path, "secret/app");
    }

    #[test]
    fn what_would_lead_elsewhere_is_refused() {
        for written in ["secret", "", "secret/../sys/seal", "secret/./app", "a//b", "kv1:"] {
            assert!(Place::read(written).is_err(), "{written}");
        }
    }

    #[test]
    fn paths_of_credentials_are_told_apart() {
        assert!(Place::read("database/creds/app").unwrap().may_mint());
        assert!(!Place::read("secret/credentials").unwrap().may_mint());
    }
}
