//! AWS Secrets Manager and Parameter Store, by moto.

use std::time::Duration;

use config_core::Aws;
use config_tests_servers::moto::Server;
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::unique;
use serde_json::{Value, json};

use super::{Parts, Store, answer, at, trusted};

const REGION: &str = "eu-west-1";
const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const KEY: &str = "n0t-a-real-access-k3y";

/// A secret.
pub(super) fn secrets() -> Store {
    let name = unique("faults");
    let made = json!({ "Name": name, "SecretString": "{}" });
    Server::shared().must(REGION, "CreateSecret", &made);
    let place = name.clone();
    store("aws", place, move |document| {
        let body = json!({ "SecretId": name, "SecretString": document.to_string() });
        Server::shared().must(REGION, "PutSecretValue", &body);
    })
}

/// The parameters below a path.
pub(super) fn parameters() -> Store {
    let path = format!("/{}/", unique("faults"));
    store("ssm", format!("ssm:{path}"), move |document| {
        for (name, value) in document.as_object().unwrap() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let name = format!("{path}{name}");
            let body =
                json!({ "Name": name, "Value": value, "Type": "SecureString", "Overwrite": true });
            let answer =
                Server::shared().call_as(ID, REGION, "ssm", "AmazonSSM.PutParameter", &body);
            assert_eq!(answer.0, 200, "{}", answer.1);
        }
    })
}

fn store(name: &'static str, place: String, put: impl Fn(&Value) + Send + Sync + 'static) -> Store {
    let parts = Parts {
        source: Box::new(move |url: &str, timeout: Option<Duration>| {
            let aws = Aws::builder().endpoint(url).region(REGION).credentials(ID, KEY);
            let aws = aws.ca(trusted().ca());
            let aws = timeout.into_iter().fold(aws, config_core::AwsBuilder::timeout);
            at(aws.build().unwrap(), &place)
        }),
        put: Box::new(put),
        credential: KEY,
        scheme: "http",
        expire: Box::new(|proxy: &Proxy| proxy.always(refused("ExpiredTokenException"))),
        deny: Box::new(|proxy: &Proxy| proxy.always(refused("AccessDeniedException"))),
        mend: Box::new(|| {}),
    };
    Store::new(name, Proxy::before(Server::shared().address()), parts)
}

fn refused(code: &str) -> Fault {
    answer(400, &json!({ "__type": code, "Message": "refused" }))
}
