//! UUIDs, JSON Web Tokens, and PEM blocks.

use super::encoded::{base64_length, is_base64_digit};
use super::json::is_base64_object;
use super::scan::{find, part, same, starts_with};

/// Five groups of hexadecimal digits with hyphens between (RFC 9562, section 4).
pub(super) const fn is_uuid(text: &[u8]) -> bool {
    if text.len() != 36 {
        return false;
    }
    let mut at = 0;
    while at < text.len() {
        let fits = match at {
            8 | 13 | 18 | 23 => text[at] == b'-',
            _ => text[at].is_ascii_hexdigit(),
        };
        if !fits {
            return false;
        }
        at += 1;
    }
    true
}

/// Three parts in URL-safe base64 with dots between, the first of them a JSON object (RFC 7519).
pub(super) const fn is_jwt(text: &[u8]) -> bool {
    let first = find(text, 0, b'.');
    if first == text.len() {
        return false;
    }
    let second = find(text, first + 1, b'.');
    if second == text.len() {
        return false;
    }
    let header = part(text, 0, first);
    is_base64url(header)
        && is_base64url(part(text, first + 1, second))
        && is_base64url(part(text, second + 1, text.len()))
        && is_base64_object(header)
}

const fn is_base64url(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if matches!(text[at], b'+' | b'/' | b'=') {
            return false;
        }
        at += 1;
    }
    base64_length(text).is_some()
}

/// One or more blocks of base64 between a begin and an end line with the same label (RFC 7468), with whatever text
/// between the blocks.
pub(super) const fn is_pem(text: &[u8]) -> bool {
    let mut at = 0;
    let mut blocks = 0;
    while at < text.len() {
        let end = line_end(text, at);
        let label = label(part(text, at, end), b"-----BEGIN ");
        at = next_line(text, end);
        if let Some(label) = label {
            match block(text, at, label) {
                Some(after) => at = after,
                None => return false,
            }
            blocks += 1;
        }
    }
    blocks > 0
}

/// Where the text goes on after the block whose first inner line begins at `at`.
const fn block(text: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let mut at = skip_headers(text, at);
    let mut digits = 0usize;
    let mut padding = 0usize;
    while at < text.len() {
        let end = line_end(text, at);
        let line = part(text, at, end);
        at = next_line(text, end);
        if let Some(found) = label(line, b"-----END ") {
            let is_whole = digits > 0 && padding <= 2 && (digits + padding).is_multiple_of(4);
            return if is_whole && same(found, wanted) { Some(at) } else { None };
        }
        let mut i = 0;
        while i < line.len() {
            match line[i] {
                b' ' | b'\t' | b'\r' => {}
                b'=' => padding += 1,
                b'-' | b'_' => return None,
                byte if is_base64_digit(byte) && padding == 0 => digits += 1,
                _ => return None,
            }
            i += 1;
        }
    }
    None
}

/// Headers such as `Proc-Type: 4,ENCRYPTED` of older encrypted keys end at an empty line.
const fn skip_headers(text: &[u8], at: usize) -> usize {
    if find(part(text, 0, line_end(text, at)), at, b':') == line_end(text, at) {
        return at;
    }
    let mut at = at;
    while at < text.len() {
        let end = line_end(text, at);
        let is_empty = end == at || (end == at + 1 && text[at] == b'\r');
        at = next_line(text, end);
        if is_empty {
            return at;
        }
    }
    at
}

/// The label of a line such as `-----BEGIN PRIVATE KEY-----`.
const fn label<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let mut end = line.len();
    while end > 0 && matches!(line[end - 1], b' ' | b'\t' | b'\r') {
        end -= 1;
    }
    if end <= prefix.len() + 5
        || !starts_with(line, 0, prefix)
        || !starts_with(line, end - 5, b"-----")
    {
        return None;
    }
    Some(part(line, prefix.len(), end - 5))
}

const fn line_end(text: &[u8], from: usize) -> usize {
    find(text, from, b'\n')
}

const fn next_line(text: &[u8], end: usize) -> usize {
    if end < text.len() { end + 1 } else { end }
}
