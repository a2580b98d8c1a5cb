//! Lines and columns, on generated files whose places are known.

use config_core::Position;
use config_core::dotenv::{Pair, parse};
use proptest::prelude::*;

/// A file under construction, with the places counted beside it.
#[derive(Default, Debug, Clone)]
struct Known {
    text: String,
    line: u32,
    column: u32,
    pairs: Vec<(String, String, Position, Position, String)>,
}

/// One line of a generated file, or a pair that spans several.
#[derive(Debug, Clone)]
enum Line {
    Blank(String),
    Comment(String),
    Pair { before: String, key: String, around: (String, String), value: Value, after: String },
}

#[derive(Debug, Clone)]
enum Value {
    Plain(String),
    Single(Vec<String>),
    Double(Vec<String>),
}

impl Known {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), line: 1, column: 1, pairs: Vec::new() }
    }

    fn here(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += u32::try_from(text.chars().count()).unwrap();
    }

    fn end_line(&mut self, line_end: &str) {
        self.text.push_str(line_end);
        self.line += 1;
        self.column = 1;
    }

    fn line(&mut self, line: &Line, line_end: &str) {
        match line {
            Line::Blank(text) => self.push(text),
            Line::Comment(text) => self.push(&format!("#{text}")),
            Line::Pair { before, key, around, value, after } => {
                self.push(before);
                let key_at = self.here();
                self.push(&format!("{key}{}=", around.0));
                let (value_at, meaning, written) = self.value(value, &around.1, line_end);
                self.push(after);
                self.pairs.push((key.clone(), meaning, key_at, value_at, written));
            }
        }
        self.end_line(line_end);
    }

    /// Where the value begins, what it means, how it is written.
    fn value(&mut self, value: &Value, blanks: &str, line_end: &str) -> (Position, String, String) {
        let (quote, lines) = match value {
            Value::Plain(text) if text.is_empty() => {
                let at = self.here();
                self.push(blanks);
                return (at, String::new(), String::new());
            }
            Value::Plain(text) => ("", vec![text.clone()]),
            Value::Single(lines) => ("'", lines.clone()),
            Value::Double(lines) => ("\"", lines.clone()),
        };
        self.push(blanks);
        let (at, start) = (self.here(), self.text.len());
        self.push(quote);
        for (nth, line) in lines.iter().enumerate() {
            if nth > 0 {
                self.end_line(line_end);
            }
            self.push(line);
        }
        self.push(quote);
        let meaning = lines.join("\n");
        let meaning = if quote == "\"" {
            meaning.replace("\\\"", "\"").replace("\\n", "\n")
        } else {
            meaning
        };
        (at, meaning, self.text[start..].to_owned())
    }
}

fn blanks() -> impl Strategy<Value = String> {
    "[ \t\u{a0}]{0,3}"
}

fn value() -> impl Strategy<Value = Value> {
    let word = "[a-zé😀]{1,6}(#[a-z]{1,3})?( [a-z\"'$\\\\]{1,4})?";
    prop_oneof![
        Just(Value::Plain(String::new())),
        word.prop_map(Value::Plain),
        prop::collection::vec("[a-zé😀 \"#=$\\\\]{0,6}", 1..4).prop_map(Value::Single),
        prop::collection::vec("([a-mo-zé😀 '#=$]|\\\\\"|\\\\n){0,6}", 1..4).prop_map(Value::Double),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    let before = (blanks(), prop_oneof![Just(""), Just("export "), Just("export\t \u{a0}")]);
    let after = prop_oneof![Just(""), Just(" "), Just(" # it's \"é\" # c"), Just("\t#")];
    let pair = (before, "[A-Za-z_][A-Za-z0-9_.-]{0,5}", (blanks(), blanks()), value(), after);
    prop_oneof![
        blanks().prop_map(Line::Blank),
        "[ -~é]{0,9}".prop_map(Line::Comment),
        pair.prop_map(|((indent, export), key, around, value, after)| {
            let before = format!("{indent}{export}");
            Line::Pair { before, key, around, value, after: after.to_owned() }
        }),
    ]
}

fn told(pair: &Pair, text: &str) -> (String, String, Position, Position, String) {
    let written = text[pair.span.clone()].to_owned();
    (pair.key.clone(), pair.value.to_string(), pair.key_at, pair.value_at, written)
}

fn build(lines: &[Line], line_end: &str, mark: bool) -> Known {
    let mut known = Known::new(if mark { "\u{feff}" } else { "" });
    lines.iter().for_each(|line| known.line(line, line_end));
    known
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_pair_is_told_with_its_places(
        lines in prop::collection::vec(line(), 0..12),
        line_end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        mark: bool,
    ) {
        let known = build(&lines, line_end, mark);
        let pairs = parse(known.text.as_bytes()).unwrap();
        prop_assert_eq!(pairs.iter().map(|pair| told(pair, &known.text)).collect::<Vec<_>>(), known.pairs);
    }

    #[test]
    fn an_error_is_told_with_its_place(
        lines in prop::collection::vec(line(), 0..12),
        line_end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        indent in blanks(),
        (bad, column) in prop_oneof![
            Just(("KEY", 4)), Just(("é=1", 1)), Just(("A!=1", 2)), Just(("A = 'é' x", 9)), Just(("A= \"x", 4)), Just(("=x", 1)),
        ],
    ) {
        let mut known = build(&lines, line_end, false);
        known.push(&indent);
        let expected = Position { line: known.line, column: known.column + column - 1 };
        known.push(bad);
        prop_assert_eq!(parse(known.text.as_bytes()).unwrap_err().position(), expected);
    }

    #[test]
    fn the_sort_of_line_end_changes_no_value_and_no_place(lines in prop::collection::vec(line(), 0..12)) {
        let read = |line_end| {
            let text = build(&lines, line_end, false).text;
            parse(text.as_bytes()).unwrap().iter().map(|pair| (pair.value.to_string(), pair.key_at, pair.value_at)).collect::<Vec<_>>()
        };
        prop_assert_eq!(read("\n"), read("\r\n"));
        prop_assert_eq!(read("\n"), read("\r"));
    }
}
