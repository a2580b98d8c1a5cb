use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, vault("secret/app@7")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
