//! Settings from files while one develops, and from Vault (or OpenBao) in staging and production, each profile with a
//! secret of its own, by one struct.
//!
//! It asks the Vault of `VAULT_ADDR` if that is set, else it starts an OpenBao of its own, which it installs first where
//! that was not done yet.

mod server;

use config_core::{ExposeSecret, Loader, SecretString, Secrets};

use server::Server;

/// Settings of the service.
#[derive(Debug, Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, vault("secret/{profile}/app")),
    profile_env = "APP_ENV",
    default_profile = "development",
    profile(development, sources(env, dotenv, file("secrets.json"))),
    profile(staging),
    profile(production)
)]
struct Settings {
    /// Key for the API that we call.
    #[secret(required, format = any, len = 16..)]
    api_key: SecretString,

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

    /// Password of the account.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Where the sample files are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    start(&Settings::loader().root(SAMPLES).profile("development").load()?);

    let server = Server::find()?;
    println!("\n{}\n", server.with_sample("secret/staging/app")?);

    start(&from(&server, "staging").load()?);
    println!("\n{}", from(&server, "staging").explain());
    println!("\n{}", from(&server, "staging").plan()?);

    match from(&server, "production").load() {
        Ok(settings) => start(&settings),
        Err(error) => println!("\nin production {error}"),
    }
    Ok(())
}

/// A load with the variables of the process, and those of the server. A service has only the first, and so calls
/// `Settings::load()`.
fn from(server: &Server, profile: &str) -> Loader<Settings> {
    Settings::loader().root(SAMPLES).env(server.variables()).profile(profile)
}

fn start(settings: &Settings) {
    let Settings { api_key, log_level, database } = settings;
    println!(
        "calling with a key of {} characters; {} takes a password of {}; logging from {log_level} on",
        api_key.expose_secret().len(),
        database.host,
        database.password.expose_secret().len(),
    );
}
