//! What the derive writes down, short to write and quick to compile, and how a [`Field`] is made of it.

use crate::__private::checks;
use crate::__private::probe::Counts;
use crate::format::Format;
use crate::schema::{Entry, Field, FieldKind, Presence, Profile};

/// A struct as declared, before it is known where in a tree it stands.
#[derive(Debug)]
pub struct Struct {
    /// The name of the type.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The prefix of derived variable names; empty for none.
    pub prefix: &'static str,
    /// The sources by priority.
    pub sources: &'static [Entry],
    /// The variable that names the profile.
    pub profile_env: Option<&'static str>,
    /// The profile where that is not set.
    pub default_profile: Option<&'static str>,
    /// The declared profiles.
    pub profiles: &'static [Profile],
    /// The fields, in declaration order.
    pub members: &'static [Member],
}

impl Struct {
    /// How many values it has, those of nested structs included.
    pub const fn leaves(&self) -> usize {
        let (mut leaves, mut at) = (0, 0);
        while at < self.members.len() {
            leaves += match &self.members[at] {
                Member::Field(_) => 1,
                Member::Nested(nested) => nested.structure.leaves(),
            };
            at += 1;
        }
        leaves
    }
}

/// A field of a struct.
#[derive(Debug, Clone, Copy)]
pub enum Member {
    /// A value.
    Field(Field),
    /// A struct of its own.
    Nested(Nested),
}

/// A field that is a struct of its own.
#[derive(Debug, Clone, Copy)]
pub struct Nested {
    /// The name of the field.
    pub name: &'static str,
    /// What stands for the name in variable names.
    pub prefix: Option<&'static str>,
    /// Whether it adds no segment to any name.
    pub flatten: bool,
    /// Whether the whole may be missing.
    pub optional: bool,
    /// The places, by kind of source, that stand for the struct's.
    pub bases: &'static [(&'static str, &'static str)],
    /// The declaration of the type.
    pub structure: &'static Struct,
}

/// One attribute of a field, as plain data.
#[derive(Debug, Clone, Copy)]
pub enum Attr {
    /// `env = ".."`
    Env(&'static [&'static str]),
    /// `file = ".."`, `vault = ".."` and so on.
    Keys(&'static [(&'static str, &'static str)]),
    /// `sources(..)`
    Sources(&'static [Entry]),
    /// `format = ..`
    Format(FormatSpec),
    /// `one_of(..)`, and whether it is about the whole or each element.
    OneOf(&'static [&'static str], Counts),
    /// `range = ..`, as written.
    Range(&'static str),
    /// `len = ..`, both ends included, and of what.
    Len(usize, usize, Counts),
    /// The type takes bytes.
    Binary,
    /// `allow_empty`
    AllowEmpty,
    /// `restart_only`
    RestartOnly,
    /// `public`
    Public,
    /// `max_age = ".."`
    MaxAge(&'static str),
    /// `revoke = ".."`
    Revoke(&'static str),
    /// `verify = ..`
    Verified,
}

/// A format as written: `anthropic`, `"sk-*"`, `url("https")`, `hex(32)`.
#[derive(Debug, Clone, Copy)]
pub enum FormatSpec {
    /// A name.
    Named(&'static str),
    /// A pattern in quotes.
    Pattern(&'static str),
    /// A name with texts.
    Texts(&'static str, &'static [&'static str]),
    /// A name with a size.
    Size(&'static str, usize),
}

/// `required`
pub const REQUIRED: Presence = Presence::Required;

/// `Option<_>`
pub const OPTIONAL: Presence = Presence::Optional;

/// The sources of a struct that names none.
pub const DEFAULT_SOURCES: &[Entry] = &[
    Entry { kind: "env", name: None, place: None, custom: false },
    #[cfg(feature = "dotenv")]
    Entry { kind: "dotenv", name: None, place: None, custom: false },
    #[cfg(feature = "json")]
    Entry { kind: "file", name: None, place: Some("secrets.json"), custom: false },
];

/// What stands for a struct whose declaration has mistakes.
pub const NO_STRUCT: &Struct = &Struct {
    name: "",
    doc: "",
    prefix: "",
    sources: &[],
    profile_env: None,
    default_profile: None,
    profiles: &[],
    members: &[],
};

/// A setting.
pub const fn setting(
    name: &'static str,
    variable: &'static str,
    ty: &'static str,
    doc: &'static str,
    presence: Presence,
    attrs: &'static [Attr],
) -> Member {
    Member::Field(field(FieldKind::Setting, name, variable, ty, doc, presence, attrs))
}

/// A secret.
pub const fn secret(
    name: &'static str,
    variable: &'static str,
    ty: &'static str,
    doc: &'static str,
    presence: Presence,
    attrs: &'static [Attr],
) -> Member {
    Member::Field(field(FieldKind::Secret, name, variable, ty, doc, presence, attrs))
}

/// A nested struct.
pub const fn nested(
    name: &'static str,
    prefix: Option<&'static str>,
    flatten: bool,
    optional: bool,
    bases: &'static [(&'static str, &'static str)],
    structure: &'static Struct,
) -> Member {
    Member::Nested(Nested { name, prefix, flatten, optional, bases, structure })
}

/// A default that is decoded as a value from a source is.
pub const fn default_text(text: &'static str) -> Presence {
    Presence::Default { text, literal_text: true }
}

/// A default that is an expression.
pub const fn default_code(text: &'static str) -> Presence {
    Presence::Default { text, literal_text: false }
}

const fn field(
    kind: FieldKind,
    name: &'static str,
    variable: &'static str,
    ty: &'static str,
    doc: &'static str,
    presence: Presence,
    attrs: &'static [Attr],
) -> Field {
    let mut field = Field {
        name,
        variable,
        doc,
        ty,
        kind,
        presence,
        env: &[],
        keys: &[],
        sources: &[],
        format: None,
        one_of: &[],
        range: "",
        len: None,
        counts_elements: false,
        binary: false,
        allow_empty: false,
        restart_only: false,
        public: false,
        max_age: None,
        revoke: "",
        verified: false,
    };
    let mut at = 0;
    while at < attrs.len() {
        match attrs[at] {
            Attr::Env(names) => field.env = names,
            Attr::Keys(keys) => field.keys = keys,
            Attr::Sources(kinds) => field.sources = kinds,
            Attr::Format(spec) => field.format = Some(format(spec)),
            Attr::OneOf(texts, compared) => {
                field.one_of = texts;
                field.counts_elements = matches!(compared, Counts::Elements);
            }
            Attr::Range(text) => field.range = text,
            Attr::Len(from, to, counts) => {
                field.len = Some((from, to));
                field.counts_elements = matches!(counts, Counts::Elements);
            }
            Attr::Binary => field.binary = true,
            Attr::AllowEmpty => field.allow_empty = true,
            Attr::RestartOnly => field.restart_only = true,
            Attr::Public => field.public = true,
            Attr::MaxAge(text) => field.max_age = checks::seconds(text),
            Attr::Revoke(place) => field.revoke = place,
            Attr::Verified => field.verified = true,
        }
        at += 1;
    }
    field
}

/// The format of a spec; one that a check has found wrong reads as any, so that it is reported once.
const fn format(spec: FormatSpec) -> Format {
    match checks::format_of(spec) {
        Ok(format) => format,
        Err(_) => Format::Any,
    }
}
