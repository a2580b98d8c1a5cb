use conf::Conf;

#[derive(Conf)]
#[conf(env_prefix = "APP_")]
struct Settings {
    #[arg(env)]
    host: String,
    #[arg(env, default_value = "8080")]
    port: u16,
    #[arg(long, env)]
    verbose: bool,
    #[arg(env, default_value = "0.5")]
    ratio: f64,
}

fn main() {
    let settings = Settings::parse();
    println!("{}:{} {} {}", settings.host, settings.port, settings.verbose, settings.ratio);
}
