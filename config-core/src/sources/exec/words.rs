//! A command as it is declared: split into words once, by quotes as a shell has them; names expanded later, within
//! their word.

use zeroize::Zeroizing;

use crate::environment::{Context, Unexpanded};
use crate::source::{Failure, FailureKind};
use crate::value::{Text, TextBuilder};

/// A command whose names are not expanded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    written: String,
    words: Vec<Vec<Piece>>,
}

/// A part of one word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// What stood in braces outside single quotes.
    Name(String),
}

/// A command that can be run.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) words: Vec<Text>,
    /// As it may be shown: a variable by its name, not by its value.
    pub(super) shown: String,
}

/// What `{key}` and `{variable}` stand for.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) key: &'a str,
    pub(super) variable: &'a str,
}

const KEY: &str = "key";
const VARIABLE: &str = "variable";

/// What a shell would act on and what here would be one more word.
const OPERATORS: &[&str] =
    &["|", "||", "&", "&&", ";", ">", ">>", "<", "<<", "<<<", "2>", "2>>", "2>&1", "&>", "(", ")"];

impl Template {
    /// Splits a command.
    ///
    /// # Errors
    /// A quote is not closed; something stands there that only a shell knows; there is no word.
    pub(super) fn read(written: &str) -> Result<Self, Failure> {
        let words = Splitter::default().split(written)?;
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self { written: written.to_owned(), words }),
            _ => Err(malformed("no command stands there")),
        }
    }

    /// Whether there is a command for each key.
    pub(super) fn is_per_key(&self) -> bool {
        let of_key = |piece: &Piece| matches!(piece, Piece::Name(name) if is_of_key(name));
        self.words.iter().flatten().any(of_key)
    }

    /// The command, its names expanded.
    ///
    /// # Errors
    /// A name that is not set; without names of a key, those of a key are left as they are.
    pub(super) fn expand(
        &self,
        context: &Context<'_>,
        names: Option<Names<'_>>,
    ) -> Result<Command, Unexpanded> {
        let mut words = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let mut text = TextBuilder::new();
            for piece in word {
                match (piece, names) {
                    (Piece::Literal(literal), _) => text.push_str(literal),
                    (Piece::Name(name), Some(names)) if name == KEY => text.push_str(names.key),
                    (Piece::Name(name), Some(names)) if name == VARIABLE => {
                        text.push_str(names.variable);
                    }
                    (Piece::Name(name), None) if is_of_key(name) => {}
                    (Piece::Name(name), _) => {
                        let value = Zeroizing::new(context.expand(&format!("{{{name}}}"))?);
                        text.push_str(&value);
                    }
                }
            }
            words.push(text.finish());
        }
        let mut shown = self.written.clone();
        if let Some(names) = names {
            shown = shown.replace("{key}", names.key).replace("{variable}", names.variable);
        }
        if let Some(profile) = context.profile {
            shown = shown.replace("{profile}", profile);
        }
        Ok(Command { words, shown })
    }
}

fn is_of_key(name: &str) -> bool {
    name == KEY || name == VARIABLE
}

/// The words so far, and the one that is being read.
#[derive(Default)]
struct Splitter {
    words: Vec<Vec<Piece>>,
    pieces: Vec<Piece>,
    literal: String,
    /// Whether a word has begun: quotes with nothing between them are one.
    begun: bool,
    /// Whether a part of the word stood in quotes or behind a backslash.
    quoted: bool,
}

impl Splitter {
    fn split(mut self, written: &str) -> Result<Vec<Vec<Piece>>, Failure> {
        let mut rest = written;
        while let Some(character) = rest.chars().next() {
            let (_, after) = rest.split_at(character.len_utf8());
            rest = match character {
                '\'' => self.single(after)?,
                '"' => self.double(after)?,
                '\\' => self.escaped(after)?,
                '{' => self.braces(after),
                blank if blank.is_whitespace() => {
                    self.end()?;
                    after
                }
                other => {
                    self.begun = true;
                    self.literal.push(other);
                    after
                }
            };
        }
        self.end()?;
        Ok(self.words)
    }

    /// All is literal up to the next one.
    fn single<'t>(&mut self, after: &'t str) -> Result<&'t str, Failure> {
        let (inside, rest) =
            after.split_once('\'').ok_or_else(|| malformed("a `'` is never closed"))?;
        (self.begun, self.quoted) = (true, true);
        self.literal.push_str(inside);
        Ok(rest)
    }

    fn double<'t>(&mut self, after: &'t str) -> Result<&'t str, Failure> {
        (self.begun, self.quoted) = (true, true);
        let mut rest = after;
        loop {
            let character =
                rest.chars().next().ok_or_else(|| malformed("a `\"` is never closed"))?;
            let (_, after) = rest.split_at(character.len_utf8());
            rest = match character {
                '"' => return Ok(after),
                '{' => self.braces(after),
                '\\' => {
                    let escaped = after.chars().next().filter(|next| "\"\\$`".contains(*next));
                    self.literal.push(escaped.unwrap_or('\\'));
                    &after[escaped.map_or(0, char::len_utf8)..]
                }
                other => {
                    self.literal.push(other);
                    after
                }
            };
        }
    }

    fn escaped<'t>(&mut self, after: &'t str) -> Result<&'t str, Failure> {
        let next =
            after.chars().next().ok_or_else(|| malformed("nothing stands behind the last `\\`"))?;
        (self.begun, self.quoted) = (true, true);
        self.literal.push(next);
        Ok(&after[next.len_utf8()..])
    }

    /// A name; a brace that closes nothing or holds nothing is literal.
    fn braces<'t>(&mut self, after: &'t str) -> &'t str {
        self.begun = true;
        match after.split_once('}') {
            Some((name, rest)) if is_name(name) => {
                self.flush();
                self.pieces.push(Piece::Name(name.to_owned()));
                rest
            }
            _ => {
                self.literal.push('{');
                after
            }
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn end(&mut self) -> Result<(), Failure> {
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        let quoted = std::mem::take(&mut self.quoted);
        if !quoted && self.pieces.is_empty() && is_of_a_shell(&self.literal) {
            let message = format!("`{}` is of a shell, and none runs the command", self.literal);
            return Err(malformed(message)
                .hint("put it into a script, or say so: exec(\"sh -c '..'\"); in quotes it is an ordinary word"));
        }
        self.flush();
        self.words.push(std::mem::take(&mut self.pieces));
        Ok(())
    }
}

/// Whether braces hold a name and not, say, JSON.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_of_a_shell(word: &str) -> bool {
    OPERATORS.contains(&word) || word.starts_with("$(") || word.starts_with('`')
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Names, Template};
    use crate::environment::{Context, Environment, Unexpanded};
    use crate::value::Text;

    fn expanded(written: &str, names: Option<Names<'_>>) -> Result<Vec<String>, Unexpanded> {
        let pairs = [("VAULT", "my vault"), ("QUOTED", "a'b\"c"), ("BRACES", "{VAULT}"), ("E", "")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), Text::new(value.to_owned())));
        let environment = Environment::Pairs(std::sync::Arc::new(pairs.into_iter().collect()));
        let context = Context::of(&environment, None, Some("staging"));
        let command = Template::read(written).unwrap().expand(&context, names)?;
        Ok(command.words.iter().map(|word| word.to_string()).collect())
    }

    fn words(written: &str) -> Vec<String> {
        expanded(written, None).unwrap()
    }

    fn refused(written: &str) -> String {
        Template::read(written).unwrap_err().to_string()
    }

    #[test]
    fn words_are_split_at_blanks_and_kept_whole_in_quotes() {
        assert_eq!(words("op read op://app/db"), ["op", "read", "op://app/db"]);
        assert_eq!(words("  a \t b\n c "), ["a", "b", "c"]);
        assert_eq!(words("a 'b c' \"d e\" f\\ g"), ["a", "b c", "d e", "f g"]);
        assert_eq!(words("a'b'\"c\"d"), ["abcd"]);
        assert_eq!(words("a '' \"\""), ["a", "", ""]);
    }

    #[test]
    fn escapes_are_those_of_a_shell() {
        assert_eq!(words(r#"a "\" \\ \$ \` \n" '\n' \'"#), ["a", r#"" \ $ ` \n"#, r"\n", "'"]);
    }

    #[test]
    fn nothing_is_expanded_that_a_shell_would() {
        assert_eq!(
            words("a $HOME ~ * a|b x>y 50% #c"),
            "a $HOME ~ * a|b x>y 50% #c".split(' ').collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_value_never_becomes_two_words() {
        assert_eq!(words("op {VAULT} -x={VAULT}"), ["op", "my vault", "-x=my vault"]);
        assert_eq!(words("op {QUOTED} \"{QUOTED}\""), ["op", "a'b\"c", "a'b\"c"]);
        assert_eq!(words("op {BRACES} {profile}"), ["op", "{VAULT}", "staging"]);
    }

    #[test]
    fn braces_in_single_quotes_and_braces_that_hold_no_name_are_literal() {
        assert_eq!(words("a '{VAULT}' {\"a\":1} {} {"), ["a", "{VAULT}", "{a:1}", "{}", "{"]);
    }

    #[test]
    fn a_name_that_is_not_set_or_empty_is_told() {
        assert_eq!(expanded("op {NONE}", None), Err(Unexpanded::Unset("NONE".to_owned())));
        assert_eq!(expanded("op {E}", None), Err(Unexpanded::Unset("E".to_owned())));
    }

    #[test]
    fn a_place_for_each_key_takes_the_names_of_the_key() {
        let names = Some(Names { key: "smtp.user", variable: "APP_SMTP_USER" });
        assert!(Template::read("pass show app/{key}").unwrap().is_per_key());
        assert!(Template::read("a \"{variable}\"").unwrap().is_per_key());
        assert!(!Template::read("a '{key}' {profile} {KEY}").unwrap().is_per_key());
        assert_eq!(
            expanded("pass app/{key} {variable}", names).unwrap(),
            ["pass", "app/smtp.user", "APP_SMTP_USER"],
        );
    }

    #[test]
    fn what_is_shown_names_a_variable_and_never_quotes_it() {
        let environment = Environment::Pairs(std::sync::Arc::new(
            [("TOKEN".to_owned(), Text::new("canary".to_owned()))].into_iter().collect(),
        ));
        let context = Context::of(&environment, None, Some("staging"));
        let names = Some(Names { key: "a.b", variable: "A_B" });
        let template = Template::read("x {TOKEN} {profile} {key} {variable}").unwrap();
        let command = template.expand(&context, names).unwrap();
        assert_eq!(command.shown, "x {TOKEN} staging a.b A_B");
    }

    #[test]
    fn what_is_not_closed_is_told() {
        assert_eq!(refused("a 'b"), "a `'` is never closed");
        assert_eq!(refused("a \"b"), "a `\"` is never closed");
        assert_eq!(refused("a \\"), "nothing stands behind the last `\\`");
        for nothing in ["", "   ", "''", "\"\" a"] {
            assert_eq!(refused(nothing), "no command stands there", "{nothing:?}");
        }
    }

    #[test]
    fn what_only_a_shell_knows_is_refused_where_it_stands_alone() {
        for word in ["|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "2>&1", "$(id)", "$(", "`id`"]
        {
            assert!(refused(&format!("a {word} b")).contains("is of a shell"), "{word}");
            assert_eq!(words(&format!("a '{word}' b")).len(), 3, "{word}");
        }
        assert_eq!(words("a \\| \"&&\""), ["a", "|", "&&"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Template::read(&text);
        }

        #[test]
        fn what_is_quoted_is_read_back(parts in proptest::collection::vec("[^']*", 1..5)) {
            let quoted: Vec<String> = parts.iter().map(|part| format!("'{part}'")).collect();
            let written = format!("program {}", quoted.join(" "));
            prop_assert_eq!(&words(&written)[1..], &parts[..]);
        }
    }
}
