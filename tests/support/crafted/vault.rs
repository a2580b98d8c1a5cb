//! Vault: KV version 2, a token or an AppRole.

use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Scene, Told, Way, json, named, quoted};

pub(super) fn told(url: &str, scene: &Scene) -> Told {
    let mut variables = named([("VAULT_ADDR", url), ("PLACE", "secret/c")]);
    variables.extend(match scene.way {
        Way::Token => named([("VAULT_TOKEN", &scene.credential)]),
        Way::Login => named([("VAULT_ROLE_ID", "app"), ("VAULT_SECRET_ID", &scene.credential)]),
    });
    Told { variables, source: None }
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
