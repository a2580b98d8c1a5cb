//! Addresses of stores: their parts, and whether whoever is in between reads along.

/// The scheme of an address, and its host with the port.
pub(crate) fn origin(address: &str) -> (&str, &str) {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    (scheme, rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// Whether an address leads to this machine alone.
pub(crate) fn is_loopback(address: &str) -> bool {
    let (_, host) = origin(address);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or(host),
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
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
        for address in ["http://vault:8200", "http://127.0.0.1.example", "http://localhost@evil"] {
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
}
