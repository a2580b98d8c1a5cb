//! A service whose settings include secrets.

use config_core::{ExposeSecret, SecretString, Secrets};
use std::time::Duration;

/// Settings of the assistant service.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP")]
struct Settings {
    /// Key for the Anthropic API.
    #[secret(required, format = "sk-ant-*", env = "ANTHROPIC_API_KEY")]
    anthropic_api_key: SecretString,

    /// Postgres connection string.
    #[secret(required, format = url("postgres", "postgresql"))]
    database_url: SecretString,

    /// Port that the HTTP server listens on.
    #[setting(default = 8080, range = 1024..=65535)]
    port: u16,

    /// How long a request may take.
    #[setting(default = "30s")]
    timeout: Duration,
}

fn main() -> Result<(), config_core::Error> {
    let settings = Settings::load()?; // the environment, then .env, then secrets.json
    println!("{settings:?}");
    start(settings.port, settings.timeout);
    connect(settings.database_url.expose_secret());
    connect(settings.anthropic_api_key.expose_secret());
    Ok(())
}

fn start(port: u16, timeout: Duration) {
    println!("listening on port {port}, a request may take {timeout:?}");
}

fn connect(secret: &str) {
    println!("connecting with {} characters", secret.len());
}
