//! YAML 1.2 with its core schema, one document.
//!
//! The parser builds its texts in buffers that grow, and a buffer that grows leaves a copy. So it never sees a value:
//! it reads a mask of the document, in which every letter and digit stands for itself no more, and says where each
//! scalar is and how its lines fold; the letters are then taken from the document itself.

use std::collections::BTreeMap;
use std::iter::Peekable;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, options};

use self::scalar::Tag;
use super::{DEPTH, Places, SyntaxError, each_key_once, without_mark};
use crate::value::{Node, Position, Text, Value};

mod mask;
mod scalar;

/// How many values, and how many bytes of text, aliases may copy: a few lines can ask for billions.
const COPIED: Cost = Cost { nodes: 1 << 17, bytes: 1 << 24, height: DEPTH };

/// Reads a whole document.
///
/// # Errors
/// The first place where it is not YAML or holds what is not read: a second document, a key that is no text or stands
/// twice, a tag that is not of the core schema, a merge key, aliases that copy too much, levels that nest too deep.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let text = without_mark(text);
    let mask = mask::of(text)?;
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let events = Parser::new_from_str_with_options(&mask, options).peekable();
    let places = Places::new(text);
    let anchors = BTreeMap::new();
    Reader { text, mask: &mask, events, places, anchors, copied: Cost::default() }.document()
}

struct Reader<'t, 'm> {
    text: &'t str,
    mask: &'m str,
    events: Peekable<Parser<'m, StrInput<'m>>>,
    places: Places<'t>,
    /// By name; none while the node itself is being read.
    anchors: BTreeMap<&'t str, Option<(Node, Cost)>>,
    copied: Cost,
}

/// What a copy of a node costs.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    nodes: usize,
    bytes: usize,
    /// How many levels it has.
    height: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(mut self) -> Result<Node, SyntaxError> {
        let mut root = None;
        while let Some((event, span)) = self.peeked()? {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.fail(span, "a second document begins; only one is read"));
                }
                Event::StreamStart
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::StreamEnd => {
                    self.events.next();
                }
                _ => root = Some(self.node(0)?),
            }
        }
        Ok(root.unwrap_or_else(|| Node::new(Value::Null, Position::START)))
    }

    fn node(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let (event, span) = self.taken()?;
        let at = self.place(span);
        match event {
            Event::Scalar(template, style, _, _) => {
                let anchor = self.anchor()?;
                let value = self.scalar(&template, style, span, at)?;
                self.keep(anchor, Node::new(value, at))
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if depth == DEPTH => {
                Err(SyntaxError::too_deep(at))
            }
            Event::SequenceStart(..) => {
                let anchor = self.opened(span, Tag::Seq)?;
                let items = self.items(depth + 1)?;
                self.keep(anchor, Node::new(Value::List(items), at))
            }
            Event::MappingStart(..) => {
                let anchor = self.opened(span, Tag::Map)?;
                let entries = self.entries(depth + 1)?;
                self.keep(anchor, Node::new(Value::Map(entries), at))
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(span, depth),
            _ => Err(self.fail(span, "is not YAML")),
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, SyntaxError> {
        let mut items = Vec::new();
        while !matches!(self.peeked()?, Some((Event::SequenceEnd, _))) {
            items.push(self.node(depth)?);
        }
        self.events.next();
        Ok(items)
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Text, Node)>, SyntaxError> {
        let mut entries = Vec::new();
        let mut places = Vec::new();
        while !matches!(self.peeked()?, Some((Event::MappingEnd, _))) {
            let (key, at) = self.key()?;
            places.push(at);
            entries.push((key, self.node(depth)?));
        }
        self.events.next();
        each_key_once(&entries, &places)?;
        Ok(entries)
    }

    fn key(&mut self) -> Result<(Text, Position), SyntaxError> {
        let (event, span) = self.taken()?;
        let at = self.place(span);
        let Event::Scalar(template, style, _, _) = event else {
            return Err(SyntaxError::new(at, "a key must be a text"));
        };
        let anchor = self.anchor()?;
        match self.scalar(&template, style, span, at)? {
            Value::Text(text) if style == ScalarStyle::Plain && text.as_str() == "<<" => {
                Err(SyntaxError::new(at, "merge keys are not read; write the entries out"))
            }
            Value::Text(text) => {
                self.keep(anchor, Node::new(Value::Text(text.clone()), at))?;
                Ok((text, at))
            }
            value => {
                let message =
                    format!("a key must be a text, is {}; put it in quotes", value.kind());
                Err(SyntaxError::new(at, message))
            }
        }
    }

    fn scalar(
        &mut self,
        template: &str,
        style: ScalarStyle,
        span: Span,
        at: Position,
    ) -> Result<Value, SyntaxError> {
        let tag = self.tag(span)?;
        let (Some(source), Some(mask)) = (span.slice(self.text), span.slice(self.mask)) else {
            return Err(SyntaxError::new(at, "is not YAML"));
        };
        let text = if source.is_empty() && style == ScalarStyle::Plain {
            // For what is not there the parser has a word of its own.
            Text::default()
        } else {
            let wrong = |(offset, message)| {
                let start = span.start.byte_offset().unwrap_or_default();
                SyntaxError::new(self.places.at(start + offset), message)
            };
            scalar::decode(source, mask, template, style).map_err(wrong)?
        };
        scalar::value(text, style, tag)
            .ok_or_else(|| SyntaxError::new(at, "is not what its tag says"))
    }

    /// Reads the tag and the anchor of a list or a table.
    fn opened(&mut self, span: Span, fits: Tag) -> Result<Option<&'t str>, SyntaxError> {
        match self.tag(span)? {
            Tag::None | Tag::NotSpecific => {}
            tag if tag == fits => {}
            _ => return Err(self.fail(span, "is not what its tag says")),
        }
        self.anchor()
    }

    fn tag(&mut self, span: Span) -> Result<Tag, SyntaxError> {
        let Some(start) = span.tag_start() else { return Ok(Tag::None) };
        let written = span.tag_span().and_then(|span| span.slice(self.text));
        written.and_then(Tag::of).ok_or_else(|| {
            let at = self.places.at(start.byte_offset().unwrap_or_default());
            let message =
                "a tag that is not of the core schema; a text that begins with `!` needs quotes";
            SyntaxError::new(at, message)
        })
    }

    /// The name of the anchor of the node whose event was the last, and notes that the node is being read.
    fn anchor(&mut self) -> Result<Option<&'t str>, SyntaxError> {
        let Some((Event::Anchor(..), span)) = self.peeked()? else { return Ok(None) };
        self.events.next();
        let name = span.slice(self.text).and_then(|token| token.strip_prefix('&'));
        let name = name.ok_or_else(|| self.fail(span, "is not YAML"))?;
        self.anchors.insert(name, None);
        Ok(Some(name))
    }

    fn keep(&mut self, anchor: Option<&'t str>, node: Node) -> Result<Node, SyntaxError> {
        if let Some(name) = anchor {
            let cost = Cost::of(&node);
            self.pay(cost, node.at)?;
            self.anchors.insert(name, Some((node.clone(), cost)));
        }
        Ok(node)
    }

    fn alias(&mut self, span: Span, depth: usize) -> Result<Node, SyntaxError> {
        let at = self.place(span);
        let name = span.slice(self.text).and_then(|token| token.strip_prefix('*'));
        match name.and_then(|name| self.anchors.get(name)) {
            Some(Some((node, cost))) => {
                let (mut node, cost) = (node.clone(), *cost);
                if depth + cost.height > DEPTH {
                    return Err(SyntaxError::too_deep(at));
                }
                self.pay(cost, at)?;
                node.at = at;
                Ok(node)
            }
            Some(None) => Err(SyntaxError::new(at, "an alias inside the value that it stands for")),
            None => Err(SyntaxError::new(
                at,
                "an alias whose anchor does not stand before it; a text that begins with `*` needs quotes",
            )),
        }
    }

    fn pay(&mut self, cost: Cost, at: Position) -> Result<(), SyntaxError> {
        self.copied.nodes = self.copied.nodes.saturating_add(cost.nodes);
        self.copied.bytes = self.copied.bytes.saturating_add(cost.bytes);
        if self.copied.nodes > COPIED.nodes || self.copied.bytes > COPIED.bytes {
            return Err(SyntaxError::new(at, "anchors and aliases copy too much"));
        }
        Ok(())
    }

    fn peeked(&mut self) -> Result<Option<(&Event<'_>, Span)>, SyntaxError> {
        if let Some(Err(error)) = self.events.peek() {
            return Err(failed(error, &mut self.places));
        }
        Ok(self
            .events
            .peek()
            .and_then(|next| next.as_ref().ok())
            .map(|(event, span)| (event, *span)))
    }

    fn place(&mut self, span: Span) -> Position {
        self.places.at(span.start.byte_offset().unwrap_or_default())
    }

    fn fail(&mut self, span: Span, message: &'static str) -> SyntaxError {
        SyntaxError::new(self.place(span), message)
    }
}

impl<'m> Reader<'_, 'm> {
    fn taken(&mut self) -> Result<(Event<'m>, Span), SyntaxError> {
        match self.events.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(failed(&error, &mut self.places)),
            None => Err(SyntaxError::new(self.places.at(self.text.len()), "ends too early")),
        }
    }
}

/// The parser's words are about the mask and so hold no value, but for the one character that it did not expect.
fn failed(error: &ScanError, places: &mut Places<'_>) -> SyntaxError {
    let at = places.at(error.marker().byte_offset().unwrap_or_default());
    match error.kind() {
        ErrorKind::UnexpectedCharacter { .. } => {
            SyntaxError::new(at, "no value begins with this character; put the text in quotes")
        }
        ErrorKind::RecursionLimitExceeded => SyntaxError::too_deep(at),
        ErrorKind::UnknownQuotedScalarEscape => SyntaxError::new(at, scalar::NO_ESCAPE),
        kind => SyntaxError::new(at, kind.to_string()),
    }
}

impl Cost {
    fn of(node: &Node) -> Self {
        let mut cost = Self { nodes: 1, bytes: 0, height: 0 };
        match &node.value {
            Value::Number(text) | Value::Notation(text) | Value::Text(text) => {
                cost.bytes = text.len();
            }
            Value::List(items) => items.iter().for_each(|item| cost.add(Self::of(item))),
            Value::Map(entries) => entries.iter().for_each(|(key, node)| {
                cost.bytes += key.len();
                cost.add(Self::of(node));
            }),
            Value::Null | Value::Bool(_) | Value::Bytes(_) => {}
        }
        if matches!(node.value, Value::List(_) | Value::Map(_)) {
            cost.height += 1;
        }
        cost
    }

    fn add(&mut self, inner: Self) {
        self.nodes += inner.nodes;
        self.bytes += inner.bytes;
        self.height = self.height.max(inner.height);
    }
}

#[cfg(test)]
mod tests;
