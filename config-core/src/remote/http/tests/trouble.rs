//! Requests that get no answer, or none that is whole.

use std::time::{Duration, Instant};

use config_tests_servers::proxy::{Fault, Silent};

use super::{Store, http, refusal, send, told, wait, within};
use crate::remote::http::Request;

const LOOK: &str = "look at the store's own log, and at what stands between here and there";
const MORE_TIME: &str = "give it more time, or find out what holds it up";

#[test]
fn a_store_that_is_not_there_refuses_connections() {
    let store = Store::start();
    store.proxy.refuse();
    assert_eq!(
        store.told(&refusal(&http(), &store.get())),
        "Unreachable: HOST refuses connections; 4 attempts in N s -> see that the address is right, and that something listens there"
    );
}

#[test]
fn what_was_not_sent_may_be_sent_again_whatever_it_is() {
    let store = Store::start();
    store.proxy.refuse();
    let failure = refusal(&http(), &store.post());
    assert!(!failure.to_string().contains("not known"), "{failure}");
    assert!(failure.to_string().contains("; 4 attempts in "), "{failure}");
}

#[test]
fn a_name_that_nobody_knows_is_told_as_such() {
    let failure = refusal(&http(), &Request::get("http://no-such-host.invalid:8200/v1/app"));
    assert_eq!(
        told(&failure),
        "Unreachable: no-such-host.invalid:8200 is not known: its name cannot be looked up; \
         4 attempts in N s -> mend the name, or DNS"
    );
}

#[test]
fn an_address_that_is_none_is_told_as_such() {
    let failure = refusal(&http(), &Request::get("http://a b/v1/app"));
    assert_eq!(
        told(&failure),
        "Malformed: the address of a b cannot be read -> write it as https://host:port"
    );
}

#[test]
fn a_store_that_takes_no_connections_does_not_answer() {
    let nobody = Silent::start();
    let http = within(Duration::from_millis(800));
    let until = Instant::now() + Duration::from_millis(700);
    let request = Request::get(format!("{}/v1/app", nobody.url()));
    let failure = wait(http.send(&request, until)).err().unwrap();
    let text = told(&failure).replace(&nobody.address().to_string(), "HOST");
    assert!(text.starts_with("Unreachable: HOST does not answer"), "{text}");
    assert!(text.ends_with(" -> mend the address, or let it through the firewall"), "{text}");
}

#[test]
fn each_attempt_has_its_time_and_all_of_them_have_theirs() {
    let store = Store::start();
    store.proxy.always(Fault::BlackHole);
    let failure = refusal(&within(Duration::from_millis(200)), &store.get());
    assert_eq!(
        store.told(&failure),
        format!(
            "Unreachable: no whole answer from HOST within 200 ms; 4 attempts in N s -> {MORE_TIME}"
        )
    );
    let started = Instant::now();
    let until = started + Duration::from_millis(500);
    let failure = wait(http().send(&store.get(), until)).err().unwrap();
    assert!(Instant::now() < until + Duration::from_secs(1));
    let text = store.told(&failure);
    assert!(text.starts_with("Unreachable: no whole answer from HOST within "), "{text}");
    assert!(text.contains(" ms"), "{text}");
}

#[test]
fn an_attempt_that_the_deadline_cuts_short_does_not_hide_why_those_before_it_failed() {
    let store = Store::start();
    store.proxy.next([Some(Fault::Reset), Some(Fault::BlackHole)]);
    let until = Instant::now() + Duration::from_secs(1);
    let failure = wait(http().send(&store.get(), until)).err().unwrap();
    assert_eq!(
        store.told(&failure),
        format!(
            "Unreachable: HOST closed the connection without an answer; 2 attempts in N s -> {LOOK}"
        )
    );
}

#[test]
fn a_connection_that_breaks_before_the_answer_is_tried_again() {
    for fault in [Fault::Reset, Fault::NoReply] {
        let store = Store::start();
        store.proxy.once(fault.clone());
        assert_eq!(send(&http(), &store.get()).unwrap().status, 200);
        store.proxy.always(fault);
        let text = store.told(&refusal(&http(), &store.get()));
        let expected =
            "Unreachable: HOST closed the connection without an answer; 4 attempts in N s";
        assert_eq!(text, format!("{expected} -> {LOOK}"));
    }
}

#[test]
fn half_an_answer_is_none() {
    let store = Store::start();
    store.proxy.once(Fault::Truncated);
    assert_eq!(send(&http(), &store.get()).unwrap().body.len(), 48);
    store.proxy.always(Fault::Truncated);
    assert_eq!(
        store.told(&refusal(&http(), &store.get())),
        format!("Unreachable: the answer of HOST broke off; 4 attempts in N s -> {LOOK}")
    );
}

#[test]
fn an_answer_that_drips_is_given_up() {
    let store = Store::start();
    store.proxy.always(Fault::SlowBody(Duration::from_secs(1)));
    let failure = refusal(&within(Duration::from_millis(300)), &store.get());
    assert_eq!(
        store.told(&failure),
        format!(
            "Unreachable: no whole answer from HOST within 300 ms; 4 attempts in N s -> {MORE_TIME}"
        )
    );
}

#[test]
fn a_write_without_a_reply_is_not_made_again_and_its_outcome_is_said_to_be_unknown() {
    let open = "; whether it was carried out is not known";
    for (fault, why) in [
        (Fault::NoReply, "HOST closed the connection without an answer"),
        (Fault::Reset, "HOST closed the connection without an answer"),
        (Fault::BlackHole, "no whole answer from HOST within 300 ms"),
        (Fault::Truncated, "the answer of HOST broke off"),
        (Fault::huge(), "the answer of HOST is larger than 16 MiB"),
    ] {
        let store = Store::start();
        store.proxy.always(fault.clone());
        let failure = refusal(&within(Duration::from_millis(300)), &store.post());
        let text = store.told(&failure);
        assert!(text.contains(&format!(": {why}{open} -> ")), "{text}");
        assert_eq!(store.asked(), 1, "{fault:?}");
    }
    for status in [408, 500, 502, 503, 504] {
        let store = Store::start();
        store.proxy.always(Fault::status(status));
        let failure = send(&http(), &store.post()).unwrap().failure();
        assert!(failure.to_string().ends_with(&format!("(HTTP {status}){open}")), "{failure}");
        assert_eq!(store.asked(), 1);
    }
}

#[test]
fn a_write_that_was_turned_away_is_made_again() {
    let store = Store::start();
    store.proxy.once(Fault::too_many_requests(None));
    assert_eq!(send(&http(), &store.post()).unwrap().status, 200);
    assert_eq!(store.asked(), 2);
    store.proxy.always(Fault::status(400));
    let failure = send(&http(), &store.post()).unwrap().failure();
    assert_eq!(
        store.told(&failure),
        "Malformed: the store did not understand the request (HTTP 400)"
    );
}

#[test]
fn a_write_that_does_no_harm_twice_is_made_again() {
    let store = Store::start();
    store.proxy.once(Fault::NoReply);
    assert_eq!(send(&http(), &store.post().repeatable()).unwrap().status, 200);
    assert_eq!(store.asked(), 2);
}

#[test]
fn what_is_no_json_is_told_without_a_piece_of_it() {
    for (body, why) in [
        (&br#"{"a": "n0t-a-real-one"#[..], "the answer is not JSON: "),
        (b"n0t-a-real-one", "the answer is not JSON: "),
        (b"\"n0t-a-real-one\xff\"", "the answer is not UTF-8 text"),
    ] {
        let store = Store::start();
        store.proxy.always(Fault::body(body));
        let failure = send(&http(), &store.get()).unwrap().json().err().unwrap();
        let text = store.told(&failure);
        assert!(text.starts_with(&format!("Malformed: {why}")), "{text}");
        assert!(!text.contains("real"), "{text}");
    }
}
