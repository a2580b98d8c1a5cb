//! URLs, as strictly as a setting needs: a scheme, a host where the scheme is of a network, a port that is one, and
//! nothing that would have to be percent-encoded to mean itself.

use super::net::{host_end, is_ipv4, is_ipv6, is_port, looks_numeric};
use super::scan::{char_at, find, part, same_but_case};

/// Schemes that always name a host (WHATWG URL, "special scheme").
const WEB: &[&str] = &["http", "https", "ws", "wss", "ftp"];
/// Schemes that have no `//` where none is declared; any other text without it is a host and a port, or a mistake.
const OPAQUE: &[&str] = &["data", "file", "jdbc", "mailto", "sqlite", "tel", "unix", "urn"];

/// Whether the text is a URL, with one of the schemes if there are any.
pub(super) const fn is_url(text: &[u8], schemes: &[&str]) -> bool {
    let colon = scheme_end(text);
    if colon == 0 || !is_clean(text) {
        return false;
    }
    let scheme = part(text, 0, colon);
    if !schemes.is_empty() && !is_among(scheme, schemes) {
        return false;
    }
    let rest = part(text, colon + 1, text.len());
    let is_web = is_among(scheme, WEB);
    if let [b'/', b'/', hierarchy @ ..] = rest {
        let end = authority_end(hierarchy);
        if end == 0 {
            return !is_web && hierarchy.len() > 1;
        }
        return is_authority(part(hierarchy, 0, end), is_web, end < hierarchy.len());
    }
    !is_web && !rest.is_empty() && (!schemes.is_empty() || is_among(scheme, OPAQUE))
}

/// Whether a URL with a user and a password stands anywhere in the text.
pub(super) const fn holds_password(text: &[u8]) -> bool {
    let mut at = 0;
    while at + 3 <= text.len() {
        if let [b':', b'/', b'/', hierarchy @ ..] = part(text, at, text.len()) {
            let authority = part(hierarchy, 0, authority_end(hierarchy));
            let user_end = last_at_sign(authority);
            let colon = find(authority, 0, b':');
            if user_end < authority.len() && (colon + 1 < user_end || user_end >= 16) {
                return true;
            }
        }
        at += 1;
    }
    false
}

/// Where the `:` after the scheme stands; 0 where there is no scheme.
const fn scheme_end(text: &[u8]) -> usize {
    let colon = find(text, 0, b':');
    if colon == text.len() || colon == 0 || !text[0].is_ascii_alphabetic() {
        return 0;
    }
    let mut at = 1;
    while at < colon {
        if !text[at].is_ascii_alphanumeric() && !matches!(text[at], b'+' | b'-' | b'.') {
            return 0;
        }
        at += 1;
    }
    colon
}

/// No white space, no control characters, and each `%` begins two hexadecimal digits.
const fn is_clean(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        let (code, next) = char_at(text, at);
        match char::from_u32(code) {
            Some(character) if character.is_whitespace() || character.is_ascii_control() => {
                return false;
            }
            Some('\u{80}'..='\u{9f}') | None => return false,
            Some('%') if at + 2 >= text.len() => return false,
            Some('%') if !text[at + 1].is_ascii_hexdigit() || !text[at + 2].is_ascii_hexdigit() => {
                return false;
            }
            Some(_) => {}
        }
        at = next;
    }
    true
}

const fn is_among(scheme: &[u8], schemes: &[&str]) -> bool {
    let mut i = 0;
    while i < schemes.len() {
        if same_but_case(scheme, schemes[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

/// Where the authority ends, which begins at the start of the text.
const fn authority_end(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() && !matches!(text[at], b'/' | b'?' | b'#') {
        at += 1;
    }
    at
}

/// Where the last `@` stands; the end of the text where there is none.
const fn last_at_sign(text: &[u8]) -> usize {
    let mut at = text.len();
    while at > 0 {
        at -= 1;
        if text[at] == b'@' {
            return at;
        }
    }
    text.len()
}

/// `user:password@host:port`; for databases and queues also several hosts, and none where a path follows.
const fn is_authority(text: &[u8], is_web: bool, has_path: bool) -> bool {
    let user_end = last_at_sign(text);
    let mut at = if user_end == text.len() { 0 } else { user_end + 1 };
    if at == text.len() {
        return !is_web && has_path;
    }
    loop {
        let end = if is_web { text.len() } else { find(text, at, b',') };
        if !is_host_and_port(part(text, at, end)) {
            return false;
        }
        if end == text.len() {
            return true;
        }
        at = end + 1;
    }
}

const fn is_host_and_port(text: &[u8]) -> bool {
    let Some(end) = host_end(text) else { return false };
    if end < text.len() && (text[end] != b':' || !is_port(part(text, end + 1, text.len()))) {
        return false;
    }
    let host = part(text, 0, end);
    if let [b'[', address @ .., b']'] = host {
        return is_ipv6(address);
    }
    if host.is_empty() || (looks_numeric(host) && !is_ipv4(host)) {
        return false;
    }
    let mut at = 0;
    while at < host.len() {
        if matches!(
            host[at],
            b'<' | b'>' | b'[' | b']' | b'\\' | b'^' | b'|' | b'"' | b'{' | b'}' | b'`'
        ) {
            return false;
        }
        at += 1;
    }
    true
}
