use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, aws("prod/app")))]
struct Settings {
    #[secret(required, format = any, aws = "ssm:/prod/app/token")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
