//! Tells one set of connect options from another.

use std::hash::Hasher;
use std::sync::atomic::{AtomicU64, Ordering};

use ::sqlx::ConnectOptions;

use super::super::identity::{feed, shown};

/// Options have no `==` and do not give their password; but `Debug` shows all of it. Where some day it does not, each
/// generation counts as another credential: a few connections more, and none that stays behind.
pub(super) fn identity<O: ConnectOptions>(options: &O, hasher: &mut dyn Hasher) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    feed(hasher, options);
    if !shows_password::<O>() {
        hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    }
}

/// Whether `Debug` shows this text, as a text of its own.
pub(super) fn logs_in_with<O: ConnectOptions>(options: &O, text: &str) -> bool {
    shown(options).contains(shown(&text).as_str())
}

fn shows_password<O: ConnectOptions>() -> bool {
    let [one, other] = ["one", "two"].map(|password| {
        let mut hasher = std::hash::DefaultHasher::new();
        let url = format!("postgres://user:{password}@localhost/base");
        if let Ok(options) = url.parse::<O>() {
            feed(&mut hasher, &options);
        }
        hasher.finish()
    });
    one != other
}
