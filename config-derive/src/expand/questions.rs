//! Questions to the type checker and to const evaluation, each an item of its own, so that each mistake is reported by
//! itself and at its own token.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use super::schema;
use crate::model::{Asks, Declared, EndTexts, Question};
use crate::print::source;

/// The items. Where the macro found mistakes no constructor is there to ask whether types fit; then they are asked here.
pub(super) fn expand(questions: &[Question], broken: bool) -> TokenStream {
    let mut items = TokenStream::new();
    let mut probes = false;
    for question in questions {
        // The application's own span, so that the compiler points at its token and says nothing of the macro.
        let span = question.span;
        if let Some(asked) = fits(span, &question.asks) {
            if broken {
                items.extend(asked);
            }
            continue;
        }
        let asked = listed(span, &question.asks).or_else(|| {
            probes = true;
            probed(span, &question.asks)
        });
        items.extend(quote_spanned!(span=> const _: () = __config::checks::#asked;));
    }
    if probes {
        items.extend(quote_spanned! {Span::mixed_site()=>
            #[allow(unused_imports)]
            use __config::probe::{
                CountsNothing as _, NotNested as _, NotOption as _, NotSecret as _, NotSerialize as _, NotText as _,
                ReadsOtherwise as _,
            };
        });
    }
    items
}

/// Whether the type of a field fits its attribute.
fn fits(span: Span, asks: &Asks) -> Option<TokenStream> {
    Some(match asks {
        Asks::Setting(Declared { ty, nested }) => {
            let setting = setting(span, nested.as_ref());
            quote_spanned!(span=> const _: () = <#ty as #setting>::FITS;)
        }
        Asks::Secret(ty) => {
            quote_spanned!(span=> const _: () = <#ty as __config::SecretField>::FITS;)
        }
        Asks::ParsedSecret(ty) => {
            quote_spanned!(span=> const _: () = <#ty as __config::SecretType>::FITS;)
        }
        Asks::Nested(ty) => {
            quote_spanned!(span=> const _: &'static __config::Struct = <#ty as __config::Nest>::STRUCT;)
        }
        _ => return None,
    })
}

/// What the lists of the core crate answer.
fn listed(span: Span, asks: &Asks) -> Option<TokenStream> {
    Some(match asks {
        Asks::Source { kind, placed } => quote_spanned!(span=> source(#kind, #placed)),
        Asks::SourceName(kind) => quote_spanned!(span=> source_name(#kind)),
        Asks::Place { kind, place } => quote_spanned!(span=> place(#kind, #place)),
        Asks::Base { kind, place } => quote_spanned!(span=> base(#kind, #place)),
        Asks::Key { attribute, name } => quote_spanned!(span=> key(#attribute, #name)),
        Asks::KeyText { kind, text } => quote_spanned!(span=> key_text(#kind, #text)),
        Asks::Format(spec) => {
            let spec = schema::format(spec);
            quote_spanned!(span=> format(#spec))
        }
        Asks::FormatDefault(spec, text) => {
            let spec = schema::format(spec);
            quote_spanned!(span=> format_default(#spec, #text))
        }
        Asks::Duration(text) => quote_spanned!(span=> duration(#text)),
        _ => return None,
    })
}

/// What is true of a type, whatever its name.
fn probed(span: Span, asks: &Asks) -> Option<TokenStream> {
    let reads = |ty: &Type| quote_spanned!(span=> <__config::probe::ReadsProbe<#ty>>::READS);
    let counts = |ty: &Type| quote_spanned!(span=> <__config::probe::CountsProbe<#ty>>::COUNTS);
    Some(match asks {
        Asks::TextDefault { ty, text } => {
            let (reads, shown) = (reads(ty), shown(ty));
            quote_spanned!(span=> text_default(#reads, #shown, #text))
        }
        Asks::End { ty, text, size } => {
            let (reads, shown) = (reads(ty), shown(ty));
            quote_spanned!(span=> end(#reads, #size, #shown, #text))
        }
        Asks::Within { ty, ends, default } => {
            let EndTexts { from, to, inclusive, size, written } = ends;
            let (reads, from, to) =
                (reads(ty), schema::option(from.as_ref()), schema::option(to.as_ref()));
            let ends = quote_spanned! {span=>
                __config::checks::Ends { from: #from, to: #to, inclusive: #inclusive, size: #size }
            };
            match default {
                Some(default) => quote_spanned! {span=>
                    default_within(#ends, #reads, #default, #written)
                },
                None => quote_spanned!(span=> not_empty(#ends, #reads)),
            }
        }
        Asks::Integer { ty, value } => {
            let (reads, shown) = (reads(ty), shown(ty));
            quote_spanned!(span=> integer(#reads, #shown, #value))
        }
        Asks::Length { ty, parsed } => {
            let (reads, counts, shown) = (reads(ty), counts(ty), shown(ty));
            quote_spanned!(span=> length(#reads, #counts, #parsed, #shown))
        }
        Asks::LengthDefault { ty, text, bounds: (from, to), written } => {
            let counts = counts(ty);
            quote_spanned!(span=> length_default(#counts, #text, #from, #to, #written))
        }
        Asks::Presence { ty, name, secret, rule } => {
            let shown = shown(ty);
            let rule = schema::option(rule.as_ref());
            quote_spanned! {span=>
                presence((<__config::probe::OptionProbe<#ty>>::IS_OPTION, <__config::probe::NestedProbe<#ty>>::IS_NESTED), #name, #shown, #secret, #rule)
            }
        }
        Asks::Public { ty, name, word, url } => {
            quote_spanned!(span=> public(#url || <__config::probe::TextProbe<#ty>>::IS_TEXT, #name, #word))
        }
        Asks::NoSecret { ty, name } => {
            let shown = shown(ty);
            quote_spanned!(span=> no_secret(<__config::probe::SecretProbe<#ty>>::IS_SECRET, #name, #shown))
        }
        Asks::NoNested(ty) => {
            let shown = shown(ty);
            quote_spanned!(span=> no_nested(<__config::probe::NestedProbe<#ty>>::IS_NESTED, #shown))
        }
        Asks::NoSerialize { ident, field } => {
            let name = crate::attr::plain(ident);
            quote_spanned! {span=>
                no_serialize(<__config::probe::SerializeProbe<#ident>>::IS_SERIALIZE, #name, #field)
            }
        }
        _ => return None,
    })
}

/// The trait of settings, as the type asks for it.
pub(super) fn setting(span: Span, nested: Option<&Type>) -> TokenStream {
    match nested {
        None => quote_spanned!(span=> __config::Setting),
        Some(ty) => quote_spanned! {span=>
            __config::Setting<{ <__config::probe::NestedProbe<#ty>>::IS_NESTED }>
        },
    }
}

fn shown(ty: &Type) -> String {
    source(ty.to_token_stream())
}
