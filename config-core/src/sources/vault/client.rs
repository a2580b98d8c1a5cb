//! One request to the server, to where it sends us if it is a standby, and what its refusals mean.

use std::sync::Arc;
use std::time::Instant;

use reqwest::Method;
use reqwest::header::HeaderName;
use zeroize::Zeroizing;

use crate::remote::address::{is_loopback, origin};
use crate::remote::http::{Http, Request, Response};
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// The way to a server, and into a namespace of it.
#[derive(Clone)]
pub(super) struct Client {
    http: Arc<Http>,
    /// Scheme, host, port, and what the API is below, without a slash at its end.
    address: String,
    namespace: Option<String>,
}

/// What is asked.
pub(super) struct Call {
    pub(super) method: Method,
    /// Below `/v1/`, escaped, with its query.
    pub(super) path: String,
    pub(super) body: Option<Zeroizing<Vec<u8>>>,
    /// Whether it may be asked again when it is not known whether it was carried out.
    pub(super) repeatable: bool,
}

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, repeatable: true }
    }

    pub(super) fn post(path: impl Into<String>, body: Zeroizing<Vec<u8>>) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), repeatable: false }
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, repeatable: true }
    }

    /// Says that it does no harm to be carried out twice.
    pub(super) const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Says that carried out twice it does harm, such as minting a second credential.
    pub(super) const fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }
}

impl Client {
    pub(super) fn new(http: Http, address: String, namespace: Option<String>) -> Self {
        Self { http: Arc::new(http), address, namespace }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Asks, and asks once more where a standby says that another node has to be asked.
    pub(super) async fn ask(
        &self,
        call: &Call,
        token: Option<&Text>,
        until: Instant,
    ) -> Result<Response, Failure> {
        let url = format!("{}/v1/{}", self.address, call.path);
        let response = self.http.send(&self.request(call, url, token), until).await?;
        if !matches!(response.status, 307 | 308) {
            return Ok(response);
        }
        let url = self.elsewhere(response.header("location"))?;
        let request = self.request(call, url, token).to("the node that the server points to");
        let response = self.http.send(&request, until).await?;
        match response.status {
            307 | 308 => Err(Failure::new(
                FailureKind::Unreachable,
                "the server sends from one node to the next; none of them is active",
            )),
            _ => Ok(response),
        }
    }

    fn request(&self, call: &Call, url: String, token: Option<&Text>) -> Request {
        let mut request = Request::new(call.method.clone(), url)
            .header(HeaderName::from_static("x-vault-request"), "true");
        if let Some(token) = token {
            request = request.header(HeaderName::from_static("x-vault-token"), token.as_str());
        }
        if let Some(namespace) = &self.namespace {
            let name = HeaderName::from_static("x-vault-namespace");
            request = request.header(name, namespace.as_str());
        }
        if let Some(body) = &call.body {
            let name = HeaderName::from_static("content-type");
            request = request.header(name, "application/json").body(body.clone());
        }
        if call.repeatable { request.repeatable() } else { request }
    }

    /// Where a standby sends us. The token goes there too, so it has to be told over a connection as good as the new one.
    fn elsewhere(&self, location: Option<&str>) -> Result<String, Failure> {
        let malformed = |message: &'static str| Failure::new(FailureKind::Malformed, message);
        let location = location
            .ok_or_else(|| malformed("the server points elsewhere without saying where"))?;
        let (scheme, host) = origin(&self.address);
        if location.starts_with('/') && !location.starts_with("//") {
            return Ok(format!("{scheme}://{host}{location}"));
        }
        match location.split_once("://") {
            Some((to, _))
                if to.eq_ignore_ascii_case("http")
                    && is_loopback(&self.address)
                    && !is_loopback(location) =>
            {
                let message = "the server points from this machine into the network, without TLS";
                Err(malformed(message).hint("set api_addr in the server's configuration"))
            }
            Some((to, _)) if to.eq_ignore_ascii_case(scheme) => Ok(location.to_owned()),
            _ => Err(malformed("the server points to an address of another scheme")
                .hint("set api_addr in the server's configuration to an address of this scheme")),
        }
    }
}

/// Whether the server uses these words; they are compared and never shown.
pub(super) fn says(response: &Response, words: &str) -> bool {
    std::str::from_utf8(&response.body).is_ok_and(|body| body.contains(words))
}

/// The failure of an answer, in our words.
pub(super) fn refused(response: &Response) -> Failure {
    let unreachable =
        |message: &'static str| Failure::new(FailureKind::Unreachable, message).of_store();
    match response.status {
        503 if says(response, "sealed") => {
            unreachable("the server is sealed").hint("unseal it: vault operator unseal")
        }
        501 | 503 if says(response, "not initialized") => {
            unreachable("the server is not initialised").hint("run: vault operator init")
        }
        472 => unreachable("the server is a secondary for disaster recovery, and serves nobody")
            .hint("point VAULT_ADDR to the primary"),
        473 => unreachable("the server is a standby that cannot answer this")
            .hint("point VAULT_ADDR to the active node"),
        500 | 503 if says(response, "node not active") => {
            unreachable("the server is a standby, and no node is active")
                .hint("look at the logs of the cluster's nodes")
        }
        400 if says(response, "Upgrading from non-versioned") => {
            let message = "the mount is being made one of KV version 2; it answers in a moment";
            Failure::new(FailureKind::Unreachable, message)
        }
        404 if says(response, "namespace not found") => {
            Failure::new(FailureKind::NotFound, "there is no such namespace")
                .hint("mend or unset VAULT_NAMESPACE; those that there are: vault namespace list")
                .of_store()
        }
        405 => Failure::new(FailureKind::Malformed, "the path cannot be read (HTTP 405)"),
        _ => response.failure(),
    }
}

#[cfg(test)]
mod tests {
    use super::Client;
    use crate::remote::http::Http;
    use crate::remote::reach::Reach;

    fn client(address: &str) -> Client {
        Client::new(Http::new(Reach::default()), address.to_owned(), None)
    }

    #[test]
    fn a_standby_may_point_to_a_node_of_the_same_scheme() {
        let client = client("https://a.example:8200/vault");
        let to = |location| client.elsewhere(Some(location)).ok();
        assert_eq!(to("https://b.example/v1/x").as_deref(), Some("https://b.example/v1/x"));
        assert_eq!(to("/v1/x").as_deref(), Some("https://a.example:8200/v1/x"));
        assert_eq!(to("http://b.example/v1/x"), None);
        assert_eq!(to("//b.example/v1/x"), None);
        assert_eq!(client.elsewhere(None).ok(), None);
    }
}
