use config_core::Secrets;

#[derive(Secrets)]
struct Settings<T> {
    #[setting(required)]
    port: T,
}

fn main() {
    Settings::<u16>::schema();
}
