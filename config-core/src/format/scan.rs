//! The few steps over text that every judge here takes, as `const fn`.

/// The character that begins at `at`, and where the next one begins. `at` is inside the text and on a boundary.
pub(super) const fn char_at(text: &[u8], at: usize) -> (u32, usize) {
    let first = text[at];
    let (mut code, length) = match first {
        0..=0x7f => return (first as u32, at + 1),
        0x80..=0xdf => ((first & 0x1f) as u32, 2),
        0xe0..=0xef => ((first & 0x0f) as u32, 3),
        _ => ((first & 0x07) as u32, 4),
    };
    let mut next = at + 1;
    while next < at + length && next < text.len() {
        code = code << 6 | (text[next] & 0x3f) as u32;
        next += 1;
    }
    (code, next)
}

/// The part of a text from `from` up to `to`.
pub(super) const fn part(text: &[u8], from: usize, to: usize) -> &[u8] {
    text.split_at(to).0.split_at(from).1
}

/// Whether both texts are the same but for the case of ASCII letters.
pub(super) const fn same_but_case(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut i = 0;
    while i < left.len() {
        if !left[i].eq_ignore_ascii_case(&right[i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether both texts are the same.
pub(super) const fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && starts_with(left, 0, right)
}

/// Whether `part` stands at `at`.
pub(super) const fn starts_with(text: &[u8], at: usize, part: &[u8]) -> bool {
    if text.len() < at || text.len() - at < part.len() {
        return false;
    }
    let mut i = 0;
    while i < part.len() {
        if text[at + i] != part[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Where a byte first stands from `from` on; the end of the text if it does not.
pub(super) const fn find(text: &[u8], from: usize, byte: u8) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != byte {
        at += 1;
    }
    at
}
