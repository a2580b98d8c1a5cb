//! Tokens as a person would write them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The text of some tokens, without the blanks that their own `Display` puts everywhere.
pub(crate) fn source(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut wordy = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => (" { ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                wordy = group.delimiter() == Delimiter::None;
            }
            TokenTree::Punct(punct) => {
                let lone = matches!(punct.as_char(), '+' | '*' | '/' | '|')
                    && punct.spacing() == Spacing::Alone;
                match punct.as_char() {
                    ',' | ';' => text.extend([punct.as_char(), ' ']),
                    mark if lone && wordy => text.extend([' ', mark, ' ']),
                    mark => text.push(mark),
                }
                wordy = false;
            }
            word => {
                if wordy {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
                wordy = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::source;

    fn printed(text: &str) -> String {
        source(text.parse().unwrap())
    }

    #[test]
    fn types_and_expressions_read_as_they_were_written() {
        for text in [
            "Option<SecretString>",
            "HashMap<String, Vec<u8>>",
            "std::borrow::Cow<'static, str>",
            "1024..=65535",
            "-5..",
            "i64::from(-3i8)",
            "[\"a\", \"b\"]",
            "a + b",
            "Box<dyn Shape + Send>",
        ] {
            assert_eq!(printed(text), text);
        }
    }
}
