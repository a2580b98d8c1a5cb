//! The proxy for what is not plain HTTP.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use config_tests_servers::http::{Client, Response};
use config_tests_servers::proxy::{Passage, Tunnel};
use config_tests_servers::standin::Standin;
use serde_json::json;

fn standin() -> Standin {
    Standin::start(|_| Response::json(200, &json!({ "port": 1 })))
}

fn ask(tunnel: &Tunnel) -> std::io::Result<Response> {
    Client::new(tunnel.address()).patience(Duration::from_millis(400)).ask("GET", "/", &[], b"")
}

#[test]
fn bytes_pass_both_ways() {
    let standin = standin();
    let tunnel = Tunnel::before(standin.address());
    assert_eq!(ask(&tunnel).unwrap().value(), json!({ "port": 1 }));
    tunnel.set(Passage::Late(Duration::from_millis(100)));
    let start = Instant::now();
    assert_eq!(ask(&tunnel).unwrap().value(), json!({ "port": 1 }));
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(tunnel.connections(), 2);
}

#[test]
fn a_tunnel_fails_as_it_is_told() {
    let standin = standin();
    let tunnel = Tunnel::before(standin.address());
    tunnel.set(Passage::BlackHole);
    assert_eq!(ask(&tunnel).unwrap_err().kind(), ErrorKind::WouldBlock);
    tunnel.set(Passage::Reset);
    // Where the reset is faster than the request, writing fails first.
    assert!(
        [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe]
            .contains(&ask(&tunnel).unwrap_err().kind())
    );
    tunnel.refuse();
    assert_eq!(ask(&tunnel).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    tunnel.set(Passage::Open);
    tunnel.accept();
    assert_eq!(ask(&tunnel).unwrap().status, 200);
}

#[test]
fn a_cut_ends_the_connections_there_are_and_no_others() {
    let standin = standin();
    let tunnel = Tunnel::before(standin.address());
    let mut stream = TcpStream::connect(tunnel.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 1);
    tunnel.cut();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // The rest of the answer may have been on its way.
    let end = stream.read_to_end(&mut Vec::new()).err().map(|error| error.kind());
    assert!([None, Some(ErrorKind::ConnectionReset)].contains(&end), "{end:?}");
    assert_eq!(ask(&tunnel).unwrap().status, 200);
}
