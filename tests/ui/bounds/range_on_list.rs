use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=3)]
    names: Vec<String>,
    }

    #[allow(clippy::ptr_arg)]
    fn few(_: &Vec<String>) -> Result<(), String> {
        Ok(())
}

fn main() {
    Settings::schema();
}
