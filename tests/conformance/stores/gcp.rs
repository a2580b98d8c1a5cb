//! Google Secret Manager.

use std::sync::OnceLock;

use config_core::SecretString;
use config_tests::Bench;
use config_tests::sources::Boxed;
use config_tests_servers::vendor::Failure;
use config_tests_servers::{gcp, unique};

use super::super::adapters::{Adapter, Given, KIB_64};
use super::super::bed::Pairs;
use super::{BROKEN, BYTES, NOBODY, PINNED, hyphenated};

/// One secret that is a JSON object.
pub(in super::super) struct Gcp;

/// A secret for each field.
pub(in super::super) struct GcpOwn;

impl Adapter for Gcp {
    fn profile(&self) -> &'static str {
        "gcp"
    }

    /// That much with all that is around it.
    fn longest(&self) -> usize {
        KIB_64 - "{\"hidden\": \"\"}".len()
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(put(pairs), "app", standin().url())
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let project = unique("project");
        standin().add(&project, "app", BROKEN.as_bytes());
        at(project, "app", standin().url())
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let project = unique("project");
        standin().add(&project, "app", b"{}");
        standin().add(&project, BYTES, bytes);
        at(project, "app", standin().url())
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let project = unique("project");
        for pairs in versions {
            standin().add(&project, "app", pairs.tree().json().as_bytes());
        }
        let version = read.unwrap_or(versions.len()) + 1;
        at(project, &format!("app@{version}"), standin().url())
    }

    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        at(put_pinned(texts), "app", standin().url())
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(denied(put(pairs)), "app", standin().url())
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(put(pairs), "app", &format!("http://{NOBODY}"))
    }
}

impl Adapter for GcpOwn {
    fn profile(&self) -> &'static str {
        "gcp_own"
    }

    fn kind(&self) -> &'static str {
        "gcp"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(put_each(pairs), "", standin().url())
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let project = unique("project");
        standin().add(&project, "app-bytes", bytes);
        at(project, "", standin().url())
    }

    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        at(put_pinned(texts), "", standin().url())
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(denied(put_each(pairs)), "", standin().url())
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        at(put_each(pairs), "", &format!("http://{NOBODY}"))
    }
}

fn standin() -> &'static gcp::StandIn {
    static STANDIN: OnceLock<gcp::StandIn> = OnceLock::new();
    STANDIN.get_or_init(gcp::StandIn::start)
}

/// Gives the project: each case has one of its own.
fn put(pairs: &Pairs) -> String {
    let project = unique("project");
    standin().add(&project, "app", pairs.tree().json().as_bytes());
    project
}

fn put_each(pairs: &Pairs) -> String {
    let project = unique("project");
    for (name, tree) in pairs.each(hyphenated) {
        standin().add(&project, &name, tree.plain().as_bytes());
    }
    project
}

fn put_pinned(texts: [&str; 2]) -> String {
    let project = unique("project");
    for text in texts {
        standin().add(&project, PINNED, text.as_bytes());
    }
    project
}

/// As often as anybody asks.
fn denied(project: String) -> String {
    let refusal = Failure::status(403).times(1_000);
    standin().fail_next(&refusal.below(&format!("/v1/projects/{project}/")));
    project
}

fn at(project: String, place: &str, endpoint: &str) -> Given {
    let source = config_core::Gcp::builder().project(project).endpoint(endpoint);
    let source =
        source.access_token(SecretString::from("not-a-real-one")).build().expect("an endpoint");
    Given {
        variables: vec![("PLACE".to_owned(), place.to_owned())],
        source: Some(Boxed(Box::new(source))),
        ..Given::default()
    }
}
