//! The two ways out: with TLS, by the proxy that was told; and without, to this machine and its metadata server alone.

use std::time::{Duration, Instant};

use crate::remote::address::{is_of_the_link, without_tls};
use crate::remote::http::{Http, Request, Response};
use crate::remote::reach::Reach;
use crate::source::Failure;

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
        if authority != self.metadata && !is_of_the_link(&request.url) {
            return Err(without_tls(&request.url));
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
