//! The derive macro of config-core: `#[derive(Secrets)]`.
//!
//! Use it through `config_core::Secrets`; what the attributes mean is written there.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attr;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod model;
mod print;
mod ty;

/// Declares a struct of settings and secrets. See `config_core::Secrets`.
#[proc_macro_derive(Secrets, attributes(secrets, secret, setting, nested))]
pub fn derive_secrets(input: TokenStream) -> TokenStream {
    expand::derive(&parse_macro_input!(input as DeriveInput)).into()
}
