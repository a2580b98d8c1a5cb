//! `compose = "postgresql://{user}:{password}@{host}/{db}"`.

use syn::LitStr;

use super::Written;
use super::value::Subject;
use crate::attr::suggest::suggest;
use crate::attr::{Role, plain};
use crate::model::{Kind, Part, Template};
use crate::ty::{Known, option_of};

/// The pieces of a template; none where a mistake was reported.
pub(super) fn check(
    subject: &Subject<'_>,
    literal: &LitStr,
    siblings: &[Written<'_>],
) -> Option<Template> {
    let text = literal.value();
    let ctxt = subject.ctxt;
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    let mut sound = true;
    if !matches!(subject.known, Known::SecretString | Known::Unknown | Known::Option(_)) {
        ctxt.error(subject.field.ty, "a composed secret is a text: write the type `SecretString`");
        sound = false;
    }
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            ctxt.error(
                literal,
                "a `{` in this template is never closed: name a field in it, `{user}`",
            );
            return None;
        };
        match sibling(name, subject, siblings) {
            Ok((at, kind)) => parts.push(Part { before: before.to_owned(), sibling: at, kind }),
            Err(message) => {
                ctxt.error(literal, message);
                sound = false;
            }
        }
        rest = tail;
    }
    if rest.contains('}') {
        ctxt.error(
            literal,
            "a `}` in this template was never opened: name a field in braces, `{user}`",
        );
        sound = false;
    }
    if parts.is_empty() && sound {
        ctxt.error(
            literal,
            "this template names no field: write the name of a field in braces, `{user}`",
        );
        sound = false;
    }
    sound.then(|| Template { end: rest.to_owned(), text: text.clone(), parts })
}

/// The position of the field that a template names.
fn sibling(
    name: &str,
    subject: &Subject<'_>,
    siblings: &[Written<'_>],
) -> Result<(usize, Kind), String> {
    let found = siblings.iter().position(|sibling| plain(sibling.ident) == name);
    let Some(at) = found else {
        let names: Vec<String> = siblings.iter().map(|sibling| plain(sibling.ident)).collect();
        let names: Vec<&str> =
            names.iter().map(String::as_str).filter(|known| *known != subject.name).collect();
        return Err(match suggest(name, &names) {
            Some(known) => format!("no field `{name}` in this struct; did you mean `{known}`?"),
            None => format!("no field `{name}` in this struct; there are: {}", names.join(", ")),
        });
    };
    let sibling = &siblings[at];
    let Some(Role::Value(attrs)) = &sibling.attrs.role else {
        return Err(format!(
            "`{name}` is a nested struct: a template takes single values of this struct"
        ));
    };
    if attrs.compose.is_some() {
        return Err(format!("`{name}` is composed itself: name the fields that it is made of"));
    }
    if option_of(sibling.ty).is_some() {
        return Err(format!(
            "`{name}` is an `Option`, and a part must always be there: make it `required`"
        ));
    }
    Ok((at, attrs.kind))
}
