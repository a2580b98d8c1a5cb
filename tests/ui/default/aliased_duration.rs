use config_core::Secrets;

type Pause = std::time::Duration;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "soon")]
    pause: Pause,
}

fn main() {
    Settings::schema();
}
