//! What the builder is told, shown in what Secret Manager is asked.

use std::time::Duration;

use config_core::store::{Store, wait};
use config_core::{ExposeSecret, Gcp, GcpBuilder, SecretString, Secrets};
use serde_json::json;

use super::{KEY, One, TOKEN};
use crate::builders::{Shown, show, silent};
use crate::passage::Passage;
use crate::witness::Witness;

const METHODS: [Shown<Bed>; 16] = [
    ("project", project),
    ("location", location),
    ("replicas", replicas),
    ("endpoint", endpoint),
    ("universe_domain", universe_domain),
    ("quota_project", quota_project),
    ("credentials_file", credentials),
    ("credentials_json", credentials),
    ("access_token", access_token),
    ("metadata_server", metadata),
    ("metadata_host", metadata),
    ("ca", authorities),
    ("ca_pem", authorities),
    ("proxy", proxy),
    ("timeout", timeout),
    ("name", name),
];

const HOST: &str = "secretmanager.googleapis.com";
const ELSEWHERE: &str = "secretmanager.cloud.example";

struct Bed {
    plain: super::Bed,
    witness: Witness,
    secure: Witness,
}

impl Bed {
    fn new() -> Self {
        let plain = super::Bed::new();
        plain.standin.add("p", "app-password", b"n0t-a-real-one");
        let witness = Witness::before(plain.standin.address());
        let secure = Witness::with_tls_before(plain.standin.address(), &[HOST, ELSEWHERE]);
        Self { plain, witness, secure }
    }

    fn gcp(&self) -> GcpBuilder {
        self.anybody().access_token(TOKEN)
    }

    fn anybody(&self) -> GcpBuilder {
        Gcp::builder().project("p").endpoint(self.witness.url())
    }

    fn load(&self, gcp: GcpBuilder) -> Result<String, String> {
        let none: [(&str, &str); 0] = [];
        let loader = One::loader().env(none).deadline(Duration::from_secs(3));
        let loaded = loader.source(gcp.build().unwrap()).load();
        let text = |one: One| one.password.expose_secret().to_owned();
        loaded.map(text).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn is_loaded(&self, gcp: GcpBuilder) {
        assert_eq!(self.load(gcp).as_deref(), Ok("n0t-a-real-one"));
    }

    /// The key of a service account whose tokens are given out here.
    fn key(&self) -> String {
        let key = json!({
            "type": "service_account",
            "project_id": "of-the-key",
            "private_key": KEY,
            "client_email": "app@p.iam.gserviceaccount.com",
            "token_uri": format!("{}/token", self.witness.url()),
        });
        key.to_string()
    }
}

#[test]
fn each_method_of_the_builder_does_what_it_says() {
    let source = include_str!("../../../../config-core/src/sources/gcp/builder.rs");
    show(source, &Bed::new(), &METHODS);
}

fn project(bed: &Bed) {
    bed.plain.standin.add("another", "app-password", b"n0t-a-real-one-either");
    let loaded = bed.load(bed.gcp().project("another"));
    assert_eq!(loaded.as_deref(), Ok("n0t-a-real-one-either"));
}

fn location(bed: &Bed) {
    // This stand-in has global secrets alone.
    assert!(bed.load(bed.gcp().location("europe-west3")).is_err());
    let path = "/v1/projects/p/locations/europe-west3/secrets/app-password/versions/latest:access";
    assert_eq!(bed.witness.last().path(), path);
}

fn replicas(bed: &Bed) {
    let gcp = bed.gcp().replicas(["europe-west1", "europe-west3"]).build().unwrap();
    wait(gcp.create("made", &"one".into())).unwrap();
    let seen = bed.witness.seen();
    let made = seen.iter().rfind(|asked| asked.target.contains("secretId=made")).unwrap();
    let replicas = json!([{ "location": "europe-west1" }, { "location": "europe-west3" }]);
    assert_eq!(made.json()["replication"]["userManaged"]["replicas"], replicas);
}

fn endpoint(bed: &Bed) {
    let other = Witness::before(bed.plain.standin.address());
    bed.is_loaded(bed.gcp().endpoint(other.url()));
    assert_eq!(other.seen().len(), 1);
}

fn universe_domain(bed: &Bed) {
    let passage = Passage::to(&[(ELSEWHERE, bed.secure.address())]);
    let gcp = Gcp::builder().project("p").access_token(TOKEN).universe_domain("cloud.example");
    bed.is_loaded(gcp.proxy(passage.url()).ca(bed.secure.ca()));
    assert_eq!(passage.asked(), [format!("{ELSEWHERE}:443")]);
}

fn quota_project(bed: &Bed) {
    bed.is_loaded(bed.gcp().quota_project("payer"));
    assert_eq!(bed.witness.last().headers.value("x-goog-user-project"), Some("payer"));
}

fn credentials(bed: &Bed) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key.json");
    std::fs::write(&file, bed.key()).unwrap();
    for gcp in [bed.anybody().credentials_file(&file), bed.anybody().credentials_json(bed.key())] {
        let before = bed.witness.seen().len();
        bed.is_loaded(gcp);
        assert_eq!(bed.witness.seen()[before].path(), "/token");
    }
}

fn access_token(bed: &Bed) {
    bed.is_loaded(bed.gcp());
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(bed.witness.last().headers.value("authorization"), Some(bearer.as_str()));
}

fn metadata(bed: &Bed) {
    let before = bed.witness.seen().len();
    let gcp = bed.anybody().credentials_json(bed.key()).metadata_server();
    bed.is_loaded(gcp.metadata_host(bed.witness.address().to_string()));
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(bed.witness.seen()[before].path(), path);
}

fn authorities(bed: &Bed) {
    let (gcp, file) = (|| bed.gcp().endpoint(bed.secure.url()), bed.secure.ca());
    bed.is_loaded(gcp().ca(&file));
    bed.is_loaded(gcp().ca_pem(std::fs::read(&file).unwrap()));
    let refused = bed.load(gcp()).unwrap_err();
    assert!(refused.contains("nobody who is trusted has signed it"), "{refused}");
}

fn proxy(bed: &Bed) {
    let passage = Passage::to(&[(HOST, bed.secure.address())]);
    let gcp = Gcp::builder().project("p").access_token(TOKEN);
    bed.is_loaded(gcp.proxy(passage.url()).ca(bed.secure.ca()));
    assert_eq!(passage.asked(), [format!("{HOST}:443")]);
}

fn timeout(bed: &Bed) {
    let silent = silent();
    let late = bed.load(bed.gcp().endpoint(silent.url()).timeout(Duration::from_millis(200)));
    let late = late.unwrap_err();
    assert!(late.contains("within 200 ms"), "{late}");
    assert!(silent.requests().len() > 1, "it was given up, and asked for once more");
}

fn name(bed: &Bed) {
    #[derive(Debug, Secrets)]
    #[secrets(sources(gcp("none"), gcp@eu))]
    struct Named {
        #[secret(required, format = any, gcp = "app-password", sources(gcp@eu))]
        password: SecretString,
    }
    let none: [(&str, &str); 0] = [];
    let loader = Named::loader().env(none).source(bed.gcp().name("eu").build().unwrap());
    let loaded = loader.load_report().unwrap();
    let origin = loaded.report.origin("password").unwrap().to_string();
    assert!(origin.starts_with("gcp@eu"), "{origin}");
    assert_eq!(loaded.settings.password.expose_secret(), "n0t-a-real-one");
}
