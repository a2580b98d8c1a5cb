use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, validate = few)]
    names: Vec<String>,
    }

    #[allow(clippy::ptr_arg)]
    fn few(_: &Vec<String>) -> Result<(), String> {
        Ok(())
}

fn main() {
    Settings::schema();
}
