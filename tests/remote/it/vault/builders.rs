//! What the builder is told, shown in what Vault is asked.

use std::time::Duration;

use config_core::{ExposeSecret, SecretString, Secrets, Vault, VaultBuilder};
use config_tests_servers::http::Response;
use config_tests_servers::openbao::{AppRole, JwtAuth, JwtIssuer, ROOT_TOKEN, Server, TokenReview};
use serde_json::json;

use super::logins::from_now;
use super::{One, admin};
use crate::builders::{Shown, show, silent};
use crate::witness::Witness;

/// Where Kubernetes puts the token of a pod.
const POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

const METHODS: [Shown<Bed>; 18] = [
    ("endpoint", endpoint),
    ("namespace", namespace),
    ("token", token),
    ("token_file", token_file),
    ("app_role", app_role),
    ("app_role_wrapped", app_role_wrapped),
    ("kubernetes", kubernetes),
    ("kubernetes_with", kubernetes_with),
    ("jwt", jwt),
    ("jwt_file", jwt_file),
    ("github_actions", github_actions),
    ("auth_mount", app_role),
    ("audience", github_actions),
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
    policy: String,
}

impl Bed {
    fn new() -> Self {
        let kv = admin().kv(2);
        kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
        let server = Server::shared().address();
        Self {
            witness: Witness::before(server),
            secure: Witness::with_tls_before(server, &[]),
            place: format!("{}/app", kv.mount),
            policy: admin().may_read(&kv.mount),
        }
    }

    fn anybody(&self) -> VaultBuilder {
        Vault::builder().endpoint(self.witness.url())
    }

    fn vault(&self) -> VaultBuilder {
        self.anybody().token(ROOT_TOKEN)
    }

    fn load_from(&self, place: &str, builder: VaultBuilder) -> Result<String, String> {
        let loader = One::loader().env([("PLACE", place)]).deadline(Duration::from_secs(3));
        let loaded = loader.source(builder.build().unwrap()).load();
        let text = |one: One| one.api_key.expose_secret().to_owned();
        loaded.map(text).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn is_loaded(&self, builder: VaultBuilder) {
        assert_eq!(self.load_from(&self.place, builder).as_deref(), Ok("n0t-a-real-one"));
    }

    /// What was asked since so many requests, as `POST /v1/..`.
    fn since(&self, before: usize) -> Vec<String> {
        let asked = self.witness.seen().split_off(before);
        asked.iter().map(|request| format!("{} {}", request.method, request.path())).collect()
    }

    /// Loads by a login at this mount, which is asked for once and before the secret.
    #[track_caller]
    fn logs_in(&self, mount: &str, builder: VaultBuilder) {
        let before = self.witness.seen().len();
        self.is_loaded(builder.auth_mount(mount));
        let asked = self.since(before);
        let at = asked.len() - 2;
        assert_eq!(asked[at], format!("POST /v1/auth/{mount}/login"), "{asked:?}");
    }

    fn role(&self) -> AppRole {
        admin().app_role(&[&self.policy], "1h", &json!({}))
    }

    fn issued(&self) -> (JwtAuth, String) {
        let issuer = JwtIssuer::new();
        let auth = admin().jwt(&issuer, "https://vault.example", &[&self.policy], "1h");
        let claims = json!({
            "sub": "app", "aud": "https://vault.example", "iat": from_now(-60), "exp": from_now(600),
        });
        (auth, issuer.sign(&claims))
    }
}

#[test]
fn each_method_of_the_builder_does_what_it_says() {
    let source = include_str!("../../../../config-core/src/sources/vault/builder.rs");
    show(source, &Bed::new(), &METHODS);
}

fn endpoint(bed: &Bed) {
    let other = Witness::before(Server::shared().address());
    bed.is_loaded(bed.vault().endpoint(other.url()));
    assert_eq!(other.seen().len(), 1);
}

fn namespace(bed: &Bed) {
    let (name, inside) = admin().namespace();
    let mount = json!({ "type": "kv", "options": { "version": "2" } });
    inside.must("POST", "sys/mounts/kv", &mount);
    let body = json!({ "data": { "api_key": "of-the-team" } });
    while inside.post("kv/data/app", &body).0 != 200 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let loaded = bed.load_from("kv/app", bed.vault().namespace(&name));
    assert_eq!(loaded.as_deref(), Ok("of-the-team"));
    assert_eq!(bed.witness.last().headers.value("x-vault-namespace"), Some(name.as_str()));
}

fn token(bed: &Bed) {
    let token = admin().token(&[&bed.policy], "1h");
    bed.is_loaded(bed.anybody().token(token.as_str()));
    assert_eq!(bed.witness.last().headers.value("x-vault-token"), Some(token.as_str()));
}

fn token_file(bed: &Bed) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    let token = admin().token(&[&bed.policy], "1h");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    bed.is_loaded(bed.anybody().token_file(&file));
    assert_eq!(bed.witness.last().headers.value("x-vault-token"), Some(token.as_str()));
}

fn app_role(bed: &Bed) {
    let role = bed.role();
    bed.logs_in(&role.mount, bed.anybody().app_role(role.role_id.as_str(), role.secret_id()));
}

fn app_role_wrapped(bed: &Bed) {
    let role = bed.role();
    let before = bed.witness.seen().len();
    let wrapped = role.wrapped_secret_id("60s");
    bed.logs_in(&role.mount, bed.anybody().app_role_wrapped(role.role_id.as_str(), wrapped));
    let asked = bed.since(before);
    let opened = ["POST /v1/sys/wrapping/lookup", "POST /v1/sys/wrapping/unwrap"];
    assert_eq!(asked[..2], opened);
}

fn kubernetes(bed: &Bed) {
    let text = bed.load_from(&bed.place, bed.anybody().kubernetes("shop")).unwrap_err();
    // Inside of a pod the token is there, and then of nobody whom this server knows.
    match std::path::Path::new(POD).exists() {
        false => assert!(text.contains("no such file") && text.contains(POD), "{text}"),
        true => assert_eq!(bed.witness.last().path(), "/v1/auth/kubernetes/login"),
    }
}

fn kubernetes_with(bed: &Bed) {
    let review = TokenReview::start();
    let auth = admin().kubernetes(&review, "shop", "api", &[&bed.policy], "1h");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, review.token("shop", "api")).unwrap();
    bed.logs_in(&auth.mount, bed.anybody().kubernetes_with(&auth.role, &file));
}

fn jwt(bed: &Bed) {
    let (auth, jwt) = bed.issued();
    bed.logs_in(&auth.mount, bed.anybody().jwt(&auth.role, jwt));
}

fn jwt_file(bed: &Bed) {
    let (auth, jwt) = bed.issued();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("identity");
    std::fs::write(&file, jwt).unwrap();
    bed.logs_in(&auth.mount, bed.anybody().jwt_file(&auth.role, &file));
}

fn github_actions(bed: &Bed) {
    let (auth, jwt) = bed.issued();
    let github = Witness::answering(move |_| Response::json(200, &json!({ "value": jwt })));
    let url = format!("{}/token?api-version=2.0", github.url());
    let vault = bed.anybody().github_actions(&auth.role, url, "n0t-a-real-job");
    bed.logs_in(&auth.mount, vault.audience("https://vault.example"));
    let asked = github.last();
    assert_eq!(asked.query(), Some("api-version=2.0&audience=https%3A%2F%2Fvault.example"));
    assert_eq!(asked.headers.value("authorization"), Some("Bearer n0t-a-real-job"));
}

fn authorities(bed: &Bed) {
    let (vault, file) = (|| bed.vault().endpoint(bed.secure.url()), bed.secure.ca());
    bed.is_loaded(vault().ca(&file));
    bed.is_loaded(vault().ca_pem(std::fs::read(&file).unwrap()));
    let refused = bed.load_from(&bed.place, vault()).unwrap_err();
    assert!(refused.contains("nobody who is trusted has signed it"), "{refused}");
}

fn proxy(bed: &Bed) {
    bed.is_loaded(bed.vault().endpoint("http://vault.example:8200").proxy(bed.witness.url()));
    let target = bed.witness.last().target;
    assert!(target.starts_with("http://vault.example:8200/v1/"), "{target}");
}

fn timeout(bed: &Bed) {
    let silent = silent();
    let vault = bed.vault().endpoint(silent.url()).timeout(Duration::from_millis(200));
    let late = bed.load_from(&bed.place, vault).unwrap_err();
    assert!(late.contains("within 200 ms"), "{late}");
    assert!(silent.requests().len() > 1, "it was given up, and asked for once more");
}

fn name(bed: &Bed) {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("none/app"), vault@eu("{PLACE}")))]
    struct Named {
        #[secret(required, format = any, sources(vault@eu))]
        api_key: SecretString,
    }
    let loader = Named::loader().env([("PLACE", bed.place.as_str())]);
    let loaded = loader.source(bed.vault().name("eu").build().unwrap()).load_report().unwrap();
    let origin = loaded.report.origin("api_key").unwrap().to_string();
    assert!(origin.starts_with(&format!("vault@eu {}", bed.place)), "{origin}");
    assert_eq!(loaded.settings.api_key.expose_secret(), "n0t-a-real-one");
}
