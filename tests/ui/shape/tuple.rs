use config_core::Secrets;

#[derive(Secrets)]
struct Settings(u16);

fn main() {
    Settings::schema();
}
