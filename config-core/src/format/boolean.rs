//! Truth values in words.

use super::scan::same_but_case;

/// `true`, `1`, `yes`, `on`; `false`, `0`, `no`, `off`; in any case.
pub const fn parse(text: &str) -> Option<bool> {
    let text = text.as_bytes();
    match text {
        b"true" | b"1" => Some(true),
        b"false" | b"0" => Some(false),
        _ if same_but_case(text, b"true")
            || same_but_case(text, b"yes")
            || same_but_case(text, b"on") =>
        {
            Some(true)
        }
        _ if same_but_case(text, b"false")
            || same_but_case(text, b"no")
            || same_but_case(text, b"off") =>
        {
            Some(false)
        }
        _ => None,
    }
}
