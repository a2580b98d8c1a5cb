//! Calls of the application's own functions, through traits that say in words what they must look like.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::load::default;
use crate::model::{Kind, Presence, Value};

/// `<_ as Trait<T>>::method`, at the application's own tokens from the first to the last, so that a message underlines
/// these and says nothing of the macro.
pub(super) fn call(
    tokens: &TokenStream,
    with: &str,
    ty: impl ToTokens,
    method: &str,
) -> TokenStream {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let (with, method) = (Ident::new(with, first), Ident::new(method, last));
    let path = quote_spanned!(first=> <_ as __config::#with<#ty>>::);
    quote!(#path #method)
}

/// The call that reads a field with a parser.
pub(super) fn parse(value: &Value, parse: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let ty = &value.ty;
    let with = match value.kind {
        Kind::Secret => "ParseSecretWith",
        Kind::Setting => "ParseWith",
    };
    let made = match &value.presence {
        Presence::Literal(made) => made.clone(),
        Presence::Code { code, .. } => default(value, code),
        Presence::Optional(inner) => {
            let read = call(parse, with, inner, "parse_opt");
            return quote_spanned!(span=> #read(#parse, cx));
        }
        _ => {
            let read = call(parse, with, ty, "parse");
            return quote_spanned!(span=> #read(#parse, cx));
        }
    };
    let read = call(parse, with, ty, "parse_or");
    quote_spanned!(span=> #read(#parse, cx, || #made))
}

/// The statement that puts a field through its validator.
pub(super) fn validate(
    local: &Ident,
    value: &Value,
    inner: &Type,
    optional: bool,
) -> Option<TokenStream> {
    let path = value.validate.as_ref()?;
    let with = match value.kind {
        Kind::Secret => "ValidateSecretWith",
        Kind::Setting => "ValidateWith",
    };
    let check = call(path, with, inner, if optional { "check_opt" } else { "check" });
    Some(quote_spanned!(Span::mixed_site()=> let #local = #check(#path, cx, #local);))
}
