use config_core::Secrets;

fn hexadecimal(text: &str) -> Result<u32, std::num::ParseIntError> {
    u32::from_str_radix(text, 16)
}

#[derive(Secrets)]
struct Settings {
    #[setting(required, parse = hexadecimal)]
    mask: u32,
}

fn main() {
    Settings::schema();
}
