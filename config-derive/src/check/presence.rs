//! What happens when no source has a field: exactly one of `required`, `default = ..`, `Option<_>` (C2, C3, C4).

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::default;
use super::value::Subject;
use crate::model::{Asks, Kind, Presence, Question};
use crate::print::source;
use crate::ty::{Known, option_of};

pub(super) fn check(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<Presence> {
    let attrs = subject.attrs;
    let optional = option_of(subject.field.ty);
    if attrs.kind == Kind::Secret && attrs.meant("default") {
        no_default_on_a_secret(subject);
        return None;
    }
    let inner = optional.map(|inner| source(inner.to_token_stream()));
    let ctxt = subject.ctxt;
    if let (Some(required), Some(inner)) = (&attrs.required, &inner) {
        let message = format!(
            "`required` and `Option<{inner}>` contradict each other: take `required` away, \
                or write the type `{inner}`"
        );
        ctxt.error_at(required.name, message);
    }
    if let (Some(default), Some(inner)) = (&attrs.default, &inner) {
        let message =
            format!("with a default `{}` is never `None`: write the type `{inner}`", subject.name);
        ctxt.error_at(default.name, message);
    }
    if let (Some(required), Some(_)) = (&attrs.required, &attrs.default) {
        let message = "`required` and `default` contradict each other: keep `required` where a missing value is a problem, \
                       `default` where it is none";
        ctxt.error_at(required.name, message);
    }
    if let Some(compose) = &attrs.compose {
        if optional.is_some() || attrs.required.is_some() {
            let message =
                "a composed secret is there when its parts are: take `required` or `Option` away";
            ctxt.error_at(compose.name, message);
        }
        if let Some(restart_only) = &attrs.restart_only {
            let message = "a composed secret changes with its parts: take `restart_only` away here, and write it on \
                           the fields that it is made of";
            ctxt.error_at(restart_only.name, message);
        }
        return Some(Presence::Required);
    }
    match (&attrs.default, &attrs.required, optional) {
        (Some(default), ..) => {
            let presence = default::presence(subject, &default.value);
            // With any other literal the compiler itself says that the type is an `Option`.
            if !matches!(presence, Some(Presence::Literal(_))) {
                ask(subject, questions, Some("default"), default.tokens.clone());
            }
            presence
        }
        (None, Some(required), None) => {
            ask(subject, questions, Some("required"), required.tokens.clone());
            Some(Presence::Required)
        }
        (None, None, Some(inner)) => Some(Presence::Optional(inner.clone())),
        (None, Some(_), Some(_)) => None,
        (None, None, None) => missing(subject, questions),
    }
}

fn no_default_on_a_secret(subject: &Subject<'_>) {
    let Some(default) = &subject.attrs.default else { return };
    let message = "a secret has no default, since that would stand in the source code: write `required`, or make the type an \
                   `Option`";
    subject.ctxt.error_at(default.name, message);
}

/// No rule is written. A type that is not known by its name may be an `Option` by another: then that is the mistake.
fn missing(subject: &Subject<'_>, questions: &mut Vec<Question>) -> Option<Presence> {
    let attrs = subject.attrs;
    if ["required", "default", "compose"].iter().any(|name| attrs.meant(name)) {
        return None;
    }
    if subject.known == Known::Unknown {
        ask(subject, questions, None, subject.field.ident.to_token_stream());
        return Some(Presence::Required);
    }
    let shown = subject.shown();
    let message = match attrs.kind {
        Kind::Secret => format!(
            "say what happens when no source has `{}`: write `required`, or make the type \
                `Option<{shown}>`",
            subject.name
        ),
        Kind::Setting => format!(
            "say what happens when no source has `{}`: write `required` or `default = ..`, or make the type \
             `Option<{shown}>`",
            subject.name
        ),
    };
    subject.ctxt.error_at(attrs.span, message);
    None
}

/// Asks whether a type is an `Option` under another name.
fn ask(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    rule: Option<&'static str>,
    at: TokenStream,
) {
    if subject.known == Known::Unknown {
        let asks = Asks::Presence {
            ty: subject.field.ty.clone(),
            name: subject.name.clone(),
            rule,
            secret: subject.attrs.kind == Kind::Secret,
        };
        questions.push(Question { span: at.span(), asks });
    }
}
