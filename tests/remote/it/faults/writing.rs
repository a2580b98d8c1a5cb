//! Writes whose reply is lost.

use config_core::store::{Expect, Store, wait};
use config_core::testing::{Canaries, assert_no_secrets};
use config_core::{FailureKind, Node, Position, Text, Value, Vault};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;

use super::bed::SECRET;

struct Bed {
    kv: Kv,
    proxy: Proxy,
    vault: Vault,
    name: String,
}

impl Bed {
    /// A secret with one version, in a store behind a proxy.
    fn new() -> Self {
        let kv = Server::shared().admin().kv(2);
        kv.put("app", &json!({ "password": "the-first" }));
        let proxy = Proxy::before(Server::shared().address());
        let vault = Vault::builder().endpoint(proxy.url()).token(ROOT_TOKEN).build().unwrap();
        let name = format!("{}/app", kv.mount);
        Self { kv, proxy, vault, name }
    }

    /// What a write of a second version says where requests that write fare so.
    #[track_caller]
    fn written(&self, fault: Fault) -> String {
        self.proxy.when(move |request| (request.method != "GET").then(|| fault.clone()));
        let value = value();
        let put = self.vault.put(&self.name, &value, Expect::Version("1"));
        let failure = wait(put).expect_err("it has to fail");
        assert_eq!(failure.kind(), FailureKind::Unreachable, "{failure}");
        let text = format!("{failure} {failure:?}");
        assert_no_secrets(&text, Canaries::none().and("the secret", SECRET));
        self.proxy.heal();
        failure.to_string()
    }

    fn versions(&self) -> Vec<String> {
        wait(self.vault.versions(&self.name)).unwrap().into_iter().map(|it| it.id).collect()
    }

    fn writes(&self) -> usize {
        self.proxy.requests().iter().filter(|request| request.method != "GET").count()
    }
}

fn value() -> Node {
    let entries = vec![(Text::new("password".to_owned()), Node::from(SECRET))];
    Node::new(Value::Map(entries), Position::default())
}

#[test]
fn a_write_that_was_carried_out_without_a_reply_is_said_to_be_open_and_shows_later() {
    let bed = Bed::new();
    let text = bed.written(Fault::NoReply);
    assert!(text.contains("closed the connection without an answer"), "{text}");
    assert!(text.contains("whether it was carried out is not known"), "{text}");
    assert_eq!(bed.writes(), 1, "it is not made twice");
    assert_eq!(bed.versions(), ["2", "1"]);
    assert_eq!(bed.kv.data("app")["password"], SECRET);
}

#[test]
fn a_write_that_was_not_carried_out_reads_the_same() {
    let bed = Bed::new();
    let text = bed.written(Fault::Reset);
    assert!(text.contains("whether it was carried out is not known"), "{text}");
    assert_eq!(bed.writes(), 1);
    assert_eq!(bed.versions(), ["1"]);
}

#[test]
fn a_write_that_a_gateway_gave_up_is_open_too() {
    let bed = Bed::new();
    let text = bed.written(Fault::status(504));
    assert!(text.contains("whether it was carried out is not known"), "{text}");
    assert_eq!(bed.writes(), 1);
}

#[test]
fn a_write_that_never_left_is_not_open() {
    let bed = Bed::new();
    bed.proxy.refuse();
    let failure = wait(bed.vault.create(&bed.name, &value())).unwrap_err();
    let text = failure.to_string();
    assert!(!text.contains("not known"), "{text}");
    assert!(text.contains("refuses connections; 4 attempts in"), "{text}");
}
