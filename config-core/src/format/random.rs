//! Whether a text reads as words or as if it was made by chance, as keys and tokens are.

/// What comes by chance is at least so long; anything shorter may be a word.
const SHORTEST: usize = 10;
/// A word of letters alone is at most so long.
const LONGEST_WORD: usize = 16;
/// A number beside letters has at most so many digits.
const LONGEST_NUMBER: usize = 5;
/// So many words of one or two characters do not stand in a name, nor so many numbers, nor so many words in all.
const SHORT_WORDS: usize = 3;
const NUMBERS: usize = 2;
const WORDS: usize = 6;

/// Whether some run of letters and digits in a text does not read as words: `apiServer2` does, `hJq7Zt2Wx9` does not.
pub(crate) fn looks_random(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

fn is_random(run: &str) -> bool {
    if run.len() < SHORTEST || run.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (mut words, mut short, mut numbers) = (0, 0, 0);
    for (length, is_number) in words_of(run.as_bytes()) {
        if length > if is_number { LONGEST_NUMBER } else { LONGEST_WORD } {
            return true;
        }
        words += 1;
        short += usize::from(length <= 2);
        numbers += usize::from(is_number);
    }
    short >= SHORT_WORDS || numbers >= NUMBERS || words >= WORDS
}

/// The lengths of the words in a run, and whether each is a number; a capital before a small letter begins a word.
fn words_of(run: &[u8]) -> impl Iterator<Item = (usize, bool)> {
    let begins_word = move |at: usize| match (run[at - 1], run[at]) {
        (b'A'..=b'Z', b'A'..=b'Z') => run.get(at + 1).is_some_and(u8::is_ascii_lowercase),
        (b'A'..=b'Z', b'a'..=b'z') => false,
        (before, next) => kind(before) != kind(next),
    };
    let mut from = 0;
    (1..=run.len()).filter(move |&at| at == run.len() || begins_word(at)).map(move |end| {
        let word = (end - from, run[from].is_ascii_digit());
        from = end;
        word
    })
}

const fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::looks_random;

    #[test]
    fn keys_and_tokens_look_random() {
        for text in [
            "hJq7Zt2Wx9",
            "APP_9l6y4w3tzPGqC000oIpWeW8gfU",
            "8f14e45fceea167a5a36dedd4bea2543",
            "smtp.pR4mKv8Ls3Qw",
            "JBSWY3DPEHPK3PXPJBSW",
            "correcthorsebatterystaple",
            "a1234567890",
            "APP_XPUSYGefaavyOtFRMmNr",
        ] {
            assert!(looks_random(text), "{text}");
        }
    }

    #[test]
    fn names_numbers_and_sentences_do_not() {
        for text in [
            "APP_SOMETHING_ELSE_2",
            "maxConnectionAge",
            "apiServer2",
            "HTTPSProxyURL",
            "smtp.user_name",
            "db01.internal.example.com",
            "2026-01-31T12:00:00Z",
            "12345678901234567890",
            "invalid digit found in string",
            "https://example.com/path?query=1",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }
}
