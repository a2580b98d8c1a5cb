//! The settings of a service that runs in GitHub Actions and in Kubernetes. The workflows and manifests beside it say
//! where the values are; `APP_ENV` says which of the profiles it is.

use config_core::{SecretString, Secrets};

/// Settings of the service.
#[derive(Debug, Secrets)]
// Clippy takes a source that two profiles list for an attribute written twice.
#[allow(clippy::duplicated_attributes)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv, file("secrets.json")),
    profile_env = "APP_ENV",
    // The secrets of the repository, as variables of the job.
    profile(actions, sources(env)),
    // A secret of the cluster, mounted where CREDENTIALS_DIRECTORY says.
    profile(mounted, sources(env, dir)),
    // Vault, which knows the job or the pod by who it is.
    profile(production, sources(env, vault("secret/app")))
)]
pub struct Settings {
    /// Key for the API that we call.
    #[secret(required, format = any, len = 16..)]
    pub api_key: SecretString,

    /// Postgres connection string.
    #[secret(required, format = url("postgres", "postgresql"))]
    pub database_url: SecretString,

    /// How much is logged.
    #[setting(default = "info", one_of("error", "warn", "info", "debug"))]
    pub log_level: String,
}
