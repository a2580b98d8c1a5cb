//! The program with what the workflows and manifests give it.

use std::process::{Command, Output};

use config_tests_servers::http::Response;
use config_tests_servers::openbao::{Admin, JwtIssuer, Server, TokenReview};
use config_tests_servers::standin::Standin;
use serde_json::json;

use super::{manifest, workflow};

type Variables = Vec<(String, String)>;

const KEY: &str = "not-a-real-key-of-the-vault";

fn run(variables: &Variables) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ci"));
    program.env_clear().current_dir("/").envs(variables.iter().cloned()).output().unwrap()
}

/// What it prints, in which no secret is.
#[track_caller]
fn printed(variables: &Variables) -> String {
    let output = run(variables);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("not-a-real"), "{text}");
    text
}

/// What it fails with.
#[track_caller]
fn refused(variables: &Variables) -> String {
    let output = run(variables);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{text}");
    assert!(!text.contains("not-a-real"), "{text}");
    text
}

/// The variables with another value for one of them.
fn with(mut variables: Variables, name: &str, value: &str) -> Variables {
    variables.retain(|(known, _)| known != name);
    variables.push((name.to_owned(), value.to_owned()));
    variables
}

fn without(mut variables: Variables, name: &str) -> Variables {
    variables.retain(|(known, _)| known != name);
    variables
}

/// Writes the secret of the application; a policy that may read it.
fn policy(admin: &Admin) -> String {
    let url = "postgres://app:not-a-real-password@db.example/app";
    let data = json!({ "data": { "api_key": KEY, "database_url": url } });
    admin.must("POST", "secret/data/app", &data);
    admin.policy("path \"secret/data/app\" { capabilities = [\"read\"] }")
}

#[test]
fn a_job_loads_from_the_secrets_of_the_repository() {
    let mut job = workflow("repository-secrets").job_variables();
    for (name, value) in [
        ("APP_API_KEY", "not-a-real-key-of-the-repository"),
        ("APP_DATABASE_URL", "postgresql://app:not-a-real-one@db.example/app"),
        ("APP_LOG_LEVEL", ""),
    ] {
        job = with(job, name, value);
    }
    let text = printed(&job);
    assert!(text.contains("api_key (secret)        env APP_API_KEY"), "{text}");
    // What the repository does not have is empty.
    let text = refused(&with(job, "APP_API_KEY", ""));
    assert!(text.contains("env APP_API_KEY (empty)"), "{text}");
}

#[test]
fn a_job_loads_from_vault_by_who_it_is() {
    let server = Server::dev();
    let admin = server.admin();
    let mut job = workflow("vault-oidc").job_variables();
    let audience = job.iter().find(|(name, _)| name == "VAULT_JWT_AUDIENCE").unwrap().1.clone();
    let issuer = JwtIssuer::new();
    let auth = admin.jwt(&issuer, &audience, &[&policy(&admin)], "10m");
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let asked = format!("audience={audience}");
    let claims = json!({ "sub": "repo:a/b", "aud": audience, "iat": now - 60, "exp": now + 600 });
    let identity = issuer.sign(&claims);
    let github = Standin::start(move |request| {
        let query = request.query().unwrap_or_default();
        match query.replace("%3A", ":").replace("%2F", "/").contains(&asked) {
            true => Response::json(200, &json!({ "value": identity })),
            false => Response::json(400, &json!({})),
        }
    });
    for (name, value) in [
        ("VAULT_ADDR", server.url()),
        ("VAULT_JWT_MOUNT", auth.mount),
        ("VAULT_JWT_ROLE", auth.role),
        // What GitHub sets where the workflow has `id-token: write`.
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/token?api-version=2.0", github.url())),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "not-a-real-token-of-the-job".to_owned()),
    ] {
        job = with(job, name, &value);
    }
    let text = printed(&job);
    assert!(text.contains("vault secret/app#api_key, version 1"), "{text}");
    for (name, _) in workflow("vault-oidc").job_variables() {
        if name.starts_with("VAULT_") {
            refused(&without(job.clone(), &name));
        }
    }
}

#[test]
fn a_pod_loads_from_the_secret_that_is_mounted() {
    let mounted = tempfile::tempdir().unwrap();
    let data = mounted.path().join("..2026_01_01.1");
    std::fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink("..2026_01_01.1", mounted.path().join("..data")).unwrap();
    for (name, value) in manifest("secret").values() {
        std::fs::write(data.join(&name), value).unwrap();
        let link = mounted.path().join(&name);
        std::os::unix::fs::symlink(format!("..data/{name}"), link).unwrap();
    }
    let pod = manifest("secret-mount").pod_variables();
    let directory = mounted.path().to_str().unwrap();
    let text = printed(&with(pod, "CREDENTIALS_DIRECTORY", directory));
    assert!(text.contains(&format!("dir {directory}/api_key")), "{text}");
    assert!(text.contains("env APP_LOG_LEVEL"), "{text}");
}

#[test]
fn a_pod_loads_from_vault_by_its_service_account() {
    let server = Server::dev_tls();
    let admin = server.admin();
    let review = TokenReview::start();
    let auth = admin.kubernetes(&review, "default", "app", &[&policy(&admin)], "10m");
    let identity = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(identity.path(), review.token("default", "app")).unwrap();
    let mut pod = manifest("vault").pod_variables();
    for (name, value) in [
        ("VAULT_ADDR", server.tls_url()),
        ("VAULT_CACERT", server.ca_file().display().to_string()),
        ("VAULT_K8S_ROLE", auth.role),
        ("VAULT_K8S_TOKEN_FILE", identity.path().display().to_string()),
        // The test's own; in a cluster it is `kubernetes`.
        ("VAULT_K8S_MOUNT", auth.mount),
    ] {
        pod = with(pod, name, &value);
    }
    let text = printed(&pod);
    assert!(text.contains("vault secret/app#database_url, version 1"), "{text}");
    for (name, _) in manifest("vault").pod_variables() {
        if name.starts_with("VAULT_") {
            refused(&without(pod.clone(), &name));
        }
    }
}
