//! `range` and `len` (C16), and literal defaults against them (C11).

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;

use super::default::{Literal, fits, literal, shown};
use super::value::Subject;
use crate::attr::{At, stream};
use crate::model::{Asks, Kind, Question};
use crate::ty::Known;

/// `from..to` or `from..=to`, either end open.
struct Ends {
    from: TokenStream,
    to: TokenStream,
    inclusive: bool,
}

/// The range of a field whose type has an order; none where a mistake was reported or nothing was written.
pub(super) fn range(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<TokenStream> {
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
    for end in [&ends.from, &ends.to] {
        match (literal(end), subject.known.value()) {
            (Some(Literal::Integer(value)), Known::Integer(integer)) => {
                fits(subject, *integer, value, end);
            }
            (Some(Literal::Integer(value)), Known::Unknown) => {
                let asks = Asks::Integer { ty: subject.inner().clone(), value };
                questions.push(Question { span: end.span(), asks });
            }
            (Some(Literal::Integer(_)), known @ (Known::Float | Known::Duration)) => {
                let ty = shown(&subject.inner());
                let instead = match known {
                    Known::Float => format!("`{}.0`", shown(end)),
                    _ => format!("`{ty}::from_secs({})`", shown(end)),
                };
                subject
                    .ctxt
                    .error(end, format_args!("the ends of this range are `{ty}`: write {instead}"));
                return None;
            }
            _ => {}
        }
    }
    check_order(subject, range, &ends);
    check_default(subject, range, &ends);
    Some(range.value.clone())
}

/// `len = 8..=64`: from and to, both included.
pub(super) fn len(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<(usize, usize)> {
    let len = subject.attrs.len.as_ref()?;
    match subject.known.value() {
        Known::Text | Known::SecretString | Known::SecretBytes | Known::OtherSecret => {}
        Known::Unknown => {
            if subject.attrs.kind == Kind::Setting {
                let asks = Asks::Length { ty: subject.inner().clone(), name: subject.name.clone() };
                questions.push(Question { span: len.name, asks });
            }
        }
        known => {
            let instead = if known.is_number() || *known == Known::Duration {
                "`range = 1..=100`"
            } else {
                "`validate = path`"
            };
            let message = format!(
                "`len` counts the characters of a text, and `{}` is a `{}`: write {instead}",
                subject.name,
                shown(&subject.inner())
            );
            subject.ctxt.error_at(len.name, message);
            return None;
        }
    }
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
            "no text has such a length: the range is empty, write `len = 8..=64`",
        );
        return None;
    }
    if let Some(Literal::Text(text)) =
        subject.attrs.default.as_ref().and_then(|default| literal(&default.value))
    {
        let count = text.value().chars().count();
        if count < bounds.0 || count > bounds.1 {
            let message = format!(
                "the default has {count} characters, which is not within {}",
                shown(&len.value)
            );
            subject.ctxt.error(&text, message);
        }
    }
    Some(bounds)
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
