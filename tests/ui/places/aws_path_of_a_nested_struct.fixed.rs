use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, aws("prod/app")))]
struct Settings {
    #[nested(aws = "ssm:/prod/smtp")]
    smtp: Smtp,
}

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
