//! Secrets Manager and Parameter Store.

use std::sync::OnceLock;

use config_tests::Bench;
use config_tests::crafted::{Store, Vendor};
use config_tests_servers::{base64, moto, unique};
use serde_json::{Value, json};

use super::super::adapters::{Adapter, Given};
use super::super::bed::Pairs;
use super::{BROKEN, BYTES, NOBODY, PINNED};

/// AWS Secrets Manager.
pub(in super::super) struct Aws;

/// AWS Systems Manager Parameter Store.
pub(in super::super) struct Ssm;

const REGION: &str = "eu-west-1";

impl Adapter for Aws {
    fn profile(&self) -> &'static str {
        "aws"
    }

    fn put(&self, _bench: &Bench, pairs: &Pairs) -> Given {
        let name = unique("app");
        call("CreateSecret", &json!({ "Name": name, "SecretString": pairs.tree().json() }));
        at(&name)
    }

    fn spoil(&self, _bench: &Bench) -> Given {
        let name = unique("app");
        call("CreateSecret", &json!({ "Name": name, "SecretString": BROKEN }));
        at(&name)
    }

    fn put_bytes(&self, _bench: &Bench, bytes: &[u8]) -> Given {
        let name = unique("app");
        call("CreateSecret", &json!({ "Name": name, "SecretString": "{}" }));
        let _ = moto::Server::shared().call(
            REGION,
            "CreateSecret",
            &json!({ "Name": BYTES, "SecretString": "" }),
        );
        call("PutSecretValue", &json!({ "SecretId": BYTES, "SecretBinary": base64(bytes) }));
        at(&name)
    }

    fn put_versions(&self, _bench: &Bench, versions: &[Pairs], read: Option<usize>) -> Given {
        let name = unique("app");
        call("CreateSecret", &json!({ "Name": name, "SecretString": "{}" }));
        let put = |pairs: &Pairs| {
            let put = json!({ "SecretId": name, "SecretString": pairs.tree().json() });
            call("PutSecretValue", &put)["VersionId"].as_str().unwrap_or_default().to_owned()
        };
        let mut written: Vec<String> = versions.iter().map(put).collect();
        let version = match read {
            Some(index) => written.swap_remove(index),
            None => "00000000-0000-4000-8000-000000000000".to_owned(),
        };
        at(&format!("{name}@{version}"))
    }

    fn deny(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        refusing(Vendor::Aws, "app")
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        elsewhere(self.put(bench, pairs))
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
            put_parameter(&json!({ "Name": format!("{path}/{name}"), "Value": tree.plain() }));
        }
        at(&format!("ssm:{path}"))
    }

    fn put_pinned(&self, _bench: &Bench, texts: [&str; 2]) -> Given {
        static PUT: OnceLock<()> = OnceLock::new();
        PUT.get_or_init(|| {
            for text in texts {
                let name = format!("/{PINNED}");
                put_parameter(&json!({ "Name": name, "Value": text, "Overwrite": true }));
            }
        });
        at("ssm:/none")
    }

    fn deny(&self, _bench: &Bench, _pairs: &Pairs) -> Given {
        refusing(Vendor::Ssm, "ssm:/app")
    }

    fn lose(&self, bench: &Bench, pairs: &Pairs) -> Given {
        elsewhere(self.put(bench, pairs))
    }
}

fn call(action: &str, body: &Value) -> Value {
    moto::Server::shared().must(REGION, action, body)
}

fn put_parameter(parameter: &Value) {
    let mut put = parameter.clone();
    put["Type"] = "SecureString".into();
    let server = moto::Server::shared();
    let (status, _) = server.call_as("test", REGION, "ssm", "AmazonSSM.PutParameter", &put);
    assert_eq!(status, 200, "putting {}", parameter["Name"]);
}

fn at(place: &str) -> Given {
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

/// A service that says to everything what AWS says to whom no policy allows it.
fn refusing(vendor: Vendor, place: &str) -> Given {
    let store = Store::start(vendor, move |_, _, _| vendor.refusal(403, "not authorized"));
    let endpoint = store.told().variables.into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL");
    let (_, endpoint) = endpoint.expect("an endpoint");
    Given { server: Some(Box::new(store)), ..at(place).with("AWS_ENDPOINT_URL", &endpoint) }
}

fn elsewhere(given: Given) -> Given {
    given.with("AWS_ENDPOINT_URL", &format!("http://{NOBODY}"))
}
