use config_core::{Secret, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, validate = long)]
    pin: Secret<u32>,
    }

    fn long(_: &Secret<u32>) -> Result<(), &'static str> {
        Ok(())
}

fn main() {
    Settings::schema();
}
