//! Reads the values of attributes, each with a message that shows how it is written.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{LitInt, LitStr};

use super::{Arg, At, Item, Piece, plain, split, stream, text};
use crate::ctxt::Ctxt;
use crate::model::{Entry, Format};

/// `name`, with nothing behind it.
pub(super) fn flag(ctxt: &Ctxt, item: &Item) -> At<()> {
    if let Arg::Value(tokens) | Arg::List(tokens) = &item.arg {
        let tokens = if tokens.is_empty() { item.ident.to_token_stream() } else { tokens.clone() };
        ctxt.error(tokens, format_args!("`{0}` takes no value: write `{0}`", item.name));
    }
    At { value: (), name: item.ident.span(), tokens: item.ident.to_token_stream() }
}

/// `name = "text"`.
pub(super) fn literal(ctxt: &Ctxt, item: &Item, example: &str) -> Option<At<LitStr>> {
    let found = match &item.arg {
        Arg::Value(tokens) => text(tokens),
        Arg::Broken => return None,
        _ => None,
    };
    if found.is_none() {
        ctxt.error(
            whole(item),
            format_args!("`{}` takes a text in quotes: `{example}`", item.name),
        );
    }
    found.map(|value| At { tokens: value.to_token_stream(), value, name: item.ident.span() })
}

/// `name = any tokens`.
pub(super) fn tokens(ctxt: &Ctxt, item: &Item, example: &str) -> Option<At<TokenStream>> {
    if let Arg::Value(tokens) = &item.arg {
        return Some(At { value: tokens.clone(), name: item.ident.span(), tokens: tokens.clone() });
    }
    if !matches!(item.arg, Arg::Broken) {
        ctxt.error(whole(item), format_args!("`{}` takes a value: `{example}`", item.name));
    }
    None
}

/// `name = path::to::function`.
pub(super) fn path(ctxt: &Ctxt, item: &Item, example: &str) -> Option<At<TokenStream>> {
    let path = tokens(ctxt, item, example)?;
    match text(&path.value) {
        None => Some(path),
        Some(quoted) => {
            let message = format!(
                "write the path of the function without quotes: `{} = {}`",
                item.name,
                quoted.value()
            );
            ctxt.error(&path.tokens, message);
            None
        }
    }
}

/// `name("a", "b")` or, where an array may stand, `name = ["a", "b"]`: at least one text.
pub(super) fn texts(
    ctxt: &Ctxt,
    tokens: &TokenStream,
    name: &str,
    example: &str,
) -> Option<Vec<LitStr>> {
    let pieces = split(tokens.clone());
    let mut texts = Vec::new();
    let mut whole = true;
    for piece in &pieces {
        match text(&stream(piece)) {
            Some(literal) => texts.push(literal),
            None => {
                whole = false;
                ctxt.error(
                    stream(piece),
                    format_args!("`{name}` takes texts in quotes: `{example}`"),
                );
            }
        }
    }
    whole.then_some(texts)
}

/// `env = "NAME"` or `env = ["NEW", "OLD"]`.
pub(super) fn names(ctxt: &Ctxt, item: &Item) -> Option<At<Vec<LitStr>>> {
    const EXAMPLE: &str = "env = \"NAME\"` or `env = [\"NEW\", \"OLD\"]";
    let found = tokens(ctxt, item, EXAMPLE)?;
    let value = match (text(&found.value), bracketed(&found.value)) {
        (Some(one), _) => vec![one],
        (None, Some(list)) => {
            let names = texts(ctxt, &list, "env", EXAMPLE)?;
            if names.is_empty() {
                ctxt.error(
                    &found.tokens,
                    format_args!("`env` names no variable: write `{EXAMPLE}`"),
                );
                return None;
            }
            names
        }
        (None, None) => {
            ctxt.error(&found.tokens, format_args!("`env` takes a text in quotes: `{EXAMPLE}`"));
            return None;
        }
    };
    Some(At { value, name: found.name, tokens: found.tokens })
}

/// The inside of a lone `[..]`.
pub(crate) fn bracketed(tokens: &TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => match group.delimiter() {
            proc_macro2::Delimiter::Bracket => Some(group.stream()),
            proc_macro2::Delimiter::None => bracketed(&group.stream()),
            _ => None,
        },
        _ => None,
    }
}

/// `sources(env, file("secrets.json"), vault@eu("secret/app"), "custom")`.
pub(super) fn entries(ctxt: &Ctxt, item: &Item) -> Option<At<Vec<Entry>>> {
    let Arg::List(list) = &item.arg else {
        if !matches!(item.arg, Arg::Broken) {
            ctxt.error(
                whole(item),
                "`sources` takes a list: `sources(env, file(\"secrets.json\"))`",
            );
        }
        return None;
    };
    let value = split(list.clone()).iter().filter_map(|piece| entry(ctxt, piece)).collect();
    Some(At { value, name: item.ident.span(), tokens: list.clone() })
}

fn entry(ctxt: &Ctxt, piece: &Piece) -> Option<Entry> {
    if let Some(custom) = text(&stream(piece)) {
        let kind = custom.value();
        if kind.is_empty() || kind.contains(char::is_whitespace) {
            ctxt.error(
                &custom,
                "a source of the program's own has a name without blanks: `\"my-source\"`",
            );
        }
        return Some(Entry {
            kind,
            name: None,
            place: None,
            custom: true,
            span: custom.span(),
            place_span: None,
        });
    }
    let mut rest = piece.as_slice();
    let [TokenTree::Ident(kind), tail @ ..] = rest else {
        ctxt.error(stream(piece), BAD_ENTRY);
        return None;
    };
    rest = tail;
    let mut entry = Entry {
        kind: plain(kind),
        name: None,
        place: None,
        custom: false,
        span: kind.span(),
        place_span: None,
    };
    if let [TokenTree::Punct(at), named, tail @ ..] = rest {
        let name = match named {
            TokenTree::Ident(name) => plain(name),
            other => text(&other.to_token_stream()).map_or_else(String::new, |name| name.value()),
        };
        if at.as_char() != '@' || name.is_empty() {
            ctxt.error(stream(piece), BAD_ENTRY);
            return None;
        }
        entry.name = Some(name);
        rest = tail;
    }
    match rest {
        [] => Some(entry),
        [TokenTree::Group(group)] => {
            let Some(place) = text(&group.stream()) else {
                let tokens = if group.stream().is_empty() { stream(piece) } else { group.stream() };
                ctxt.error(
                    tokens,
                    format_args!(
                        "the place of a source is a text in quotes: `{}(\"..\")`",
                        entry.kind
                    ),
                );
                return None;
            };
            entry.place_span = Some(place.span());
            entry.place = Some(place.value());
            Some(entry)
        }
        _ => {
            ctxt.error(stream(piece), BAD_ENTRY);
            None
        }
    }
}

const BAD_ENTRY: &str = "expected a source: `kind`, `kind(\"place\")`, \
    `kind@name(\"place\")`, or `\"name\"` for one of the program's own";

/// `format = name`, `format = "pattern"`, `format = name("a")`, `format = name(32)`.
pub(super) fn format(ctxt: &Ctxt, item: &Item) -> Option<At<Format>> {
    const EXAMPLE: &str = "format = url`, `format = \"sk-*\"`, `format = any";
    let found = tokens(ctxt, item, EXAMPLE)?;
    let value = match text(&found.value) {
        Some(pattern) => Some(Format::Pattern(pattern.value())),
        None => named_format(&found.value),
    };
    if value.is_none() {
        let message = "expected a format: a name (`url`), a pattern in quotes (`\"sk-*\"`), or a name with arguments \
                       (`url(\"https\")`, `hex(32)`); where anything may stand write \
                           `format = any`";
        ctxt.error(&found.tokens, message);
    }
    value.map(|value| At { value, name: found.name, tokens: found.tokens })
}

fn named_format(tokens: &TokenStream) -> Option<Format> {
    let tokens: Piece = ungroup(tokens).into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => Some(Format::Named(plain(name))),
        [TokenTree::Ident(name), TokenTree::Group(group)] => {
            let name = plain(name);
            let pieces = split(group.stream());
            if let [piece] = pieces.as_slice()
                && let Ok(size) = syn::parse2::<LitInt>(stream(piece))
            {
                return size.base10_parse().ok().map(|size| Format::Size(name, size));
            }
            let texts: Vec<_> = pieces.iter().filter_map(|piece| text(&stream(piece))).collect();
            let whole = texts.len() == pieces.len() && !texts.is_empty();
            whole.then(|| Format::Texts(name, texts.iter().map(LitStr::value).collect()))
        }
        _ => None,
    }
}

/// The tokens within an invisible group of a `macro_rules!`.
pub(crate) fn ungroup(tokens: &TokenStream) -> TokenStream {
    let mut iter = tokens.clone().into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Group(group)), None)
            if group.delimiter() == proc_macro2::Delimiter::None =>
        {
            ungroup(&group.stream())
        }
        _ => tokens.clone(),
    }
}

/// A profile's name: an identifier or a text.
pub(super) fn name(tokens: &TokenStream) -> Option<(String, Span)> {
    if let Some(literal) = text(tokens) {
        return Some((literal.value(), literal.span()));
    }
    let ident: proc_macro2::Ident = syn::parse2(tokens.clone()).ok()?;
    Some((plain(&ident), ident.span()))
}

/// All tokens of a part, for a mistake that no single one of them makes.
pub(super) fn whole(item: &Item) -> TokenStream {
    let ident = &item.ident;
    match &item.arg {
        Arg::None | Arg::Broken => ident.to_token_stream(),
        Arg::Value(value) | Arg::List(value) => quote::quote!(#ident #value),
    }
}
