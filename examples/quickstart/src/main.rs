//! The main job: a struct declares the settings, and one call loads them from the environment, a `.env` file and
//! `secrets.json`, the first that has a value winning. Then the table of what came from where.

use std::time::Duration;

use config_core::{ExposeSecret, Report, SecretString, Secrets};

/// Settings of the assistant service.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("secrets.json")))]
struct Settings {
    /// Key for the Anthropic API.
    #[secret(required, format = anthropic, env = "ANTHROPIC_API_KEY")]
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

    /// Hosts that may call us.
    #[setting(default = ["localhost"])]
    allowed_hosts: Vec<String>,

    /// Where crashes are reported, if anywhere.
    #[secret(format = url("https"))]
    sentry_dsn: Option<SecretString>,

    #[nested]
    smtp: Smtp,
}

/// The mail server.
#[derive(Debug, Secrets)]
struct Smtp {
    /// Name of the host.
    #[setting(required)]
    host: String,

    /// Password of the account.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Where the sample files are. Without `.root(..)` files are looked for from the working directory on.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn main() -> Result<(), config_core::Error> {
    let settings = Settings::loader().root(SAMPLES).load()?;
    println!("{settings:#?}\n");
    start(&settings);
    println!("\n{}", explained());
    Ok(())
}

/// What a service would do with its settings. A secret's text is had by `expose_secret()` and in no other way.
fn start(settings: &Settings) {
    let Settings { port, timeout, allowed_hosts, smtp, .. } = settings;
    println!(
        "listening on port {port} for {}; a request may take {timeout:?}",
        allowed_hosts.join(" and ")
    );
    println!(
        "connecting to the database by a URL of {} characters",
        settings.database_url.expose_secret().len()
    );
    println!(
        "sending mail through {} with a password of {}",
        smtp.host,
        smtp.password.expose_secret().len()
    );
    println!(
        "asking the assistant with a key of {}",
        settings.anthropic_api_key.expose_secret().len()
    );
    println!("reporting crashes: {}", if settings.sentry_dsn.is_some() { "yes" } else { "no" });
}

/// Asks every source and tells what each field has and what that hides, without a value.
fn explained() -> Report {
    Settings::loader().root(SAMPLES).explain()
}
