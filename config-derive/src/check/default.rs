//! Defaults: which are literals, and whether these read as the type of the field (C11).

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Lit, LitStr};

use super::value::{Subject, is_bytes};
use crate::attr::read::{bracketed, ungroup};
use crate::attr::{split, stream, text};
use crate::model::{Asks, Code, Element, Kind, Presence, Question};
use crate::print::source;
use crate::ty::{Integer, Known};

/// A literal as far as the checks care.
pub(super) enum Literal {
    Text(LitStr),
    Integer(i128),
    Float(f64),
    Bool,
    Char,
}

/// The literal that some tokens are, with its sign.
pub(super) fn literal(tokens: &TokenStream) -> Option<Literal> {
    let tokens = ungroup(tokens);
    let mut rest: Vec<TokenTree> = tokens.into_iter().collect();
    let negative = matches!(rest.first(), Some(TokenTree::Punct(sign)) if sign.as_char() == '-');
    if negative {
        rest.remove(0);
    }
    let lit: Lit = syn::parse2(stream(&rest)).ok()?;
    let sign = if negative { -1 } else { 1 };
    match lit {
        Lit::Str(text) if !negative => Some(Literal::Text(text)),
        Lit::Bool(_) if !negative => Some(Literal::Bool),
        Lit::Char(_) if !negative => Some(Literal::Char),
        Lit::Int(int) if matches!(int.suffix(), "f32" | "f64") => {
            int.base10_parse::<f64>().ok().map(|value| Literal::Float(value * f64::from(sign)))
        }
        Lit::Int(int) => {
            int.base10_parse::<i128>().ok().map(|value| Literal::Integer(value * i128::from(sign)))
        }
        Lit::Float(float) => {
            float.base10_parse::<f64>().ok().map(|value| Literal::Float(value * f64::from(sign)))
        }
        _ => None,
    }
}

/// How a default is made.
pub(super) fn presence(subject: &Subject<'_>, tokens: &TokenStream) -> Option<Presence> {
    match literal(tokens) {
        Some(Literal::Text(text)) => return Some(Presence::Text(text.value())),
        Some(_) => return Some(Presence::Literal(tokens.clone())),
        None => {}
    }
    let written = source(tokens.clone());
    let Some(list) = bracketed(tokens) else {
        return Some(Presence::Code { written, code: Code::Expression(tokens.clone()) });
    };
    let repeats = list
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';'));
    if repeats {
        let message =
            "a default list is written out, element by element: `default = [\"a\", \"b\"]`";
        subject.ctxt.error(tokens, message);
        return None;
    }
    let elements = split(list).iter().map(|piece| element(stream(piece))).collect();
    Some(Presence::Code { written, code: Code::Array(elements) })
}

/// An element of a default list; texts are told apart, also within tuples.
fn element(tokens: TokenStream) -> Element {
    if text(&tokens).is_some() {
        return Element::Text(tokens);
    }
    let mut iter = tokens.clone().into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            Element::Tuple(
                group.span(),
                split(group.stream()).iter().map(|piece| element(stream(piece))).collect(),
            )
        }
        _ => Element::Expression(tokens),
    }
}

/// Reports a literal default that does not read as its type, or breaks the field's own format or `one_of`.
pub(super) fn check(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    let attrs = subject.attrs;
    check_one_of(subject, questions);
    let Some(default) = attrs.default.as_ref().filter(|_| attrs.kind == Kind::Setting) else {
        return;
    };
    let known = subject.known.value();
    let span = default.tokens.span();
    match literal(&default.value) {
        Some(Literal::Text(text)) => text_default(subject, questions, &text),
        Some(Literal::Integer(value)) => match known {
            Known::Integer(integer) => fits(subject, *integer, value, &default.value),
            Known::Unknown => {
                let asks = Asks::Integer { ty: subject.inner().clone(), value };
                questions.push(Question { span, asks });
            }
            _ => wrong_type(subject, &default.value),
        },
        Some(Literal::Float(_)) if !matches!(known, Known::Float | Known::Unknown) => {
            wrong_type(subject, &default.value);
        }
        Some(Literal::Bool) if !matches!(known, Known::Bool | Known::Unknown) => {
            wrong_type(subject, &default.value);
        }
        Some(Literal::Char) if !matches!(known, Known::Char | Known::Unknown) => {
            wrong_type(subject, &default.value);
        }
        None if bracketed(&default.value).is_some() && is_scalar(known) => {
            wrong_type(subject, &default.value);
        }
        _ => {}
    }
}

/// A whole number that its type, known by name, cannot hold.
pub(super) fn fits(subject: &Subject<'_>, integer: Integer, value: i128, tokens: &TokenStream) {
    let Integer { name, from, to } = integer;
    if value < from || to.is_some_and(|to| value > to) {
        let bounds =
            to.map_or_else(|| format!("from {from} up"), |to| format!("from {from} to {to}"));
        subject
            .ctxt
            .error(tokens, format_args!("`{value}` is no `{name}`: write a number {bounds}"));
    }
}

fn text_default(subject: &Subject<'_>, questions: &mut Vec<Question>, text: &LitStr) {
    let attrs = subject.attrs;
    let (span, value) = (text.span(), text.value());
    if value.is_empty()
        && attrs.allow_empty.is_none()
        && !matches!(subject.known, Known::Integer(_) | Known::Bool)
    {
        let message = "an empty text counts as absent: write `allow_empty` too, or make the type an `Option` and take the \
                       default away";
        subject.ctxt.error(text, message);
    }
    let ask = matches!(
        subject.known,
        Known::Integer(_) | Known::Float | Known::Bool | Known::Duration | Known::Unknown
    );
    if ask && attrs.parse.is_none() && !is_bytes(attrs.format.as_ref()) {
        let asks = Asks::TextDefault { ty: subject.inner().clone(), text: value.clone() };
        questions.push(Question { span, asks });
    }
    if subject.known == Known::Char && value.chars().count() != 1 {
        subject.ctxt.error(text, "a `char` is one character: write `default = 'a'`");
    }
    if let Some(format) = &attrs.format {
        questions.push(Question { span, asks: Asks::FormatDefault(format.value.clone(), value) });
    }
}

/// A default that is none of the texts that may stand; texts that do not read as the type.
fn check_one_of(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    let attrs = subject.attrs;
    let Some(allowed) = &attrs.one_of else { return };
    for (at, text) in allowed.value.iter().enumerate() {
        if allowed.value[..at].iter().any(|other| other.value() == text.value()) {
            subject.ctxt.error(
                text,
                format_args!("`{}` stands twice in `one_of`; keep one of them", text.value()),
            );
        } else if matches!(
            subject.known.value(),
            Known::Integer(_) | Known::Float | Known::Bool | Known::Duration
        ) && attrs.parse.is_none()
            && !is_bytes(attrs.format.as_ref())
        {
            let asks = Asks::TextDefault { ty: subject.inner().clone(), text: text.value() };
            questions.push(Question { span: text.span(), asks });
        }
    }
    let Some(default) = &attrs.default else { return };
    let written = match literal(&default.value) {
        Some(Literal::Text(text)) => text.value(),
        Some(Literal::Integer(value)) => value.to_string(),
        _ => return,
    };
    if !allowed.value.iter().any(|text| text.value() == written) {
        let shown: Vec<_> =
            allowed.value.iter().map(|text| format!("`{}`", text.value())).collect();
        let message = format!(
            "the default `{written}` is none of the texts in `one_of`: write one of {}",
            shown.join(", ")
        );
        subject.ctxt.error(&default.tokens, message);
    }
}

fn is_scalar(known: &Known) -> bool {
    matches!(
        known,
        Known::Text
            | Known::Integer(_)
            | Known::Float
            | Known::Bool
            | Known::Char
            | Known::Duration
            | Known::Path
    )
}

fn wrong_type(subject: &Subject<'_>, tokens: &TokenStream) {
    let written = source(tokens.clone());
    let shown = source(subject.inner().to_token_stream());
    let instead = match subject.known.value() {
        Known::Text | Known::Path => {
            format!("`default = \"{}\"`", written.trim_matches(['\'', '[', ']', '"']))
        }
        Known::Integer(_) => "a whole number, `default = 8080`".to_owned(),
        Known::Float if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            format!("`default = {written}.0`")
        }
        Known::Float => "a number with a point, `default = 0.5`".to_owned(),
        Known::Bool => "`default = true` or `default = false`".to_owned(),
        Known::Char => "one character, `default = 'a'`".to_owned(),
        Known::Duration => "a duration in quotes, `default = \"30s\"`".to_owned(),
        Known::List => format!("a list, `default = [{written}]`"),
        Known::Map => "a list of pairs, `default = [(\"key\", \"value\")]`".to_owned(),
        _ => "a value of that type".to_owned(),
    };
    subject
        .ctxt
        .error(tokens, format_args!("the default `{written}` is no `{shown}`: write {instead}"));
}

/// A literal as a text, for messages.
pub(super) fn shown(tokens: &impl ToTokens) -> String {
    source(tokens.to_token_stream())
}
