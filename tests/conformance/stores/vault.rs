//! KV of OpenBao.

use std::sync::OnceLock;

use config_tests::Bench;
use config_tests_servers::http::Client;
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use config_tests_servers::unique;
use serde_json::json;

use super::super::adapters::{Adapter, Given};
use super::super::bed::Pairs;
use super::{NOBODY, PINNED};

/// Version 2.
pub(in super::super) struct Vault;

/// Version 1.
pub(in super::super) struct Vault1;

/// The server refuses more than a thousand keys and texts at once, so what is large is put together from parts.
const AT_ONCE: usize = 400;

impl Adapter for Vault {
    fn profile(&self) -> &'static str {
        "vault"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        holding(kv_2(), pairs)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        versions.iter().for_each(|pairs| write(kv_2(), &name, pairs));
        let version = read.map_or(versions.len() + 1, |index| index + 1);
        at(kv_2(), &format!("{name}@{version}"))
    }

    /// Where the server has an engine of itself, since keys are known when tests are compiled.
    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        static PUT: OnceLock<()> = OnceLock::new();
        PUT.get_or_init(|| {
            for text in texts {
                let body = json!({ "data": { "text": text } });
                Server::shared().admin().must("POST", &format!("secret/data/{PINNED}"), &body);
            }
        });
        at(kv_2(), "none")
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        without_a_policy(holding(kv_2(), pairs))
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        elsewhere(holding(kv_2(), pairs))
    }
}

impl Adapter for Vault1 {
    fn profile(&self) -> &'static str {
        "vault_1"
    }

    fn kind(&self) -> &'static str {
        "vault"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        holding(kv_1(), pairs)
    }

    fn deny(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        without_a_policy(holding(kv_1(), pairs))
    }

    fn lose(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        elsewhere(holding(kv_1(), pairs))
    }
}

fn kv_2() -> &'static Kv {
    static KV: OnceLock<Kv> = OnceLock::new();
    KV.get_or_init(|| Server::shared().admin().kv(2))
}

fn kv_1() -> &'static Kv {
    static KV: OnceLock<Kv> = OnceLock::new();
    KV.get_or_init(|| Server::shared().admin().kv(1))
}

fn holding(kv: &Kv, pairs: &Pairs) -> Given {
    let name = unique("app");
    write(kv, &name, pairs);
    at(kv, &name)
}

fn write(kv: &Kv, name: &str, pairs: &Pairs) {
    let (first, rest) = pairs.by_path.split_at(pairs.by_path.len().min(AT_ONCE));
    send("POST", kv, name, &pairs.of(first));
    rest.chunks(AT_ONCE).for_each(|chunk| send("PATCH", kv, name, &pairs.of(chunk)));
}

/// As text: numbers keep their digits on the way.
fn send(method: &str, kv: &Kv, name: &str, pairs: &Pairs) {
    let body = match kv.version {
        1 => pairs.tree().json(),
        _ => format!("{{\"data\": {}}}", pairs.tree().json()),
    };
    let content = match method {
        "PATCH" => "application/merge-patch+json",
        _ => "application/json",
    };
    let headers = [("X-Vault-Token", ROOT_TOKEN), ("Content-Type", content)];
    let target = format!("/v1/{}", kv.path(name));
    let answer =
        Client::new(Server::shared().address()).ask(method, &target, &headers, body.as_bytes());
    let status = answer.expect("OpenBao answers").status;
    assert!((200..300).contains(&status), "writing a secret answers {status}");
}

fn at(kv: &Kv, name: &str) -> Given {
    let place = format!("{}/{name}", kv.mount);
    let variables = [
        ("VAULT_ADDR", Server::shared().url()),
        ("VAULT_TOKEN", ROOT_TOKEN.to_owned()),
        ("PLACE", place),
    ];
    Given {
        variables: variables.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Given::default()
    }
}

fn without_a_policy(given: Given) -> Given {
    given.with("VAULT_TOKEN", &Server::shared().admin().token(&["default"], "1h"))
}

fn elsewhere(given: Given) -> Given {
    given.with("VAULT_ADDR", &format!("http://{NOBODY}"))
}
