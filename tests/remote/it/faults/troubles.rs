//! What may go wrong with a store of any kind: once for loads, and once for what refreshes itself.

use std::time::Duration;

use config_core::FailureKind;
use config_tests_servers::proxy::Fault;

use super::stores::Store;

/// One thing that goes wrong.
pub(super) struct Trouble {
    pub(super) what: &'static str,
    /// What it has to be told as.
    pub(super) kind: FailureKind,
    /// Words that have to be told with it, whichever store it is.
    pub(super) words: &'static str,
    begin: Box<dyn Fn(&mut Store) + Send + Sync>,
}

impl Trouble {
    fn new(
        what: &'static str,
        kind: FailureKind,
        words: &'static str,
        begin: impl Fn(&mut Store) + Send + Sync + 'static,
    ) -> Self {
        Self { what, kind, words, begin: Box::new(begin) }
    }

    fn of(what: &'static str, kind: FailureKind, words: &'static str, fault: Fault) -> Self {
        Self::new(what, kind, words, move |store| store.fails(&fault))
    }

    /// From now on it goes wrong so.
    pub(super) fn begins(&self, store: &mut Store) {
        (self.begin)(store);
    }
}

/// Nothing comes, or not in time.
pub(super) fn silence() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Unreachable;
    const LATE: &str = "no whole answer from";
    let hangs = |what, fault: Fault| {
        Trouble::new(what, KIND, LATE, move |store| {
            store.hurries();
            store.fails(&fault);
        })
    };
    vec![
        Trouble::new("no connection comes about", KIND, "does not answer", Store::is_behind_a_wall),
        hangs("no answer", Fault::BlackHole),
        hangs("one byte a second", Fault::SlowBody(Duration::from_secs(1))),
    ]
}

/// A connection that does not come about, or ends too soon.
pub(super) fn breaks() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Unreachable;
    const ENDED: &str = "closed the connection without an answer";
    vec![
        Trouble::new("nobody listens", KIND, "refuses connections", |store| store.proxy.refuse()),
        Trouble::of("a reset", KIND, ENDED, Fault::Reset),
        Trouble::of("no reply", KIND, ENDED, Fault::NoReply),
        Trouble::of("half an answer", KIND, "broke off", Fault::Truncated),
    ]
}

/// The store cannot.
pub(super) fn overload() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Unreachable;
    vec![
        Trouble::of("500", KIND, "HTTP 500", Fault::status(500)),
        Trouble::of("503", KIND, "HTTP 503", Fault::status(503)),
    ]
}

/// Something answers, and not what was asked for.
pub(super) fn nonsense() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Malformed;
    vec![
        Trouble::of("JSON that does not end", KIND, "not JSON", Fault::MalformedJson),
        Trouble::of("JSON of another shape", KIND, "", Fault::wrong_type()),
    ]
}

/// An answer that nobody has room for.
pub(super) fn floods() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Malformed;
    const LARGE: &str = "is larger than 16 MiB";
    let untold = Fault::Huge { bytes: 100 << 20, chunked: true };
    vec![
        Trouble::of("100 MiB", KIND, LARGE, Fault::huge()),
        Trouble::of("100 MiB that do not say so", KIND, LARGE, untold),
    ]
}

/// The store does not want to.
pub(super) fn refusals() -> Vec<Trouble> {
    vec![
        Trouble::new("an expired credential", FailureKind::Expired, "", |store| store.expires()),
        Trouble::new("no permission", FailureKind::Denied, "", |store| store.denies()),
    ]
}

/// Somebody else is there, or nobody knows where.
pub(super) fn strangers() -> Vec<Trouble> {
    const KIND: FailureKind = FailureKind::Unreachable;
    const UNKNOWN: &str = "its name cannot be looked up";
    const SIGNED: &str = "is refused: nobody who is trusted has signed it";
    vec![
        Trouble::new("a name that nobody knows", KIND, UNKNOWN, |store| {
            store.is_of_no_known_name();
        }),
        Trouble::new("a certificate of somebody else", KIND, SIGNED, |store| store.is_a_stranger()),
    ]
}
