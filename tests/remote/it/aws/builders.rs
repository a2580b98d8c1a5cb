//! What the builder is told, shown in what AWS is asked.

use std::time::Duration;

use config_core::{Aws, AwsBuilder, ExposeSecret, SecretString, Secrets};
use config_tests_servers::moto::Server;
use config_tests_servers::unique;
use serde_json::json;

use super::{One, REGION, secret, signed};
use crate::builders::{Shown, show, silent};
use crate::child::{again, is_child};
use crate::passage::Passage;
use crate::witness::Witness;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const HOST: &str = "secretsmanager.eu-west-1.amazonaws.com";

const METHODS: [Shown<Bed>; 10] = [
    ("region", region),
    ("endpoint", endpoint),
    ("profile", profile),
    ("credentials", credentials),
    ("session", session),
    ("ca", authorities),
    ("ca_pem", authorities),
    ("proxy", proxy),
    ("timeout", timeout),
    ("name", name),
];

struct Bed {
    witness: Witness,
    secure: Witness,
    place: String,
}

impl Bed {
    fn new() -> Self {
        let place = unique("prod/builders");
        secret(&place, r#"{"password": "n0t-a-real-one"}"#);
        let moto = Server::shared().address();
        let secure = Witness::with_tls_before(moto, &[HOST]);
        Self { witness: Witness::before(moto), secure, place }
    }

    fn keys() -> AwsBuilder {
        Aws::builder().region(REGION).credentials(KEY, "n0t-a-real-key")
    }

    fn aws(&self) -> AwsBuilder {
        Self::keys().endpoint(self.witness.url())
    }

    fn load(&self, builder: AwsBuilder) -> Result<String, String> {
        let loader = One::loader().env([("PLACE", self.place.as_str())]);
        let loaded =
            loader.source(builder.build().unwrap()).deadline(Duration::from_secs(3)).load();
        let text = |one: One| one.password.expose_secret().to_owned();
        loaded.map(text).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn is_loaded(&self, builder: AwsBuilder) {
        assert_eq!(self.load(builder).as_deref(), Ok("n0t-a-real-one"));
    }
}

#[test]
fn each_method_of_the_builder_does_what_it_says() {
    let source = include_str!("../../../../config-core/src/sources/aws/builder.rs");
    show(source, &Bed::new(), &METHODS);
}

fn region(bed: &Bed) {
    let text = r#"{"password": "n0t-a-real-one-of-america"}"#;
    let there = json!({"Name": bed.place, "SecretString": text});
    Server::shared().must("us-east-2", "CreateSecret", &there);
    let loaded = bed.load(bed.aws().region("us-east-2"));
    assert_eq!(loaded.as_deref(), Ok("n0t-a-real-one-of-america"));
    assert_eq!(signed(&bed.witness.last()), (KEY, "us-east-2", "secretsmanager"));
}

fn endpoint(bed: &Bed) {
    let other = Witness::before(Server::shared().address());
    bed.is_loaded(bed.aws().endpoint(other.url()));
    assert_eq!(other.seen().len(), 1);
}

fn profile(bed: &Bed) {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config");
    let keys =
        "aws_access_key_id = AKIAPROFILENN7EXAMPLE\naws_secret_access_key = n0t-a-real-key\n";
    std::fs::write(&config, format!("[profile shop]\nregion = eu-central-1\n{keys}")).unwrap();
    let url = bed.witness.url();
    again(
        "aws::builders::a_process_whose_builder_names_a_profile",
        &[
            ("AWS_CONFIG_FILE", config.to_str().unwrap()),
            ("AWS_ENDPOINT_URL", &url),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", "n0t-a-real-key"),
        ],
    );
    let last = bed.witness.last();
    assert_eq!(signed(&last), ("AKIAPROFILENN7EXAMPLE", "eu-central-1", "secretsmanager"));
}

/// Asks for a secret that is not there, with the environment of the process; run by [`profile`] alone.
#[test]
fn a_process_whose_builder_names_a_profile() {
    if !is_child() {
        return;
    }
    let account = Aws::builder().profile("shop").build().unwrap();
    let text = One::loader().env([("PLACE", "none")]).source(account).load().unwrap_err();
    assert!(text.to_string().contains("no such secret"), "{text}");
    let failure = Aws::builder().profile("typo").build().unwrap_err().to_string();
    assert!(failure.contains("there is no profile typo"), "{failure}");
}

fn credentials(bed: &Bed) {
    bed.is_loaded(bed.aws().credentials("AKIAOTHERODNN7EXAMPLE", "n0t-a-real-key"));
    let last = bed.witness.last();
    assert_eq!(signed(&last).0, "AKIAOTHERODNN7EXAMPLE");
    assert_eq!(last.headers.value("x-amz-security-token"), None);
}

fn session(bed: &Bed) {
    bed.is_loaded(bed.aws().session("ASIAOTHERODNN7EXAMPLE", "n0t-a-real-key", "n0t-a-real-token"));
    let last = bed.witness.last();
    assert_eq!(signed(&last).0, "ASIAOTHERODNN7EXAMPLE");
    assert_eq!(last.headers.value("x-amz-security-token"), Some("n0t-a-real-token"));
}

fn authorities(bed: &Bed) {
    let (aws, file) = (|| bed.aws().endpoint(bed.secure.url()), bed.secure.ca());
    bed.is_loaded(aws().ca(&file));
    bed.is_loaded(aws().ca_pem(std::fs::read(&file).unwrap()));
    let refused = bed.load(aws()).unwrap_err();
    assert!(refused.contains("nobody who is trusted has signed it"), "{refused}");
}

fn proxy(bed: &Bed) {
    let passage = Passage::to(&[(HOST, bed.secure.address())]);
    bed.is_loaded(Bed::keys().proxy(passage.url()).ca(bed.secure.ca()));
    assert_eq!(passage.asked(), [format!("{HOST}:443")]);
}

fn timeout(bed: &Bed) {
    let silent = silent();
    let late = bed.load(bed.aws().endpoint(silent.url()).timeout(Duration::from_millis(200)));
    let late = late.unwrap_err();
    assert!(late.contains("within 200 ms"), "{late}");
    assert!(silent.requests().len() > 1, "it was given up, and asked for once more");
}

fn name(bed: &Bed) {
    #[derive(Debug, Secrets)]
    #[secrets(sources(aws("none"), aws@eu("{PLACE}")))]
    struct Named {
        #[secret(required, format = any, sources(aws@eu))]
        password: SecretString,
    }
    let loader = Named::loader().env([("PLACE", bed.place.as_str())]);
    let loaded = loader.source(bed.aws().name("eu").build().unwrap()).load_report().unwrap();
    let origin = loaded.report.origin("password").unwrap().to_string();
    assert!(origin.starts_with(&format!("aws@eu {}", bed.place)), "{origin}");
    assert_eq!(loaded.settings.password.expose_secret(), "n0t-a-real-one");
}
