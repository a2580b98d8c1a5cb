//! A set-up with many mistakes, and the report: every problem at once, each with where the value came from or was
//! looked for, and no byte of a secret.
#![expect(dead_code, reason = "nothing is done with settings that do not load")]

use std::time::Duration;

use config_core::{SecretString, Secrets};

/// Settings of the service.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("secrets.json")))]
struct Settings {
    /// Key for the Anthropic API.
    #[secret(required, format = anthropic, env = "ANTHROPIC_API_KEY")]
    anthropic_api_key: SecretString,

    /// Postgres connection string.
    #[secret(required, format = url("postgres", "postgresql"))]
    database_url: SecretString,

    /// Token of the administrator.
    #[secret(required, format = any)]
    admin_token: SecretString,

    /// Key that signs webhooks: digits, written as a number in the file, are taken as they stand.
    #[secret(required, format = any)]
    webhook_key: SecretString,

    /// Number that opens the door.
    #[secret(required, format = "[0-9]{4}")]
    pin: SecretString,

    /// Port that the HTTP server listens on.
    #[setting(default = 8080, range = 1024..=65535)]
    port: u16,

    /// How long a request may take.
    #[setting(default = "30s")]
    timeout: Duration,

    /// How much is logged.
    #[setting(default = "info", one_of("error", "warn", "info", "debug"))]
    log_level: String,

    #[nested]
    smtp: Smtp,
}

/// The mail server.
#[derive(Debug, Secrets)]
struct Smtp {
    /// Name of the host.
    #[setting(required)]
    host: String,

    /// Name of the account.
    #[setting(required)]
    user: String,

    /// Password of the account.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Where the sample files are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn main() {
    // A service writes `fn main() -> Result<(), config_core::Error>` and `?`, and ends with this same text.
    match Settings::loader().root(SAMPLES).load() {
        Ok(settings) => println!("{settings:?}"),
        Err(error) => println!("{error}"),
    }
}
