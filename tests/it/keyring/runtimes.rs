//! A load asks the keyring the same way wherever it is called.

use config_core::{ExposeSecret, Loader, Secrets};
use config_tests::{Bench, NOTHING, child};

use super::{Settings, UNLOCKED, in_session};
use crate::runtimes::{Bed, everywhere};

struct Keyring;

impl Bed for Keyring {
    type Settings = Settings;

    fn loader(&self) -> Loader<Settings> {
        Settings::loader().env(NOTHING)
    }

    fn check(&self, settings: &Settings) {
        assert_eq!(settings.token.expose_secret(), "canary-of-the-keyring");
    }
}

#[test]
fn the_keyring_is_loaded_from_on_any_runtime_and_on_none() {
    if !child::is_child() {
        let test = "runtimes::the_keyring_is_loaded_from_on_any_runtime_and_on_none";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    everywhere(Keyring);
}
