//! The workflows and manifests: they are YAML, they name variables and settings that there are, and the program loads what
//! they give it.

mod running;

use std::path::PathBuf;

use ci::Settings;
use config_core::{Leaf, Secrets};
use serde_json::Value;

const NOTHING: [(&str, &str); 0] = [];

/// A workflow of GitHub Actions, or a manifest of Kubernetes.
#[derive(Debug, Secrets)]
struct Document {
    /// The jobs of a workflow.
    #[setting]
    jobs: Option<Value>,
    /// What its jobs may do.
    #[setting]
    permissions: Option<Value>,
    /// What a manifest asks for.
    #[setting]
    spec: Option<Value>,
    /// The values of a Kubernetes secret.
    #[setting(file = "stringData")]
    values: Option<Value>,
}

fn document(name: &str) -> Document {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    Document::loader().env(NOTHING).file(file).load().unwrap()
}

fn workflow(name: &str) -> Document {
    document(&format!("github/{name}.yml"))
}

fn manifest(name: &str) -> Document {
    document(&format!("kubernetes/{name}.yaml"))
}

impl Document {
    /// The variables that a workflow gives its job.
    fn job_variables(&self) -> Vec<(String, String)> {
        let jobs = self.jobs.as_ref().unwrap();
        let variables = jobs["deploy"]["env"].as_object().unwrap();
        variables.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// What a pod is made of.
    fn pod(&self) -> &Value {
        &self.spec.as_ref().unwrap()["template"]["spec"]
    }

    /// The variables that a manifest gives its pod.
    fn pod_variables(&self) -> Vec<(String, String)> {
        let variables = self.pod()["containers"][0]["env"].as_array().unwrap();
        variables.iter().map(|one| (text(&one["name"]), text(&one["value"]))).collect()
    }

    /// The values of a secret by their names.
    fn values(&self) -> Vec<(String, String)> {
        let values = self.values.as_ref().unwrap().as_object().unwrap();
        values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn all_variables() -> Vec<(String, String)> {
    let jobs = ["repository-secrets", "vault-oidc"].map(|name| workflow(name).job_variables());
    let pods = ["secret-mount", "vault"].map(|name| manifest(name).pod_variables());
    jobs.into_iter().chain(pods).flatten().collect()
}

#[test]
fn every_variable_with_our_prefix_is_one_of_the_settings() {
    for (name, _) in all_variables() {
        let known = name == "APP_ENV" || Settings::schema().find(&name).is_some();
        assert!(known || !name.starts_with("APP_"), "{name}");
    }
}

#[test]
fn every_profile_is_a_declared_one() {
    let profiles: Vec<&str> = Settings::schema().profiles().iter().map(|it| it.name).collect();
    for (name, value) in all_variables() {
        assert!(name != "APP_ENV" || profiles.contains(&value.as_str()), "{value}");
    }
}

#[test]
fn what_a_job_takes_from_the_repository_is_called_as_the_variable_that_it_sets() {
    for (name, value) in workflow("repository-secrets").job_variables() {
        let of = |kind: &str| format!("${{{{ {kind}.{name} }}}}");
        assert!(name == "APP_ENV" || value == of("secrets") || value == of("vars"), "{value}");
    }
}

#[test]
fn a_job_may_have_its_identity_signed_where_it_logs_in_by_it_and_only_there() {
    for (name, expected) in [("repository-secrets", None), ("vault-oidc", Some("write"))] {
        let workflow = workflow(name);
        let permissions = workflow.permissions.as_ref().unwrap();
        assert_eq!(permissions["id-token"].as_str(), expected, "{name}");
        let logs_in = workflow.job_variables().iter().any(|(name, _)| name == "VAULT_JWT_ROLE");
        assert_eq!(logs_in, expected.is_some());
    }
}

#[test]
fn kubernetes_sets_no_variables_for_services() {
    for name in ["secret-mount", "vault"] {
        assert_eq!(manifest(name).pod()["enableServiceLinks"], false, "{name}");
    }
}

#[test]
fn what_a_pod_mounts_is_there() {
    for name in ["secret-mount", "vault"] {
        let manifest = manifest(name);
        let pod = manifest.pod();
        let names = |list: &Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
        };
        assert_eq!(names(&pod["containers"][0]["volumeMounts"]), names(&pod["volumes"]), "{name}");
    }
}

#[test]
fn a_directory_of_secrets_is_read_where_it_is_mounted() {
    let manifest = manifest("secret-mount");
    let mounted = text(&manifest.pod()["containers"][0]["volumeMounts"][0]["mountPath"]);
    assert!(manifest.pod_variables().contains(&("CREDENTIALS_DIRECTORY".to_owned(), mounted)));
}

#[test]
fn every_key_of_the_mounted_secret_is_a_setting() {
    let paths: Vec<&str> = Settings::schema().leaves().iter().map(Leaf::path).collect();
    for (name, _) in manifest("secret").values() {
        assert!(paths.contains(&name.as_str()), "{name}");
    }
}
