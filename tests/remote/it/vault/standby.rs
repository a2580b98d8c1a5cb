//! A standby sends to the node that is active.

use config_core::ProblemKind;
use config_tests_servers::http::Response;
use config_tests_servers::openbao::Server;
use config_tests_servers::standin::Standin;
use serde_json::json;

use super::{admin, as_root, failure, one, proxy, requests};

fn standby(to: impl Fn(&str) -> String + Send + Sync + 'static) -> Standin {
    Standin::start(move |request| {
        Response::text(307, "text/plain", "").with("location", &to(&request.target))
    })
}

#[test]
fn the_active_node_that_a_standby_tells_is_asked_once_with_the_token() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let active = proxy();
    let url = active.url();
    let standby = standby(move |target| format!("{url}{target}"));
    let place = format!("{}/app", kv.mount);
    assert_eq!(one(&place, &as_root(&standby.url())).unwrap(), "n0t-a-real-one");
    assert_eq!(requests(&active).len(), 1);
}

#[test]
fn nodes_that_send_in_circles_are_given_up() {
    let url = Server::shared().url();
    let second = standby(move |target| format!("{url}{target}"));
    let first_url = second.url();
    let first = standby(move |target| format!("{first_url}{target}"));
    let (kind, text) = failure("secret/app", &as_root(&first.url()));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    assert!(text.contains("none of them is active"), "{text}");
}

#[test]
fn another_scheme_is_not_followed() {
    let standby = standby(|target| format!("https://127.0.0.1:1{target}"));
    let (kind, text) = failure("secret/app", &as_root(&standby.url()));
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("another scheme"), "{text}");
}
