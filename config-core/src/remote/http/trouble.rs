//! Why no answer came, told apart by what a person has to do about it.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;

use super::{Request, Response};
use crate::format::duration;
use crate::source::{Failure, FailureKind};

/// What went wrong with one attempt.
pub(super) struct Trouble {
    failure: Failure,
    /// Whether the next attempt may do better.
    pub(super) is_passing: bool,
    /// Whether the store may have carried the request out.
    pub(super) was_sent: bool,
    /// Whether it had less time than an attempt gets, and so says little.
    is_cut: bool,
    /// Whether it is that the certificate is of nobody who is trusted.
    pub(super) is_of_certificate: bool,
}

/// How often it was tried, and for how long.
#[derive(Clone, Copy)]
pub(super) struct Attempts {
    pub(super) count: u32,
    pub(super) took: Duration,
}

impl Trouble {
    /// One that another attempt does not mend, found before anything was sent.
    pub(super) fn lasting(failure: Failure) -> Self {
        Self { is_passing: false, ..Self::passing(failure, false) }
    }

    /// One of the way to the store, whatever it is asked for.
    const fn of_the_way(failure: Failure, was_sent: bool) -> Self {
        Self::passing(failure.of_store(), was_sent)
    }

    const fn passing(failure: Failure, was_sent: bool) -> Self {
        Self { failure, is_passing: true, was_sent, is_cut: false, is_of_certificate: false }
    }

    /// What an answer tells of that stands for this status.
    pub(super) fn of_answer(response: &Response, status: u16) -> Self {
        Self::passing(response.failure(), super::may_be_carried_out(status))
    }

    /// The one of two that tells more.
    pub(super) fn after(self, earlier: Option<Self>) -> Self {
        match earlier {
            Some(earlier) if self.is_cut => {
                Self { was_sent: self.was_sent || earlier.was_sent, ..earlier }
            }
            Some(earlier) => Self { was_sent: self.was_sent || earlier.was_sent, ..self },
            None => self,
        }
    }

    /// The failure after those attempts.
    pub(super) fn failure(self, request: &Request, attempts: Attempts) -> Failure {
        let is_open = self.was_sent && !request.repeatable;
        let mut failure = self.failure;
        failure.message = format!("{}{}", failure.message, attempts.told(is_open)).into();
        failure
    }
}

impl Attempts {
    /// What belongs behind a failure, if it is open whether the request was carried out, or if it is not.
    pub(super) fn told(self, is_open: bool) -> String {
        let attempts = match self.count {
            0 | 1 => String::new(),
            count => format!("; {count} attempts in {}", duration::shown(self.took)),
        };
        let open = if is_open { "; whether it was carried out is not known" } else { "" };
        format!("{attempts}{open}")
    }
}

/// An attempt that took too long.
pub(super) fn slow(host: &str, limit: Duration, is_cut: bool) -> Trouble {
    let message = format!("no whole answer from {host} within {}", duration::shown(limit));
    let failure = Failure::new(FailureKind::Unreachable, message)
        .hint("give it more time, or find out what holds it up");
    Trouble { is_cut, ..Trouble::of_the_way(failure, true) }
}

/// The certificate authorities to trust could not be read in time.
pub(super) fn authorities_late() -> Failure {
    let message = "the certificate authorities to trust could not be read in time";
    Failure::new(FailureKind::Unreachable, message)
        .hint("look at the file or directory that they are in: its mount may hang")
        .of_store()
}

/// An attempt that had to wait for others until there was no time left.
pub(super) fn crowded(host: &str, parallel: usize) -> Trouble {
    let message = format!("{parallel} requests to {host} are under way, and none came to an end");
    let failure = Failure::new(FailureKind::Unreachable, message)
        .hint("give it more time, or find out what holds it up");
    Trouble { is_cut: true, ..Trouble::lasting(failure.of_store()) }
}

/// An answer beyond what is read.
pub(super) fn large(host: &str, limit: usize) -> Trouble {
    let message = format!("the answer of {host} is larger than {} MiB", limit / (1024 * 1024));
    let failure = Failure::new(FailureKind::Malformed, message).hint(super::ADDRESS);
    Trouble { was_sent: true, ..Trouble::lasting(failure) }
}

/// A request that got no answer, sent by way of a proxy unless that is not for this host.
pub(super) fn of_sending(error: &reqwest::Error, host: &str, proxy: Option<&str>) -> Trouble {
    if error.is_builder() {
        let message = format!("the address of {host} cannot be read");
        let failure =
            Failure::new(FailureKind::Malformed, message).hint("write it as https://host:port");
        return Trouble::lasting(failure);
    }
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        let is_of_certificate = matches!(tls, rustls::Error::InvalidCertificate(_));
        return Trouble { is_of_certificate, ..Trouble::lasting(of_tls(tls, host).of_store()) };
    }
    if error.is_connect() {
        return Trouble::of_the_way(of_connecting(error, host, proxy), false);
    }
    let message = format!("{host} closed the connection without an answer");
    let failure = Failure::new(FailureKind::Unreachable, message)
        .hint("look at the store's own log, and at what stands between here and there");
    Trouble::of_the_way(failure, true)
}

/// No connection came about.
fn of_connecting(error: &reqwest::Error, host: &str, proxy: Option<&str>) -> Failure {
    let whom = match proxy {
        Some(proxy) => format!("{host}, or the proxy {proxy} on the way to it,"),
        None => host.to_owned(),
    };
    let (message, hint) = if says(error, "proxy authorization required") {
        (format!("the proxy on the way to {host} wants a login"), "write it in the proxy's address")
    } else if says(error, "tunnel error: unsuccessful") {
        let hint = "have the proxy let it through, or name the host in NO_PROXY";
        (format!("the proxy does not let through to {host}"), hint)
    } else if says(error, "dns error") {
        (format!("{whom} is not known: its name cannot be looked up"), "mend the name, or DNS")
    } else if is_io(error, &[ErrorKind::ConnectionRefused]) {
        let hint = match proxy {
            Some(_) => "start the proxy, or mend its address: HTTPS_PROXY",
            None => "see that the address is right, and that something listens there",
        };
        (format!("{whom} refuses connections"), hint)
    } else if is_io(error, &[ErrorKind::TimedOut]) || error.is_timeout() {
        let hint = "mend the address, or let it through the firewall";
        (format!("{whom} does not answer"), hint)
    } else if is_io(error, &[ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset]) {
        let hint = "look whether it speaks TLS on that port, and at its own log";
        (format!("{whom} ends connections as they begin"), hint)
    } else {
        (format!("no connection to {whom}").trim_end_matches(',').to_owned(), "mend the address")
    };
    Failure::new(FailureKind::Unreachable, message).hint(hint)
}

/// An answer that broke off.
pub(super) fn of_reading(host: &str) -> Trouble {
    let message = format!("the answer of {host} broke off");
    let failure = Failure::new(FailureKind::Unreachable, message)
        .hint("look at the store's own log, and at what stands between here and there");
    Trouble::of_the_way(failure, true)
}

fn of_tls(error: &rustls::Error, host: &str) -> Failure {
    let (why, hint) = match error {
        rustls::Error::InvalidCertificate(why) => match why {
            // The signature is bad where an authority is trusted that only has the name of the one who signed.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let hint = "name the authority that signed it, if it is to be trusted: by .ca(path) on the builder, \
                            or SSL_CERT_FILE";
                ("nobody who is trusted has signed it", hint)
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ("it has expired", "have it renewed, and look at this machine's clock")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("it is not valid yet", "look at this machine's clock")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ("it is for another name", "ask by a name that stands in it")
            }
            CertificateError::Revoked => ("it was revoked", "have it replaced"),
            _ => ("it cannot be verified", "have it replaced"),
        },
        rustls::Error::InvalidMessage(_) => {
            let message = format!("{host} does not speak TLS");
            return Failure::new(FailureKind::Unreachable, message)
                .hint("mend the port, or write http:// if nothing has to be kept from others");
        }
        _ => {
            let message = format!("no secure connection to {host}: TLS failed");
            return Failure::new(FailureKind::Unreachable, message);
        }
    };
    let message = format!("the certificate of {host} is refused: {why}");
    Failure::new(FailureKind::Unreachable, message).hint(hint)
}

/// Whether a cause begins or ends with these words. The connectors say some things in fixed words alone, and in no type
/// that could be asked for.
fn says(error: &reqwest::Error, words: &str) -> bool {
    causes(error)
        .map(ToString::to_string)
        .any(|text| text.starts_with(words) || text.ends_with(words))
}

/// Whether the operating system said so.
fn is_io(error: &reqwest::Error, kinds: &[ErrorKind]) -> bool {
    let errors = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    errors.map(io::Error::kind).any(|kind| kinds.contains(&kind))
}

/// An error and what caused it. An input/output error names what it carries as no cause of its own.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(carried) => Some(carried),
            None => error.source(),
        }
    })
}
