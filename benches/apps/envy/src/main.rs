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

fn main() -> Result<(), envy::Error> {
    let settings: Settings = envy::prefixed("APP_").from_env()?;
    println!("{}:{} {} {}", settings.host, settings.port, settings.verbose, settings.ratio);
    Ok(())
}
