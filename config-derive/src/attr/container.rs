//! `#[secrets(..)]` on the struct.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, LitStr};

use super::suggest::suggest;
use super::{Arg, At, Item, NAMELESS, doc, items, read, set, split, stream};
use crate::ctxt::Ctxt;
use crate::model::Entry;

/// What was written on the struct.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) doc: String,
    pub(crate) krate: Option<At<LitStr>>,
    pub(crate) prefix: Option<At<LitStr>>,
    pub(crate) sources: Option<At<Vec<Entry>>>,
    pub(crate) profile_env: Option<At<LitStr>>,
    pub(crate) default_profile: Option<(String, Span)>,
    pub(crate) profiles: Vec<ProfileAttr>,
    pub(crate) validate: Option<At<TokenStream>>,
}

/// `profile(production, sources(..))`.
pub(crate) struct ProfileAttr {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) sources: Option<At<Vec<Entry>>>,
}

const NAMES: &[&str] =
    &["prefix", "sources", "profile_env", "default_profile", "profile", "validate", "crate"];

impl ContainerAttrs {
    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut attrs = Self { doc: doc(attributes), ..Self::default() };
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("secrets") {
                for item in items(ctxt, attribute).unwrap_or_default() {
                    attrs.item(ctxt, &item);
                }
            } else if let Some(name) =
                ["secret", "setting", "nested"].iter().find(|name| path.is_ident(name))
            {
                let message =
                    format!("`#[{name}]` stands on a field; on the struct write `#[secrets(..)]`");
                ctxt.error(path, message);
            }
        }
        attrs
    }

    fn item(&mut self, ctxt: &Ctxt, item: &Item) {
        match item.name.as_str() {
            NAMELESS => {}
            "prefix" => {
                set(ctxt, &mut self.prefix, item, read::literal(ctxt, item, "prefix = \"APP\""));
            }
            "sources" => set(ctxt, &mut self.sources, item, read::entries(ctxt, item)),
            "profile_env" => {
                set(
                    ctxt,
                    &mut self.profile_env,
                    item,
                    read::literal(ctxt, item, "profile_env = \"APP_ENV\""),
                );
            }
            "default_profile" => {
                let name = match &item.arg {
                    Arg::Value(tokens) => read::name(tokens),
                    _ => None,
                };
                if name.is_none() && !matches!(item.arg, Arg::Broken) {
                    ctxt.error(
                        read::whole(item),
                        "`default_profile` takes a name: `default_profile = \"development\"`",
                    );
                }
                set(ctxt, &mut self.default_profile, item, name);
            }
            "profile" => self.profiles.extend(profile(ctxt, item)),
            "validate" => set(
                ctxt,
                &mut self.validate,
                item,
                read::path(ctxt, item, "validate = check_settings"),
            ),
            "crate" => set(
                ctxt,
                &mut self.krate,
                item,
                read::literal(ctxt, item, "crate = \"::config_core\""),
            ),
            name => {
                let known = suggest(name, NAMES);
                let message = match known {
                    Some(known) => format!("unknown attribute `{name}`; did you mean `{known}`?"),
                    None => format!(
                        "unknown attribute `{name}`; on a struct there are: {}",
                        NAMES.join(", ")
                    ),
                };
                ctxt.error(&item.ident, message);
            }
        }
    }
}

/// `profile(name)` or `profile(name, sources(..))`.
fn profile(ctxt: &Ctxt, item: &Item) -> Option<ProfileAttr> {
    const EXAMPLE: &str = "`profile(production)` or `profile(production, sources(env, dir))`";
    let pieces = match &item.arg {
        Arg::List(list) => split(list.clone()),
        Arg::Broken => return None,
        _ => Vec::new(),
    };
    let Some((name, span)) = pieces.first().and_then(|piece| read::name(&stream(piece))) else {
        ctxt.error(
            read::whole(item),
            format_args!("`profile` takes a name, then its sources where they differ: {EXAMPLE}"),
        );
        return None;
    };
    let mut profile = ProfileAttr { name, span, sources: None };
    for piece in &pieces[1..] {
        let part = super::item(ctxt, piece.clone());
        match part.name.as_str() {
            NAMELESS => {}
            "sources" => set(ctxt, &mut profile.sources, &part, read::entries(ctxt, &part)),
            _ => ctxt.error(
                read::whole(&part),
                format_args!("a profile has a name and `sources(..)`, nothing else: {EXAMPLE}"),
            ),
        }
    }
    Some(profile)
}
