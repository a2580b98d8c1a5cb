//! Vault: KV version 2, by a token, an AppRole, Kubernetes or a JWT.

use config_core::Vault;
use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Here, Scene, Told, Way, json, named, quoted};

pub(super) fn told(here: &Here<'_>, scene: &Scene) -> Told {
    let mut variables = named([("VAULT_ADDR", here.url), ("PLACE", "secret/c")]);
    let credential = scene.credential.as_str();
    variables.extend(match scene.way {
        Way::Token => named([("VAULT_TOKEN", credential)]),
        Way::Login => named([("VAULT_ROLE_ID", "app"), ("VAULT_SECRET_ID", credential)]),
        Way::Machine => {
            let file = here.file(credential);
            named([("VAULT_K8S_ROLE", "app"), ("VAULT_K8S_TOKEN_FILE", &file)])
        }
        Way::Assertion => named([("VAULT_JWT_ROLE", "app"), ("VAULT_JWT", credential)]),
    });
    Told { variables, source: None }
}

pub(super) fn writer(here: &Here<'_>, scene: &Scene) -> Vault {
    let builder = Vault::builder().endpoint(here.url);
    let credential = scene.credential.as_str();
    let builder = match scene.way {
        Way::Token => builder.token(credential),
        Way::Login => builder.app_role("app", credential),
        Way::Machine => builder.kubernetes_with("app", here.file(credential)),
        Way::Assertion => builder.jwt("app", credential),
    };
    builder.build().expect("an endpoint")
}

pub(super) fn right(request: &Request, scene: &Scene) -> Response {
    let path = request.path();
    if path.ends_with("/login") {
        return json(format!(
            "{{\"auth\": {{\"client_token\": {}, \"lease_duration\": 3600, \"renewable\": true}}}}",
            quoted(&scene.issued)
        ));
    }
    if path.contains("/sys/internal/ui/mounts/") {
        let mount = json!({ "path": "secret/", "type": "kv", "options": { "version": "2" } });
        return Response::json(200, &json!({ "data": mount }));
    }
    if path.contains("/auth/token/") {
        return Response::json(200, &json!({ "data": { "ttl": 3600, "renewable": true } }));
    }
    let document = String::from_utf8_lossy(&scene.document);
    json(format!(
        "{{\"data\": {{\"data\": {document}, \"metadata\": {{\"version\": 7}}}}, \"warnings\": null}}"
    ))
}

pub(super) fn refusal(status: u16, words: &str) -> Response {
    let errors = match status {
        403 => vec!["permission denied".to_owned(), words.to_owned()],
        404 => Vec::new(),
        _ => vec![format!("1 error occurred:\n\t* {words}\n\n")],
    };
    Response::json(status, &json!({ "errors": errors, "warnings": [words] }))
}
