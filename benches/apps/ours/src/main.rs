use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefix = "APP")]
struct Settings {
    #[setting(required)]
    host: String,
    #[setting(default = 8080)]
    port: u16,
    #[setting(default = false)]
    verbose: bool,
    #[setting(default = 0.5)]
    ratio: f64,
}

fn main() -> Result<(), config_core::Error> {
    let settings = Settings::load()?;
    println!("{}:{} {} {}", settings.host, settings.port, settings.verbose, settings.ratio);
    Ok(())
}
