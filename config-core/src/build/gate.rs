//! What of a setting's text an error may show.

use zeroize::Zeroizing;

use crate::format::{
    Format, decode_base64, decode_hex, is_name, looks_like_a_secret, looks_random,
};
use crate::resolve::{Hidden, Missed, Outcome, Resolution};
use crate::schema::Schema;
use crate::value::{Node, Value};

/// The longest text of a setting that is shown, in characters.
const SHOWN: usize = 64;
/// A text of so many bytes that stands inside a secret is taken for a piece of it.
const PIECE: usize = 6;
/// So many bytes in a row that a longer text shares with a secret are taken for a piece of it.
const SHARED: usize = 8;

/// Knows every secret of the load, and lets a text pass only if it gives none of them away.
pub(crate) struct Gate<'a> {
    secrets: Vec<&'a str>,
    formats: Vec<Format>,
    /// From so many bytes on a text of a setting may be a secret that nobody knows.
    unknown_from: usize,
}

impl<'a> Gate<'a> {
    pub(crate) fn new(
        schema: &'static Schema,
        resolution: &'a Resolution,
        hidden: Option<&'a Hidden>,
    ) -> Self {
        let unknown_from = match hidden {
            Some(hidden) if hidden.has_failed() => 0,
            Some(hidden) if hidden.has_unasked() => PIECE,
            _ => usize::MAX,
        };
        let mut gate = Self { secrets: Vec::new(), formats: Vec::new(), unknown_from };
        for (leaf, outcome) in schema.leaves().iter().zip(&resolution.outcomes) {
            let field = leaf.field();
            if !field.is_secret() {
                continue;
            }
            gate.formats.extend(field.format);
            if let Outcome::Found { found, .. } = outcome {
                texts(&found.node, &mut gate.secrets);
            }
        }
        for miss in &resolution.misses {
            if let Missed::Shadowed(found) = &miss.what
                && schema.leaves()[miss.question].field().is_secret()
            {
                texts(&found.node, &mut gate.secrets);
            }
        }
        for node in hidden.map(|hidden| &hidden.nodes).into_iter().flatten() {
            texts(node, &mut gate.secrets);
        }
        gate
    }

    /// A name that no field has, as a message may show it: it may be a secret that stands in the place of a name.
    pub(crate) fn name(&self, name: &str) -> String {
        named(name, |part| self.is_clean(part) && is_name(part))
    }

    /// The same where any name may be a secret.
    pub(crate) fn no_name(name: &str) -> String {
        named(name, |_| false)
    }

    /// Whether a text of a setting may be shown.
    pub(super) fn lets(&self, text: &str) -> bool {
        text.len() < self.unknown_from && text.chars().count() <= SHOWN && self.is_clean(text)
    }

    /// Whether keys that stand in a value may be shown.
    pub(super) fn lets_keys(&self, keys: &str) -> bool {
        keys.len() < self.unknown_from && self.lets_message(keys)
    }

    /// Whether a message from elsewhere may be shown: it may be longer than a value.
    fn lets_message(&self, message: &str) -> bool {
        let words = message.split(|c: char| c.is_whitespace() || "`'\"()[]{},;".contains(c));
        self.is_clean(message) && words.into_iter().all(|word| self.is_clean(word))
    }

    /// Whether a message about a value may be shown. It may quote the value in its own way of writing, so the value has
    /// to be clean too.
    pub(super) fn lets_message_about(&self, message: &str, node: Option<&Node>) -> bool {
        let mut quoted = Vec::new();
        if let Some(node) = node {
            texts(node, &mut quoted);
        }
        if self.unknown_from != usize::MAX {
            // Then the value itself may be a secret; where its type has taken the text over, nobody can tell.
            if node.is_some() && quoted.iter().all(|text| text.is_empty()) {
                return false;
            }
            let quoted = quoted.into_iter().filter(|text| text.len() >= self.unknown_from);
            let secrets = self.secrets.iter().copied().chain(quoted).collect();
            let gate = Gate { secrets, formats: self.formats.clone(), unknown_from: usize::MAX };
            return gate.lets_message_about(message, None);
        }
        let unescaped = unescaped(message);
        quoted.iter().all(|text| self.is_clean(text))
            && self.lets_message(message)
            && self.lets_message(&unescaped)
    }

    fn is_clean(&self, text: &str) -> bool {
        let text = text.trim();
        let tells = || {
            looks_like_a_secret(text)
                || looks_random(text)
                || self.formats.iter().any(|format| resembles(*format, text))
                || self.secrets.iter().any(|secret| gives_away(text, secret))
                || decoded(text)
                    .iter()
                    .filter_map(|bytes| std::str::from_utf8(bytes).ok())
                    .any(|text| self.secrets.iter().any(|secret| gives_away(text, secret)))
        };
        text.is_empty() || !tells()
    }
}

/// The parts of a name that may be shown, and of the others how long they are.
fn named(name: &str, is_shown: impl Fn(&str) -> bool) -> String {
    let parts = name.split('.').map(|part| match is_shown(part) {
        true => part.to_owned(),
        false => format!("[{}]", characters(part.chars().count())),
    });
    parts.collect::<Vec<_>>().join(".")
}

/// A text without the backslashes that stand before quotes and backslashes where one is quoted.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut unescaped = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_escape = character == '\\'
            && characters.peek().is_some_and(|next| matches!(next, '\\' | '"' | '\''));
        unescaped.extend(if is_escape { characters.next() } else { Some(character) });
    }
    unescaped
}

/// How many characters, in words.
pub(super) fn characters(count: usize) -> String {
    match count {
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    }
}

/// Whether a text may be a secret of that format. Formats that any short word has count from twelve bytes on.
fn resembles(format: Format, text: &str) -> bool {
    let weak = match format {
        Format::Any => return false,
        Format::Hex(None) | Format::Base64(None) | Format::Json | Format::Bytes => true,
        Format::HostPort | Format::Email | Format::Regex(_) => true,
        Format::Pattern(pattern) => !pattern.contains(|c: char| c.is_ascii_alphanumeric()),
        _ => false,
    };
    (!weak || text.len() >= 12) && format.accepts(text)
}

fn gives_away(text: &str, secret: &str) -> bool {
    !secret.is_empty()
        && (text.contains(secret)
            || (text.len() >= PIECE && secret.contains(text))
            || share_a_piece(text, secret)
            || is_spelled_otherwise(text, secret))
}

/// Whether a text is a secret, or most of one, but for upper case, signs and blanks, or backwards.
fn is_spelled_otherwise(text: &str, secret: &str) -> bool {
    let letters = |text: &str| -> Zeroizing<Vec<u8>> {
        let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
        Zeroizing::new(bytes.map(|byte| byte.to_ascii_lowercase()).collect())
    };
    let (text, secret) = (letters(text), letters(secret));
    let backwards = Zeroizing::new(text.iter().rev().copied().collect::<Vec<u8>>());
    let shared = (secret.len() * 3 / 4).max(4);
    let holds = |text: &[u8]| {
        text.windows(shared).any(|piece| secret.windows(shared).any(|other| piece == other))
    };
    secret.len() >= 4 && (holds(&text) || holds(&backwards))
}

/// What a text says when it is read as hex, base64 or a part of a URL.
fn decoded(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let unescaped: Vec<u8> = percent_decoded(text.as_bytes());
    let mut decoded: Vec<Zeroizing<Vec<u8>>> = vec![Zeroizing::new(unescaped)];
    decoded.extend(decode_hex(text));
    decoded.extend(decode_base64(text));
    decoded
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(escaped) if byte == b'%' => {
                decoded.push(escaped);
                rest = &tail[2..];
            }
            _ => {
                decoded.push(byte);
                rest = tail;
            }
        }
    }
    decoded
}

fn share_a_piece(text: &str, secret: &str) -> bool {
    let (text, secret) = (text.as_bytes(), secret.as_bytes());
    secret.len() >= SHARED
        && text.windows(SHARED).any(|piece| secret.windows(SHARED).any(|other| piece == other))
}

fn texts<'a>(node: &'a Node, into: &mut Vec<&'a str>) {
    match &node.value {
        Value::Text(text) | Value::Number(text) | Value::Notation(text) => {
            into.push(text);
            into.extend(
                text.split([',', '=', '\n', ' ', '"', ':']).filter(|piece| piece.len() >= PIECE),
            );
        }
        Value::List(list) => list.iter().for_each(|node| texts(node, into)),
        Value::Map(map) => map.iter().for_each(|(_, node)| texts(node, into)),
        Value::Bytes(bytes) => into.extend(std::str::from_utf8(bytes)),
        Value::Null | Value::Bool(_) => {}
    }
}
