//! What the builder is told, shown in what the vault is asked, and Entra.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use config_core::{Azure, AzureBuilder, ExposeSecret, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use config_tests_servers::proxy::{Passage as Fate, Tunnel};
use serde_json::json;
use tempfile::TempDir;

use super::logins::{certificate, jwt, token as given};
use super::{One, anybody, asked, azure};
use crate::builders::{Shown, show};
use crate::passage::Passage;

const METHODS: [Shown<Bed>; 16] = [
    ("endpoint", endpoint),
    ("name", name),
    ("token", token),
    ("client_secret", client_secret),
    ("client_certificate", client_certificate),
    ("workload_identity", workload_identity),
    ("managed_identity", managed_identity),
    ("developer_tools", developer_tools),
    ("authority", authority),
    ("resource", developer_tools),
    ("verify_challenge_resource", verify_challenge_resource),
    ("env", env),
    ("ca", authorities),
    ("ca_pem", authorities),
    ("proxy", proxy),
    ("timeout", timeout),
];

struct Bed {
    standin: StandIn,
    directory: TempDir,
}

impl Bed {
    fn new() -> Self {
        let standin = StandIn::start();
        standin.set("app-password", "n0t-a-real-one");
        Self { standin, directory: tempfile::tempdir().unwrap() }
    }

    fn load(&self, builder: AzureBuilder) -> Result<String, String> {
        let none: [(&str, &str); 0] = [];
        let loader = One::loader().env(none).deadline(Duration::from_secs(5));
        let loaded = loader.source(builder.build().unwrap()).load();
        let text = |one: One| one.password.expose_secret().to_owned();
        loaded.map(text).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn is_loaded(&self, builder: AzureBuilder) {
        assert_eq!(self.load(builder).as_deref(), Ok("n0t-a-real-one"));
    }

    /// Loads by a token that was asked for at this path.
    #[track_caller]
    fn logs_in(&self, path: &str, builder: AzureBuilder) {
        let before = asked(&self.standin).len();
        self.is_loaded(builder);
        let asked = asked(&self.standin).split_off(before);
        assert!(asked.iter().any(|asked| asked.contains(path)), "{asked:?}");
    }

    fn entra(&self) -> String {
        format!("POST /{}/oauth2/v2.0/token 200", self.standin.tenant())
    }

    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

#[test]
fn each_method_of_the_builder_does_what_it_says() {
    let source = include_str!("../../../../config-core/src/sources/azure/builder.rs");
    show(source, &Bed::new(), &METHODS);
}

fn endpoint(bed: &Bed) {
    let other = StandIn::start();
    other.set("app-password", "n0t-a-real-one-either");
    let (_, token) = given(&other);
    let loaded = bed.load(anybody(&other).token(token.as_str()));
    assert_eq!(loaded.as_deref(), Ok("n0t-a-real-one-either"));
    let wrong = bed.load(anybody(&other).endpoint(bed.standin.url()).token(token.as_str()));
    assert!(wrong.is_err());
}

fn name(bed: &Bed) {
    #[derive(Debug, Secrets)]
    #[secrets(sources(azure("none"), azure@eu))]
    struct Named {
        #[secret(required, format = any, azure = "app-password", sources(azure@eu))]
        password: SecretString,
    }
    let none: [(&str, &str); 0] = [];
    let loader = Named::loader().env(none).source(azure(&bed.standin).name("eu").build().unwrap());
    let loaded = loader.load_report().unwrap();
    let origin = loaded.report.origin("password").unwrap().to_string();
    assert!(origin.starts_with("azure@eu"), "{origin}");
    assert_eq!(loaded.settings.password.expose_secret(), "n0t-a-real-one");
}

fn token(bed: &Bed) {
    let (_, token) = given(&bed.standin);
    let before = asked(&bed.standin).len();
    bed.is_loaded(anybody(&bed.standin).token(token));
    assert_eq!(asked(&bed.standin).split_off(before), ["GET /secrets/app-password 200"]);
}

fn client_secret(bed: &Bed) {
    bed.logs_in(&bed.entra(), azure(&bed.standin));
}

fn client_certificate(bed: &Bed) {
    let file = bed.directory.path().join("app.pem");
    certificate(&file, &["-newkey", "rsa:2048"]);
    let (tenant, client) = (bed.standin.tenant(), bed.standin.client_id());
    bed.logs_in(&bed.entra(), anybody(&bed.standin).client_certificate(tenant, client, &file));
}

fn workload_identity(bed: &Bed) {
    let file = bed.file("token", &jwt(4_107_542_400));
    let (tenant, client) = (bed.standin.tenant(), bed.standin.client_id());
    bed.logs_in(&bed.entra(), anybody(&bed.standin).workload_identity(tenant, client, &file));
}

fn managed_identity(bed: &Bed) {
    let host = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", bed.standin.imds_url())];
    for client in [None, Some(bed.standin.client_id())] {
        let vault = anybody(&bed.standin).env(host).managed_identity(client);
        bed.logs_in("GET /metadata/identity/oauth2/token 200", vault);
    }
}

/// An `az` that gives a token, and notes what it was asked for.
fn az(bed: &Bed) -> String {
    let (_, token) = given(&bed.standin);
    let answer =
        json!({ "accessToken": token, "expires_on": 4_107_542_400_u64, "tokenType": "Bearer" });
    let directory = bed.directory.path().display();
    let script = format!("#!/bin/sh\necho \"$@\" > {directory}/asked\necho '{answer}'\n");
    let az = bed.file("az", &script);
    fs::set_permissions(&az, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{directory}:/usr/bin:/bin")
}

fn developer_tools(bed: &Bed) {
    let path = az(bed);
    let vault = || anybody(&bed.standin).env([("PATH", path.as_str())]).developer_tools();
    for (builder, resource) in [
        (vault(), "https://vault.azure.net"),
        (vault().resource("https://vault.example/"), "https://vault.example"),
    ] {
        bed.is_loaded(builder);
        let asked = fs::read_to_string(bed.directory.path().join("asked")).unwrap();
        assert!(asked.trim().ends_with(&format!("--scope {resource}/.default")), "{asked}");
    }
}

fn authority(bed: &Bed) {
    let other = StandIn::start();
    // A token that another authority gave out is none of this vault's.
    assert!(bed.load(azure(&bed.standin).authority(other.url()).ca(other.ca())).is_err());
    assert!(asked(&other).contains(&bed.entra()));
}

fn verify_challenge_resource(bed: &Bed) {
    let vault = |verify| azure(&bed.standin).verify_challenge_resource(verify).build();
    assert!(vault(false).is_ok());
    let told = vault(true).unwrap_err().to_string();
    assert!(told.contains("would be sent to 127.0.0.1:"), "{told}");
}

fn env(bed: &Bed) {
    let pairs = [
        ("KEY_VAULT_URI", bed.standin.url()),
        ("AZURE_AUTHORITY_HOST", bed.standin.url()),
        ("AZURE_TENANT_ID", bed.standin.tenant()),
        ("AZURE_CLIENT_ID", bed.standin.client_id()),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
    ];
    let vault = Azure::builder().env(pairs).verify_challenge_resource(false);
    bed.logs_in(&bed.entra(), vault.ca(bed.standin.ca()));
}

fn authorities(bed: &Bed) {
    let none: [(&str, &str); 0] = [];
    let (_, token) = given(&bed.standin);
    let vault = || {
        let vault = Azure::builder().endpoint(bed.standin.url()).env(none);
        vault.verify_challenge_resource(false).token(token.as_str())
    };
    bed.is_loaded(vault().ca(bed.standin.ca()));
    bed.is_loaded(vault().ca_pem(fs::read(bed.standin.ca()).unwrap()));
    let refused = bed.load(vault()).unwrap_err();
    assert!(refused.contains("nobody who is trusted has signed it"), "{refused}");
}

fn proxy(bed: &Bed) {
    let none: [(&str, &str); 0] = [];
    let address = bed.standin.url().trim_start_matches("https://").parse().unwrap();
    let hosts = ["app.vault.azure.net", "login.microsoftonline.com"];
    let passage = Passage::to(&hosts.map(|host| (host, address)));
    let (tenant, client) = (bed.standin.tenant(), bed.standin.client_id());
    let vault = Azure::builder().endpoint("https://app.vault.azure.net").env(none);
    let vault = vault.client_secret(tenant, client, CLIENT_SECRET).ca(bed.standin.ca());
    bed.is_loaded(vault.proxy(passage.url()));
    let asked = ["login.microsoftonline.com:443", "app.vault.azure.net:443"];
    assert_eq!(passage.asked(), asked);
}

fn timeout(bed: &Bed) {
    let address = bed.standin.url().trim_start_matches("https://").parse().unwrap();
    let tunnel = Tunnel::before(address);
    tunnel.set(Fate::BlackHole);
    let vault = azure(&bed.standin).endpoint(format!("https://{}", tunnel.address()));
    let late = bed.load(vault.timeout(Duration::from_millis(300)));
    assert!(late.is_err());
    assert!(tunnel.connections() > 1, "it was given up, and tried once more");
}
