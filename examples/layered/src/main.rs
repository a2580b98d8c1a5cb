//! One declaration, three profiles. A file may overlay another, a profile may have a list of its own, and what a
//! profile does not list is not read: no `.env` file counts in production, whatever lies around there.

use config_core::{ExposeSecret, SecretString, Secrets};

/// Settings of the service.
#[derive(Debug, Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv, file("settings.{profile}.json"), file("settings.json")),
    profile_env = "APP_ENV",
    default_profile = "development",
    profile(development),
    profile(staging),
    profile(
        production,
        sources(env, dir("secrets"), file("settings.production.json"), file("settings.json"))
    )
)]
struct Settings {
    /// How much is logged.
    #[setting(default = "info", one_of("error", "warn", "info", "debug"))]
    log_level: String,

    #[nested]
    database: Database,
}

/// The database.
#[derive(Debug, Secrets)]
struct Database {
    /// Name of the host.
    #[setting(required)]
    host: String,

    /// How many connections are kept.
    #[setting(default = 10, range = 1..=100)]
    pool: u16,

    /// Password of the account.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Where the sample files are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn main() -> Result<(), config_core::Error> {
    for profile in ["development", "staging", "production"] {
        let settings = Settings::loader().root(SAMPLES).profile(profile).load()?;
        let Settings { log_level, database } = &settings;
        let password = database.password.expose_secret().len();
        println!("{settings:?}");
        println!(
            "logging from {log_level} on; {} connections to {}, password of {password}",
            database.pool, database.host
        );
        println!("{}\n", Settings::loader().root(SAMPLES).profile(profile).explain());
    }
    let error = Settings::loader().root(SAMPLES).profile("prodution").load().err();
    println!("{}", error.map_or_else(String::new, |error| error.to_string()));
    Ok(())
}
