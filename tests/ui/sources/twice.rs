use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, dotenv, env))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
