//! Ways of writing bytes in text, in buffers that are wiped and do not grow.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use zeroize::Zeroizing;

use crate::value::Text;

/// Bytes in base64 (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> Text {
    let mut encoded = vec![0; bytes.len().div_ceil(3) * 4];
    // The room is exactly what the encoding takes, and it gives ASCII alone.
    let _ = STANDARD.encode_slice(bytes, &mut encoded);
    Text::new(String::from_utf8(encoded).unwrap_or_default())
}

/// The bytes that a text in base64 stands for, with padding or without; none where it is no base64.
pub(crate) fn from_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; text.len().div_ceil(4) * 3]);
    let length = STANDARD_PAD_INDIFFERENT.decode_slice(text, &mut bytes).ok()?;
    let mut exact = Zeroizing::new(Vec::with_capacity(length));
    exact.extend_from_slice(&bytes[..length]);
    Some(exact)
}

/// A text as it stands in an address, all but the unreserved characters in percents (RFC 3986, section 2.3); those of
/// `kept` stay too.
pub(crate) fn percent(text: &str, kept: &str) -> Text {
    let escaped = |byte: u8| !is_unreserved(byte) && !kept.as_bytes().contains(&byte);
    let room = text.bytes().map(|byte| if escaped(byte) { 3 } else { 1 }).sum();
    let mut encoded = Text::new(String::with_capacity(room));
    for byte in text.bytes() {
        match escaped(byte) {
            false => encoded.push(char::from(byte)),
            true => {
                encoded.push('%');
                for half in [byte >> 4, byte & 15] {
                    encoded.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
                }
            }
        }
    }
    encoded
}

/// A form of names and values (`application/x-www-form-urlencoded`).
pub(crate) fn form(pairs: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    let values: Vec<Text> = pairs.iter().map(|(_, value)| percent(value, "")).collect();
    let room = pairs.iter().zip(&values).map(|((name, _), value)| name.len() + value.len() + 2);
    let mut body = Zeroizing::new(Vec::with_capacity(room.sum()));
    for (index, ((name, _), value)) in pairs.iter().zip(&values).enumerate() {
        if index > 0 {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        body.extend_from_slice(value.as_bytes());
    }
    body
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::{base64, form, from_base64, percent};

    #[test]
    fn base64_is_written_with_padding_and_read_with_it_or_without() {
        assert_eq!(base64(b"12").as_str(), "MTI=");
        assert_eq!(base64(b"").as_str(), "");
        assert_eq!(from_base64("MTI=").unwrap().as_slice(), b"12");
        assert_eq!(from_base64("MTI").unwrap().as_slice(), b"12");
        assert!(from_base64("").unwrap().is_empty());
        assert!(from_base64("M").is_none());
        assert!(from_base64("MT*=").is_none());
    }

    #[test]
    fn what_an_address_does_not_allow_is_escaped() {
        assert_eq!(percent("a b/c?d#e%2e/ö", "/").as_str(), "a%20b/c%3Fd%23e%252e/%C3%B6");
        assert_eq!(percent("a/b", "").as_str(), "a%2Fb");
    }

    #[test]
    fn a_form_has_its_values_escaped() {
        let body = form(&[("grant_type", "a:b"), ("t", "x y+z&=%/ä~")]);
        let text = std::str::from_utf8(&body).unwrap();
        assert_eq!(text, "grant_type=a%3Ab&t=x%20y%2Bz%26%3D%25%2F%C3%A4~");
    }
}
