#![allow(dead_code)]
use config_core::{Secret, Secrets};

#[derive(serde::Deserialize)]
struct Pin(u32);

impl zeroize::Zeroize for Pin {
    fn zeroize(&mut self) {
        self.0 = 0;
    }
}

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    pin: Secret<Pin>,
}

fn main() {
    Settings::schema();
}
