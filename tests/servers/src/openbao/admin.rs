//! The HTTP API, with a token.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::http::Client;
use crate::unique;

/// Whoever holds some token, in some namespace.
#[derive(Clone)]
pub struct Admin {
    client: Client,
    address: SocketAddr,
    token: String,
    namespace: Option<String>,
}

impl Admin {
    pub(super) fn new(address: SocketAddr, token: &str) -> Self {
        Self { client: Client::new(address), address, token: token.to_owned(), namespace: None }
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same in a namespace, given from the root.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self.clone() }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `GET /v1/{path}`.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, &[], &Value::Null)
    }

    /// `LIST /v1/{path}`.
    pub fn list(&self, path: &str) -> (u16, Value) {
        self.ask("LIST", path, &[], &Value::Null)
    }

    /// `POST /v1/{path}`.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, &[], body)
    }

    /// `DELETE /v1/{path}`.
    pub fn delete(&self, path: &str) -> (u16, Value) {
        self.ask("DELETE", path, &[], &Value::Null)
    }

    /// Any request. A null body is none.
    #[track_caller]
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, Value) {
        let mut fields = vec![("X-Vault-Request", "true")];
        if !self.token.is_empty() {
            fields.push(("X-Vault-Token", &self.token));
        }
        if let Some(namespace) = &self.namespace {
            fields.push(("X-Vault-Namespace", namespace));
        }
        fields.extend_from_slice(headers);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        match self.client.ask(method, &format!("/v1/{path}"), &fields, body.as_bytes()) {
            Ok(response) => (response.status, response.value()),
            Err(error) => panic!("OpenBao does not answer {method} {path}: {error}"),
        }
    }

    /// A request that has to succeed; gives the answer's JSON.
    #[track_caller]
    pub fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, &[], body);
        assert!(
            (200..300).contains(&status),
            "{method} {path} answers {status}: {}",
            answer["errors"]
        );
        answer
    }

    /// Writes a policy of a name of its own, and gives the name.
    /// `rules` is what `bao policy write` takes: `path "kv/*" { capabilities = ["read"] }`.
    #[track_caller]
    pub fn policy(&self, rules: &str) -> String {
        let name = unique("policy");
        self.must("PUT", &format!("sys/policies/acl/{name}"), &json!({ "policy": rules }));
        name
    }

    /// A policy that allows to read everything below a path.
    #[track_caller]
    pub fn may_read(&self, path: &str) -> String {
        self.policy(&format!("path \"{path}/*\" {{ capabilities = [\"read\", \"list\"] }}"))
    }

    /// A token with these policies, without a parent, for this long (`"1h"`, `"2s"`); renewable.
    #[track_caller]
    pub fn token(&self, policies: &[&str], ttl: &str) -> String {
        self.token_with(&json!({ "policies": policies, "ttl": ttl, "no_parent": true }))
    }

    /// A token as `auth/token/create` makes it from this.
    #[track_caller]
    pub fn token_with(&self, body: &Value) -> String {
        text(&self.must("POST", "auth/token/create", body)["auth"]["client_token"])
    }

    /// Makes a namespace below this one, and gives its name and its administrator.
    #[track_caller]
    pub fn namespace(&self) -> (String, Self) {
        let name = unique("team");
        self.must("POST", &format!("sys/namespaces/{name}"), &json!({}));
        let whole = match &self.namespace {
            Some(above) => format!("{above}/{name}"),
            None => name,
        };
        let inside = self.in_namespace(&whole);
        (whole, inside)
    }

    /// Limits requests below a path (`kv-1/`) to so many a second; more are 429 without `Retry-After`. Gives its name.
    #[track_caller]
    pub fn rate_quota(&self, path: &str, rate: f64) -> String {
        let name = unique("quota");
        self.must(
            "POST",
            &format!("sys/quotas/rate-limit/{name}"),
            &json!({ "path": path, "rate": rate }),
        );
        name
    }
}

/// Without the token.
impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Admin({}, namespace {:?})", self.address, self.namespace)
    }
}

#[track_caller]
pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("the server answers with a text here").to_owned()
}
