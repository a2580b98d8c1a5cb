//! `range` and `len` (C16), and literal defaults against them (C11).

use proc_macro2::{TokenStream, TokenTree};
use syn::Type;
use syn::spanned::Spanned;

use super::default::{Literal, fits, literal, shown};
use super::quantity;
use super::value::{Subject, is_bytes};
use crate::attr::read::bracketed;
use crate::attr::{At, split, stream};
use crate::model::{Asks, Counted, Fact, Question, Range};
use crate::ty::Known;

/// `from..to` or `from..=to`, either end open.
pub(super) struct Ends {
    pub(super) from: TokenStream,
    pub(super) to: TokenStream,
    pub(super) inclusive: bool,
}

/// The range of a field whose type has an order; none where a mistake was reported or nothing was written.
pub(super) fn range(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<Range> {
    let range = subject.attrs.range.as_ref()?;
    let what = match subject.known.value() {
        Known::Text | Known::SecretString | Known::SecretBytes => "a text",
        Known::OtherSecret => "a secret, which nothing looks into",
        Known::Path => "a path",
        Known::Bool => "a truth value",
        Known::List | Known::Map => "a list",
        _ => "",
    };
    if !what.is_empty() {
        let instead = match what {
            "a text" => "for how many characters it may have write `len = 8..=64`",
            _ => "write a function of your own, `validate = path`",
        };
        let message =
            format!("`range` bounds numbers, and `{}` is {what}: {instead}", subject.name);
        subject.ctxt.error_at(range.name, message);
        return None;
    }
    let Some(ends) = ends(&range.value) else {
        subject
            .ctxt
            .error(&range.tokens, "`range` takes a range: `range = 1..=100`, `range = 1..`");
        return None;
    };
    let size = is_bytes(subject.attrs.format.as_ref());
    for end in [&ends.from, &ends.to] {
        check_end(subject, questions, end, size)?;
    }
    if size || is_text(&ends.from) || is_text(&ends.to) {
        quantity::check(subject, questions, range, &ends, size);
    } else {
        check_order(subject, range, &ends);
        check_default(subject, range, &ends);
    }
    Some(Range {
        written: range.value.clone(),
        from: quantity::end(ends.from, size),
        to: quantity::end(ends.to, size),
        inclusive: ends.inclusive,
    })
}

/// An end that can be of the field's type; none where a mistake was reported.
fn check_end(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    end: &TokenStream,
    size: bool,
) -> Option<()> {
    let ty = subject.inner();
    let instead = match (literal(end), subject.known.value()) {
        (Some(Literal::Integer(value)), Known::Integer(integer)) => {
            fits(subject, *integer, value, end);
            return Some(());
        }
        (Some(Literal::Integer(value)), Known::Unknown) => {
            let asks = Asks::Integer { ty: ty.clone(), value };
            questions.push(Question { span: end.span(), asks });
            return Some(());
        }
        (Some(Literal::Text(text)), Known::Integer(_)) if size => {
            quantity::ask(questions, ty, &text, size);
            return Some(());
        }
        (Some(Literal::Text(text)), Known::Duration | Known::Unknown) => {
            quantity::ask(questions, ty, &text, size);
            return Some(());
        }
        (Some(Literal::Integer(_)), Known::Float) => format!("`{}.0`", shown(end)),
        (Some(Literal::Integer(_)), Known::Duration) => {
            format!("a duration in quotes, `\"{}s\"`", shown(end))
        }
        (Some(Literal::Text(_)), Known::Integer(_)) => {
            "a number, `1024`, or for sizes `format = bytes` too".to_owned()
        }
        (Some(Literal::Text(_)), Known::Float) => "a number, `0.5`".to_owned(),
        _ => return Some(()),
    };
    let message = format!("the ends of this range are `{}`: write {instead}", shown(ty));
    subject.ctxt.error(end, message);
    None
}

fn is_text(end: &TokenStream) -> bool {
    matches!(literal(end), Some(Literal::Text(_)))
}

/// `len = 8..=64`: from and to, both included, and what is counted.
pub(super) fn len(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<Fact> {
    let len = subject.attrs.len.as_ref()?;
    let counted = counted(subject, questions, len)?;
    let Some(bounds) = ends(&len.value).and_then(|ends| whole(&ends)) else {
        subject.ctxt.error(
            &len.tokens,
            "`len` takes a range of whole numbers: `len = 8..=64`, `len = 8..`",
        );
        return None;
    };
    if bounds.0 > bounds.1 {
        subject.ctxt.error(
            &len.tokens,
            "nothing has such a length: the range is empty, write `len = 8..=64`",
        );
        return None;
    }
    check_length(subject, questions, bounds, &counted);
    Some(Fact::Len(bounds.0, bounds.1, counted))
}

/// What is counted of a type that has a length; none where a mistake was reported.
fn counted(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    len: &At<TokenStream>,
) -> Option<Counted> {
    let parsed = subject.attrs.parse.is_some();
    let known = subject.known.value();
    let instead = match known {
        Known::Text | Known::Path | Known::SecretString | Known::SecretBytes => {
            return Some(Counted::Characters);
        }
        Known::List | Known::Map if !parsed => return Some(Counted::Elements),
        Known::List | Known::Map => return Some(Counted::Characters),
        Known::Unknown | Known::OtherSecret => {
            let ty = subject.inner().clone();
            let asks = Asks::Length { ty: ty.clone(), parsed };
            questions.push(Question { span: len.name, asks });
            return Some(if parsed { Counted::Characters } else { Counted::By(Box::new(ty)) });
        }
        known if known.is_number() || *known == Known::Duration => "`range = 1..=100`",
        _ => "`validate = path`",
    };
    let message = format!(
        "`len` counts the characters of a text or the elements of a list, and this is a `{}`: write {instead}",
        shown(&subject.inner())
    );
    subject.ctxt.error_at(len.name, message);
    None
}

/// A literal default that is too short or too long.
fn check_length(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    bounds: (usize, usize),
    counted: &Counted,
) {
    let (Some(default), Some(len)) = (&subject.attrs.default, &subject.attrs.len) else { return };
    let written = shown(&len.value);
    let (count, unit) = match (literal(&default.value), counted) {
        (Some(Literal::Text(text)), Counted::Characters) => {
            (text.value().chars().count(), "character")
        }
        (Some(Literal::Text(text)), Counted::By(ty)) => {
            let (ty, span) = (Type::clone(ty), text.span());
            let asks = Asks::LengthDefault { ty, text: text.value(), bounds, written };
            return questions.push(Question { span, asks });
        }
        (None, Counted::Elements) => match bracketed(&default.value) {
            Some(list) => (split(list).len(), "element"),
            None => return,
        },
        _ => return,
    };
    if count < bounds.0 || count > bounds.1 {
        let plural = if count == 1 { "" } else { "s" };
        let message = format!(
            "the default has {count} {unit}{plural}, which is not within `{written}`: write one that fits, or another `len`"
        );
        subject.ctxt.error(&default.tokens, message);
    }
}

fn whole(ends: &Ends) -> Option<(usize, usize)> {
    let number = |tokens: &TokenStream| match literal(tokens) {
        Some(Literal::Integer(value)) => usize::try_from(value).ok(),
        _ => None,
    };
    let from = if ends.from.is_empty() { 0 } else { number(&ends.from)? };
    let to = match (ends.to.is_empty(), ends.inclusive) {
        (true, _) => usize::MAX,
        (false, true) => number(&ends.to)?,
        // `0..0` holds nothing, and so does a range that ends before it begins.
        (false, false) => match number(&ends.to)? {
            0 => return Some((1, 0)),
            to => to - 1,
        },
    };
    Some((from, to))
}

/// Splits at the one `..` or `..=` that stands in the open.
fn ends(tokens: &TokenStream) -> Option<Ends> {
    let tokens: Vec<TokenTree> = crate::attr::read::ungroup(tokens).into_iter().collect();
    let dot = |at: usize, mark: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    let at = (0..tokens.len()).find(|at| dot(*at, '.') && dot(at + 1, '.'))?;
    let inclusive = dot(at + 2, '=');
    let to = at + 2 + usize::from(inclusive);
    (to <= tokens.len()).then(|| Ends {
        from: stream(&tokens[..at]),
        to: stream(&tokens[to..]),
        inclusive,
    })
}

/// A literal range that holds no value.
fn check_order(subject: &Subject<'_>, range: &At<TokenStream>, ends: &Ends) {
    let empty = match (literal(&ends.from), literal(&ends.to)) {
        (Some(Literal::Integer(from)), Some(Literal::Integer(to))) => {
            from > to || (from == to && !ends.inclusive)
        }
        (Some(Literal::Float(from)), Some(Literal::Float(to))) => from > to,
        _ => false,
    };
    if empty {
        subject.ctxt.error(
            &range.tokens,
            "no value lies in this range: write the smaller end first, `range = 1..=100`",
        );
    }
}

/// A literal default outside of its own range.
fn check_default(subject: &Subject<'_>, range: &At<TokenStream>, ends: &Ends) {
    let Some(default) = &subject.attrs.default else { return };
    let value = match literal(&default.value) {
        Some(Literal::Text(text)) => {
            text.value().replace('_', "").parse().ok().map(Literal::Integer)
        }
        other => other,
    };
    let within = match value {
        Some(Literal::Integer(value)) => {
            let above =
                !matches!(literal(&ends.from), Some(Literal::Integer(from)) if value < from);
            let below = match literal(&ends.to) {
                Some(Literal::Integer(to)) if ends.inclusive => value <= to,
                Some(Literal::Integer(to)) => value < to,
                _ => true,
            };
            above && below
        }
        Some(Literal::Float(value)) => {
            let above = !matches!(literal(&ends.from), Some(Literal::Float(from)) if value < from);
            let below = match literal(&ends.to) {
                Some(Literal::Float(to)) if ends.inclusive => value <= to,
                Some(Literal::Float(to)) => value < to,
                _ => true,
            };
            above && below
        }
        _ => true,
    };
    if !within {
        let message = format!(
            "the default is not within the field's own range `{}`: write one that is, or \
                another range",
            shown(&range.value)
        );
        subject.ctxt.error(&default.tokens, message);
    }
}
