//! `#[nested(..)]`: a field that is a struct of its own.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::Written;
use crate::attr::{NestedAttrs, plain};
use crate::ctxt::Ctxt;
use crate::model::{Asks, Nested, Question};
use crate::print::source;
use crate::ty::{Known, bare, option_of};

pub(super) fn check(
    ctxt: &Ctxt,
    questions: &mut Vec<Question>,
    field: &Written<'_>,
    attrs: &NestedAttrs,
) -> Option<Nested> {
    if let (Some(_), Some(prefix)) = (&attrs.flatten, &attrs.prefix) {
        let message =
            "`flatten` adds nothing to the names and `prefix` adds a part: keep one of them";
        ctxt.error_at(prefix.name, message);
    }
    if let Some(prefix) = &attrs.prefix {
        check_nested_prefix(ctxt, &prefix.value);
    }
    for (kind, place) in &attrs.bases {
        questions.push(Question {
            span: place.name,
            asks: Asks::Key { attribute: "nested", name: kind.clone() },
        });
        let asks = Asks::Base { kind: kind.clone(), place: place.value.value() };
        questions.push(Question { span: place.value.span(), asks });
    }
    let ty = option_of(field.ty).unwrap_or(field.ty);
    let span = bare(ty).span();
    let known = Known::of(ty);
    if known != Known::Unknown {
        let shown = source(ty.to_token_stream());
        let message = format!(
            "`{shown}` is one value, and `#[nested]` is for a struct with `#[derive(Secrets)]`: write `#[setting(..)]` \
             or `#[secret(..)]`"
        );
        ctxt.error(ty, message);
        return None;
    }
    questions.push(Question { span, asks: Asks::Nested(ty.clone()) });
    Some(Nested {
        ident: field.ident.clone(),
        name: plain(field.ident),
        ty: ty.clone(),
        optional: option_of(field.ty).is_some(),
        prefix: attrs.prefix.as_ref().map(|prefix| prefix.value.value()),
        flatten: attrs.flatten.is_some(),
        bases: attrs
            .bases
            .iter()
            .map(|(kind, place)| (kind.clone(), place.value.value()))
            .collect(),
    })
}

fn check_nested_prefix(ctxt: &Ctxt, prefix: &syn::LitStr) {
    let text = prefix.value();
    if let Some(bare) = text.strip_suffix('_').filter(|bare| !bare.is_empty()) {
        let message = format!(
            "the underscore behind the prefix is added by itself: write `prefix = \"{bare}\"`"
        );
        ctxt.error(prefix, message);
    } else if !super::container::is_name(&text) {
        let message = "a prefix has letters, digits and `_` and begins with no digit: `prefix = \"DB\"`; for none write \
                       `flatten`";
        ctxt.error(prefix, message);
    }
}
