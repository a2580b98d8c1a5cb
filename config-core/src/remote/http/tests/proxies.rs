//! Requests by way of a proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};

use config_tests_servers::http::Response as Answer;
use config_tests_servers::standin::Standin;
use serde_json::json;

use super::{Store, refusal, send, told};
use crate::remote::http::{Http, Request};
use crate::remote::reach::Reach;
use crate::value::Text;

fn by_way_of(proxy: &str, except: Option<&str>) -> Http {
    let text = |text: &str| Text::new(text.to_owned());
    let (proxy, no_proxy) = (Some(text(proxy)), except.map(text));
    Http::new(Reach { proxy, no_proxy, ..Reach::default() })
}

#[test]
fn a_proxy_is_asked_for_every_host_that_is_not_excepted() {
    let proxy = Standin::start(|request| Answer::json(200, &json!({ "to": request.target })));
    let store = Store::start();
    let through = by_way_of(&proxy.url(), Some("127.0.0.1,.internal.example"));
    let asked = |url: &str| {
        let response = send(&through, &Request::get(url)).unwrap();
        String::from_utf8(response.body.to_vec()).unwrap()
    };
    assert!(asked("http://store.example/v1/app").contains("http://store.example/v1/app"));
    assert!(!asked(&store.get().url).contains("/v1/app"));
    assert_eq!(store.asked(), 1);
}

#[test]
fn a_proxy_that_is_not_there_is_not_mistaken_for_the_store() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = by_way_of(&format!("http://user:pw@{nobody}"), None);
    let text = told(&refusal(&http, &Request::get("https://store.example/v1/app")));
    assert_eq!(
        text.replace(&nobody.to_string(), "PROXY"),
        "Unreachable: store.example, or the proxy PROXY on the way to it, refuses connections; \
         4 attempts in N s -> start the proxy, or mend its address: HTTPS_PROXY"
    );
}

#[test]
fn a_proxy_that_does_not_let_through_says_so() {
    for (status, expected) in [
        (
            407,
            "Unreachable: the proxy on the way to store.example wants a login; 4 attempts in N s \
             -> write it in the proxy's address",
        ),
        (
            403,
            "Unreachable: the proxy does not let through to store.example; 4 attempts in N s \
             -> have the proxy let it through, or name the host in NO_PROXY",
        ),
    ] {
        let http = by_way_of(&format!("http://{}", refusing(status)), None);
        let failure = refusal(&http, &Request::get("https://store.example/v1/app"));
        assert_eq!(told(&failure), expected);
    }
}

#[test]
fn the_address_of_a_proxy_has_to_be_one() {
    let http = by_way_of("ht tp://pw", None);
    let failure = refusal(&http, &Request::get("https://store.example/v1/app"));
    assert_eq!(
        told(&failure),
        "NotConfigured: the address of the proxy cannot be read -> write it as http://HOST:PORT"
    );
}

/// A proxy that answers every request so.
fn refusing(status: u16) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let _head = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).count();
            let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}
