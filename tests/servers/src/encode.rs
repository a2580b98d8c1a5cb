//! Base64 as tokens have it.

/// Base64 as bodies have it, with padding.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = encoded(bytes, b"+/");
    text.extend(std::iter::repeat_n('=', text.len().next_multiple_of(4) - text.len()));
    text
}

/// Base64 for URLs, without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    encoded(bytes, b"-_")
}

fn encoded(bytes: &[u8], last_two: &[u8; 2]) -> String {
    let letters: Vec<u8> =
        (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last_two).collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(letters[word >> (18 - 6 * place) & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, base64url};

    #[test]
    fn every_length_is_encoded() {
        let encoded: Vec<String> =
            ["", "f", "fo", "foo", "\u{ff}?"].map(|text| base64url(text.as_bytes())).into();
        assert_eq!(encoded, ["", "Zg", "Zm8", "Zm9v", "w78_"]);
        assert_eq!(
            ["f", "fo", "\u{ff}?"].map(|text| base64(text.as_bytes())),
            ["Zg==", "Zm8=", "w78/"]
        );
    }
}
