use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, gcp("app/settings")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
