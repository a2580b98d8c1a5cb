//! The dialect of `.env` files: reading, places, writing.

mod corpus;
mod dialect;
mod leaks;
mod places;
mod render;
mod robust;

use config_core::dotenv::{SyntaxError, parse};

/// The pairs of a text that has nothing wrong.
fn pairs(text: &str) -> Vec<(String, String)> {
    match parse(text.as_bytes()) {
        Ok(pairs) => pairs.into_iter().map(|pair| (pair.key, pair.value.to_string())).collect(),
        Err(error) => panic!("{text:?}: {error}"),
    }
}

/// The value of the only pair.
fn value(text: &str) -> String {
    let mut pairs = pairs(text);
    assert_eq!(pairs.len(), 1, "{text:?}");
    pairs.remove(0).1
}

/// What is wrong with a text.
fn error(text: impl AsRef<[u8]>) -> SyntaxError {
    let text = text.as_ref();
    parse(text).map(|pairs| pairs.len()).expect_err(&String::from_utf8_lossy(text))
}
