//! Whether a text that was declared as no secret may be one all the same.

use super::preset::PRESETS;
use super::random::looks_random;
use super::scan::{part, starts_with};
use super::{Format, token, url};

/// Names before a `=` or `:` that tell that a secret follows, in lower case without `_` and `-`.
const TELLING: &[&str] = &[
    "accesskey",
    "accountkey",
    "apikey",
    "authorization",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "sig",
    "signature",
    "token",
];

/// Whether a text, or one of its words, has the format of a provider's credential, a JWT or a PEM block, is a URL with
/// a password in it, or names a value as a secret (`password=..`). When in doubt it does: this decides whether a text
/// may be shown in an error.
#[must_use]
pub const fn looks_like_a_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    if is_credential(text)
        || token::is_pem(bytes)
        || holds(bytes, b"-----BEGIN ")
        || url::holds_password(bytes)
    {
        return true;
    }
    let mut at = 0;
    while at < bytes.len() {
        let end = word_end(bytes, at);
        let (word, value) = split(part(bytes, at, end));
        if (!value.is_empty() && is_telling(word))
            || is_credential_part(part(bytes, at, end))
            || is_credential_part(value)
        {
            return true;
        }
        at = end + 1;
    }
    false
}

/// Whether a key from outside reads as a name, and not as a secret that came to stand in the place of one.
pub(crate) fn is_name(text: &str) -> bool {
    let is_legal = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | ' ');
    (1..=64).contains(&text.len())
        && text.chars().all(is_legal)
        && !looks_random(text)
        && !looks_like_a_secret(text)
}

const fn is_credential(text: &str) -> bool {
    let mut i = 0;
    while i < PRESETS.len() {
        if PRESETS[i].accepts(text) {
            return true;
        }
        i += 1;
    }
    Format::Jwt.accepts(text)
}

const fn is_credential_part(text: &[u8]) -> bool {
    match std::str::from_utf8(text) {
        Ok(text) => is_credential(text),
        Err(_) => false,
    }
}

const fn holds(text: &[u8], wanted: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if starts_with(text, at, wanted) {
            return true;
        }
        at += 1;
    }
    false
}

/// Where the word ends that begins at `from`.
const fn word_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len()
        && !matches!(
            text[at],
            0..=b' ' | b',' | b';' | b'&' | b'?' | b'"' | b'\'' | b'`' | b'(' | b')'
        )
    {
        at += 1;
    }
    at
}

/// The name and the value of `name=value` or `name:value`; without such, no value.
const fn split(word: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < word.len() && word[at] != b'=' && word[at] != b':' {
        at += 1;
    }
    if at == word.len() { (word, &[]) } else { (part(word, 0, at), part(word, at + 1, word.len())) }
}

/// Whether the name ends in one of the telling ones.
const fn is_telling(name: &[u8]) -> bool {
    let mut i = 0;
    while i < TELLING.len() {
        if ends_with(name, TELLING[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether a name ends so, whatever its case and its `_` and `-`.
const fn ends_with(name: &[u8], end: &[u8]) -> bool {
    let mut left = name.len();
    let mut right = end.len();
    while right > 0 {
        if left == 0 {
            return false;
        }
        left -= 1;
        if matches!(name[left], b'_' | b'-') {
            continue;
        }
        if name[left].to_ascii_lowercase() != end[right - 1] {
            return false;
        }
        right -= 1;
    }
    true
}
