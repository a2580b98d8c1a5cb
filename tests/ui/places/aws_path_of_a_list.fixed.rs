use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, aws("ssm:/prod/app")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
