use config_core::Secrets;

#[derive(Secrets)]
struct A {
    #[setting(required)]
    b_c: u16,
}

#[derive(Secrets)]
struct B {
    #[setting(required)]
    c: u16,
}

#[derive(Secrets)]
struct Settings {
    #[nested]
    a: A,
    #[nested(prefix = "B")]
    a_b: B,
}

fn main() {
    Settings::schema();
}
