//! The ways in which a text may hold a secret without showing it plainly, undone one by one.

/// A part of a text as it reads once its encoding is undone.
pub(super) struct Reading {
    /// Which encodings were undone, outermost first; empty for the text as it stands.
    pub(super) how: Vec<&'static str>,
    /// The line of the text in which it begins, from 1.
    pub(super) line: usize,
    pub(super) bytes: Vec<u8>,
}

/// Where a decoded part begins, and its bytes.
type Part = (usize, Vec<u8>);

/// Where a stretch of a text begins, and the stretch.
type Stretch<'a> = (usize, &'a [u8]);

/// Undoes an encoding wherever a text may have it.
type Decoder = fn(&[u8]) -> Vec<Part>;

/// Each encoding that is undone, by the name that a failed assertion gives it.
const DECODERS: [(&str, Decoder); 5] = [
    ("percent-encoded", percent),
    ("escaped", escapes),
    ("as hex", hex),
    ("as base64", base64),
    ("as a list of bytes", lists),
];

/// So many encodings may lie over each other: base64 of JSON, JSON in JSON.
const DEPTH: usize = 2;

/// Shorter runs of digits and letters are no encoded secret worth looking at.
const SHORTEST: usize = 4;

/// The text as it stands, and everything that it may be an encoding of.
pub(super) fn readings(text: &[u8]) -> Vec<Reading> {
    let mut readings = vec![Reading { how: Vec::new(), line: 1, bytes: text.to_vec() }];
    let mut from = 0;
    for _ in 0..DEPTH {
        let upto = readings.len();
        for index in from..upto {
            for (name, decode) in DECODERS {
                let Reading { how, line, bytes } = &readings[index];
                let parts = decode(bytes);
                let (how, outer) = ([how.as_slice(), &[name]].concat(), *line);
                let at = |start: usize| if index == 0 { line_of(text, start) } else { outer };
                let decoded: Vec<Reading> = parts
                    .into_iter()
                    .map(|(start, bytes)| Reading { how: how.clone(), line: at(start), bytes })
                    .collect();
                readings.extend(decoded);
            }
        }
        from = upto;
    }
    readings
}

/// The line, from 1, of a place in a text.
pub(super) fn line_of(text: &[u8], at: usize) -> usize {
    1 + text[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

/// `%2F`, and `+` for a blank as forms have it; each line that has any.
fn percent(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (start, line) in lines(text) {
        if !line.contains(&b'%') && !line.contains(&b'+') {
            continue;
        }
        let mut plain = Vec::with_capacity(line.len());
        let mut index = 0;
        while let Some(byte) = line.get(index) {
            let pair = line.get(index + 1..index + 3).filter(|_| *byte == b'%').and_then(hex_pair);
            plain.push(pair.unwrap_or(*byte));
            index += if pair.is_some() { 3 } else { 1 };
        }
        if line.contains(&b'+') {
            let of_a_form = plain.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte });
            parts.push((start, of_a_form.collect()));
        }
        if line.contains(&b'%') {
            parts.push((start, plain));
        }
    }
    parts
}

/// The escapes of JSON and of Rust's `Debug`, of texts and bytes alike; each line that has any.
fn escapes(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (start, line) in lines(text) {
        if !line.contains(&b'\\') {
            continue;
        }
        let mut plain = Vec::with_capacity(line.len());
        let mut rest = line;
        while let Some((&byte, after)) = rest.split_first() {
            rest = match (byte, after) {
                (b'\\', [b'u', after @ ..]) => unicode_escape(after, &mut plain),
                (b'\\', [b'x', high, low, after @ ..]) if hex_pair(&[*high, *low]).is_some() => {
                    plain.extend(hex_pair(&[*high, *low]));
                    after
                }
                (b'\\', [escaped, after @ ..]) => {
                    plain.push(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'0' => 0,
                        b'b' => 8,
                        b'f' => 12,
                        other => *other,
                    });
                    after
                }
                _ => {
                    plain.push(byte);
                    after
                }
            };
        }
        parts.push((start, plain));
    }
    parts
}

/// What stands after `\u`: `{1f600}`, or four digits, two of which may be a surrogate pair. Gives what comes after it.
fn unicode_escape<'a>(after: &'a [u8], plain: &mut Vec<u8>) -> &'a [u8] {
    let mut push = |code: u32| {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    if let [b'{', digits @ ..] = after {
        let end = digits.iter().position(|byte| *byte == b'}').unwrap_or(0);
        return match hex_number(&digits[..end]) {
            Some(code) => {
                push(code);
                &digits[end + 1..]
            }
            None => after,
        };
    }
    let Some(first) = after.get(..4).and_then(hex_number) else { return after };
    let second = match after.get(4..10) {
        Some([b'\\', b'u', digits @ ..]) => {
            hex_number(digits).filter(|low| (0xdc00..0xe000).contains(low))
        }
        _ => None,
    };
    match (first, second) {
        (0xd800..0xdc00, Some(low)) => {
            push(0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00));
            &after[10..]
        }
        _ => {
            push(first);
            &after[4..]
        }
    }
}

/// Runs of hexadecimal digits, from the first and from the second digit on.
fn hex(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (start, run) in runs(text, |byte| byte.is_ascii_hexdigit()) {
        if run.len() < 2 * SHORTEST {
            continue;
        }
        for shift in 0..2 {
            parts.push((start, run[shift..].chunks_exact(2).filter_map(hex_pair).collect()));
        }
    }
    parts
}

/// Runs of either base64 alphabet, padded or not, from each of the first four letters on: one of those is where a group
/// of four begins, whatever stands before it.
fn base64(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (start, sextets) in base64_runs(text) {
        if sextets.len() < SHORTEST * 4 / 3 {
            continue;
        }
        for shift in 0..4 {
            let mut plain = Vec::with_capacity(sextets.len());
            for group in sextets[shift..].chunks(4) {
                let bits = group.iter().fold(0, |bits, sextet| bits << 6 | sextet)
                    << (6 * (4 - group.len()));
                let [_, bytes @ ..] = bits.to_be_bytes();
                plain.extend_from_slice(&bytes[..group.len() * 3 / 4]);
            }
            parts.push((start, plain));
        }
    }
    parts
}

/// The values of the letters of each run; one that is broken into lines, as PEM and mail have it, is one run.
fn base64_runs(text: &[u8]) -> Vec<(usize, Vec<u32>)> {
    const LINE: usize = 16;
    let mut joined: Vec<(usize, Vec<u32>)> = Vec::new();
    let mut end_of_long_line = None;
    for (start, run) in runs(text, |byte| sextet(byte).is_some()) {
        let values = run.iter().filter_map(|byte| sextet(*byte));
        let goes_on =
            end_of_long_line.is_some_and(|end| matches!(&text[end..start], b"\n" | b"\r\n"));
        match joined.last_mut() {
            Some((_, whole)) if goes_on => whole.extend(values),
            _ => joined.push((start, values.collect())),
        }
        end_of_long_line = (run.len() >= LINE).then_some(start + run.len());
    }
    joined
}

/// Lists of bytes as numbers, `[115, 107]` and `73 6b` and `0x73, 0x6b`.
fn lists(text: &[u8]) -> Vec<Part> {
    let decimal = |word: &[u8]| std::str::from_utf8(word).ok()?.parse().ok();
    let hexadecimal = |word: &[u8]| {
        let digits = word.strip_prefix(b"0x").unwrap_or(word);
        (digits.len() <= 2)
            .then(|| hex_number(digits))
            .flatten()
            .and_then(|number| u8::try_from(number).ok())
    };
    let mut parts = list_of(text, decimal);
    parts.extend(list_of(text, hexadecimal));
    parts
}

/// Words in a row that are bytes, with blanks and at most two other characters between each.
fn list_of(text: &[u8], byte_of: impl Fn(&[u8]) -> Option<u8>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut end_of_last = None;
    for (start, word) in runs(text, |byte| byte.is_ascii_alphanumeric()) {
        let Some(byte) = byte_of(word) else {
            end_of_last = None;
            continue;
        };
        let is_near = |end: usize| {
            text[end..start].iter().filter(|byte| !byte.is_ascii_whitespace()).count() <= 2
        };
        match (parts.last_mut(), end_of_last) {
            (Some((_, bytes)), Some(end)) if is_near(end) => bytes.push(byte),
            _ => parts.push((start, vec![byte])),
        }
        end_of_last = Some(start + word.len());
    }
    parts.retain(|(_, bytes)| bytes.len() >= SHORTEST);
    parts
}

fn lines(text: &[u8]) -> impl Iterator<Item = Stretch<'_>> {
    let mut start = 0;
    text.split(|byte| *byte == b'\n').map(move |line| {
        let of = start;
        start += line.len() + 1;
        (of, line)
    })
}

/// The longest stretches of bytes that all belong.
fn runs(text: &[u8], belongs: impl Fn(u8) -> bool) -> Vec<Stretch<'_>> {
    let mut runs = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let length = text[start..].iter().take_while(|byte| belongs(**byte)).count();
        if length > 0 {
            runs.push((start, &text[start..start + length]));
        }
        start += length + 1;
    }
    runs
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    match pair {
        [_, _] => hex_number(pair).and_then(|number| u8::try_from(number).ok()),
        _ => None,
    }
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}

fn sextet(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}
