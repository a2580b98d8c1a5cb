//! Bodies of requests: JSON, written into buffers that are wiped.

use zeroize::Zeroizing;

use super::encode::base64;
use crate::value::{Node, TextBuilder, Value};

/// A JSON object under construction.
pub(crate) struct Body {
    text: TextBuilder,
}

impl Body {
    pub(crate) fn new() -> Self {
        let mut text = TextBuilder::with_capacity(256);
        text.push('{');
        Self { text }
    }

    /// Adds a text.
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        quote(&mut self.text, value);
        self
    }

    /// Adds a text where there is one.
    pub(crate) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds what is JSON already: a number, a truth value.
    pub(crate) fn json(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.text.push_str(value);
        self
    }

    /// Adds a value.
    pub(crate) fn node(mut self, name: &str, value: &Node) -> Self {
        self.name(name);
        write(&mut self.text, value);
        self
    }

    /// Adds a list of texts.
    pub(crate) fn texts<'v>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Self {
        self.name(name);
        self.text.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            quote(&mut self.text, value);
        }
        self.text.push(']');
        self
    }

    /// Adds an object.
    pub(crate) fn object(mut self, name: &str, object: Self) -> Self {
        self.name(name);
        self.text.push_str(object.text.as_str());
        self.text.push('}');
        self
    }

    pub(crate) fn finish(mut self) -> Zeroizing<Vec<u8>> {
        self.text.push('}');
        bytes(self.text)
    }

    fn name(&mut self, name: &str) {
        if self.text.as_str().len() > 1 {
            self.text.push(',');
        }
        quote(&mut self.text, name);
        self.text.push(':');
    }
}

/// A value as JSON; bytes, which JSON has not, as the text of their base64.
pub(crate) fn of(value: &Node) -> Zeroizing<Vec<u8>> {
    let mut text = TextBuilder::with_capacity(256);
    write(&mut text, value);
    bytes(text)
}

/// What a store of texts and bytes is given for a value: these as they are, anything else as JSON.
pub(crate) fn payload(value: &Node) -> Zeroizing<Vec<u8>> {
    let copy = |bytes: &[u8]| {
        let mut copy = Zeroizing::new(Vec::with_capacity(bytes.len()));
        copy.extend_from_slice(bytes);
        copy
    };
    match &value.value {
        Value::Text(text) => copy(text.as_bytes()),
        Value::Bytes(bytes) => copy(bytes),
        _ => of(value),
    }
}

fn bytes(text: TextBuilder) -> Zeroizing<Vec<u8>> {
    let mut text = text.finish();
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}

fn write(text: &mut TextBuilder, node: &Node) {
    match &node.value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(digits) | Value::Notation(digits) => text.push_str(digits),
        Value::Text(value) => quote(text, value),
        Value::Bytes(bytes) => quote(text, &base64(bytes)),
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(text, item);
            }
            text.push(']');
        }
        Value::Map(entries) => {
            text.push('{');
            for (index, (name, value)) in entries.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                quote(text, name);
                text.push(':');
                write(text, value);
            }
            text.push('}');
        }
    }
}

/// Writes a text in quotes (RFC 8259, section 7).
fn quote(json: &mut TextBuilder, text: &str) {
    json.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| matches!(letter, '"' | '\\') || letter < ' ') {
        json.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            byte => {
                json.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
                json.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
            }
        }
        rest = &rest[at + 1..];
    }
    json.push_str(rest);
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Body, of, payload};
    use crate::document::json;
    use crate::value::{Node, Position, Value};

    fn text(body: &[u8]) -> &str {
        std::str::from_utf8(body).unwrap()
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let odd = "a\"b\\c\nd\re\tf\u{1}g\u{1f}h\u{7f}ö🦀";
        let body = Body::new().text("k\"ey", odd).maybe("none", None).finish();
        let read = json::parse(text(&body)).unwrap();
        assert!(matches!(&read.entry("k\"ey").unwrap().value, Value::Text(read) if **read == odd));
        assert!(read.entry("none").is_none());
    }

    #[test]
    fn an_object_has_its_entries_in_order() {
        let body = Body::new()
            .object("options", Body::new().json("cas", "0"))
            .texts("stages", ["a", "b"])
            .node("data", &Node::from("x"));
        assert_eq!(text(&body.finish()), r#"{"options":{"cas":0},"stages":["a","b"],"data":"x"}"#);
        assert_eq!(text(&Body::new().finish()), "{}");
    }

    #[test]
    fn every_kind_of_value_is_written() {
        let written = r#"{"a":[1,true,null,"x\u000a\u001f\"\\ä"],"b":{}}"#;
        assert_eq!(text(&of(&json::parse(written).unwrap())), written);
        let bytes = Node::new(Value::Bytes(vec![0xff, 0xfe].into()), Position::default());
        assert_eq!(text(&of(&bytes)), r#""//4=""#);
    }

    #[test]
    fn a_text_and_bytes_are_stored_as_they_are() {
        assert_eq!(payload(&Node::text("{\"a\" : 1}")).as_slice(), b"{\"a\" : 1}");
        let bytes = Node::new(Value::Bytes(vec![0xff].into()), Position::default());
        assert_eq!(payload(&bytes).as_slice(), [0xff]);
        assert_eq!(payload(&Node::from(7)).as_slice(), b"7");
    }
}
