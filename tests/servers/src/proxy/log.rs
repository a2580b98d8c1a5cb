//! What was asked.

use std::sync::Mutex;
use std::time::Instant;

use crate::http::{Headers, Request};
use crate::listener::locked;

/// A request as it was logged: no body, and none of the headers that carry credentials.
#[derive(Debug, Clone)]
pub struct Logged {
    /// `GET`, `POST`, ..
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// What stands after the `?`.
    pub query: Option<String>,
    /// Those of its headers that tell what is asked: `x-amz-target`, `x-vault-namespace`, `content-type`, ..
    pub headers: Headers,
    /// Which connection it came over, counted from 1.
    pub connection: u64,
    /// When it was read.
    pub arrived: Instant,
    /// When it was answered or failed; `None` while that is to come.
    pub ended: Option<Instant>,
    /// The status that the client was sent, if any.
    pub status: Option<u16>,
    /// The fault that it met.
    pub fault: Option<String>,
}

impl Logged {
    /// From its arrival to its end, once it has ended.
    pub fn span(&self) -> Option<(Instant, Instant)> {
        Some((self.arrived, self.ended?))
    }
}

/// The most requests that were under way at one moment.
pub fn most_at_once(requests: &[Logged]) -> usize {
    let under_way = |at: Instant| {
        let spans = requests
            .iter()
            .filter(|other| other.arrived <= at && other.ended.is_none_or(|end| end > at));
        spans.count()
    };
    requests.iter().map(|request| under_way(request.arrived)).max().unwrap_or(0)
}

/// How many rounds there were, of requests from their arrival to their answer: in one, everything arrives before anything
/// is answered.
pub fn rounds(spans: impl IntoIterator<Item = (Instant, Instant)>) -> usize {
    let mut spans: Vec<(Instant, Instant)> = spans.into_iter().collect();
    spans.sort();
    let mut rounds = 0;
    let mut first_answer: Option<Instant> = None;
    for (arrived, answered) in spans {
        match first_answer {
            Some(answer) if arrived <= answer => first_answer = Some(answer.min(answered)),
            _ => {
                rounds += 1;
                first_answer = Some(answered);
            }
        }
    }
    rounds
}

const SHOWN: [&str; 10] = [
    "accept",
    "content-length",
    "content-type",
    "host",
    "metadata",
    "metadata-flavor",
    "x-amz-target",
    "x-vault-namespace",
    "x-vault-request",
    "x-vault-wrap-ttl",
];

#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<(u64, Vec<(u64, Logged)>)>);

impl Log {
    /// Adds a request, and gives the number to end it by.
    pub(crate) fn begin(&self, connection: u64, request: &Request) -> u64 {
        let mut headers = Headers::default();
        let shown = request
            .headers
            .iter()
            .filter(|(name, _)| SHOWN.contains(&name.to_ascii_lowercase().as_str()));
        shown.for_each(|(name, value)| headers.push(name, value));
        let entry = Logged {
            method: request.method.clone(),
            path: request.path().to_owned(),
            query: request.query().map(str::to_owned),
            headers,
            connection,
            arrived: Instant::now(),
            ended: None,
            status: None,
            fault: None,
        };
        let mut log = locked(&self.0);
        log.0 += 1;
        let number = log.0;
        log.1.push((number, entry));
        number
    }

    /// Changes an entry that has not been forgotten.
    pub(crate) fn note(&self, number: u64, change: impl FnOnce(&mut Logged)) {
        if let Some((_, entry)) = locked(&self.0).1.iter_mut().find(|(of, _)| *of == number) {
            change(entry);
        }
    }

    pub(crate) fn entries(&self) -> Vec<Logged> {
        locked(&self.0).1.iter().map(|(_, entry)| entry.clone()).collect()
    }

    pub(crate) fn clear(&self) {
        locked(&self.0).1.clear();
    }
}
