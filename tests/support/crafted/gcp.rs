//! Google Secret Manager, by an access token or the machine's service account.

use crate::sources::Boxed;
use config_core::{Gcp, SecretString};
use config_tests_servers::base64;
use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Scene, Store, Told, Way, json, named, quoted};

pub(super) fn told(url: &str, scene: &Scene) -> Told {
    let builder = Gcp::builder().project("p").endpoint(url);
    let builder = match url.strip_prefix("http://") {
        Some(host) if scene.way == Way::Login => builder.metadata_server().metadata_host(host),
        _ => builder.access_token(SecretString::from(scene.credential.as_str())),
    };
    let builder = match url.starts_with("https") {
        true => builder.ca_pem(Store::authority()),
        false => builder,
    };
    let source = builder.build().expect("an endpoint");
    Told { variables: named([("PLACE", "c")]), source: Some(Boxed(Box::new(source))) }
}

pub(super) fn right(request: &Request, scene: &Scene) -> Response {
    if request.path().ends_with("/token") {
        let token = format!(
            "{{\"access_token\": {}, \"expires_in\": 3599, \"token_type\": \"Bearer\"}}",
            quoted(&scene.issued)
        );
        return json(token).with("Metadata-Flavor", "Google");
    }
    if request.path().starts_with("/computeMetadata/") {
        return Response::text(200, "text/plain", "p").with("Metadata-Flavor", "Google");
    }
    let data = base64(&scene.document);
    json(format!(
        "{{\"name\": \"projects/1/secrets/c/versions/7\", \"payload\": {{\"data\": \"{data}\"}}}}"
    ))
}

pub(super) fn refusal(status: u16, words: &str) -> Response {
    let code = match status {
        400 => "FAILED_PRECONDITION",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        _ => words,
    };
    let details = json!([{ "reason": words, "domain": words, "metadata": { "service": words } }]);
    let error = json!({ "code": status, "message": words, "status": code, "details": details });
    Response::json(status, &json!({ "error": error, "error_description": words }))
        .with("Metadata-Flavor", "Google")
}
