//! What goes over the wire.

use std::fmt;

use serde_json::Value;

/// Header fields, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// What a client asks.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, `LIST`, ..
    pub method: String,
    /// The path, and the query after `?` if there is one.
    pub target: String,
    /// Its header fields.
    pub headers: Headers,
    /// Its body; empty if there is none.
    pub body: Vec<u8>,
}

/// What a server answers.
#[derive(Clone)]
pub struct Response {
    /// 200, 404, ..
    pub status: u16,
    /// Its header fields.
    pub headers: Headers,
    /// Its body; empty if there is none.
    pub body: Vec<u8>,
}

impl Headers {
    /// The first value of a field, its name in any case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a field.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Removes every field of one of these names.
    pub fn remove(&mut self, names: &[&str]) {
        self.0.retain(|(field, _)| !names.iter().any(|name| field.eq_ignore_ascii_case(name)));
    }
}

impl Request {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// What stands after the `?`, as sent.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Response {
    /// An answer in JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    /// An answer of this content type.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        let mut headers = Headers::default();
        headers.push("Content-Type", content_type);
        Self { status, headers, body: body.into() }
    }

    /// With one header field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The body as JSON; null if it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Without headers and body, which hold credentials.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method, self.path(), self.body.len())
    }
}

/// Without headers and body, which hold credentials.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}
