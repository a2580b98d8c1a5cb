use config_core::Secrets;

#[derive(Secrets)]
struct Settings;

fn main() {
    Settings::schema();
}
