//! GitHub Actions signs who a job is.

use std::time::Instant;

use reqwest::header::{ACCEPT, AUTHORIZATION};

use super::super::answer::{text, unlike};
use crate::remote::encode::percent;
use crate::remote::http::{Http, Request};
use crate::source::{Failure, FailureKind};
use crate::value::{Text, TextBuilder};

/// What a job with `permissions: id-token: write` is given.
pub(in super::super) struct GitHub {
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`
    pub(in super::super) url: Text,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`
    pub(in super::super) token: Text,
    /// Whom the identity is for; GitHub's own choice where none is given.
    pub(in super::super) audience: Option<String>,
}

impl GitHub {
    /// Has an identity signed.
    pub(super) async fn sign(&self, http: &Http, until: Instant) -> Result<Text, Failure> {
        let mut url = self.url.as_str().to_owned();
        if let Some(audience) = &self.audience {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("audience=");
            url.push_str(&percent(audience, ""));
        }
        let mut bearer = TextBuilder::with_capacity(self.token.len() + 7);
        bearer.push_str("Bearer ");
        bearer.push_str(&self.token);
        let request = Request::get(url)
            .header(AUTHORIZATION, bearer.as_str())
            .header(ACCEPT, "application/json");
        let response = http.send(&request, until).await?;
        if !response.is_success() {
            let status = response.status;
            let kind = match status {
                429 | 500..=599 => FailureKind::Unreachable,
                _ => FailureKind::Denied,
            };
            let message = format!("GitHub gives this job no identity token (HTTP {status})");
            return Err(
                Failure::new(kind, message).hint("the job needs `permissions: id-token: write`")
            );
        }
        text(&response.json()?, "value").cloned().ok_or_else(unlike)
    }
}
