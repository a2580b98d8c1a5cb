//! What stands for the implementation where the macro found mistakes, so that calls of it are not reported as well.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{GenericParam, Generics};

/// An implementation of nothing. Lifetimes are taken for `'static`, which is all that the trait allows.
pub(crate) fn implementation(ident: &Ident, generics: &Generics) -> TokenStream {
    let mut parameters = Vec::new();
    let mut arguments = Vec::new();
    let mut bounds = Vec::new();
    for parameter in &generics.params {
        match parameter {
            GenericParam::Lifetime(_) => {
                arguments.push(quote_spanned!(Span::mixed_site()=> 'static));
            }
            GenericParam::Type(ty) => {
                let (name, limits) = (&ty.ident, &ty.bounds);
                parameters.push(quote_spanned!(Span::mixed_site()=> #name));
                arguments.push(quote_spanned!(Span::mixed_site()=> #name));
                bounds.push(quote_spanned!(Span::mixed_site()=> #name: 'static + #limits));
            }
            GenericParam::Const(constant) => {
                let (name, ty) = (&constant.ident, &constant.ty);
                parameters.push(quote_spanned!(Span::mixed_site()=> const #name: #ty));
                arguments.push(quote_spanned!(Span::mixed_site()=> #name));
            }
        }
    }
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<#(#parameters),*> __config::Secrets for #ident<#(#arguments),*> where #(#bounds),* {
            const __STRUCT: &'static __config::Struct = __config::NO_STRUCT;
            fn schema() -> &'static __config::Schema {
                __config::NO_SCHEMA
            }
            fn __build(_: &mut __config::Builder<'_>) -> __config::Option<Self> {
                __config::None
            }
        }
    }
}
