//! One field: which of the three attributes it has, and what may stand in it.

use quote::ToTokens;
use syn::Type;
use syn::spanned::Spanned;

use super::{Written, compose, default, nested, presence, range, telling};
use crate::attr::{At, Role, ValueAttrs, plain};
use crate::ctxt::Ctxt;
use crate::model::{
    Asks, Counted, Declared, Fact, Format, Kind, Member, Presence, Question, Value,
};
use crate::print::source;
use crate::ty::{Known, bare, option_of};

/// All that the checks of one value look at.
pub(super) struct Subject<'a> {
    pub(super) ctxt: &'a Ctxt,
    pub(super) name: String,
    pub(super) field: &'a Written<'a>,
    pub(super) attrs: &'a ValueAttrs,
    pub(super) known: Known,
}

impl Subject<'_> {
    /// The type as written.
    pub(super) fn shown(&self) -> String {
        source(self.field.ty.to_token_stream())
    }

    /// The type without an `Option` around it.
    pub(super) fn inner(&self) -> &syn::Type {
        option_of(self.field.ty).unwrap_or(self.field.ty)
    }
}

/// The member of the model; none where a mistake was reported.
pub(super) fn member(
    ctxt: &Ctxt,
    questions: &mut Vec<Question>,
    field: &Written<'_>,
    siblings: &[Written<'_>],
) -> Option<Member> {
    match &field.attrs.role {
        Some(Role::Value(attrs)) => {
            let subject = Subject {
                ctxt,
                name: plain(field.ident),
                field,
                attrs,
                known: Known::of(field.ty),
            };
            value(&subject, questions, siblings).map(|value| Member::Value(Box::new(value)))
        }
        Some(Role::Nested(attrs)) => nested::check(ctxt, questions, field, attrs)
            .map(|nested| Member::Nested(Box::new(nested))),
        Some(Role::Broken) => None,
        None => {
            let message = format!(
                "say what `{0}` is: `#[secret(..)]` for what nobody may see, `#[setting(..)]` for any other value, \
                 `#[nested]` for a struct with `#[derive(Secrets)]`",
                plain(field.ident)
            );
            ctxt.error(field.ident, message);
            None
        }
    }
}

fn value(
    subject: &Subject<'_>,
    questions: &mut Vec<Question>,
    siblings: &[Written<'_>],
) -> Option<Value> {
    let attrs = subject.attrs;
    let typed = check_owned(subject) && check_type(subject, questions);
    let presence = presence::check(subject, questions);
    let template =
        attrs.compose.as_ref().map(|template| compose::check(subject, &template.value, siblings));
    check_format(subject, questions);
    check_role(subject);
    check_keys(subject, questions);
    check_max_age(subject, questions);
    let range = range::range(subject, questions);
    let len = range::len(subject, questions);
    default::check(subject, questions);
    telling::check(subject, questions);
    let presence = match (template, presence?) {
        (Some(template), _) => Presence::Composed(template?),
        (None, presence) => presence,
    };
    let mut facts = facts(attrs, &subject.known);
    facts.extend(range.as_ref().map(|range| Fact::Range(range.shown())));
    facts.extend(len);
    facts.extend(one_of(subject));
    typed.then(|| Value {
        ident: subject.field.ident.clone(),
        name: subject.name.clone(),
        ty: subject.field.ty.clone(),
        doc: subject.field.attrs.doc.clone(),
        kind: attrs.kind,
        presence,
        parse: value_of(attrs.parse.as_ref()),
        range,
        validate: value_of(attrs.validate.as_ref()),
        verify: value_of(attrs.verify.as_ref()),
        facts,
        nested: may_nest(subject),
        key: attrs.keys.first().map(|(_, key)| key.value.span()),
        sources: attrs.sources.as_ref().map(|sources| sources.name),
    })
}

fn value_of<T: Clone>(at: Option<&At<T>>) -> Option<T> {
    at.map(|at| at.value.clone())
}

/// What is loaded has no owner to be borrowed from (C17).
fn check_owned(subject: &Subject<'_>) -> bool {
    let Type::Reference(reference) = bare(subject.inner()) else { return true };
    let owned = match (subject.attrs.kind, Known::of(&reference.elem)) {
        (Kind::Secret, Known::Text) => "`SecretString`".to_owned(),
        (_, Known::Text) => "`String`".to_owned(),
        (_, Known::Path) => "`PathBuf`".to_owned(),
        _ => format!("`{}`, or `Vec<_>` for a slice", source(reference.elem.to_token_stream())),
    };
    subject
        .ctxt
        .error(subject.inner(), format_args!("a value that is loaded is owned: write {owned}"));
    false
}

/// A secret type under `#[setting]` (C6) is seen by its name here, else by its traits; a type that is none under
/// `#[secret]` (C7) always by its traits.
fn check_type(subject: &Subject<'_>, questions: &mut Vec<Question>) -> bool {
    let ty = subject.field.ty;
    let span = ty.span();
    match subject.attrs.kind {
        Kind::Setting if subject.known.is_secret() => {
            let message = format!(
                "`{}` is a type for secrets, so `{}` is one: write `#[secret(..)]` instead of `#[setting(..)]`",
                subject.shown(),
                subject.name
            );
            subject.ctxt.error(ty, message);
            return false;
        }
        Kind::Setting => {
            if subject.known == Known::Unknown {
                questions.push(Question {
                    span,
                    asks: Asks::NoSecret { ty: ty.clone(), name: subject.name.clone() },
                });
            }
            if subject.attrs.parse.is_none() {
                let nested = may_nest(subject);
                if let Some(ty) = nested.clone() {
                    questions.push(Question { span: ty.span(), asks: Asks::NoNested(ty) });
                }
                let asks = Asks::Setting(Declared { ty: ty.clone(), nested });
                questions.push(Question { span, asks });
            }
        }
        Kind::Secret if subject.attrs.parse.is_some() => {
            questions.push(Question { span, asks: Asks::ParsedSecret(ty.clone()) });
        }
        Kind::Secret => questions.push(Question { span, asks: Asks::Secret(ty.clone()) }),
    }
    true
}

/// The type, without an `Option` around it, of a setting that nothing but the type checker knows.
fn may_nest(subject: &Subject<'_>) -> Option<Type> {
    let unknown = subject.attrs.kind == Kind::Setting && *subject.known.value() == Known::Unknown;
    unknown.then(|| subject.inner().clone())
}

/// A secret says what it looks like (C5).
fn check_format(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    let attrs = subject.attrs;
    match &attrs.format {
        Some(format) => {
            let span = format.tokens.span();
            questions.push(Question { span, asks: Asks::Format(format.value.clone()) });
        }
        None if attrs.kind == Kind::Secret && !attrs.meant("format") && !attrs.meant("compose") => {
            let message = format!(
                "say what the secret `{}` looks like, so that a wrong one is found at start-up and a leaked one in the \
                 code: `format = \"sk-*\"`, `format = url`, ..; where anything may stand \
                     write `format = any`",
                subject.name
            );
            subject.ctxt.error_at(attrs.span, message);
        }
        None => {}
    }
}

/// Attributes that only secrets have, or only settings.
fn check_role(subject: &Subject<'_>) {
    let attrs = subject.attrs;
    let ctxt = subject.ctxt;
    if let (Kind::Secret, Some(public)) = (attrs.kind, &attrs.public) {
        ctxt.error_at(
            public.name,
            "a secret is never public: take `public` away, or write `#[setting(..)]`",
        );
    }
    if attrs.kind == Kind::Secret {
        return;
    }
    let of_secrets = [
        ("verify", attrs.verify.as_ref().map(|at| at.name)),
        ("revoke", attrs.revoke.as_ref().map(|at| at.name)),
        ("max_age", attrs.max_age.as_ref().map(|at| at.name)),
        ("compose", attrs.compose.as_ref().map(|at| at.name)),
    ];
    for (name, span) in of_secrets {
        if let Some(span) = span {
            let message = format!(
                "`{name}` is for secrets: take it away, or write `#[secret(..)]` with a type for secrets"
            );
            ctxt.error_at(span, message);
        }
    }
}

/// `vault = "place#key"` (C15), and the field's own list of sources (C8, C12, C14).
fn check_keys(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    let attrs = subject.attrs;
    for (kind, text) in &attrs.keys {
        ask_key(questions, attrs.kind.attribute(), kind, text);
    }
    let Some(sources) = &attrs.sources else { return };
    if sources.value.is_empty() && sources.tokens.is_empty() {
        let message =
            "`sources()` is empty: name at least one, `sources(env)`, or leave the list away";
        subject.ctxt.error_at(sources.name, message);
    }
    for (at, entry) in sources.value.iter().enumerate() {
        if sources.value[..at].iter().any(|other| other.is(entry) && other.name == entry.name) {
            let message = format!("{} stands twice in this list; keep one of them", entry.shown());
            subject.ctxt.error_at(entry.span, message);
        } else if !entry.custom {
            questions
                .push(Question { span: entry.span, asks: Asks::SourceName(entry.kind.clone()) });
        }
        if let Some(span) = entry.place_span {
            let message = format!(
                "the place of a source stands in the list of the struct; here write {}, and for a key of its own \
                 `{} = \"..\"`",
                entry.shown(),
                entry.kind
            );
            subject.ctxt.error_at(span, message);
        }
    }
}

fn ask_key(
    questions: &mut Vec<Question>,
    attribute: &'static str,
    kind: &str,
    text: &At<syn::LitStr>,
) {
    questions
        .push(Question { span: text.name, asks: Asks::Key { attribute, name: kind.to_owned() } });
    let asks = Asks::KeyText { kind: kind.to_owned(), text: text.value.value() };
    questions.push(Question { span: text.value.span(), asks });
}

fn check_max_age(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    if let Some(age) = &subject.attrs.max_age {
        questions
            .push(Question { span: age.value.span(), asks: Asks::Duration(age.value.value()) });
    }
}

/// The choices, and whether they are those of the whole or of each element.
fn one_of(subject: &Subject<'_>) -> Option<Fact> {
    let allowed = subject.attrs.one_of.as_ref()?;
    let compared = match subject.known.value() {
        _ if subject.attrs.parse.is_some() => Counted::Characters,
        Known::List | Known::Map => Counted::Elements,
        Known::Unknown | Known::OtherSecret => Counted::By(Box::new(subject.inner().clone())),
        _ => Counted::Characters,
    };
    Some(Fact::OneOf(allowed.value.iter().map(syn::LitStr::value).collect(), compared))
}

fn facts(attrs: &ValueAttrs, known: &Known) -> Vec<Fact> {
    let texts = |texts: &Vec<syn::LitStr>| texts.iter().map(syn::LitStr::value).collect::<Vec<_>>();
    let mut facts = Vec::new();
    facts.extend(attrs.env.as_ref().map(|names| Fact::Env(texts(&names.value))));
    if !attrs.keys.is_empty() {
        facts.push(Fact::Keys(
            attrs.keys.iter().map(|(kind, key)| (kind.clone(), key.value.value())).collect(),
        ));
    }
    facts.extend(attrs.sources.as_ref().map(|sources| Fact::Sources(sources.value.clone())));
    facts.extend(attrs.format.as_ref().map(|format| Fact::Format(format.value.clone())));
    facts.extend(known.is_binary().then_some(Fact::Binary));
    facts.extend(attrs.allow_empty.as_ref().map(|_| Fact::AllowEmpty));
    facts.extend(attrs.restart_only.as_ref().map(|_| Fact::RestartOnly));
    facts.extend(attrs.public.as_ref().map(|_| Fact::Public));
    facts.extend(attrs.max_age.as_ref().map(|age| Fact::MaxAge(age.value.value())));
    facts.extend(attrs.revoke.as_ref().map(|place| Fact::Revoke(place.value.value())));
    facts.extend(attrs.verify.as_ref().map(|_| Fact::Verified));
    facts
}

/// Whether a format is a size, which integers are read from.
pub(super) fn is_bytes(format: Option<&At<Format>>) -> bool {
    matches!(format.map(|format| &format.value), Some(Format::Named(name)) if name == "bytes")
}
