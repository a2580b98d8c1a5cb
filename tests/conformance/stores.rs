//! Stores that are asked over a network: a real server, one for all cases, each case with names of its own.

use std::any::Any;
use std::sync::{Mutex, OnceLock, PoisonError};

use config_core::SecretString;
use config_tests::Bench;
use config_tests::sources::Boxed;
use config_tests_servers::azure::{self, CLIENT_SECRET};
use config_tests_servers::http::Client;
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use config_tests_servers::{base64, gcp, moto, unique};
use serde_json::{Value, json};

use super::adapters::{Adapter, Given};
use super::bed::Pairs;

/// KV version 2 of OpenBao.
pub(super) struct Vault;

/// KV version 1.
pub(super) struct Vault1;

/// AWS Secrets Manager.
pub(super) struct Aws;

/// AWS Systems Manager Parameter Store.
pub(super) struct Ssm;

/// A secret of Google Secret Manager that is a JSON object.
pub(super) struct Gcp;

/// Secrets of Google Secret Manager, one for each field.
pub(super) struct GcpOwn;

/// A secret of Azure Key Vault that is a JSON object.
pub(super) struct Azure;

/// Secrets of Azure Key Vault, one for each field.
pub(super) struct AzureOwn;

const REGION: &str = "eu-west-1";

/// What a field names itself, since a secret of bytes has no keys.
const BYTES: &str = "conformance-bytes";

const BROKEN: &str = "{\"text\": ";

impl Adapter for Vault {
    fn profile(&self) -> &'static str {
        "vault"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let name = unique("app");
        write(kv_2(), &name, pairs);
        at(kv_2(), &name)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        versions.iter().for_each(|pairs| write(kv_2(), &name, pairs));
        let version = read.map_or(versions.len() + 1, |index| index + 1);
        at(kv_2(), &format!("{name}@{version}"))
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
        let name = unique("app");
        write(kv_1(), &name, pairs);
        at(kv_1(), &name)
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

/// The server refuses more than a thousand keys and texts at once, so what is large is put together from parts.
const AT_ONCE: usize = 400;

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

impl Adapter for Aws {
    fn profile(&self) -> &'static str {
        "aws"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let name = unique("app");
        secrets("CreateSecret", &json!({ "Name": name, "SecretString": pairs.tree().json() }));
        of_aws(&name)
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let name = unique("app");
        secrets("CreateSecret", &json!({ "Name": name, "SecretString": BROKEN }));
        of_aws(&name)
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let name = unique("app");
        secrets("CreateSecret", &json!({ "Name": name, "SecretString": "{}" }));
        let _ = moto::Server::shared().call(
            REGION,
            "CreateSecret",
            &json!({ "Name": BYTES, "SecretString": "" }),
        );
        secrets("PutSecretValue", &json!({ "SecretId": BYTES, "SecretBinary": base64(bytes) }));
        of_aws(&name)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        secrets("CreateSecret", &json!({ "Name": name, "SecretString": "{}" }));
        let put = |pairs: &Pairs| {
            let put = json!({ "SecretId": name, "SecretString": pairs.tree().json() });
            secrets("PutSecretValue", &put)["VersionId"].as_str().unwrap_or_default().to_owned()
        };
        let mut written: Vec<String> = versions.iter().map(put).collect();
        let version = match read {
            Some(index) => written.swap_remove(index),
            None => "00000000-0000-4000-8000-000000000000".to_owned(),
        };
        of_aws(&format!("{name}@{version}"))
    }
}

impl Adapter for Ssm {
    fn profile(&self) -> &'static str {
        "ssm"
    }

    fn kind(&self) -> &'static str {
        "aws"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let path = format!("/{}", unique("app"));
        for (name, tree) in pairs.files() {
            let (name, value) = (format!("{path}/{name}"), tree.plain());
            let put = json!({ "Name": name, "Value": value, "Type": "SecureString" });
            let server = moto::Server::shared();
            let (status, _) = server.call_as("test", REGION, "ssm", "AmazonSSM.PutParameter", &put);
            assert_eq!(status, 200, "putting {name}");
        }
        of_aws(&format!("ssm:{path}"))
    }
}

impl Adapter for Gcp {
    fn profile(&self) -> &'static str {
        "gcp"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let project = unique("project");
        gcp().add(&project, "app", pairs.tree().json().as_bytes());
        of_gcp(project, "app")
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let project = unique("project");
        gcp().add(&project, "app", BROKEN.as_bytes());
        of_gcp(project, "app")
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let project = unique("project");
        gcp().add(&project, "app", b"{}");
        gcp().add(&project, BYTES, bytes);
        of_gcp(project, "app")
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let project = unique("project");
        for pairs in versions {
            gcp().add(&project, "app", pairs.tree().json().as_bytes());
        }
        let version = read.unwrap_or(versions.len()) + 1;
        of_gcp(project, &format!("app@{version}"))
    }
}

impl Adapter for GcpOwn {
    fn profile(&self) -> &'static str {
        "gcp_own"
    }

    fn kind(&self) -> &'static str {
        "gcp"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let project = unique("project");
        for (path, tree) in &pairs.by_path {
            gcp().add(&project, &hyphenated(path), tree.plain().as_bytes());
        }
        of_gcp(project, "")
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let project = unique("project");
        gcp().add(&project, "app-bytes", bytes);
        of_gcp(project, "")
    }
}

impl Adapter for Azure {
    fn profile(&self) -> &'static str {
        "azure"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let name = unique("app");
        let vault = azure();
        vault.set(&name, &pairs.tree().json());
        of_azure(vault, &name)
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let name = unique("app");
        let vault = azure();
        vault.set(&name, BROKEN);
        of_azure(vault, &name)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        let vault = azure();
        let put = |pairs: &Pairs| vault.set(&name, &pairs.tree().json());
        let mut written: Vec<String> = versions.iter().map(put).collect();
        let version = match read {
            Some(index) => written.swap_remove(index),
            None => "0".repeat(32),
        };
        of_azure(vault, &format!("{name}@{version}"))
    }
}

impl Adapter for AzureOwn {
    fn profile(&self) -> &'static str {
        "azure_own"
    }

    fn kind(&self) -> &'static str {
        "azure"
    }

    /// There is one vault, and all cases have the same names in it.
    fn alone(&self) -> Option<Box<dyn Any>> {
        static TURN: Mutex<()> = Mutex::new(());
        Some(Box::new(TURN.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        static VAULT: OnceLock<Mutex<azure::StandIn>> = OnceLock::new();
        let vault = VAULT.get_or_init(|| Mutex::new(azure::StandIn::start()));
        let mut vault = vault.lock().unwrap_or_else(PoisonError::into_inner);
        vault.reset();
        for (path, tree) in &pairs.by_path {
            vault.set(&hyphenated(path), &tree.plain());
        }
        of_azure(&vault, "")
    }
}

fn secrets(action: &str, body: &Value) -> Value {
    moto::Server::shared().must(REGION, action, body)
}

fn of_aws(place: &str) -> Given {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-real-one"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &moto::Server::shared().url()),
        ("PLACE", place),
    ];
    Given {
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..Given::default()
    }
}

fn gcp() -> &'static gcp::StandIn {
    static STANDIN: OnceLock<gcp::StandIn> = OnceLock::new();
    STANDIN.get_or_init(gcp::StandIn::start)
}

/// Each case in a project of its own.
fn of_gcp(project: String, place: &str) -> Given {
    let source = config_core::Gcp::builder().project(project).endpoint(gcp().url());
    let source =
        source.access_token(SecretString::from("not-a-real-one")).build().expect("an endpoint");
    Given {
        variables: vec![("PLACE".to_owned(), place.to_owned())],
        source: Some(Boxed(Box::new(source))),
        ..Given::default()
    }
}

fn azure() -> &'static azure::StandIn {
    static STANDIN: OnceLock<azure::StandIn> = OnceLock::new();
    STANDIN.get_or_init(azure::StandIn::start)
}

fn of_azure(vault: &azure::StandIn, place: &str) -> Given {
    let secret = SecretString::from(CLIENT_SECRET);
    let source = config_core::Azure::builder()
        .endpoint(vault.url())
        .authority(vault.url())
        .verify_challenge_resource(false)
        .ca(vault.ca())
        .env(config_tests::NOTHING)
        .client_secret(vault.tenant(), vault.client_id(), secret)
        .build();
    Given {
        variables: vec![("PLACE".to_owned(), place.to_owned())],
        source: Some(Boxed(Box::new(source.expect("an endpoint")))),
        ..Given::default()
    }
}

/// `app-smtp-user-name`.
fn hyphenated(path: &str) -> String {
    format!("app-{path}").replace(['.', '_'], "-")
}
