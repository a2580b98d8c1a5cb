use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, file("{APP_REGION}/{profile}.json"), dir("/run/{APP_TOKEN}")),
    profile(production, sources(env, dir("/run/{APP_SMTP_PASSWORD_FILE}")))
)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = "eu")]
    region: String,
    #[nested]
    smtp: Smtp,
}

#[derive(Secrets)]
struct Smtp {
    #[secret(required, format = any)]
    password: SecretString,
}

fn main() {
    Settings::schema();
}
