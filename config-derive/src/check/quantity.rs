//! Ranges of durations and sizes, whose ends are written as texts: `range = "1s"..="5m"`.

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{LitStr, Type};

use super::default::{Literal, literal, shown};
use super::range::Ends;
use super::value::Subject;
use crate::attr::At;
use crate::model::{Asks, End, EndTexts, Question, Range};

/// The end as it is evaluated.
pub(super) fn end(tokens: TokenStream, size: bool) -> End {
    match literal(&tokens) {
        _ if tokens.is_empty() => End::Open,
        Some(Literal::Text(text)) if size => End::Size(text),
        Some(Literal::Text(text)) => End::Duration(text),
        _ => End::Code(tokens),
    }
}

/// Asks whether an end reads as the type.
pub(super) fn ask(questions: &mut Vec<Question>, ty: &Type, text: &LitStr, size: bool) {
    let asks = Asks::End { ty: ty.clone(), text: text.value(), size };
    questions.push(Question { span: text.span(), asks });
}

/// Asks whether the range holds any value, and the default.
pub(super) fn check(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    range: &At<TokenStream>,
    ends: &Ends,
    size: bool,
) {
    let texts = EndTexts {
        from: written(&ends.from, size),
        to: written(&ends.to, size),
        inclusive: ends.inclusive,
        size,
        written: shown(&range.value),
    };
    let mut ask = |span, default| {
        let asks = Asks::Within { ty: subject.inner().clone(), ends: texts.clone(), default };
        questions.push(Question { span, asks });
    };
    ask(range.tokens.span(), None);
    if let Some(default) = &subject.attrs.default
        && let Some(text) = written(&default.value, size)
    {
        ask(default.tokens.span(), Some(text));
    }
}

/// A text; among sizes a whole number too.
fn written(tokens: &TokenStream, size: bool) -> Option<String> {
    match literal(tokens)? {
        Literal::Text(text) => Some(text.value()),
        Literal::Integer(value) if size => Some(value.to_string()),
        _ => None,
    }
}

impl Range {
    /// As it is shown: without the quotes of its ends.
    pub(super) fn shown(&self) -> String {
        let end = |end: &End| match end {
            End::Open => String::new(),
            End::Code(tokens) => shown(tokens),
            End::Duration(text) | End::Size(text) => text.value(),
        };
        let dots = if self.inclusive { "..=" } else { ".." };
        format!("{}{dots}{}", end(&self.from), end(&self.to))
    }
}
