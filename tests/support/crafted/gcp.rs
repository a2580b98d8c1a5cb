//! Google Secret Manager, by an access token, the machine's service account or the key of one.

use crate::sources::Boxed;
use config_core::{Gcp, SecretString};
use config_tests_servers::base64;
use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Here, Scene, Store, Told, Way, json, named, quoted};

/// The key of a service account that there never was.
pub const KEY: &str =
    include_str!("../../../config-core/src/sources/gcp/credentials/exchange/key_of_tests.txt");

pub(super) fn told(here: &Here<'_>, scene: &Scene) -> Told {
    let source = source(here, scene);
    Told { variables: named([("PLACE", "c")]), source: Some(Boxed(Box::new(source))) }
}

pub(super) fn source(here: &Here<'_>, scene: &Scene) -> Gcp {
    let builder = Gcp::builder().project("p").endpoint(here.url);
    let builder = match (here.url.strip_prefix("http://"), scene.way) {
        (Some(host), Way::Login | Way::Machine) => builder.metadata_server().metadata_host(host),
        (Some(_), Way::Assertion) => {
            let account = json!({
                "type": "service_account", "project_id": "p", "private_key_id": "k",
                "private_key": KEY, "client_email": "app@p.iam.gserviceaccount.com",
                "token_uri": format!("{}/token", here.url),
            });
            builder.credentials_json(account.to_string())
        }
        _ => builder.access_token(SecretString::from(scene.credential.as_str())),
    };
    let builder = match here.url.starts_with("https") {
        true => builder.ca_pem(Store::authority()),
        false => builder,
    };
    builder.build().expect("an endpoint")
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
