//! AWS: Secrets Manager and the Parameter Store, by access keys.

use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Scene, Told, json, named, quoted};

pub(super) fn told(url: &str, scene: &Scene, place: &str) -> Told {
    let variables = named([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", &scene.credential),
        ("AWS_SESSION_TOKEN", &scene.issued),
        ("PLACE", place),
    ]);
    Told { variables, source: None }
}

pub(super) fn right(request: &Request, scene: &Scene) -> Response {
    let target = request.headers.value("x-amz-target").unwrap_or_default();
    if target.starts_with("AmazonSSM") {
        return parameters(scene);
    }
    let asked = request.json();
    let secret = |name: &str| {
        format!(
            "{{\"ARN\": \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf\", \
             \"Name\": \"{name}\", \"VersionId\": \"11111111-1111-4111-8111-111111111111\", \
             \"VersionStages\": [\"AWSCURRENT\"], \"SecretString\": {}}}",
            quoted(&String::from_utf8_lossy(&scene.document))
        )
    };
    json(match asked["SecretIdList"].as_array() {
        Some(names) => {
            let secrets = names.iter().filter_map(|name| Some(secret(name.as_str()?)));
            format!("{{\"SecretValues\": [{}]}}", secrets.collect::<Vec<_>>().join(", "))
        }
        None => secret(asked["SecretId"].as_str().unwrap_or("c")),
    })
}

fn parameters(scene: &Scene) -> Response {
    let parameter = |(path, text): &(String, String)| {
        format!(
            "{{\"Name\": {}, \"Type\": \"SecureString\", \"Value\": {}, \"Version\": 3}}",
            quoted(&format!("/c/{}", path.replace('.', "/"))),
            quoted(text)
        )
    };
    let parameters: Vec<String> = scene.texts.iter().map(parameter).collect();
    json(format!("{{\"Parameters\": [{}]}}", parameters.join(", ")))
}

pub(super) fn refusal(status: u16, words: &str) -> Response {
    let kind = match status {
        400 => "ResourceNotFoundException",
        401 => "ExpiredTokenException",
        403 => "AccessDeniedException",
        429 => "ThrottlingException",
        _ => words,
    };
    let body = json!({ "__type": kind, "message": words, "Message": words });
    Response::json(status, &body).with("x-amzn-errortype", &plain(kind))
}

/// What may stand in a header.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}
