//! The static tree of a declaration.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::at;
use crate::model::{
    Code, Counted, Declaration, Entry, Fact, Format, Kind, Member, Nested, Presence, Value,
};
use crate::print::source;

/// The statics that all else refers to.
pub(super) fn tables(declaration: &Declaration) -> TokenStream {
    let span = Span::mixed_site();
    let members = declaration.members.iter().map(|of| member(of, &declaration.prefix));
    let count = declaration.members.len();
    let name = crate::attr::plain(&declaration.ident);
    let Declaration { doc, prefix, .. } = declaration;
    let tree = across(declaration);
    let sources = match &declaration.sources {
        Some(list) => entries(list),
        None => quote_spanned!(span=> __config::DEFAULT_SOURCES),
    };
    let profile_env = option(declaration.profile_env.as_ref());
    let default_profile = option(declaration.default_profile.as_ref());
    let profiles = declaration.profiles.iter().map(|profile| {
        let name = &profile.name;
        let sources = option(profile.sources.as_deref().map(entries).as_ref());
        quote_spanned!(span=> __config::Profile { name: #name, sources: #sources })
    });
    quote_spanned! {span=>
        static __MEMBERS: [__config::Member; #count] = [#(#members),*];
        static __STRUCT: __config::Struct = __config::Struct {
            name: #name,
            doc: #doc,
            prefix: #prefix,
            sources: #sources,
            profile_env: #profile_env,
            default_profile: #default_profile,
            profiles: &[#(#profiles),*],
            members: &__MEMBERS,
        };
        const __SHAPE: __config::Shape = __config::Shape::of(&__STRUCT);
        static __TEXTS: __config::Texts<{ __SHAPE.text }, { __SHAPE.nests }> = __config::Texts::of(&__STRUCT);
        static __TREE: __config::Tree<{ __SHAPE.leaves }, { __SHAPE.slots }> = __config::Tree::of(&__STRUCT, &__TEXTS);
        static __SCHEMA: __config::Schema = __config::Schema::new(&__STRUCT, &__TREE);
        #tree
    }
}

/// The checks that need the whole tree. Those of plain fields among themselves are the macro's.
fn across(declaration: &Declaration) -> TokenStream {
    let span = Span::mixed_site();
    let mut checks = TokenStream::new();
    for (number, member) in declaration.members.iter().enumerate() {
        let (place, nested) = match member {
            Member::Nested(nested) => (nested.ident.span(), true),
            Member::Value(value) => match value.key {
                Some(span) => (span, false),
                None => continue,
            },
        };
        checks.extend(quote_spanned! {place=>
            const _: () = __config::checks::clash(&__CLASHES, &__TREE, &__STRUCT, #number);
        });
        let limited = declaration.profiles.iter().any(|profile| profile.sources.is_some());
        if nested && limited {
            checks.extend(quote_spanned! {place=>
                const _: () = __config::checks::ceiling(&__TREE, &__STRUCT, #number);
            });
        }
    }
    let mut others = places(declaration);
    if let Some(variable) = &declaration.profile_env {
        others.extend(quote_spanned! {variable.span()=>
            const _: () = __config::checks::shown_profile(&__TREE, #variable);
        });
    }
    others.extend(lists(declaration));
    if checks.is_empty() {
        return others;
    }
    let ident = &declaration.ident;
    let own = declaration
        .members
        .iter()
        .any(|member| matches!(member, Member::Value(value) if value.kind == Kind::Secret));
    let serialize = (!own).then(|| {
        quote_spanned! {ident.span()=>
            const _: () = {
                #[allow(unused_imports)]
                use __config::probe::NotSerialize as _;
                __config::checks::no_nested_serialize(<__config::probe::SerializeProbe<#ident>>::IS_SERIALIZE, &__STRUCT)
            };
        }
    });
    quote_spanned! {span=>
        const __CLASHES: __config::checks::Clashes = __config::checks::Clashes::of(&__TREE);
        #checks
        #serialize
        #others
    }
}

/// The checks of places that name variables, of all the lists.
fn places(declaration: &Declaration) -> TokenStream {
    let profiles = declaration.profiles.iter().filter_map(|profile| profile.sources.as_ref());
    let mut checks = TokenStream::new();
    for entry in declaration.sources.iter().chain(profiles).flatten() {
        if let (Some(place), Some(span)) = (&entry.place, entry.place_span)
            && place.contains('{')
        {
            checks.extend(quote_spanned! {span=>
                const _: () = __config::checks::shown_place(&__TREE, #place);
            });
        }
    }
    checks
}

/// The checks of fields that have their own sources against the list of the struct.
fn lists(declaration: &Declaration) -> TokenStream {
    let members = declaration.members.iter().enumerate().filter(|_| declaration.is_listing);
    members
        .filter_map(|(number, member)| {
            let span = match member {
                Member::Value(value) => value.sources?,
                Member::Nested(nested) => nested.ident.span(),
            };
            Some(quote_spanned! {span=>
                const _: () = __config::checks::listed(&__TREE, &__STRUCT, #number);
            })
        })
        .collect()
}

fn member(member: &Member, prefix: &str) -> TokenStream {
    match member {
        Member::Value(value) => field(value, prefix),
        Member::Nested(nested) => structure(nested),
    }
}

fn field(value: &Value, prefix: &str) -> TokenStream {
    let span = Span::mixed_site();
    let Value { name, doc, .. } = value;
    let separator = if prefix.is_empty() { "" } else { "_" };
    let variable = format!("{prefix}{separator}{}", name.to_ascii_uppercase());
    let ty = source(value.ty.to_token_stream());
    let kind = match value.kind {
        Kind::Secret => quote_spanned!(span=> secret),
        Kind::Setting => quote_spanned!(span=> setting),
    };
    let presence = presence(&value.presence);
    let facts = value.facts.iter().map(fact);
    quote_spanned!(span=> __config::#kind(#name, #variable, #ty, #doc, #presence, &[#(#facts),*]))
}

fn presence(presence: &Presence) -> TokenStream {
    let span = Span::mixed_site();
    match presence {
        Presence::Required => quote_spanned!(span=> __config::REQUIRED),
        Presence::Optional(_) => quote_spanned!(span=> __config::OPTIONAL),
        Presence::Text(text) => quote_spanned!(span=> __config::default_text(#text)),
        Presence::Literal(tokens) => {
            let text = source(tokens.clone());
            quote_spanned!(span=> __config::default_code(#text))
        }
        Presence::Code { written, code: Code::Expression(_) | Code::Array(_) } => {
            quote_spanned!(span=> __config::default_code(#written))
        }
        Presence::Composed(template) => {
            let text = &template.text;
            quote_spanned!(span=> __config::Presence::Composed(#text))
        }
    }
}

fn fact(fact: &Fact) -> TokenStream {
    let span = Span::mixed_site();
    match fact {
        Fact::Env(names) => quote_spanned!(span=> __config::Attr::Env(&[#(#names),*])),
        Fact::Keys(keys) => {
            let keys = pairs(keys);
            quote_spanned!(span=> __config::Attr::Keys(#keys))
        }
        Fact::Sources(list) => {
            let list = entries(list);
            quote_spanned!(span=> __config::Attr::Sources(#list))
        }
        Fact::Format(spec) => {
            let spec = format(spec);
            quote_spanned!(span=> __config::Attr::Format(#spec))
        }
        Fact::OneOf(texts, compared) => {
            let compared = counted(compared);
            quote_spanned!(span=> __config::Attr::OneOf(&[#(#texts),*], #compared))
        }
        Fact::Range(text) => quote_spanned!(span=> __config::Attr::Range(#text)),
        Fact::Len(from, to, counted) => {
            let counted = self::counted(counted);
            quote_spanned!(span=> __config::Attr::Len(#from, #to, #counted))
        }
        Fact::Binary => quote_spanned!(span=> __config::Attr::Binary),
        Fact::AllowEmpty => quote_spanned!(span=> __config::Attr::AllowEmpty),
        Fact::RestartOnly => quote_spanned!(span=> __config::Attr::RestartOnly),
        Fact::Public => quote_spanned!(span=> __config::Attr::Public),
        Fact::MaxAge(text) => quote_spanned!(span=> __config::Attr::MaxAge(#text)),
        Fact::Revoke(place) => quote_spanned!(span=> __config::Attr::Revoke(#place)),
        Fact::Verified => quote_spanned!(span=> __config::Attr::Verified),
    }
}

fn counted(counted: &Counted) -> TokenStream {
    let span = Span::mixed_site();
    match counted {
        Counted::Characters => quote_spanned!(span=> __config::probe::Counts::Characters),
        Counted::Elements => quote_spanned!(span=> __config::probe::Counts::Elements),
        Counted::By(ty) => quote_spanned! {at(ty.span())=> {
            #[allow(unused_imports)]
            use __config::probe::CountsNothing as _;
            <__config::probe::CountsProbe<#ty>>::COUNTS
        }},
    }
}

/// A format as the core crate reads it.
pub(super) fn format(format: &Format) -> TokenStream {
    let span = Span::mixed_site();
    match format {
        Format::Named(name) => quote_spanned!(span=> __config::FormatSpec::Named(#name)),
        Format::Pattern(text) => quote_spanned!(span=> __config::FormatSpec::Pattern(#text)),
        Format::Texts(name, texts) => {
            quote_spanned!(span=> __config::FormatSpec::Texts(#name, &[#(#texts),*]))
        }
        Format::Size(name, size) => quote_spanned!(span=> __config::FormatSpec::Size(#name, #size)),
    }
}

fn structure(nested: &Nested) -> TokenStream {
    let span = at(nested.ty.span());
    let Nested { name, ty, optional, flatten, .. } = nested;
    let prefix = option(nested.prefix.as_ref());
    let bases = pairs(&nested.bases);
    let structure = quote_spanned!(span=> <#ty as __config::Nest>::STRUCT);
    quote_spanned!(Span::mixed_site()=> __config::nested(#name, #prefix, #flatten, #optional, #bases, #structure))
}

fn entries(list: &[Entry]) -> TokenStream {
    let span = Span::mixed_site();
    let entries = list.iter().map(|entry| {
        let Entry { kind, custom, .. } = entry;
        let (name, place) = (option(entry.name.as_ref()), option(entry.place.as_ref()));
        quote_spanned!(span=> __config::Entry { kind: #kind, name: #name, place: #place, custom: #custom })
    });
    quote_spanned!(span=> &[#(#entries),*])
}

fn pairs(pairs: &[(String, String)]) -> TokenStream {
    let pairs =
        pairs.iter().map(|(name, text)| quote_spanned!(Span::mixed_site()=> (#name, #text)));
    quote_spanned!(Span::mixed_site()=> &[#(#pairs),*])
}

pub(super) fn option<T: ToTokens>(value: Option<&T>) -> TokenStream {
    let span = Span::mixed_site();
    match value {
        Some(value) => quote_spanned!(span=> __config::Some(#value)),
        None => quote_spanned!(span=> __config::None),
    }
}
