//! The two ways out: with TLS, by the proxy that was told; and without, to this machine and its metadata server alone.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::remote::http::{Http, Request, Response};
use crate::remote::reach::Reach;
use crate::source::{Failure, FailureKind};

/// How long the metadata server may take for one answer.
const METADATA: Duration = Duration::from_secs(3);

pub(super) struct Net {
    secure: Http,
    direct: Http,
    /// Host and port of the metadata server.
    pub(super) metadata: String,
    /// Whether anything says that there is one.
    pub(super) is_in_cloud: bool,
}

impl Net {
    pub(super) fn new(reach: Reach, metadata: Option<String>, is_in_cloud: bool) -> Self {
        let timeout = Some(reach.timeout().min(METADATA));
        let direct = Http::new(Reach { timeout, ..Reach::default() });
        let metadata = metadata.unwrap_or_else(|| "metadata.google.internal".to_owned());
        Self { secure: Http::new(reach), direct, metadata, is_in_cloud }
    }

    /// Makes a request.
    ///
    /// # Errors
    /// No answer came, or what is sent would go over a network without TLS.
    pub(super) async fn send(
        &self,
        request: &Request,
        until: Instant,
    ) -> Result<Response, Failure> {
        if request.url.starts_with("https://") {
            return self.secure.send(request, until).await;
        }
        let authority = authority(&request.url);
        if authority != self.metadata && !is_of_this_machine(authority) {
            let message = format!("a token is not sent to {authority} without TLS");
            return Err(Failure::new(FailureKind::NotConfigured, message).hint("write https://"));
        }
        self.direct.send(request, until).await
    }
}

/// Host and port.
fn authority(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Whether that is this machine, or an address of the link, as other clouds' metadata servers have.
fn is_of_this_machine(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    if host == "localhost" {
        return true;
    }
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{authority, is_of_this_machine};

    #[test]
    fn only_this_machine_and_its_link_are_spoken_to_without_tls() {
        let near = [
            "http://127.0.0.1:8080/a",
            "http://localhost",
            "http://[::1]:80/",
            "http://169.254.169.254/x",
        ];
        for url in near {
            assert!(is_of_this_machine(authority(url)), "{url}");
        }
        let far = [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://127.0.0.1@example.com/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "ftp://example.com/?http://127.0.0.1/",
        ];
        for url in far {
            assert!(!is_of_this_machine(authority(url)), "{url}");
        }
    }
}
