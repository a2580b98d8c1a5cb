//! Hosts, ports, and electronic mail addresses.

use super::scan::{find, part};

/// `host:port`, where the host is a name, an IPv4 address, or an IPv6 address in brackets.
pub(super) const fn host_port(text: &[u8]) -> bool {
    let Some(end) = host_end(text) else { return false };
    end < text.len()
        && text[end] == b':'
        && is_host(part(text, 0, end))
        && is_port(part(text, end + 1, text.len()))
}

/// Where the host of `host:port` ends; none where a bracket is not closed.
pub(super) const fn host_end(text: &[u8]) -> Option<usize> {
    if !text.is_empty() && text[0] == b'[' {
        let end = find(text, 0, b']');
        return if end < text.len() { Some(end + 1) } else { None };
    }
    Some(find(text, 0, b':'))
}

/// From 1 to 65535, in digits.
pub(super) const fn is_port(text: &[u8]) -> bool {
    if text.is_empty() || text.len() > 5 {
        return false;
    }
    let mut port = 0u32;
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            return false;
        }
        port = port * 10 + (text[at] - b'0') as u32;
        at += 1;
    }
    0 < port && port <= 65535
}

/// A host name, an IPv4 address, or an IPv6 address in brackets.
const fn is_host(text: &[u8]) -> bool {
    if !text.is_empty() && text[0] == b'[' {
        return text[text.len() - 1] == b']' && is_ipv6(part(text, 1, text.len() - 1));
    }
    if looks_numeric(text) { is_ipv4(text) } else { is_host_name(text) }
}

/// Digits and dots alone: then it is an address, or nothing.
pub(super) const fn looks_numeric(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() && text[at] != b'.' {
            return false;
        }
        at += 1;
    }
    true
}

/// Labels of letters, digits, `-` and `_`, with dots between, and maybe one at the end.
const fn is_host_name(text: &[u8]) -> bool {
    let length = match text {
        [.., b'.'] => text.len() - 1,
        _ => text.len(),
    };
    if length == 0 || length > 253 {
        return false;
    }
    let mut at = 0;
    while at <= length {
        let end = label_end(text, at, length);
        if !is_label(part(text, at, end), true) {
            return false;
        }
        at = end + 1;
    }
    true
}

const fn label_end(text: &[u8], from: usize, length: usize) -> usize {
    let end = find(text, from, b'.');
    if end < length { end } else { length }
}

const fn is_label(text: &[u8], underscores: bool) -> bool {
    if text.is_empty() || text.len() > 63 || text[0] == b'-' || text[text.len() - 1] == b'-' {
        return false;
    }
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => {}
            b'_' if underscores => {}
            _ => return false,
        }
        at += 1;
    }
    true
}

/// Four numbers from 0 to 255 without leading zeros.
pub(super) const fn is_ipv4(text: &[u8]) -> bool {
    let mut at = 0;
    let mut numbers = 0;
    loop {
        let start = at;
        let mut number = 0u32;
        while at < text.len() && text[at].is_ascii_digit() && at - start < 4 {
            number = number * 10 + (text[at] - b'0') as u32;
            at += 1;
        }
        if at == start || number > 255 || (at - start > 1 && text[start] == b'0') {
            return false;
        }
        numbers += 1;
        if at == text.len() {
            return numbers == 4;
        }
        if text[at] != b'.' {
            return false;
        }
        at += 1;
    }
}

/// Eight groups of up to four hexadecimal digits; `::` for a run of zeros; maybe an IPv4 address at the end.
pub(super) const fn is_ipv6(text: &[u8]) -> bool {
    let mut at = 0;
    let mut groups = 0;
    let mut gap = false;
    if let [b':', b':', ..] = text {
        gap = true;
        at = 2;
    }
    while at < text.len() {
        let start = at;
        while at < text.len() && text[at].is_ascii_hexdigit() {
            at += 1;
        }
        if at < text.len() && text[at] == b'.' {
            groups += 2;
            return is_ipv4(part(text, start, text.len())) && (groups == 8 || gap && groups < 8);
        }
        if at == start || at - start > 4 {
            return false;
        }
        groups += 1;
        if at == text.len() {
            break;
        }
        if text[at] != b':' || at + 1 == text.len() {
            return false;
        }
        at += 1;
        if text[at] == b':' {
            if gap {
                return false;
            }
            gap = true;
            at += 1;
        }
    }
    if gap { groups < 8 } else { groups == 8 }
}

/// A valid address by the rule of the HTML standard for `<input type=email>`.
pub(super) const fn is_email(text: &[u8]) -> bool {
    let at_sign = find(text, 0, b'@');
    if at_sign == 0 || at_sign == text.len() {
        return false;
    }
    let mut at = 0;
    while at < at_sign {
        match text[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'.' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' => {}
            b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~' | b'-' => {}
            _ => return false,
        }
        at += 1;
    }
    at = at_sign + 1;
    loop {
        let end = label_end(text, at, text.len());
        if !is_label(part(text, at, end), false) {
            return false;
        }
        if end == text.len() {
            return true;
        }
        at = end + 1;
    }
}
