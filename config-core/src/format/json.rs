//! Whether a text is JSON (RFC 8259), as `const fn`: without recursion and without building anything.

use super::encoded::{base64_byte, base64_length};

/// How deep lists and objects may stand in one another; one bit of a `u128` for each.
const DEPTH: u32 = 128;

/// The bytes to judge: as they are, or written in base64.
#[derive(Clone, Copy)]
enum Input<'a> {
    Plain(&'a [u8]),
    Base64(&'a [u8], usize),
}

struct Judge<'a> {
    input: Input<'a>,
    at: usize,
    /// The containers that are open, the innermost as the lowest bit: 1 is an object.
    open: u128,
    depth: u32,
}

/// Whether the text is one JSON value.
pub(super) const fn is_json(text: &[u8]) -> bool {
    Judge { input: Input::Plain(text), at: 0, open: 0, depth: 0 }.document()
}

/// Whether the base64 text stands for a JSON object.
pub(super) const fn is_base64_object(text: &[u8]) -> bool {
    let Some(length) = base64_length(text) else { return false };
    let mut judge = Judge { input: Input::Base64(text, length), at: 0, open: 0, depth: 0 };
    judge.blanks();
    judge.peek() == b'{' && judge.document()
}

impl Judge<'_> {
    /// The next byte; 0, which no JSON has, at the end.
    const fn peek(&self) -> u8 {
        match self.input {
            Input::Plain(text) if self.at < text.len() => text[self.at],
            Input::Base64(text, length) if self.at < length => base64_byte(text, self.at),
            _ => 0,
        }
    }

    const fn is_done(&self) -> bool {
        match self.input {
            Input::Plain(text) => self.at == text.len(),
            Input::Base64(_, length) => self.at == length,
        }
    }

    const fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += found as usize;
        found
    }

    const fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    const fn document(&mut self) -> bool {
        loop {
            // A value is due here; then everything that may end after it does.
            self.blanks();
            let opened = match self.peek() {
                b'{' | b'[' => match self.begin() {
                    Some(opened) => opened,
                    None => return false,
                },
                _ if self.scalar() => false,
                _ => return false,
            };
            if opened {
                continue;
            }
            loop {
                self.blanks();
                if self.depth == 0 {
                    return self.is_done();
                }
                let in_object = self.open & 1 == 1;
                if self.take(b',') {
                    if in_object && !self.key() {
                        return false;
                    }
                    break;
                }
                if !self.take(if in_object { b'}' } else { b']' }) {
                    return false;
                }
                self.open >>= 1;
                self.depth -= 1;
            }
        }
    }

    /// Takes the beginning of a container: whether a value is due next, or else it was empty. None: not JSON.
    const fn begin(&mut self) -> Option<bool> {
        let is_object = self.peek() == b'{';
        self.at += 1;
        self.blanks();
        if self.take(if is_object { b'}' } else { b']' }) {
            return Some(false);
        }
        if self.depth == DEPTH {
            return None;
        }
        self.open = self.open << 1 | is_object as u128;
        self.depth += 1;
        if is_object && !self.key() { None } else { Some(true) }
    }

    const fn key(&mut self) -> bool {
        self.blanks();
        if !self.string() {
            return false;
        }
        self.blanks();
        self.take(b':')
    }

    const fn scalar(&mut self) -> bool {
        match self.peek() {
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    const fn word(&mut self, word: &[u8]) -> bool {
        let mut i = 0;
        while i < word.len() {
            if !self.take(word[i]) {
                return false;
            }
            i += 1;
        }
        true
    }

    const fn string(&mut self) -> bool {
        if !self.take(b'"') {
            return false;
        }
        loop {
            if self.take(b'"') {
                return true;
            }
            if self.peek() < b' ' {
                return false;
            }
            if self.take(b'\\') {
                match self.peek() {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                    b'u' => {
                        let mut digits = 0;
                        while digits < 4 {
                            self.at += 1;
                            if !self.peek().is_ascii_hexdigit() {
                                return false;
                            }
                            digits += 1;
                        }
                        self.at += 1;
                    }
                    _ => return false,
                }
            } else {
                self.at += 1;
            }
        }
    }

    const fn number(&mut self) -> bool {
        self.take(b'-');
        if !self.take(b'0') && !self.digits() {
            return false;
        }
        if self.take(b'.') && !self.digits() {
            return false;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            return self.digits();
        }
        true
    }

    const fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }
}
