//! figment, both ways: a Rocket application takes its own configuration from our settings, and a figment provider that
//! an application already has is one source among others.
//!
//! A real application would be launched; this one answers one request of its own, and ends.

use config_core::{ExposeSecret, SecretString, Secrets};
use rocket::figment::providers::Serialized;
use rocket::local::blocking::Client;
use rocket::{Build, Rocket, State, get, routes};

/// Settings of the greeting service: those that Rocket knows by name, and those of the service's own.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("settings.json")))]
struct Settings {
    /// Port that the server listens on. Rocket reads it.
    #[setting(default = 8080, range = 1024..=65535)]
    port: u16,

    /// What the server calls itself. Rocket reads it.
    #[setting(default = "service", len = 1..=32)]
    ident: String,

    #[nested]
    mail: Mail,
}

/// The mail server.
#[derive(Debug, Secrets)]
struct Mail {
    /// Name of the host.
    #[setting(required)]
    host: String,

    /// Port of the mail server.
    #[setting(default = 465)]
    port: u16,

    /// Password of the account.
    #[secret(required, format = any)]
    password: SecretString,
}

/// Where the sample files are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn loader() -> config_core::Loader<Settings> {
    // What an application has as a figment provider comes last in the list, or where the list says "figment".
    let provider = Serialized::default("mail.port", 587);
    Settings::loader().root(SAMPLES).figment(provider)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = loader().load()?;
    println!("{}\n", loader().explain());
    println!("{} listens on {}", settings.ident, settings.port);
    println!("its mail password has {} characters", settings.mail.password.expose_secret().len());

    // Rocket is handed settings alone; a secret would have to be named, with `.reveal("mail.password")`.
    let figment = rocket::Config::figment().merge(loader().provided()?);
    println!("figment has the password: {}", figment.contains("mail.password"));

    let client = Client::untracked(application(figment, settings))?;
    let response = client.get("/").dispatch();
    println!("Server: {}", response.headers().get_one("Server").unwrap_or_default());
    println!("{}", response.into_string().unwrap_or_default());
    Ok(())
}

fn application(figment: rocket::figment::Figment, settings: Settings) -> Rocket<Build> {
    rocket::custom(figment.merge(("log_level", "off"))).manage(settings).mount("/", routes![greet])
}

#[get("/")]
fn greet(settings: &State<Settings>, config: &rocket::Config) -> String {
    format!("port {}, mail through {}:{}", config.port, settings.mail.host, settings.mail.port)
}
