//! Each fault does what it says.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use config_tests_servers::http::{Client, Response};
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::standin::Standin;
use serde_json::{Value, json};

/// A server that counts, and a proxy before it.
struct Bed {
    proxy: Proxy,
    asked: Arc<AtomicUsize>,
    _standin: Standin,
}

impl Bed {
    fn new() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let standin = Standin::start(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Response::json(200, &json!({ "data": { "port": 1 } }))
        });
        Self { proxy: Proxy::before(standin.address()), asked, _standin: standin }
    }

    fn ask(&self) -> std::io::Result<Response> {
        Client::new(self.proxy.address()).patience(Duration::from_millis(400)).ask(
            "GET",
            "/",
            &[],
            b"",
        )
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// All bytes that come on a connection after one request, and how it ends.
    fn raw(&self) -> (Vec<u8>, Option<ErrorKind>) {
        let mut stream = TcpStream::connect(self.proxy.address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes).err().map(|error| error.kind());
        (bytes, end)
    }
}

#[test]
fn a_black_hole_accepts_and_never_answers() {
    let bed = Bed::new();
    bed.proxy.once(Fault::BlackHole);
    let start = Instant::now();
    assert_eq!(bed.ask().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert_eq!(bed.asked(), 0);
    assert_eq!(bed.ask().unwrap().status, 200);
}

#[test]
fn a_reset_ends_the_connection_by_rst() {
    let bed = Bed::new();
    bed.proxy.once(Fault::Reset);
    assert_eq!(bed.raw(), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(bed.asked(), 0);
}

#[test]
fn no_reply_takes_effect_and_says_nothing() {
    let bed = Bed::new();
    bed.proxy.once(Fault::NoReply);
    assert_eq!(bed.raw(), (Vec::new(), None));
    assert_eq!(bed.asked(), 1);
}

#[test]
fn a_late_answer_is_the_real_one() {
    let bed = Bed::new();
    bed.proxy.once(Fault::Late(Duration::from_millis(100)));
    let start = Instant::now();
    assert_eq!(bed.ask().unwrap().value()["data"]["port"], 1);
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[test]
fn a_slow_body_comes_byte_by_byte() {
    let bed = Bed::new();
    bed.proxy.once(Fault::SlowBody(Duration::from_millis(10)));
    let start = Instant::now();
    let answer = bed.ask().unwrap();
    assert_eq!(answer.value()["data"]["port"], 1);
    assert!(start.elapsed() >= Duration::from_millis(10 * (answer.body.len() as u64 - 1)));
}

#[test]
fn an_answer_of_its_own_has_status_and_headers() {
    let bed = Bed::new();
    bed.proxy.next([Some(Fault::too_many_requests(Some(7))), Some(Fault::too_many_requests(None))]);
    let (limited, bare) = (bed.ask().unwrap(), bed.ask().unwrap());
    assert_eq!((limited.status, limited.headers.value("retry-after")), (429, Some("7")));
    assert_eq!((bare.status, bare.headers.value("retry-after")), (429, None));
    for status in [500, 503] {
        bed.proxy.once(Fault::status(status));
        assert_eq!(bed.ask().unwrap().status, status);
    }
    assert_eq!(bed.asked(), 0);
}

#[test]
fn a_truncated_body_is_shorter_than_its_head_says() {
    let bed = Bed::new();
    bed.proxy.once(Fault::Truncated);
    assert_eq!(bed.ask().unwrap_err().kind(), ErrorKind::UnexpectedEof);
    bed.proxy.once(Fault::Truncated);
    let (bytes, end) = bed.raw();
    assert_eq!(end, None);
    assert!(
        bytes.ends_with(b"Content-Length: 19\r\n\r\n{\"data\":{"),
        "{}",
        String::from_utf8_lossy(&bytes)
    );
}

#[test]
fn malformed_json_is_whole_as_http() {
    let bed = Bed::new();
    bed.proxy.once(Fault::MalformedJson);
    let answer = bed.ask().unwrap();
    assert_eq!((answer.status, &*answer.body), (200, &br#"{"data":{"port":1}"#[..]));
    assert_eq!(answer.value(), Value::Null);
}

#[test]
fn a_huge_body_is_json_of_exactly_that_size() {
    let bed = Bed::new();
    bed.proxy.next([Some(Fault::huge()), Some(Fault::Huge { bytes: 1 << 20, chunked: true })]);
    let huge = bed.ask().unwrap();
    assert_eq!(huge.body.len(), 100 << 20);
    let chunked = bed.ask().unwrap();
    assert_eq!((chunked.body.len(), chunked.headers.value("content-length")), (1 << 20, None));
    for answer in [huge, chunked] {
        assert!(answer.body.starts_with(b"{\"padding\":\"aaa") && answer.body.ends_with(b"aaa\"}"));
    }
}

#[test]
fn json_of_a_wrong_type_is_json() {
    let bed = Bed::new();
    bed.proxy.next([
        Some(Fault::wrong_type()),
        Some(Fault::rewritten(|answer| answer["data"]["port"] = json!(["no", "port"]))),
    ]);
    assert_eq!(bed.ask().unwrap().value(), json!([7]));
    assert_eq!(bed.ask().unwrap().value(), json!({ "data": { "port": ["no", "port"] } }));
}

#[test]
fn the_log_names_the_fault() {
    let bed = Bed::new();
    bed.proxy.next([Some(Fault::status(503)), Some(Fault::Reset), None]);
    drop((bed.ask(), bed.ask(), bed.ask()));
    let faults: Vec<Option<String>> =
        bed.proxy.requests().into_iter().map(|request| request.fault).collect();
    assert_eq!(faults, [Some("answer 503".into()), Some("reset".into()), None]);
}
