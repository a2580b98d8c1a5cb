//! AWS: Secrets Manager and the Parameter Store, by access keys, a web identity, or the metadata of a machine.

use config_core::Aws;
use config_tests_servers::http::{Request, Response};
use serde_json::json;

use super::{Here, Scene, Told, Way, json, named, quoted};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";

pub(super) fn told(here: &Here<'_>, scene: &Scene, place: &str) -> Told {
    let mut variables =
        named([("AWS_ENDPOINT_URL", here.url), ("AWS_REGION", "eu-west-1"), ("PLACE", place)]);
    variables.extend(match scene.way {
        Way::Token | Way::Login => named([
            ("AWS_ACCESS_KEY_ID", ID),
            ("AWS_SECRET_ACCESS_KEY", &scene.credential),
            ("AWS_SESSION_TOKEN", &scene.issued),
        ]),
        Way::Machine => named([("AWS_EC2_METADATA_SERVICE_ENDPOINT", here.machine)]),
        Way::Assertion => named([
            ("AWS_WEB_IDENTITY_TOKEN_FILE", &here.file(&scene.credential)),
            ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]),
    });
    Told { variables, source: None }
}

pub(super) fn writer(here: &Here<'_>, scene: &Scene) -> Aws {
    let builder = Aws::builder().region("eu-west-1").endpoint(here.url);
    let builder = builder.session(ID, scene.credential.as_str(), scene.issued.as_str());
    builder.build().expect("an endpoint")
}

/// What gives the credentials of a role: the metadata of a machine, or the service that takes tokens of others.
fn login(request: &Request, scene: &Scene) -> Response {
    const EXPIRY: &str = "2099-01-01T00:00:00Z";
    match request.path() {
        "/latest/api/token" => Response::text(200, "text/plain", &scene.credential)
            .with("x-aws-ec2-metadata-token-ttl-seconds", "21600"),
        path if path.ends_with("/role") => Response::json(
            200,
            &json!({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": ID,
                "SecretAccessKey": scene.issued, "Token": scene.issued, "Expiration": EXPIRY,
                "LastUpdated": "2026-01-01T00:00:00Z",
            }),
        ),
        path if path.starts_with("/latest/") => Response::text(200, "text/plain", "role"),
        _ => {
            let issued = &scene.issued;
            let body = format!(
                "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{ID}</AccessKeyId>\
                 <SecretAccessKey>{issued}</SecretAccessKey><SessionToken>{issued}</SessionToken>\
                 <Expiration>{EXPIRY}</Expiration></Credentials><AssumedRoleUser>\
                 <Arn>arn:aws:sts::123456789012:assumed-role/app/config-core</Arn>\
                 <AssumedRoleId>AROA:config-core</AssumedRoleId></AssumedRoleUser>\
                 </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
            );
            Response::text(200, "text/xml", &body)
        }
    }
}

pub(super) fn right(request: &Request, scene: &Scene) -> Response {
    let Some(target) = request.headers.value("x-amz-target") else {
        return login(request, scene);
    };
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
