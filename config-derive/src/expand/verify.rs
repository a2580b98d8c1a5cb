//! `__verify`: what tries the secrets of a struct against their services.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Type;
use syn::spanned::Spanned;

use super::at;
use super::function::call;
use crate::model::{Declaration, Member, Nested, Presence, Value};

/// `__verify`, where the struct or one nested in it may have something to try.
pub(super) fn verify(declaration: &Declaration) -> TokenStream {
    let span = Span::mixed_site();
    let mut statements = Vec::new();
    for member in &declaration.members {
        match member {
            Member::Value(value) => statements.extend(trial(value)),
            Member::Nested(nested) => statements.push(trials_of(nested)),
        }
    }
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote_spanned! {span=>
        fn __verify<'a>(&'a self, out: &mut __config::Vec<__config::Verification<'a>>) {
            #(#statements)*
        }
    }
}

fn trial(value: &Value) -> Option<TokenStream> {
    let path = value.verify.as_ref()?;
    let span = Span::mixed_site();
    let Value { ident, name, ty, .. } = value;
    let trial = |ty: &Type| call(path, "VerifyWith", quote_spanned!(ty.span()=> '_, #ty), "trial");
    Some(match &value.presence {
        Presence::Optional(inner) => {
            let trial = trial(inner);
            quote_spanned! {span=>
                if let __config::Some(value) = &self.#ident {
                    out.push(#trial(#path, #name, value));
                }
            }
        }
        _ => {
            let trial = trial(ty);
            quote_spanned!(span=> out.push(#trial(#path, #name, &self.#ident));)
        }
    })
}

fn trials_of(nested: &Nested) -> TokenStream {
    let span = at(nested.ty.span());
    let Nested { ident, name, ty, flatten, optional, .. } = nested;
    let under = (!flatten).then(|| quote_spanned!(span=> __config::under(out, from, #name);));
    let nested = |value: TokenStream| {
        quote_spanned! {span=>
            let from = out.len();
            <#ty as __config::Nest>::verify(#value, out);
            #under
        }
    };
    if *optional {
        let trials = nested(quote_spanned!(span=> value));
        quote_spanned!(span=> if let __config::Some(value) = &self.#ident { #trials })
    } else {
        let trials = nested(quote_spanned!(span=> &self.#ident));
        quote_spanned!(span=> { #trials })
    }
}
