use confique::Config;

#[derive(Config)]
struct Settings {
    #[config(env = "APP_HOST")]
    host: String,
    #[config(env = "APP_PORT", default = 8080)]
    port: u16,
    #[config(env = "APP_VERBOSE", default = false)]
    verbose: bool,
    #[config(env = "APP_RATIO", default = 0.5)]
    ratio: f64,
}

fn main() -> Result<(), confique::Error> {
    let settings = Settings::builder().env().load()?;
    println!("{}:{} {} {}", settings.host, settings.port, settings.verbose, settings.ratio);
    Ok(())
}
