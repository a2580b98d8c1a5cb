//! Bytes written as text: hexadecimal and base64, judged as `const fn` and decoded at run time.

use zeroize::Zeroizing;

/// The value of a base64 digit that is in neither alphabet.
const NONE: u8 = 255;

/// How many bytes the hexadecimal digits stand for; none where they are not such.
pub(super) const fn hex_length(text: &[u8]) -> Option<usize> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_hexdigit() {
            return None;
        }
        at += 1;
    }
    Some(text.len() / 2)
}

/// How many bytes the base64 text stands for; none where it is not such. Standard or URL-safe, but not both in one,
/// padded or not, and without stray bits at the end.
pub(super) const fn base64_length(text: &[u8]) -> Option<usize> {
    let digits = unpadded(text);
    if digits == 0 || digits % 4 == 1 || (digits < text.len() && !text.len().is_multiple_of(4)) {
        return None;
    }
    let mut standard = false;
    let mut url_safe = false;
    let mut at = 0;
    while at < digits {
        match text[at] {
            b'+' | b'/' => standard = true,
            b'-' | b'_' => url_safe = true,
            _ => {}
        }
        if digit(text[at]) == NONE {
            return None;
        }
        at += 1;
    }
    let stray = match digits % 4 {
        2 => digit(text[digits - 1]) & 0b1111,
        3 => digit(text[digits - 1]) & 0b11,
        _ => 0,
    };
    if (standard && url_safe) || stray != 0 { None } else { Some(decoded_length(digits)) }
}

/// The byte at `index` of what the base64 text stands for.
pub(super) const fn base64_byte(text: &[u8], index: usize) -> u8 {
    let at = index / 3 * 4 + index % 3;
    let (high, low) = (digit(text[at]), digit(text[at + 1]));
    match index % 3 {
        0 => high << 2 | low >> 4,
        1 => high << 4 | low >> 2,
        _ => high << 6 | low,
    }
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn decode_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.as_bytes();
    let mut bytes = Zeroizing::new(Vec::with_capacity(hex_length(text)?));
    for pair in text.chunks_exact(2) {
        bytes.push(hex_digit(pair[0]) << 4 | hex_digit(pair[1]));
    }
    Some(bytes)
}

/// The bytes that a base64 text stands for.
pub(crate) fn decode_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.as_bytes();
    let length = base64_length(text)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    for index in 0..length {
        bytes.push(base64_byte(text, index));
    }
    Some(bytes)
}

/// How many digits stand before the padding, of which there may be two.
const fn unpadded(text: &[u8]) -> usize {
    match text {
        [.., b'=', b'='] => text.len() - 2,
        [.., b'='] => text.len() - 1,
        _ => text.len(),
    }
}

pub(super) const fn decoded_length(digits: usize) -> usize {
    digits / 4 * 3 + (digits % 4).saturating_sub(1)
}

pub(super) const fn is_base64_digit(byte: u8) -> bool {
    digit(byte) != NONE
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => NONE,
    }
}

const fn hex_digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => byte - b'A' + 10,
    }
}
