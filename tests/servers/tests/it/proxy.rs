//! What the proxy passes on, logs and delays.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use config_tests_servers::http::{Client, Response};
use config_tests_servers::openbao::Server;
use config_tests_servers::proxy::{Fault, Proxy, most_at_once};
use config_tests_servers::standin::Standin;
use serde_json::json;

#[test]
fn requests_reach_the_server_and_answers_the_client() {
    let admin = Server::shared().admin();
    let kv = admin.kv(2);
    kv.put("app", &json!({ "port": 1 }));
    let proxy = Proxy::before(admin.address());
    let client = Client::new(proxy.address());
    let target = format!("/v1/{}?version=1", kv.path("app"));
    let answer = client.ask("GET", &target, &[("X-Vault-Token", "root")], b"").unwrap();
    assert_eq!((answer.status, &answer.value()["data"]["data"]), (200, &json!({ "port": 1 })));
    let missing = client.ask("HEAD", "/v1/sys/none", &[("X-Vault-Token", "root")], b"").unwrap();
    assert_eq!(missing.status, 404);
}

#[test]
fn the_log_tells_what_was_asked_and_no_credential() {
    let standin = Standin::start(|_| Response::json(200, &json!({})));
    let proxy = Proxy::before(standin.address());
    let headers = [
        ("X-Amz-Target", "secretsmanager.GetSecretValue"),
        ("X-Vault-Token", "canary-1"),
        ("Authorization", "Bearer canary-2"),
        ("Cookie", "canary-3"),
    ];
    Client::new(proxy.address()).ask("POST", "/a/b?c=d", &headers, b"canary-4").unwrap();
    let log = proxy.requests();
    let [entry] = &log[..] else { panic!("one request is one entry: {log:?}") };
    assert_eq!(
        (&*entry.method, &*entry.path, entry.query.as_deref()),
        ("POST", "/a/b", Some("c=d"))
    );
    assert_eq!(entry.headers.value("x-amz-target"), Some("secretsmanager.GetSecretValue"));
    assert_eq!((entry.status, &entry.fault), (Some(200), &None));
    assert!(!format!("{log:?}").contains("canary"));
    proxy.forget();
    assert_eq!(proxy.requests().len(), 0);
}

#[test]
fn a_delay_holds_for_each_request_and_the_log_shows_who_was_there_at_once() {
    let standin = Standin::start(|_| Response::json(200, &json!({})));
    let proxy = Proxy::before(standin.address());
    proxy.delay(Duration::from_millis(100));
    let client = Client::new(proxy.address());
    let ask = || client.ask("GET", "/", &[], b"").unwrap();
    let start = Instant::now();
    scope(|scope| (0..4).for_each(|_| drop(scope.spawn(ask))));
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(most_at_once(&proxy.requests()), 4);
    proxy.forget();
    (0..2).for_each(|_| drop(ask()));
    assert_eq!(most_at_once(&proxy.requests()), 1);
    assert_eq!(proxy.count("GET", "/"), 2);
}

#[test]
fn one_connection_carries_many_requests_and_has_one_number() {
    let standin = Standin::start(|request| Response::text(200, "text/plain", request.path()));
    let proxy = Proxy::before(standin.address());
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    for path in ["/a", "/b"] {
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        while !answer.ends_with(path) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(char::from(byte[0]));
        }
    }
    let connections: Vec<u64> = proxy.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [1, 1]);
}

#[test]
fn connections_are_refused_until_they_are_accepted_again() {
    let standin = Standin::start(|_| Response::json(200, &json!({})));
    let proxy = Proxy::before(standin.address());
    let client = Client::new(proxy.address());
    for _ in 0..3 {
        let mut idle = TcpStream::connect(proxy.address()).unwrap();
        proxy.refuse();
        assert_eq!(
            client.ask("GET", "/", &[], b"").unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );
        assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
        proxy.accept();
        assert_eq!(client.ask("GET", "/", &[], b"").unwrap().status, 200);
    }
    proxy.refuse();
    proxy.heal();
    assert_eq!(client.ask("GET", "/", &[], b"").unwrap().status, 200);
}

#[test]
fn faults_come_from_the_queue_then_from_the_closure() {
    let standin = Standin::start(|_| Response::json(200, &json!({})));
    let proxy = Proxy::before(standin.address());
    let status =
        |path: &str| Client::new(proxy.address()).ask("GET", path, &[], b"").unwrap().status;
    proxy.when(|request| (request.path() == "/bad").then(|| Fault::status(500)));
    proxy.next([Some(Fault::status(503)), None]);
    assert_eq!(
        [status("/bad"), status("/bad"), status("/bad"), status("/good")],
        [503, 200, 500, 200]
    );
    proxy.heal();
    assert_eq!(status("/bad"), 200);
}

#[test]
fn a_proxy_that_is_dropped_ends_its_connections() {
    let proxy = Proxy::before_nothing();
    proxy.always(Fault::BlackHole);
    let address = proxy.address();
    scope(|scope| {
        let client = scope.spawn(move || Client::new(address).ask("GET", "/", &[], b"").is_err());
        while proxy.requests().is_empty() {
            sleep(Duration::from_millis(1));
        }
        drop(proxy);
        assert!(client.join().unwrap());
    });
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn every_connection_passes_what_stands_before_a_proxy() {
    let standin = Standin::start(|_| Response::json(200, &json!({})));
    let passed = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&passed);
    let only_the_first = move |stream| (seen.fetch_add(1, Ordering::SeqCst) == 0).then_some(stream);
    let proxy = Proxy::behind::<TcpStream>(only_the_first, standin.address());
    let client = Client::new(proxy.address());
    assert_eq!(client.ask("GET", "/", &[], b"").unwrap().status, 200);
    assert!(client.ask("GET", "/", &[], b"").is_err());
    assert_eq!((passed.load(Ordering::SeqCst), proxy.requests().len()), (2, 1));
}
