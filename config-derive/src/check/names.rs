//! One name, one field (C13), within the struct; and what a profile leaves of a field's own sources (C18).

use std::collections::HashMap;

use proc_macro2::Span;
use syn::LitStr;

use super::Written;
use crate::attr::{ContainerAttrs, Role, ValueAttrs, plain};
use crate::ctxt::Ctxt;
use crate::model::{Entry, Kind};

/// Reports every name that two fields of the struct claim.
pub(super) fn check(ctxt: &Ctxt, container: &ContainerAttrs, fields: &[Written<'_>]) {
    let mut claims = Claims::default();
    for field in fields {
        let Some(Role::Value(attrs)) = &field.attrs.role else { continue };
        let name = plain(field.ident);
        if attrs.compose.is_none() {
            claims.variables(ctxt, container, &name, field.ident.span(), attrs);
        }
        claims.keys(ctxt, &name, attrs);
        ceiling(ctxt, container, &name, attrs);
    }
    claims.files(ctxt);
}

/// A variable's name can be anything that an environment can hold.
pub(super) fn check_variable(ctxt: &Ctxt, name: &LitStr) {
    let text = name.value();
    if text.is_empty() || text.contains(|c: char| c == '=' || c == '\0' || c.is_whitespace()) {
        ctxt.error(
            name,
            "the name of a variable is not empty and has no `=` and no blank: `\"DATABASE_URL\"`",
        );
    }
}

#[derive(Default)]
struct Claims {
    /// By variable name: the field, whether it is a secret, where it was claimed.
    variables: HashMap<String, (String, bool, Span)>,
    /// In declaration order, for the errors.
    order: Vec<String>,
    keys: HashMap<(String, String), String>,
}

impl Claims {
    fn variables(
        &mut self,
        ctxt: &Ctxt,
        container: &ContainerAttrs,
        field: &str,
        span: Span,
        attrs: &ValueAttrs,
    ) {
        let secret = attrs.kind == Kind::Secret;
        let Some(env) = &attrs.env else {
            let name = derived(container, field);
            return self.variable(ctxt, field, name, secret, span);
        };
        for literal in &env.value {
            check_variable(ctxt, literal);
            self.variable(ctxt, field, literal.value(), secret, literal.span());
        }
    }

    fn variable(&mut self, ctxt: &Ctxt, field: &str, name: String, secret: bool, span: Span) {
        if let Some((other, ..)) = self.variables.get(&name) {
            let message = if other == field {
                format!("`{name}` stands twice in this list; keep one of them")
            } else {
                format!(
                    "`{other}` has the variable name `{name}` already: write `env = \"..\"` \
                        with another name on one of them"
                )
            };
            ctxt.error_at(span, message);
            return;
        }
        self.order.push(name.clone());
        self.variables.insert(name, (field.to_owned(), secret, span));
    }

    /// `NAME_FILE` belongs to the secret that has `NAME`.
    fn files(&self, ctxt: &Ctxt) {
        for name in &self.order {
            let Some((field, _, span)) = self.variables.get(name) else { continue };
            let owner = name.strip_suffix("_FILE").and_then(|name| self.variables.get(name));
            if let Some((owner, true, _)) = owner {
                let message = format!(
                    "`{name}` is where the secret `{owner}` may be read from a file: write `env = \"..\"` with another \
                     name on `{field}`"
                );
                ctxt.error_at(*span, message);
            }
        }
    }

    fn keys(&mut self, ctxt: &Ctxt, field: &str, attrs: &ValueAttrs) {
        for (kind, key) in &attrs.keys {
            let claim = (kind.clone(), key.value.value());
            if let Some(other) = self.keys.get(&claim) {
                let message = format!(
                    "`{other}` has this key in `{kind}` already; two fields cannot share one value"
                );
                ctxt.error(&key.value, message);
            } else {
                self.keys.insert(claim, field.to_owned());
            }
        }
    }
}

/// The variable name that follows from the field's.
fn derived(container: &ContainerAttrs, field: &str) -> String {
    let upper = field.to_ascii_uppercase();
    match container
        .prefix
        .as_ref()
        .map(|prefix| prefix.value.value())
        .filter(|prefix| !prefix.is_empty())
    {
        Some(prefix) => format!("{prefix}_{upper}"),
        None => upper,
    }
}

/// A profile restricts a field's own list to the sources that the profile has; it must leave one.
fn ceiling(ctxt: &Ctxt, container: &ContainerAttrs, field: &str, attrs: &ValueAttrs) {
    let Some(own) = attrs.sources.as_ref().filter(|own| !own.value.is_empty()) else { return };
    for profile in &container.profiles {
        let Some(list) = profile.sources.as_ref().filter(|list| !list.value.is_empty()) else {
            continue;
        };
        let left = own.value.iter().any(|entry| {
            list.value
                .iter()
                .any(|other| other.is(entry) && (entry.name.is_none() || other.name == entry.name))
        });
        if !left {
            let shown: Vec<_> = own.value.iter().map(Entry::shown).collect();
            let message = format!(
                "the profile `{}` has none of the sources of `{field}` ({}): add one to the profile's list, or one of \
                 the profile's to this",
                profile.name,
                shown.join(", ")
            );
            ctxt.error_at(own.name, message);
        }
    }
}
