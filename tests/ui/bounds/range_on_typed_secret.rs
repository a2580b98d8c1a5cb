use config_core::{Secret, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, range = 1000..)]
    pin: Secret<u32>,
    }

    fn long(_: &Secret<u32>) -> Result<(), &'static str> {
        Ok(())
}

fn main() {
    Settings::schema();
}
