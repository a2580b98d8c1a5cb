//! An application whose settings are worth a test. The tests are in `tests/settings.rs`.

use config_core::{ExposeSecret, Invalid, SecretString, Secrets};

/// Settings of the billing service.
#[derive(Debug, Secrets)]
#[secrets(
    prefix = "BILLING",
    sources(env, dotenv, file("secrets.json")),
    profile_env = "BILLING_ENV",
    profile(production, sources(env, "vault")),
    validate = consistent,
)]
pub struct Settings {
    /// Postgres connection string.
    #[secret(required, format = url("postgres", "postgresql"))]
    pub database_url: SecretString,

    /// Key that signs invoices.
    #[secret(required, format = any, len = 16.., validate = varied)]
    pub signing_key: SecretString,

    /// How many invoices are made at the same time.
    #[setting(default = 4, range = 1..=64)]
    pub workers: u16,

    /// How many connections to the database are kept.
    #[setting(default = 8, range = 1..=256)]
    pub connections: u16,
}

/// Whether the key is more than one character over and over.
fn varied(key: &SecretString) -> Result<(), &'static str> {
    let mut characters = key.expose_secret().chars();
    let first = characters.next();
    if characters.all(|character| Some(character) == first) {
        return Err("all of its characters are the same");
    }
    Ok(())
}

fn consistent(settings: &Settings) -> Result<(), Invalid> {
    if settings.connections < settings.workers {
        return Err(Invalid {
            field: "connections",
            message: "each worker needs a connection of its own",
        });
    }
    Ok(())
}

/// The line that the service logs when it starts.
#[must_use]
pub fn greeting(settings: &Settings) -> String {
    let host = settings.database_url.expose_secret().rsplit('@').next().unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    format!("billing with {} workers, database at {host}", settings.workers)
}
