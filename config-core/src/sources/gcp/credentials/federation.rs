//! Workload identity federation: somebody else's token, exchanged at Google's token service.

use std::path::PathBuf;
use std::time::Instant;

use reqwest::header::{AUTHORIZATION, HeaderName};

use super::{SCOPE, Token, malformed, post_form, text, token_in, wrong};
use crate::document::json;
use crate::remote::blocking::blocking;
use crate::remote::body::Body;
use crate::remote::encode::{base64, form};
use crate::remote::http::Request;
use crate::source::Failure;
use crate::sources::gcp::net::Net;
use crate::sources::read::{FILE_CAP, read_text};
use crate::value::{Text, TextBuilder, exact};

/// How a token of somebody else is exchanged.
pub(in crate::sources::gcp) struct Federation {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    pub(super) token_url: String,
    pub(super) subject: Subject,
    pub(super) client: Option<(String, Text)>,
    pub(super) workforce_project: Option<String>,
}

/// Where that token stands.
pub(super) enum Subject {
    /// A file that somebody renews, as Kubernetes does.
    File {
        path: PathBuf,
        format: Format,
    },
    Url {
        url: String,
        headers: Vec<(String, Text)>,
        format: Format,
    },
}

/// How it is written there.
pub(super) enum Format {
    Text,
    /// An object; the token has this name in it.
    Json(String),
}

impl Federation {
    /// A token for somebody else's token (RFC 8693).
    pub(super) async fn token(&self, net: &Net, until: Instant) -> Result<Token, Failure> {
        const KIND: &str = "urn:ietf:params:oauth:token-type:access_token";
        let subject = self.subject.token(net, until).await?;
        let mut pairs = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("requested_token_type", KIND),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", &subject),
        ];
        let options = self.options();
        if let Some(options) = &options {
            pairs.push(("options", options));
        }
        let mut request = post_form(&self.token_url, form(&pairs));
        if let Some((id, secret)) = &self.client {
            request = request.header(AUTHORIZATION, basic(id, secret));
        }
        let response = net.send(&request, until).await?;
        match response.is_success() {
            true => token_in(&response),
            false => Err(wrong::of_federation(&response)),
        }
    }

    /// The project that pays, for people: with a client of its own it is known by that.
    fn options(&self) -> Option<String> {
        let project = self.workforce_project.as_ref().filter(|_| self.client.is_none())?;
        let options = Body::new().text("userProject", project).finish();
        Some(String::from_utf8_lossy(&options).into_owned())
    }

    /// Whom a token is got from, one after the other, for a plan.
    pub(super) fn calls(&self) -> Vec<String> {
        let subject = match &self.subject {
            Subject::File { .. } => None,
            Subject::Url { url, .. } => Some(format!("GET {}", super::plain(url))),
        };
        subject.into_iter().chain([super::posted(&self.token_url)]).collect()
    }

    pub(super) fn identity(&self) -> String {
        let of = match &self.subject {
            Subject::File { path, .. } => path.display().to_string(),
            Subject::Url { url, .. } => url.clone(),
        };
        format!("{} of {of}", self.audience)
    }
}

impl Subject {
    async fn token(&self, net: &Net, until: Instant) -> Result<Text, Failure> {
        let (content, format) = match self {
            Self::File { path, format } => {
                let path = path.clone();
                (blocking(move || read_text(&path, FILE_CAP)).await??, format)
            }
            Self::Url { url, headers, format } => {
                let mut request = Request::get(url.as_str());
                for (name, value) in headers {
                    let name = HeaderName::from_bytes(name.as_bytes())
                        .map_err(|_| malformed("`credential_source.headers` has a wrong name"))?;
                    request = request.header(name, value.as_str());
                }
                let response = net.send(&request, until).await?;
                if !response.is_success() {
                    return Err(wrong::of_subject(&response));
                }
                let content = std::str::from_utf8(&response.body);
                let content =
                    content.map_err(|_| malformed("the token of the workload is no text"))?;
                (exact(content), format)
            }
        };
        let token = match format {
            Format::Text => exact(content.trim()),
            Format::Json(name) => {
                let node = json::parse(&content).ok();
                let token = text(node.as_ref().and_then(|node| node.entry(name)));
                exact(token.unwrap_or_default())
            }
        };
        match token.is_empty() {
            true => Err(malformed("there is no token of the workload where its credentials say")),
            false => Ok(token),
        }
    }
}

/// The header of a client with a password (RFC 7617).
fn basic(id: &str, secret: &str) -> String {
    let mut pair = TextBuilder::with_capacity(id.len() + 1 + secret.len());
    pair.push_str(id);
    pair.push(':');
    pair.push_str(secret);
    let encoded = base64(pair.as_str().as_bytes());
    let mut header = String::with_capacity("Basic ".len() + encoded.len());
    header.push_str("Basic ");
    header.push_str(&encoded);
    header
}
