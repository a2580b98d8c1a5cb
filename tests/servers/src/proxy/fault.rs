//! What can go wrong with a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// How one request fails.
#[derive(Clone)]
pub enum Fault {
    /// It is read, and never answered.
    BlackHole,
    /// The connection is ended by RST before any answer.
    Reset,
    /// The request takes effect upstream; the connection is then closed without an answer.
    NoReply,
    /// It is passed on and answered after this long.
    Late(Duration),
    /// The real answer's body comes one byte at a time, with this pause after each.
    SlowBody(Duration),
    /// An answer of its own with this status, these headers, and this body in JSON. Nothing goes upstream.
    Answer {
        /// The status code.
        status: u16,
        /// Header fields, `Retry-After` for instance.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The real answer with its full length in the head, of which half the body comes before the connection is closed.
    Truncated,
    /// The real answer without the last byte of its body, its length in order: JSON that does not end.
    MalformedJson,
    /// 200 with a JSON object of this many bytes; chunked, that is without a length in the head, if so said.
    Huge {
        /// How long the body is.
        bytes: u64,
        /// Whether the head tells no length.
        chunked: bool,
    },
    /// The real answer with its JSON changed.
    Rewritten(Arc<dyn Fn(&mut Value) + Send + Sync>),
}

impl Fault {
    /// An answer with this status and `{"errors":["injected"]}`.
    pub fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: br#"{"errors":["injected"]}"#.to_vec() }
    }

    /// 429 with `Retry-After` in seconds, if given.
    pub fn too_many_requests(retry_after: Option<u64>) -> Self {
        let headers = retry_after.map(|seconds| ("Retry-After".to_owned(), seconds.to_string()));
        Self::Answer {
            status: 429,
            headers: headers.into_iter().collect(),
            body: br#"{"errors":["injected"]}"#.to_vec(),
        }
    }

    /// 200 with this body, which need not be JSON.
    pub fn body(body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status: 200, headers: Vec::new(), body: body.into() }
    }

    /// 200 with JSON that is not what any client expects: `[7]`.
    pub fn wrong_type() -> Self {
        Self::body("[7]")
    }

    /// 200 with 100 MiB of JSON.
    pub fn huge() -> Self {
        Self::Huge { bytes: 100 << 20, chunked: false }
    }

    /// The real answer with its JSON changed, to give a value another type for instance.
    pub fn rewritten(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Rewritten(Arc::new(change))
    }

    /// What the log calls it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::BlackHole => "black hole".into(),
            Self::Reset => "reset".into(),
            Self::NoReply => "no reply".into(),
            Self::Late(_) => "late".into(),
            Self::SlowBody(_) => "slow body".into(),
            Self::Answer { status, .. } => format!("answer {status}"),
            Self::Truncated => "truncated".into(),
            Self::MalformedJson => "malformed JSON".into(),
            Self::Huge { .. } => "huge".into(),
            Self::Rewritten(_) => "rewritten".into(),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
