//! What becomes of requests to a store that does not do as it should.

mod proxies;
mod quiet;
mod tls;
mod trouble;

use std::time::{Duration, Instant};

use config_tests_servers::http::Response as Answer;
use config_tests_servers::proxy::{Fault, Proxy, most_at_once};
use config_tests_servers::standin::Standin;
use reqwest::Method;
use reqwest::header::HeaderName;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Http, LARGEST, PARALLEL, Request, Response};
use crate::remote::reach::Reach;
use crate::source::Failure;

/// A store, and what stands before it and makes it fail.
struct Store {
    _behind: Standin,
    proxy: Proxy,
}

impl Store {
    fn start() -> Self {
        let behind = Standin::start(|_| Answer::json(200, &json!({ "a": "x".repeat(40) })));
        let proxy = Proxy::before(behind.address());
        Self { _behind: behind, proxy }
    }

    fn get(&self) -> Request {
        Request::get(format!("{}/v1/app", self.proxy.url()))
    }

    /// Something that must not be done twice.
    fn post(&self) -> Request {
        let body = Zeroizing::new(b"{}".to_vec());
        Request::new(Method::POST, format!("{}/v1/app", self.proxy.url())).body(body)
    }

    fn asked(&self) -> usize {
        self.proxy.requests().len()
    }

    /// A failure's text, with its hint, without what differs from run to run.
    fn told(&self, failure: &Failure) -> String {
        told(failure).replace(&self.proxy.address().to_string(), "HOST")
    }
}

fn http() -> Http {
    within(Duration::from_secs(5))
}

/// One whose requests may take so long.
fn within(timeout: Duration) -> Http {
    Http::new(Reach { timeout: Some(timeout), ..Reach::default() })
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// What comes of a request that may take ten seconds in all.
fn send(http: &Http, request: &Request) -> Result<Response, Failure> {
    wait(http.send(request, Instant::now() + Duration::from_secs(10)))
}

fn refusal(http: &Http, request: &Request) -> Failure {
    send(http, request).err().expect("it has to fail")
}

fn told(failure: &Failure) -> String {
    let text = match &failure.hint {
        Some(hint) => format!("{:?}: {failure} -> {hint}", failure.kind()),
        None => format!("{:?}: {failure}", failure.kind()),
    };
    match text.split_once(" attempts in ") {
        Some((before, after)) => {
            let after = after.split_once('s').map_or("", |(_, after)| after);
            format!("{before} attempts in N s{after}")
        }
        None => text,
    }
}

#[test]
fn a_store_in_trouble_is_asked_again_after_random_waits() {
    let store = Store::start();
    store.proxy.next([500, 503, 504].map(|status| Some(Fault::status(status))));
    assert_eq!(send(&http(), &store.get()).unwrap().status, 200);
    let asked = store.proxy.requests();
    assert_eq!(asked.len(), 4);
    for (index, bound) in [100, 200, 400].into_iter().enumerate() {
        let wait = asked[index + 1].arrived - asked[index].ended.unwrap();
        assert!(wait < Duration::from_millis(bound + 500), "{wait:?} of {bound} ms");
    }
}

#[test]
fn a_store_that_stays_in_trouble_is_asked_four_times() {
    let store = Store::start();
    store.proxy.always(Fault::status(500));
    let response = send(&http(), &store.get()).unwrap();
    assert_eq!(store.asked(), 4);
    assert_eq!(
        store.told(&response.failure()),
        "Unreachable: the store is in trouble (HTTP 500); 4 attempts in N s \
         -> look at the store's own log, and at what stands between here and there"
    );
}

#[test]
fn what_says_that_asking_again_is_of_no_use_is_believed() {
    for status in [400, 401, 403, 404, 405, 501, 302] {
        let store = Store::start();
        store.proxy.always(Fault::status(status));
        assert_eq!(send(&http(), &store.get()).unwrap().status, status);
        assert_eq!(store.asked(), 1, "{status}");
    }
}

#[test]
fn the_time_that_a_store_asks_for_is_given() {
    let store = Store::start();
    store.proxy.once(Fault::too_many_requests(Some(1)));
    assert_eq!(send(&http(), &store.get()).unwrap().status, 200);
    let asked = store.proxy.requests();
    assert!(asked[1].arrived - asked[0].arrived >= Duration::from_secs(1));
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun_and_told() {
    let store = Store::start();
    store.proxy.always(Fault::too_many_requests(Some(3600)));
    let started = Instant::now();
    let response = send(&http(), &store.get()).unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(store.asked(), 1);
    assert_eq!(
        store.told(&response.failure()),
        "Unreachable: too many requests (HTTP 429; asks to wait 3600 s) \
         -> ask less often, or have the store's limit raised"
    );
}

/// 503 with a date to come back at, and the date of the store's own clock.
fn come_back(at: &str) -> Fault {
    let headers = [("Retry-After", at), ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Fault::Answer { status: 503, headers, body: Vec::new() }
}

#[test]
fn a_date_that_a_store_gives_is_waited_for() {
    let store = Store::start();
    store.proxy.once(come_back("Wed, 21 Oct 2026 07:28:02 GMT"));
    assert_eq!(send(&http(), &store.get()).unwrap().status, 200);
    let asked = store.proxy.requests();
    assert!(asked[1].arrived - asked[0].arrived >= Duration::from_secs(2));
}

#[test]
fn a_date_beyond_the_deadline_is_not_waited_for_and_told_in_seconds() {
    for (date, told) in [
        ("Wed, 21 Oct 2026 08:28:00 GMT", "(HTTP 503; asks to wait 3600 s)"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "(HTTP 503)"),
    ] {
        let store = Store::start();
        store.proxy.always(come_back(date));
        let response = send(&http(), &store.get()).unwrap();
        assert_eq!(store.asked(), 1);
        let text = store.told(&response.failure());
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_store_in_trouble_gets_few_repetitions_in_all() {
    let store = Store::start();
    store.proxy.always(Fault::status(503));
    let http = http();
    for _ in 0..10 {
        assert_eq!(send(&http, &store.get()).unwrap().status, 503);
    }
    assert_eq!(store.asked(), 10 + 20);
}

#[test]
fn no_more_than_64_are_under_way_at_once() {
    let store = Store::start();
    store.proxy.delay(Duration::from_millis(300));
    let http = http();
    let until = Instant::now() + Duration::from_secs(10);
    let answered = wait(async {
        let requests: Vec<Request> = (0..200).map(|_| store.get()).collect();
        let sent = requests.iter().map(|request| Box::pin(http.send(request, until)));
        let mut pending: Vec<_> = sent.collect();
        let mut answered = 0;
        std::future::poll_fn(|context| {
            pending.retain_mut(|sending| match sending.as_mut().poll(context) {
                std::task::Poll::Ready(outcome) => {
                    answered += usize::from(outcome.is_ok_and(|response| response.status == 200));
                    false
                }
                std::task::Poll::Pending => true,
            });
            match pending.is_empty() {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        })
        .await;
        answered
    });
    assert_eq!(answered, 200);
    let most = most_at_once(&store.proxy.requests());
    assert!((32..=64).contains(&most), "{most}");
}

#[test]
fn one_that_waits_for_others_until_the_end_says_so() {
    let store = Store::start();
    store.proxy.always(Fault::BlackHole);
    let http = http();
    let until = Instant::now() + Duration::from_millis(500);
    let (busy, late) = wait(async {
        let busy = http.permits.acquire_many(u32::try_from(PARALLEL).unwrap()).await;
        (busy.is_ok(), http.send(&store.post(), until).await.err().unwrap())
    });
    assert!(busy);
    assert_eq!(
        store.told(&late),
        "Unreachable: 64 requests to HOST are under way, and none came to an end \
         -> give it more time, or find out what holds it up"
    );
    assert_eq!(store.asked(), 0);
}

#[test]
fn an_answer_may_have_16_mib_and_not_a_byte_more() {
    for chunked in [false, true] {
        let store = Store::start();
        let exactly = LARGEST as u64;
        store.proxy.next([
            Some(Fault::Huge { bytes: exactly, chunked }),
            Some(Fault::Huge { bytes: exactly + 1, chunked }),
        ]);
        assert_eq!(send(&http(), &store.get()).unwrap().body.len(), LARGEST);
        assert_eq!(
            store.told(&refusal(&http(), &store.get())),
            "Malformed: the answer of HOST is larger than 16 MiB \
             -> look whether the address is that of the store"
        );
        assert_eq!(store.asked(), 2, "it is not asked for again");
    }
}

#[test]
fn a_header_that_cannot_be_sent_is_refused_without_its_text() {
    let store = Store::start();
    let token = HeaderName::from_static("x-vault-token");
    let failure = refusal(&http(), &store.get().header(token, "n0t-a-real\none"));
    assert_eq!(
        store.told(&failure),
        "Malformed: a token or header has characters that HTTP does not allow \
         -> look for a line end in the file or variable that it is from"
    );
    assert_eq!(store.asked(), 0);
}

#[test]
fn of_an_address_only_host_and_port_are_shown() {
    for (url, shown) in [
        ("https://user:pw@vault.example:8200/v1/app?token=x", "vault.example:8200"),
        ("http://[::1]:8200#x", "[::1]:8200"),
        ("vault.example", "vault.example"),
    ] {
        assert_eq!(super::shown(url), shown);
    }
}
