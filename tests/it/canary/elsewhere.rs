//! What others log of an answer that points elsewhere: nothing, but for the host of the node that a standby of Vault
//! names, which is asked then.

use std::collections::BTreeSet;
use std::time::Duration;

use config_core::{Error, ExposeSecret, SecretString, Secrets};
use config_tests::canary::{Finder, plain};
use config_tests::crafted::{Scene, Store, Vendor, Way};
use config_tests::random::Random;
use config_tests::{Bench, listen};
use config_tests_servers::http::{Request, Response};

#[derive(Secrets)]
#[secrets(
    profile(vault, sources(vault("{PLACE}"))),
    profile(aws, sources(aws("{PLACE}"))),
    profile(gcp, sources(gcp("{PLACE}"))),
    profile(azure, sources(azure("{PLACE}")))
)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

const VENDORS: [Vendor; 5] = [Vendor::Vault, Vendor::Aws, Vendor::Ssm, Vendor::Gcp, Vendor::Azure];

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// An address whose every part holds a value, and those values: that of the host, then the others.
struct Address {
    text: String,
    host: String,
    others: [String; 3],
}

impl Address {
    fn new(random: &mut Random) -> Self {
        let host = plain(random);
        let others = [(); 3].map(|()| plain(random));
        let [user, path, query] = &others;
        let text = format!("https://u:{user}@{host}.invalid/v1/{path}?{query}");
        Self { text, host, others }
    }
}

/// Loads from a store, and gives what was logged meanwhile.
fn asked(
    vendor: Vendor,
    way: Way,
    tamper: impl Fn(&Request, &Scene, Response) -> Response + Send + Sync + 'static,
) -> (Result<SecretString, Error>, String) {
    let store = match vendor {
        Vendor::Vault => Store::start_secure(vendor, tamper),
        _ => Store::start(vendor, tamper),
    };
    store.hold(Scene {
        document: br#"{"token": "the-secret"}"#.to_vec(),
        texts: vec![("token".to_owned(), "the-secret".to_owned())],
        credential: "not-a-real-one".to_owned(),
        issued: "another-one".to_owned(),
        way,
    });
    let bench = Bench::new();
    let authority = bench.write("ca.pem", Store::authority()).display().to_string();
    let mut told = store.told();
    told.variables.push(("VAULT_CACERT".to_owned(), authority));
    let profile = match vendor {
        Vendor::Vault => "vault",
        Vendor::Aws | Vendor::Ssm => "aws",
        Vendor::Gcp => "gcp",
        Vendor::Azure => "azure",
    };
    let loader = Settings::loader().profile(profile).env(told.variables);
    let loader = loader.deadline(Duration::from_secs(30));
    let loader = match told.source {
        Some(source) => loader.source(source),
        None => loader,
    };
    listen::to_all_threads(|| loader.load().map(|settings| settings.token))
}

/// Loads from a store that points elsewhere with this status, and gives what was said, and what was logged meanwhile.
fn pointed(vendor: Vendor, way: Way, status: u16, location: &str) -> (String, String) {
    let location = location.to_owned();
    let (outcome, heard) = asked(vendor, way, move |_, _, right| {
        Response { status, ..right }.with("Location", &location)
    });
    let error = outcome.expect_err("nobody gives the secret");
    (format!("{error} {error:#?}"), heard)
}

/// What is asked wrong here and by the other canaries would otherwise be asked right.
#[test]
fn a_store_that_answers_right_gives_its_secret_by_every_login() {
    for vendor in VENDORS {
        for way in ways(vendor) {
            let (outcome, heard) = asked(vendor, *way, |_, _, right| right);
            let token =
                outcome.unwrap_or_else(|error| panic!("{vendor:?} {way:?}: {error}\n{heard}"));
            assert_eq!(token.expose_secret(), "the-secret");
        }
    }
}

/// Of the others of AWS a chain of credentials reads what the process has, and not what a loader is given.
const fn ways(vendor: Vendor) -> &'static [Way] {
    match vendor {
        Vendor::Aws | Vendor::Ssm => &[Way::Token],
        _ => &Way::ALL,
    }
}

#[test]
fn where_an_answer_points_is_logged_by_nobody_but_for_the_host_that_a_standby_of_vault_names() {
    let random = &mut Random::seeded(7);
    for vendor in VENDORS {
        for status in STATUSES {
            for way in ways(vendor) {
                let address = Address::new(random);
                let (said, heard) = pointed(vendor, *way, status, &address.text);
                let told = format!("{vendor:?} {way:?} {status}: {said}\n{heard}");
                let host = Finder::of([address.host.as_str()]);
                let others = Finder::of(address.others.iter().map(String::as_str));
                assert_eq!(others.hit(&said).or(others.hit(&heard)), None, "{told}");
                assert_eq!(host.hit(&said), None, "{told}");
                // A control: the client of HTTP does say whom it connects to.
                assert!(heard.contains("reqwest::connect"), "{told}");
                let of_host = heard.lines().filter(|line| host.hit(line).is_some());
                let name = format!("{}.invalid", address.host.to_lowercase());
                let known =
                    format!("DEBUG reqwest::connect starting new connection 'Some(\"{name}\")'");
                let is_asked = vendor == Vendor::Vault && matches!(status, 307 | 308);
                let expected = is_asked.then_some(known.as_str());
                assert_eq!(
                    of_host.collect::<BTreeSet<_>>(),
                    expected.into_iter().collect(),
                    "{told}"
                );
            }
        }
    }
}
