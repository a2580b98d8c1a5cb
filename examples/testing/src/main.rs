//! Starts the application with settings made up on the spot; what is worth reading is `tests/settings.rs`.

use config_core::Secrets;
use testing::{Settings, greeting};

fn main() -> Result<(), config_core::Error> {
    let environment = [
        ("BILLING_DATABASE_URL", "postgres://app:n0t-a-real-one@db.example/billing"),
        ("BILLING_SIGNING_KEY", "not-a-real-signing-key"),
    ];
    let settings = Settings::loader().env(environment).root(env!("CARGO_MANIFEST_DIR")).load()?;
    println!("{}", greeting(&settings));
    println!("now read examples/testing/tests/settings.rs, and run: cargo test -p testing");
    Ok(())
}
