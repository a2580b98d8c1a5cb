//! What holds of every store alike.

use std::time::Duration;

use config_core::ProblemKind;
use config_tests_servers::proxy::Fault;

use super::bed::Bed;

/// Every store that stands behind a proxy.
fn beds() -> Vec<Bed> {
    vec![
        #[cfg(feature = "vault")]
        super::reports::bed(),
        #[cfg(feature = "gcp")]
        gcp::bed(),
        #[cfg(feature = "aws")]
        aws::bed(),
    ]
}

/// Asserts that every store fails so where each request fares so.
#[track_caller]
fn all_fail(fault: &Fault, kind: ProblemKind) {
    for bed in beds() {
        let bed = bed.with(fault.clone());
        let hangs = matches!(fault, Fault::BlackHole | Fault::SlowBody(_));
        let failed = bed.fails_within(Duration::from_secs(if hangs { 2 } else { 20 }));
        assert_eq!(failed.kind, kind, "{}, {fault:?}: {}", bed.name, failed.text);
        assert!(failed.text.contains("\n      fix "), "{}, {fault:?}: {}", bed.name, failed.text);
        assert!(failed.alerts.is_empty(), "{}, {fault:?}: {:?}", bed.name, failed.alerts);
    }
}

#[test]
fn a_store_that_is_well_is_loaded_from() {
    for bed in beds() {
        bed.succeeds();
    }
}

#[test]
fn a_store_that_does_not_answer_is_unreachable() {
    all_fail(&Fault::BlackHole, ProblemKind::Unreachable);
}

#[test]
fn a_store_that_drips_is_unreachable() {
    all_fail(&Fault::SlowBody(Duration::from_secs(1)), ProblemKind::Unreachable);
}

#[test]
fn a_store_that_hangs_up_is_unreachable() {
    for fault in [Fault::Reset, Fault::NoReply, Fault::Truncated] {
        all_fail(&fault, ProblemKind::Unreachable);
    }
}

#[test]
fn a_store_that_is_not_there_is_unreachable() {
    for bed in beds() {
        bed.proxy.refuse();
        let failed = bed.fails();
        assert_eq!(failed.kind, ProblemKind::Unreachable, "{}: {}", bed.name, failed.text);
        assert!(failed.text.contains("HOST refuses connections"), "{}: {}", bed.name, failed.text);
    }
}

#[test]
fn a_store_in_trouble_is_unreachable_and_its_status_is_told() {
    for status in [500, 503] {
        for bed in beds() {
            let bed = bed.with(Fault::status(status));
            let failed = bed.fails();
            assert_eq!(failed.kind, ProblemKind::Unreachable, "{}: {}", bed.name, failed.text);
            let told = failed.text.contains(&format!("HTTP {status}"));
            assert!(told, "{}: {}", bed.name, failed.text);
        }
    }
}

#[test]
fn a_store_that_asks_to_wait_for_long_is_unreachable_and_for_how_long_is_told() {
    for bed in beds() {
        let bed = bed.with(Fault::too_many_requests(Some(3600)));
        let failed = bed.fails();
        assert_eq!(failed.kind, ProblemKind::Unreachable, "{}: {}", bed.name, failed.text);
        assert!(failed.text.contains("3600 s"), "{}: {}", bed.name, failed.text);
    }
}

#[test]
fn a_store_that_asks_to_wait_for_a_moment_is_waited_for() {
    for bed in beds() {
        bed.proxy.once(Fault::too_many_requests(Some(1)));
        bed.succeeds();
    }
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_is_malformed() {
    for fault in [Fault::MalformedJson, Fault::wrong_type()] {
        all_fail(&fault, ProblemKind::Malformed);
    }
}

#[test]
fn an_answer_without_end_is_malformed() {
    all_fail(&Fault::huge(), ProblemKind::Malformed);
    all_fail(&Fault::Huge { bytes: 100 << 20, chunked: true }, ProblemKind::Malformed);
}

#[cfg(feature = "gcp")]
mod gcp {
    use config_core::{ExposeSecret, Gcp, SecretString, Secrets};
    use config_tests_servers::gcp::{Options, StandIn};
    use config_tests_servers::proxy::Proxy;

    use crate::faults::bed::{Bed, SECRET};

    #[derive(Debug, Secrets)]
    #[secrets(prefix = "APP", sources(gcp))]
    struct Settings {
        #[secret(required, format = any)]
        api_key: SecretString,
        #[secret(required, format = any)]
        other_key: SecretString,
    }

    const TOKEN: &str = "ya29.n0t-a-real-t0ken";

    /// The stand-in for Google with two secrets, behind a proxy.
    pub(super) fn bed() -> Bed {
        let token = Some(TOKEN.to_owned());
        let standin = StandIn::with(&Options { token, ..Options::default() });
        for name in ["app-api-key", "app-other-key"] {
            standin.add("p", name, SECRET.as_bytes());
        }
        let proxy = Proxy::before(standin.address());
        let url = proxy.url();
        let loader = move || {
            // The stand-in lives as long as the loads.
            let _ = &standin;
            let none: [(&str, &str); 0] = [];
            let gcp = Gcp::builder().project("p").endpoint(url.as_str());
            let gcp = gcp.access_token(TOKEN).build().unwrap();
            Settings::loader().env(none).source(gcp)
        };
        Bed::new("gcp", proxy, TOKEN, loader, |settings: &Settings| {
            assert_eq!(settings.api_key.expose_secret(), SECRET);
            assert_eq!(settings.other_key.expose_secret(), SECRET);
        })
    }
}

#[cfg(feature = "aws")]
mod aws {
    use config_core::{ExposeSecret, SecretString, Secrets};
    use config_tests_servers::moto::Server;
    use config_tests_servers::proxy::Proxy;
    use config_tests_servers::unique;
    use serde_json::json;

    use crate::faults::bed::{Bed, SECRET, variables};

    #[derive(Debug, Secrets)]
    #[secrets(sources(aws("{PLACE}")))]
    struct Settings {
        #[secret(required, format = any)]
        api_key: SecretString,
    }

    const REGION: &str = "eu-west-1";
    const KEY: &str = "n0t-a-real-access-k3y";

    /// Moto with a secret, behind a proxy.
    pub(super) fn bed() -> Bed {
        let name = unique("faults");
        let text = json!({ "api_key": SECRET }).to_string();
        let secret = json!({ "Name": name, "SecretString": text });
        Server::shared().must(REGION, "CreateSecret", &secret);
        let proxy = Proxy::before(Server::shared().address());
        let environment = variables([
            ("AWS_ENDPOINT_URL", proxy.url().as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", KEY),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("PLACE", name.as_str()),
        ]);
        let loader = move || Settings::loader().env(environment.clone());
        Bed::new("aws", proxy, KEY, loader, |settings: &Settings| {
            assert_eq!(settings.api_key.expose_secret(), SECRET);
        })
    }
}
