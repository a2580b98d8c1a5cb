//! Azure Key Vault, by a token, an application's secret, a managed identity or a workload's.

use crate::sources::Boxed;
use config_core::{Azure, SecretString};
use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Here, Scene, Store, Told, Way, json, named, quoted};

const TENANT: &str = "00000000-0000-0000-0000-00000000aaaa";
const CLIENT: &str = "00000000-0000-0000-0000-00000000bbbb";

pub(super) fn told(here: &Here<'_>, scene: &Scene) -> Told {
    let source = source(here, scene);
    Told { variables: named([("PLACE", "c")]), source: Some(Boxed(Box::new(source))) }
}

pub(super) fn source(here: &Here<'_>, scene: &Scene) -> Azure {
    let credential = SecretString::from(scene.credential.as_str());
    let builder = Azure::builder()
        .endpoint(here.url)
        .authority(here.url)
        .verify_challenge_resource(false)
        .ca_pem(Store::authority())
        .env([("AZURE_POD_IDENTITY_AUTHORITY_HOST", here.machine)]);
    let builder = match scene.way {
        Way::Token => builder.token(credential),
        Way::Login => builder.client_secret(TENANT, CLIENT, credential),
        Way::Machine => builder.managed_identity(None),
        Way::Assertion => builder.workload_identity(TENANT, CLIENT, here.file(&scene.credential)),
    };
    builder.build().expect("an endpoint")
}

pub(super) fn right(request: &Request, scene: &Scene) -> Response {
    if request.path().contains("/oauth2/") {
        return json(format!(
            "{{\"access_token\": {}, \"expires_in\": 3599, \"expires_on\": \"4102444800\", \
             \"token_type\": \"Bearer\"}}",
            quoted(&scene.issued)
        ));
    }
    if request.path().contains("/.well-known/") || request.path().contains("/discovery/") {
        return Response::json(200, &json!({ "metadata": [], "tenant_discovery_endpoint": "" }));
    }
    let host = request.headers.value("host").unwrap_or_default();
    json(format!(
        "{{\"value\": {}, \"id\": \"https://{host}/secrets/c/0123456789abcdef0123456789abcdef\", \
         \"attributes\": {{\"enabled\": true}}}}",
        quoted(&String::from_utf8_lossy(&scene.document))
    ))
}

pub(super) fn refusal(status: u16, words: &str) -> Response {
    let code = match status {
        403 => "Forbidden",
        404 => "SecretNotFound",
        429 => "Throttled",
        _ => words,
    };
    let inner = json!({ "code": words, "message": words });
    let error = json!({ "code": code, "message": words, "innererror": inner });
    Response::json(status, &json!({ "error": error, "error_description": words }))
}
