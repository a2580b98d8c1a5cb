//! From the legal declaration to code: a static tree, its tables composed in const evaluation, and one constructor.

mod function;
mod load;
mod questions;
mod schema;
mod verify;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use crate::check::check;
use crate::ctxt::Ctxt;
use crate::fallback;
use crate::model::Declaration;

/// The output of the derive.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let checked = check(&ctxt, input);
    let errors = ctxt.finish();
    let questions = questions::expand(&checked.questions, errors.is_some());
    let body = match (&errors, &checked.declaration) {
        (None, Some(declaration)) => implementation(declaration),
        _ => fallback::implementation(&input.ident, &input.generics),
    };
    let krate = &checked.krate;
    let errors = errors.unwrap_or_default();
    // What the code itself names is resolved inside the block, under one name that no application uses.
    quote! {
        #errors
        #[doc(hidden)]
        #[allow(deprecated, unused_qualifications, clippy::all, clippy::pedantic, clippy::nursery)]
        const _: () = {
            use #krate::__private as __config;
            #questions
            #body
        };
    }
}

/// Items of the macro's own never meet names of the application, and point where the application's tokens are.
pub(crate) fn at(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

fn implementation(declaration: &Declaration) -> TokenStream {
    let tables = schema::tables(declaration);
    let build = load::build(declaration);
    let verify = verify::verify(declaration);
    let ident = &declaration.ident;
    let span = Span::mixed_site();
    quote_spanned! {span=>
        #tables
        #[automatically_derived]
        impl __config::Secrets for #ident {
            const __STRUCT: &'static __config::Struct = &__STRUCT;
            fn schema() -> &'static __config::Schema {
                &__SCHEMA
            }
            #build
            #verify
            __config::holdings!(#ident);
        }
    }
}
