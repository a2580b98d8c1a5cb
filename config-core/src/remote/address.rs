//! Addresses of stores: their parts, and whether whoever is in between reads along.

use std::net::IpAddr;

use reqwest::Url;

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
use crate::source::{Failure, FailureKind};

/// The scheme of an address, and its host with the port.
pub(crate) fn origin(address: &str) -> (&str, &str) {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    (scheme, rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// Whether an address leads to this machine alone.
pub(crate) fn is_loopback(address: &str) -> bool {
    host(address).is_some_and(|host| {
        host == "localhost" || number(&host).is_some_and(|address| address.is_loopback())
    })
}

/// Whether it leads no further than to the link, where clouds have their metadata servers.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
pub(crate) fn is_of_the_link(address: &str) -> bool {
    is_loopback(address)
        || host(address).and_then(|host| number(&host)).is_some_and(|address| match address {
            IpAddr::V4(address) => address.is_link_local(),
            // Those of AWS have addresses of their own in version 6: fd00:ec2::254, fd00:ec2::23.
            IpAddr::V6(address) => {
                address.is_unicast_link_local() || address.segments()[..2] == [0xfd00, 0xec2]
            }
        })
}

/// The failure of an address without TLS, to which tokens would be sent for all to read.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
pub(crate) fn without_tls(address: &str) -> Failure {
    let host = super::http::shown(address);
    let message = format!("a token is not sent to {host} without TLS");
    Failure::new(FailureKind::NotConfigured, message).hint("write https://")
}

/// The host as whoever makes the request reads it, so that no other one is asked than was looked at.
fn host(address: &str) -> Option<String> {
    let (scheme, _) = origin(address);
    let address = match address.contains("://") {
        true => Url::parse(address),
        false => Url::parse(&format!("{scheme}://{address}")),
    };
    address.ok()?.host_str().map(str::to_owned)
}

fn number(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// What is said of an address where whoever is in between reads along.
pub(crate) fn exposed(address: &str) -> Option<&'static str> {
    let is_exposed = address.starts_with("http://") && !is_loopback(address);
    is_exposed.then_some(
        "tokens and secrets pass unencrypted: the address is http:// and not of this machine",
    )
}

#[cfg(test)]
mod tests {
    use super::{exposed, is_loopback, origin};

    #[test]
    fn loopback_is_told_from_the_network() {
        for address in ["http://127.0.0.1:8200", "http://localhost", "http://[::1]:8200/x"] {
            assert!(is_loopback(address), "{address}");
        }
        for address in [
            "http://vault:8200",
            "http://127.0.0.1.example",
            "http://localhost@evil",
            "http://evil\\@127.0.0.1/",
        ] {
            assert!(!is_loopback(address), "{address}");
        }
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert_eq!(origin("http://[::1]:8200/x"), ("http", "[::1]:8200"));
        assert_eq!(origin("https://a"), ("https", "a"));
    }

    #[test]
    fn what_passes_unencrypted_is_told_unless_it_stays_on_this_machine() {
        assert!(exposed("http://vault.example:8200").is_some());
        assert!(exposed("http://localhost:8200").is_none());
        assert!(exposed("https://vault.example:8200").is_none());
    }

    #[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
    #[test]
    fn metadata_servers_are_of_the_link() {
        use super::is_of_the_link;
        for url in ["http://169.254.169.254/x", "http://[fd00:ec2::254]/x", "http://[fe80::1]/"] {
            assert!(is_of_the_link(url) && !is_loopback(url), "{url}");
        }
        for url in ["http://example.com/", "http://10.0.0.1/", "http://[fd00:ec3::1]/"] {
            assert!(!is_of_the_link(url), "{url}");
        }
    }

    #[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
    #[test]
    fn whoever_is_refused_is_named_without_the_login_in_the_address() {
        let failure = super::without_tls("http://me:n0t-a-real-one@v.example:1/a");
        let text = format!("{failure:?}");
        assert_eq!(text, "a token is not sent to v.example:1 without TLS; fix: write https://");
    }
}
