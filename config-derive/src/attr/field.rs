//! `#[secret(..)]`, `#[setting(..)]` and `#[nested(..)]` on a field.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, LitStr};

use super::hint::hint;
use super::suggest::suggest;
use super::{Arg, At, Item, NAMELESS, doc, items, once, read, set, text};
use crate::ctxt::Ctxt;
use crate::model::{Entry, Format, Kind};

/// What was written on a field.
pub(crate) struct FieldAttrs {
    pub(crate) doc: String,
    pub(crate) role: Option<Role>,
}

/// Which of the three attributes it has.
pub(crate) enum Role {
    Value(Box<ValueAttrs>),
    Nested(NestedAttrs),
    /// A mistake that is reported already, and leaves open which it is.
    Broken,
}

pub(crate) struct ValueAttrs {
    pub(crate) kind: Kind,
    /// Where the attribute is named.
    pub(crate) span: Span,
    /// Every name that was written, also where what stood behind it was wrong.
    pub(crate) tried: Vec<String>,
    pub(crate) required: Option<At<()>>,
    pub(crate) default: Option<At<TokenStream>>,
    pub(crate) compose: Option<At<LitStr>>,
    pub(crate) format: Option<At<Format>>,
    pub(crate) sources: Option<At<Vec<Entry>>>,
    pub(crate) env: Option<At<Vec<LitStr>>>,
    /// `file = "a.b"` and the like: any name whose value is a text.
    pub(crate) keys: Vec<(String, At<LitStr>)>,
    pub(crate) range: Option<At<TokenStream>>,
    pub(crate) len: Option<At<TokenStream>>,
    pub(crate) one_of: Option<At<Vec<LitStr>>>,
    pub(crate) validate: Option<At<TokenStream>>,
    pub(crate) parse: Option<At<TokenStream>>,
    pub(crate) verify: Option<At<TokenStream>>,
    pub(crate) revoke: Option<At<LitStr>>,
    pub(crate) max_age: Option<At<LitStr>>,
    pub(crate) allow_empty: Option<At<()>>,
    pub(crate) restart_only: Option<At<()>>,
    pub(crate) public: Option<At<()>>,
}

#[derive(Default)]
pub(crate) struct NestedAttrs {
    pub(crate) prefix: Option<At<LitStr>>,
    pub(crate) flatten: Option<At<()>>,
    pub(crate) bases: Vec<(String, At<LitStr>)>,
}

/// The attributes of a setting, sources' keys apart.
const SETTING_NAMES: &[&str] = &[
    "required",
    "default",
    "format",
    "sources",
    "env",
    "range",
    "len",
    "one_of",
    "validate",
    "parse",
    "allow_empty",
    "restart_only",
    "public",
];

/// The attributes of a secret, sources' keys apart.
const SECRET_NAMES: &[&str] = &[
    "required",
    "format",
    "sources",
    "env",
    "len",
    "one_of",
    "validate",
    "parse",
    "compose",
    "verify",
    "revoke",
    "allow_empty",
    "max_age",
    "restart_only",
    "range",
    "default",
];

impl FieldAttrs {
    pub(crate) fn is_secret(&self) -> bool {
        matches!(&self.role, Some(Role::Value(value)) if value.kind == Kind::Secret)
    }

    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut attrs = Self { doc: doc(attributes), role: None };
        for attribute in attributes {
            let path = attribute.path();
            let read = if path.is_ident("secret") {
                ValueAttrs::read(ctxt, Kind::Secret, attribute)
                    .map(|attrs| Role::Value(Box::new(attrs)))
            } else if path.is_ident("setting") {
                ValueAttrs::read(ctxt, Kind::Setting, attribute)
                    .map(|attrs| Role::Value(Box::new(attrs)))
            } else if path.is_ident("nested") {
                NestedAttrs::read(ctxt, attribute).map(Role::Nested)
            } else if path.is_ident("secrets") {
                let message = "`#[secrets(..)]` stands on the struct; on a field write `#[secret(..)]`, \
                               `#[setting(..)]` or `#[nested]`";
                ctxt.error(path, message);
                None
            } else {
                continue;
            };
            let role = read.unwrap_or(Role::Broken);
            attrs.role = Some(match attrs.role {
                None | Some(Role::Broken) => role,
                Some(_) => {
                    let message = "a field has one of `#[secret(..)]`, `#[setting(..)]` and `#[nested]`, once: keep one, and \
                                   write all that you want to say in it";
                    ctxt.error(path, message);
                    Role::Broken
                }
            });
        }
        attrs
    }
}

impl ValueAttrs {
    fn read(ctxt: &Ctxt, kind: Kind, attribute: &Attribute) -> Option<Self> {
        let span =
            attribute.path().get_ident().map_or_else(Span::call_site, proc_macro2::Ident::span);
        let mut attrs = Self::new(kind, span);
        for item in items(ctxt, attribute)? {
            attrs.item(ctxt, &item);
        }
        // What other crates say of a field that is no value of its own; reported, and all else would only follow from it.
        let is_no_value = attrs.tried.iter().any(|name| name == "flatten" || name == "skip");
        (!is_no_value).then_some(attrs)
    }

    fn new(kind: Kind, span: Span) -> Self {
        Self {
            kind,
            span,
            tried: Vec::new(),
            required: None,
            default: None,
            compose: None,
            format: None,
            sources: None,
            env: None,
            keys: Vec::new(),
            range: None,
            len: None,
            one_of: None,
            validate: None,
            parse: None,
            verify: None,
            revoke: None,
            max_age: None,
            allow_empty: None,
            restart_only: None,
            public: None,
        }
    }

    /// Whether an attribute was meant, rightly written or not.
    pub(crate) fn meant(&self, name: &str) -> bool {
        self.tried.iter().any(|tried| tried == name || tried == NAMELESS)
    }

    fn item(&mut self, ctxt: &Ctxt, item: &Item) {
        self.tried.push(item.name.clone());
        match item.name.as_str() {
            NAMELESS => {}
            "required" => once(ctxt, &mut self.required, item, read::flag(ctxt, item)),
            "allow_empty" => once(ctxt, &mut self.allow_empty, item, read::flag(ctxt, item)),
            "restart_only" => once(ctxt, &mut self.restart_only, item, read::flag(ctxt, item)),
            "public" => once(ctxt, &mut self.public, item, read::flag(ctxt, item)),
            "default" => {
                set(
                    ctxt,
                    &mut self.default,
                    item,
                    read::tokens(
                        ctxt,
                        item,
                        "default = 8080`, `default = []`, `default = HashMap::new()",
                    ),
                );
            }
            "range" => {
                set(ctxt, &mut self.range, item, read::tokens(ctxt, item, "range = 1..=100"));
            }
            "len" => set(ctxt, &mut self.len, item, read::tokens(ctxt, item, "len = 8..=64")),
            "format" => set(ctxt, &mut self.format, item, read::format(ctxt, item)),
            "sources" => set(ctxt, &mut self.sources, item, read::entries(ctxt, item)),
            "env" => set(ctxt, &mut self.env, item, read::names(ctxt, item)),
            "one_of" => set(ctxt, &mut self.one_of, item, one_of(ctxt, item)),
            "validate" => {
                set(
                    ctxt,
                    &mut self.validate,
                    item,
                    read::path(ctxt, item, "validate = check_port"),
                );
            }
            "parse" => {
                set(ctxt, &mut self.parse, item, read::path(ctxt, item, "parse = parse_port"));
            }
            "verify" => {
                set(ctxt, &mut self.verify, item, read::path(ctxt, item, "verify = try_key"));
            }
            "compose" => {
                set(
                    ctxt,
                    &mut self.compose,
                    item,
                    read::literal(ctxt, item, "compose = \"https://{user}@{host}\""),
                );
            }
            "revoke" => set(
                ctxt,
                &mut self.revoke,
                item,
                read::literal(ctxt, item, "revoke = \"https://..\""),
            ),
            "max_age" => {
                set(ctxt, &mut self.max_age, item, read::literal(ctxt, item, "max_age = \"90d\""));
            }
            _ => {
                let names = match self.kind {
                    Kind::Secret => SECRET_NAMES,
                    Kind::Setting => SETTING_NAMES,
                };
                let meant = key(ctxt, &mut self.keys, item, self.kind.attribute(), names);
                self.tried.extend(meant.map(str::to_owned));
            }
        }
    }
}

impl NestedAttrs {
    fn read(ctxt: &Ctxt, attribute: &Attribute) -> Option<Self> {
        let mut attrs = Self::default();
        for item in items(ctxt, attribute)? {
            match item.name.as_str() {
                NAMELESS => {}
                "prefix" => set(
                    ctxt,
                    &mut attrs.prefix,
                    &item,
                    read::literal(ctxt, &item, "prefix = \"DB\""),
                ),
                "flatten" => once(ctxt, &mut attrs.flatten, &item, read::flag(ctxt, &item)),
                _ => {
                    key(ctxt, &mut attrs.bases, &item, "nested", &["prefix", "flatten"]);
                }
            }
        }
        Some(attrs)
    }
}

/// `vault = "place#key"`: which names are sources is for const evaluation to say. What is no text, or close to the name
/// of an attribute, is no key, nor is what other crates call an attribute; gives the name that was meant.
fn key(
    ctxt: &Ctxt,
    keys: &mut Vec<(String, At<LitStr>)>,
    item: &Item,
    attribute: &str,
    names: &[&'static str],
) -> Option<&'static str> {
    let literal = match &item.arg {
        Arg::Value(tokens) => text(tokens),
        _ => None,
    };
    if let Some(instead) = hint(&item.name, attribute) {
        ctxt.error(&item.ident, format_args!("there is no attribute `{}`: {instead}", item.name));
        return (item.name == "optional").then_some("required");
    }
    let meant = suggest(&item.name, names);
    match (meant, literal) {
        (Some(known), _) => {
            ctxt.error(
                &item.ident,
                format_args!("unknown attribute `{}`; did you mean `{known}`?", item.name),
            );
        }
        (None, None) => {
            let message = format!(
                "unknown attribute `{}`; `#[{attribute}(..)]` knows: {}",
                item.name,
                names.join(", ")
            );
            ctxt.error(&item.ident, message);
        }
        (None, Some(_)) if keys.iter().any(|(name, _)| *name == item.name) => {
            ctxt.error(
                &item.ident,
                format_args!("`{}` stands twice here; keep one of them", item.name),
            );
        }
        (None, Some(value)) => {
            let key = At { tokens: value.to_token_stream(), value, name: item.ident.span() };
            keys.push((item.name.clone(), key));
        }
    }
    meant
}

fn one_of(ctxt: &Ctxt, item: &Item) -> Option<At<Vec<LitStr>>> {
    const EXAMPLE: &str = "one_of(\"a\", \"b\")";
    let Arg::List(list) = &item.arg else {
        if matches!(item.arg, Arg::Broken) {
            return None;
        }
        ctxt.error(
            read::whole(item),
            format_args!("`one_of` takes texts in parentheses: `{EXAMPLE}`"),
        );
        return None;
    };
    let value = read::texts(ctxt, list, "one_of", EXAMPLE)?;
    if value.is_empty() {
        ctxt.error(
            &item.ident,
            format_args!("`one_of` allows nothing: write the texts that may stand, `{EXAMPLE}`"),
        );
        return None;
    }
    Some(At { value, name: item.ident.span(), tokens: list.clone() })
}
