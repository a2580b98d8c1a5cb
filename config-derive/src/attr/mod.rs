//! From the tokens of an attribute to its parts. Knows the grammar, not what may stand together.

mod container;
mod field;
mod hint;
pub(crate) mod read;
pub(crate) mod suggest;

pub(crate) use container::ContainerAttrs;
pub(crate) use field::{FieldAttrs, NestedAttrs, Role, ValueAttrs};

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, LitStr, Meta};

use crate::ctxt::Ctxt;

/// A value with the name that it was given under and the tokens it was written with.
#[derive(Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) name: Span,
    pub(crate) tokens: TokenStream,
}

/// One part of an attribute: `name`, `name = value` or `name(..)`.
pub(crate) struct Item {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) arg: Arg,
}

pub(crate) enum Arg {
    None,
    Value(TokenStream),
    List(TokenStream),
    /// Neither; reported already.
    Broken,
}

/// The name of a part that has none; what was meant by it can be anything.
pub(crate) const NAMELESS: &str = "_nameless";

/// A piece between two commas.
pub(crate) type Piece = Vec<TokenTree>;

/// The parts of `#[name(..)]`; the bare `#[name]` has none. None where it is written in another way.
pub(crate) fn items(ctxt: &Ctxt, attribute: &Attribute) -> Option<Vec<Item>> {
    match &attribute.meta {
        Meta::Path(_) => Some(Vec::new()),
        Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => Some(
            split(list.tokens.clone())
                .into_iter()
                .flat_map(|piece| read_piece(ctxt, piece))
                .collect(),
        ),
        other => {
            let name = print_path(other.path());
            ctxt.error(
                other,
                format_args!("write the parts of this attribute in parentheses: `#[{name}(..)]`"),
            );
            None
        }
    }
}

/// The pieces between commas. A comma within `::<..>` is part of its expression.
pub(crate) fn split(tokens: TokenStream) -> Vec<Piece> {
    let mut pieces = vec![Vec::new()];
    let (mut angles, mut colons) = (0usize, 0usize);
    for token in tokens {
        let mark = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match mark {
            '<' if angles > 0 || colons == 2 => angles += 1,
            '>' if angles > 0 => angles -= 1,
            ',' if angles == 0 => {
                pieces.push(Vec::new());
                colons = 0;
                continue;
            }
            _ => {}
        }
        colons = if mark == ':' { colons + 1 } else { 0 };
        if let Some(piece) = pieces.last_mut() {
            piece.push(token);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The item of a piece; where a comma is missing behind a name, what follows is read as well, so that nothing is said of it
/// that is not so.
fn read_piece(ctxt: &Ctxt, piece: Piece) -> Vec<Item> {
    match piece.as_slice() {
        [TokenTree::Ident(_), rest @ ..] if matches!(rest, [TokenTree::Ident(_), ..]) => {
            let rest = rest.to_vec();
            let mut items = vec![item(ctxt, piece)];
            items.extend(read_piece(ctxt, rest));
            items
        }
        _ => vec![item(ctxt, piece)],
    }
}

fn item(ctxt: &Ctxt, piece: Piece) -> Item {
    let mut tokens = piece.iter();
    let Some(TokenTree::Ident(ident)) = tokens.next() else {
        ctxt.error(stream(&piece), "expected `name`, `name = value` or `name(..)`");
        let ident = Ident::new(NAMELESS, Span::call_site());
        return Item { name: NAMELESS.to_owned(), ident, arg: Arg::Broken };
    };
    let rest: Piece = tokens.cloned().collect();
    let name = plain(ident);
    let arg = match rest.as_slice() {
        [] => Arg::None,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Arg::List(group.stream())
        }
        [TokenTree::Punct(equals)] if equals.as_char() == '=' => {
            ctxt.error(stream(&piece), format_args!("a value is missing: `{name} = ..`"));
            Arg::Broken
        }
        [TokenTree::Punct(equals), value @ ..]
            if equals.as_char() == '=' && equals.spacing() == Spacing::Alone =>
        {
            Arg::Value(stream(value))
        }
        // A negative number or a reference right behind the sign reads as one joint operator.
        [TokenTree::Punct(equals), TokenTree::Punct(sign), ..]
            if equals.as_char() == '=' && matches!(sign.as_char(), '-' | '&' | '*' | '!' | '.') =>
        {
            Arg::Value(stream(&rest[1..]))
        }
        [first, ..] => {
            ctxt.error(
                first,
                format_args!(
                    "expected `,` or `=` after `{name}`: the parts of an attribute \
                    stand between commas"
                ),
            );
            Arg::Broken
        }
    };
    Item { ident: ident.clone(), name, arg }
}

/// Tokens as a stream.
pub(crate) fn stream(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

/// A text literal; one that comes from a `macro_rules!` as an expression too.
pub(crate) fn text(tokens: &TokenStream) -> Option<LitStr> {
    syn::parse2(tokens.clone()).ok()
}

/// The name of an identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or_else(|| name.clone(), str::to_owned)
}

/// The doc comment of an item, its lines trimmed by the one blank that rustdoc takes off.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Some(line) = text(&pair.value.to_token_stream())
        {
            let line = line.value();
            lines.push(line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Takes the slot of an attribute that may stand once (C10).
pub(crate) fn once<T>(ctxt: &Ctxt, slot: &mut Option<T>, item: &Item, value: T) {
    if slot.is_some() {
        ctxt.error(
            &item.ident,
            format_args!("`{}` stands twice here; keep one of them", item.name),
        );
    } else {
        *slot = Some(value);
    }
}

/// The same where the value may be wrong, which is reported already.
pub(crate) fn set<T>(ctxt: &Ctxt, slot: &mut Option<T>, item: &Item, value: Option<T>) {
    if let Some(value) = value {
        once(ctxt, slot, item, value);
    }
}

fn print_path(path: &syn::Path) -> String {
    crate::print::source(path.to_token_stream())
}

#[cfg(test)]
mod tests {
    use super::{split, stream};
    use crate::print::source;

    fn pieces(text: &str) -> Vec<String> {
        split(text.parse().unwrap()).iter().map(|piece| source(stream(piece))).collect()
    }

    #[test]
    fn a_comma_within_a_turbofish_does_not_split() {
        assert_eq!(pieces("default = HashMap::<String, Vec<u8>>::new(), public").len(), 2);
        assert_eq!(pieces("a, b(c, d), e = [1, 2],"), ["a", "b(c, d)", "e=[1, 2]"]);
    }

    #[test]
    fn a_comparison_is_no_bracket() {
        assert_eq!(pieces("default = 1 < 2, public").len(), 2);
    }
}
