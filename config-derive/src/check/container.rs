//! `#[secrets(..)]`: sources, profiles, prefix.

use proc_macro2::{Ident, Span, TokenStream};
use syn::Path;

use crate::attr::suggest::suggest;
use crate::attr::{At, ContainerAttrs};
use crate::ctxt::Ctxt;
use crate::model::{Asks, Declaration, Entry, Member, Profile, Question};

/// Reports what is wrong on the struct itself.
pub(super) fn check(ctxt: &Ctxt, questions: &mut Vec<Question>, attrs: &ContainerAttrs) {
    if let Some(prefix) = &attrs.prefix {
        check_prefix(ctxt, &prefix.value);
    }
    if let Some(sources) = &attrs.sources {
        check_list(ctxt, questions, sources);
    }
    for (at, profile) in attrs.profiles.iter().enumerate() {
        if attrs.profiles[..at].iter().any(|other| other.name == profile.name) {
            ctxt.error_at(
                profile.span,
                format_args!("the profile `{}` is declared twice; keep one of them", profile.name),
            );
        }
        check_profile_name(ctxt, &profile.name, profile.span);
        if let Some(sources) = &profile.sources {
            check_list(ctxt, questions, sources);
        }
    }
    check_default_profile(ctxt, attrs);
    if let Some(variable) = &attrs.profile_env {
        super::names::check_variable(ctxt, &variable.value);
    }
    if let Some(krate) = &attrs.krate
        && syn::parse_str::<Path>(&krate.value.value()).is_err()
    {
        ctxt.error(
            &krate.value,
            "`crate` takes the path of this crate in quotes: `crate = \"::config_core\"`",
        );
    }
}

/// The legal declaration.
pub(super) fn declaration(
    ident: &Ident,
    attrs: ContainerAttrs,
    members: Vec<Member>,
) -> Declaration {
    Declaration {
        ident: ident.clone(),
        is_listing: is_listing(&attrs),
        doc: attrs.doc,
        prefix: attrs.prefix.map_or_else(String::new, |prefix| prefix.value.value()),
        sources: attrs.sources.map(|sources| sources.value),
        profile_env: attrs.profile_env.map(|name| name.value),
        default_profile: attrs.default_profile.map(|(name, _)| name),
        profiles: attrs
            .profiles
            .into_iter()
            .map(|profile| Profile {
                name: profile.name,
                sources: profile.sources.map(|sources| sources.value),
            })
            .collect(),
        validate: attrs.validate.map(|path| path.value),
        members,
    }
}

/// Whether the struct is loaded by itself, and not always with the list of a profile.
fn is_listing(attrs: &ContainerAttrs) -> bool {
    let is_loaded = attrs.sources.is_some()
        || attrs.prefix.is_some()
        || attrs.profile_env.is_some()
        || attrs.default_profile.is_some()
        || !attrs.profiles.is_empty();
    let inherits = attrs.profiles.iter().any(|profile| profile.sources.is_none());
    is_loaded && (attrs.default_profile.is_none() || attrs.profiles.is_empty() || inherits)
}

/// The path of the core crate, its tokens at the place of the derive, so that no message points into the attribute.
pub(super) fn krate(attrs: &ContainerAttrs) -> TokenStream {
    let written = attrs
        .krate
        .as_ref()
        .map(|path| path.value.value())
        .filter(|path| syn::parse_str::<Path>(path).is_ok());
    let tokens: TokenStream =
        written.as_deref().unwrap_or("::config_core").parse().unwrap_or_default();
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(Span::call_site());
            token
        })
        .collect()
}

/// A list that is not empty and has no entry twice (C12), each a source that there is (C8, C14).
pub(super) fn check_list(ctxt: &Ctxt, questions: &mut Vec<Question>, sources: &At<Vec<Entry>>) {
    if sources.value.is_empty() && sources.tokens.is_empty() {
        ctxt.error_at(
            sources.name,
            "`sources()` is empty: name at least one, `sources(env)`, or leave the list away",
        );
    }
    for (at, entry) in sources.value.iter().enumerate() {
        let before = &sources.value[..at];
        if before
            .iter()
            .any(|other| other.is(entry) && other.place == entry.place && other.name == entry.name)
        {
            ctxt.error_at(
                entry.span,
                format_args!("{} stands twice in this list; keep one of them", entry.shown()),
            );
        } else if entry.name.is_some()
            && before.iter().any(|other| other.is(entry) && other.name == entry.name)
        {
            ctxt.error_at(
                entry.span,
                format_args!(
                    "two sources are called {}; give each a name of its own",
                    entry.shown()
                ),
            );
        }
        if entry.custom {
            continue;
        }
        let placed = entry.place.is_some();
        questions.push(Question {
            span: entry.span,
            asks: Asks::Source { kind: entry.kind.clone(), placed },
        });
        if let (Some(place), Some(span)) = (&entry.place, entry.place_span) {
            questions.push(Question {
                span,
                asks: Asks::Place { kind: entry.kind.clone(), place: place.clone() },
            });
        }
    }
}

impl Entry {
    /// Whether two entries are of one kind.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && self.custom == other.custom
    }

    /// The entry as a message shows it.
    pub(super) fn shown(&self) -> String {
        match &self.name {
            _ if self.custom => format!("`\"{}\"`", self.kind),
            Some(name) => format!("`{}@{name}`", self.kind),
            None => format!("`{}`", self.kind),
        }
    }
}

fn check_prefix(ctxt: &Ctxt, prefix: &syn::LitStr) {
    let text = prefix.value();
    if let Some(bare) = text.strip_suffix('_').filter(|bare| !bare.is_empty()) {
        let message = format!(
            "the underscore behind the prefix is added by itself: write `prefix = \"{bare}\"`"
        );
        ctxt.error(prefix, message);
    } else if !is_name(&text) {
        ctxt.error(
            prefix,
            "a prefix has letters, digits and `_` and begins with no digit: `prefix = \"APP\"`",
        );
    }
}

/// What may stand in a derived variable name.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn check_profile_name(ctxt: &Ctxt, name: &str, span: Span) {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        ctxt.error_at(
            span,
            "the name of a profile has letters, digits, `_` and `-`: `profile(production)`",
        );
    }
}

fn check_default_profile(ctxt: &Ctxt, attrs: &ContainerAttrs) {
    let Some((name, span)) = &attrs.default_profile else { return };
    let known: Vec<&str> = attrs.profiles.iter().map(|profile| profile.name.as_str()).collect();
    if known.is_empty() {
        check_profile_name(ctxt, name, *span);
    } else if !known.contains(&name.as_str()) {
        let message = match suggest(name, &known) {
            Some(meant) => format!("no profile `{name}` is declared; did you mean `{meant}`?"),
            None => format!("no profile `{name}` is declared; there are: {}", known.join(", ")),
        };
        ctxt.error_at(*span, message);
    }
}
