use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    host: String,
    #[serde(default = "port")]
    port: u16,
    #[serde(default)]
    verbose: bool,
    #[serde(default = "ratio")]
    ratio: f64,
}

fn port() -> u16 {
    8080
}

fn ratio() -> f64 {
    0.5
}

fn main() -> Result<(), config::ConfigError> {
    let environment = config::Environment::with_prefix("APP").try_parsing(true);
    let settings: Settings =
        config::Config::builder().add_source(environment).build()?.try_deserialize()?;
    println!("{}:{} {} {}", settings.host, settings.port, settings.verbose, settings.ratio);
    Ok(())
}
