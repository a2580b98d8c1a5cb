//! Two entries of a list that are places in one project.

use std::time::Duration;

use config_core::Secrets;
use config_tests_servers::proxy::most_at_once;

use super::{Bed, TOKEN};

/// Eighty secrets of their own, and one that may have all of them.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(gcp, gcp("all")))]
struct Eighty {
    #[nested]
    a: Ten,
    #[nested]
    b: Ten,
    #[nested]
    c: Ten,
    #[nested]
    d: Ten,
    #[nested]
    e: Ten,
    #[nested]
    f: Ten,
    #[nested]
    g: Ten,
    #[nested]
    h: Ten,
}

#[derive(Debug, Secrets)]
#[expect(dead_code, reason = "what is asked counts")]
struct Ten {
    #[setting]
    k0: Option<u16>,
    #[setting]
    k1: Option<u16>,
    #[setting]
    k2: Option<u16>,
    #[setting]
    k3: Option<u16>,
    #[setting]
    k4: Option<u16>,
    #[setting]
    k5: Option<u16>,
    #[setting]
    k6: Option<u16>,
    #[setting]
    k7: Option<u16>,
    #[setting]
    k8: Option<u16>,
    #[setting]
    k9: Option<u16>,
}

#[test]
fn no_more_than_64_of_their_requests_are_under_way_at_once() {
    let bed = Bed::new();
    bed.proxy.delay(Duration::from_secs(1));
    let url = bed.proxy.url();
    let environment = [
        ("GOOGLE_CLOUD_PROJECT", "p"),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", TOKEN),
        ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", &url),
    ];
    let loader = Eighty::loader().env(environment).deadline(Duration::from_secs(60));
    loader.load().unwrap();
    let asked = bed.proxy.requests();
    assert_eq!(asked.len(), 80 + 1);
    let most = most_at_once(&asked);
    assert!((32..=64).contains(&most), "{most}");
}
