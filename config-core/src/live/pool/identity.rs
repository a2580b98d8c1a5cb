//! Tells one connection's options from another's without keeping a copy of either.

use std::fmt::{self, Debug, Write};
use std::hash::Hasher;

#[cfg(feature = "sqlx")]
use crate::value::{Text, TextBuilder};

struct Feed<'a>(&'a mut dyn Hasher);

impl Write for Feed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

/// Feeds a hash with what `Debug` shows, piece by piece: the text is nowhere whole.
pub(crate) fn feed(hasher: &mut dyn Hasher, it: &impl Debug) {
    // Neither the hash nor a derived `Debug` fails.
    let _ = write!(Feed(hasher), "{it:?}");
}

/// What `Debug` shows, wiped when dropped.
#[cfg(feature = "sqlx")]
pub(crate) fn shown(it: &impl Debug) -> Text {
    let mut text = TextBuilder::new();
    // As above.
    let _ = write!(text, "{it:?}");
    text.finish()
}
