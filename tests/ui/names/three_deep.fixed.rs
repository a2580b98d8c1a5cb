use config_core::Secrets;

#[derive(Secrets)]
struct Inner {
    #[setting(required)]
    c: u16,
}

#[derive(Secrets)]
struct Middle {
    #[nested]
    b: Inner,
}

#[derive(Secrets)]
struct Settings {
    #[nested]
    a: Middle,
    #[setting(required, env = "ABC")]
    a_b_c: u16,
}

fn main() {
    Settings::schema();
}
