//! The constructor: one statement a field, then all of them or none.
//!
//! Never `?` for a field: the code that cleans up what was made before it grows with the square of the fields.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::{at, function};
use crate::model::{
    Code, Declaration, Element, End, Kind, Member, Presence, Range, Template, Value,
};

/// `__build`.
pub(super) fn build(declaration: &Declaration) -> TokenStream {
    let span = Span::mixed_site();
    let members = &declaration.members;
    let takes = members.iter().enumerate().map(|(number, member)| take(number, member));
    let composed = members.iter().enumerate().filter_map(|(number, member)| match member {
        Member::Value(value) => match &value.presence {
            Presence::Composed(template) => Some(compose(number, value, template, members)),
            _ => None,
        },
        Member::Nested(_) => None,
    });
    let locals: Vec<_> = (0..members.len()).map(local).collect();
    let idents = members.iter().map(Member::ident);
    let all = quote_spanned!(span=> Self { #(#idents: #locals),* });
    let (begin, end) = match &declaration.validate {
        None => (TokenStream::new(), quote_spanned!(span=> __config::Some(#all))),
        Some(path) => {
            let check = function::call(path, "ValidateStructWith", &declaration.ident, "check");
            (
                quote_spanned!(span=> let place = __config::here(cx);),
                quote_spanned!(span=> #check(#path, cx, place, #all)),
            )
        }
    };
    let whole = if locals.is_empty() {
        TokenStream::new()
    } else {
        quote_spanned! {span=>
            let (#(__config::Some(#locals),)*) = (#(#locals,)*) else { return __config::None };
        }
    };
    quote_spanned! {span=>
        fn __build(cx: &mut __config::Builder<'_>) -> __config::Option<Self> {
            #begin
            #(#takes)*
            #(#composed)*
            #whole
            #end
        }
    }
}

impl Member {
    fn ident(&self) -> &Ident {
        match self {
            Self::Value(value) => &value.ident,
            Self::Nested(nested) => &nested.ident,
        }
    }
}

fn local(number: usize) -> Ident {
    format_ident!("f{number}", span = Span::mixed_site())
}

fn take(number: usize, member: &Member) -> TokenStream {
    let local = local(number);
    match member {
        Member::Nested(nested) => {
            let span = at(nested.ty.span());
            let ty = &nested.ty;
            if nested.optional {
                quote_spanned! {span=>
                    let #local = __config::nested_opt(
                        cx, <#ty as __config::Nest>::STRUCT, <#ty as __config::Nest>::build,
                    );
                }
            } else {
                quote_spanned!(span=> let #local = <#ty as __config::Nest>::build(cx);)
            }
        }
        Member::Value(value) => {
            let first = first(value);
            let rest = checks(&local, value);
            quote_spanned!(Span::mixed_site()=> let #local = #first; #rest)
        }
    }
}

/// The call that reads the field.
fn first(value: &Value) -> TokenStream {
    let ty = &value.ty;
    let span = at(ty.span());
    if matches!(value.presence, Presence::Composed(_)) {
        return quote_spanned!(span=> __config::later(cx));
    }
    if let Some(parse) = &value.parse {
        return function::parse(value, parse);
    }
    let setting = super::questions::setting(span, value.nested.as_ref());
    match (value.kind, &value.presence) {
        (Kind::Secret, _) => quote_spanned!(span=> <#ty as __config::SecretField>::take(cx)),
        (Kind::Setting, Presence::Literal(literal)) => {
            quote_spanned!(span=> <#ty as #setting>::take_or(cx, #literal))
        }
        (Kind::Setting, Presence::Code { code, .. }) => {
            let made = default(value, code);
            quote_spanned!(span=> <#ty as #setting>::take_or_else(cx, || #made))
        }
        (Kind::Setting, _) => quote_spanned!(span=> <#ty as #setting>::take(cx)),
    }
}

pub(super) fn default(value: &Value, code: &Code) -> TokenStream {
    match code {
        Code::Expression(expression) => expression.clone(),
        Code::Array(elements) => {
            let ty = &value.ty;
            let count = elements.len();
            let elements = elements.iter().map(element);
            quote_spanned!(at(ty.span())=> <#ty as __config::From<[_; #count]>>::from([#(#elements),*]))
        }
    }
}

fn element(element: &Element) -> TokenStream {
    match element {
        Element::Text(text) => quote_spanned!(at(text.span())=> __config::Into::into(#text)),
        Element::Tuple(span, parts) => {
            let parts = parts.iter().map(self::element);
            quote_spanned!(at(*span)=> (#(#parts),*))
        }
        Element::Expression(expression) => expression.clone(),
    }
}

/// The range and the validator of a field.
fn checks(local: &Ident, value: &Value) -> TokenStream {
    let (inner, optional) = match &value.presence {
        Presence::Optional(inner) => (inner, true),
        // Checked where it is composed.
        Presence::Composed(_) => return TokenStream::new(),
        _ => (&value.ty, false),
    };
    let mut checks = TokenStream::new();
    if let Some(range) = &value.range {
        let method = if optional { "within_opt" } else { "within" };
        let within = function::call(&range.written, "RangeOf", inner, method);
        let range = self::range(range, inner);
        checks.extend(quote_spanned! {Span::mixed_site()=>
            let #local = #within(&(#range), cx, #local);
        });
    }
    checks.extend(function::validate(local, value, inner, optional));
    checks
}

/// A range, its texts read in const evaluation; one without texts stands as it was written.
fn range(range: &Range, ty: &Type) -> TokenStream {
    let is_text = |end: &End| matches!(end, End::Duration(_) | End::Size(_));
    if !is_text(&range.from) && !is_text(&range.to) {
        return range.written.clone();
    }
    let (from, to) = (end(&range.from, ty), end(&range.to, ty));
    let span = Span::mixed_site();
    match range.inclusive {
        true => quote_spanned!(span=> #from..=#to),
        false => quote_spanned!(span=> #from..#to),
    }
}

fn end(end: &End, ty: &Type) -> TokenStream {
    match end {
        End::Open => TokenStream::new(),
        End::Code(tokens) => quote_spanned!(Span::mixed_site()=> (#tokens)),
        End::Duration(text) => {
            quote_spanned!(at(text.span())=> const { __config::checks::duration_of(#text) })
        }
        End::Size(text) => quote_spanned! {at(text.span())=>
            <#ty as __config::SizeOf>::of(const { __config::checks::size_of(#text) })
        },
    }
}

/// A composed field, made once all others are there.
fn compose(number: usize, value: &Value, template: &Template, members: &[Member]) -> TokenStream {
    let span = Span::mixed_site();
    let target = local(number);
    let pieces = template.parts.iter().filter_map(|part| {
        let Member::Value(sibling) = &members[part.sibling] else { return None };
        let (before, ty, local) = (&part.before, &sibling.ty, local(part.sibling));
        let with = match part.kind {
            Kind::Secret => format_ident!("SecretPart"),
            Kind::Setting => format_ident!("SettingPart"),
        };
        Some(quote_spanned! {at(ty.span())=>
            __config::Piece { before: #before, value: <#ty as __config::#with>::part(&#local) }
        })
    });
    let end = &template.end;
    let composed = quote_spanned! {span=>
        let #target = __config::composed(
            cx, #target, &[#(#pieces,)* __config::Piece { before: #end, value: __config::Part::End }],
        );
    };
    let checks = function::validate(&target, value, &value.ty, false);
    quote_spanned!(span=> #composed #checks)
}
