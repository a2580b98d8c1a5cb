//! A declaration without mistakes: only what is legal can be written down here.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{LitStr, Type};

/// A struct.
pub(crate) struct Declaration {
    pub(crate) ident: Ident,
    pub(crate) doc: String,
    pub(crate) prefix: String,
    pub(crate) sources: Option<Vec<Entry>>,
    pub(crate) profile_env: Option<LitStr>,
    pub(crate) default_profile: Option<String>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) validate: Option<TokenStream>,
    pub(crate) members: Vec<Member>,
    /// Whether its list of sources is sure to be in force at times. A struct that says nothing of how it is loaded may
    /// only ever be nested, and then follows the list of another.
    pub(crate) is_listing: bool,
}

/// An entry of a list of sources.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) custom: bool,
    pub(crate) span: Span,
    pub(crate) place_span: Option<Span>,
}

pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) sources: Option<Vec<Entry>>,
}

/// A field.
pub(crate) enum Member {
    Value(Box<Value>),
    Nested(Box<Nested>),
}

/// A field that is a value.
pub(crate) struct Value {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    pub(crate) kind: Kind,
    pub(crate) presence: Presence,
    pub(crate) parse: Option<TokenStream>,
    pub(crate) range: Option<Range>,
    pub(crate) validate: Option<TokenStream>,
    pub(crate) verify: Option<TokenStream>,
    pub(crate) facts: Vec<Fact>,
    /// The type without an `Option` around it, where that may be a struct with settings of its own.
    pub(crate) nested: Option<Type>,
    /// Where its first key in a source is written.
    pub(crate) key: Option<Span>,
    /// Where its own list of sources is written.
    pub(crate) sources: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Secret,
    Setting,
}

impl Kind {
    /// The name of the attribute.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Setting => "setting",
        }
    }
}

/// `1024..=65535`, `"1s"..="5m"`.
pub(crate) struct Range {
    pub(crate) written: TokenStream,
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) inclusive: bool,
}

/// One end of a range.
pub(crate) enum End {
    Open,
    Code(TokenStream),
    Duration(LitStr),
    Size(LitStr),
}

/// What happens when no source has the field.
pub(crate) enum Presence {
    Required,
    /// With the type inside the `Option`.
    Optional(Type),
    /// A default written as a text.
    Text(String),
    /// A literal that costs nothing to make.
    Literal(TokenStream),
    /// Any other expression, as written and as it is evaluated.
    Code {
        written: String,
        code: Code,
    },
    Composed(Template),
}

/// How a default is evaluated.
pub(crate) enum Code {
    Expression(TokenStream),
    /// The elements of an array.
    Array(Vec<Element>),
}

/// An element of a default list.
pub(crate) enum Element {
    /// A text, which becomes the type that is wanted.
    Text(TokenStream),
    Tuple(Span, Vec<Element>),
    Expression(TokenStream),
}

/// `postgresql://{user}@{host}`.
pub(crate) struct Template {
    pub(crate) text: String,
    pub(crate) parts: Vec<Part>,
    /// The text behind the last name.
    pub(crate) end: String,
}

/// A name in a template, with the text before it.
pub(crate) struct Part {
    pub(crate) before: String,
    /// The position of the field among the members.
    pub(crate) sibling: usize,
    pub(crate) kind: Kind,
}

/// An attribute that the schema only writes down.
pub(crate) enum Fact {
    Env(Vec<String>),
    Keys(Vec<(String, String)>),
    Sources(Vec<Entry>),
    Format(Format),
    OneOf(Vec<String>, Counted),
    Range(String),
    Len(usize, usize, Counted),
    Binary,
    AllowEmpty,
    RestartOnly,
    Public,
    MaxAge(String),
    Revoke(String),
    Verified,
}

/// What `len` counts, and what `one_of` compares.
pub(crate) enum Counted {
    Characters,
    Elements,
    /// As this type has it.
    By(Box<Type>),
}

/// A format as written.
#[derive(Debug, Clone)]
pub(crate) enum Format {
    Named(String),
    Pattern(String),
    Texts(String, Vec<String>),
    Size(String, usize),
}

/// A field that is a struct of its own.
pub(crate) struct Nested {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    /// The struct's type, without an `Option` around it.
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    pub(crate) prefix: Option<String>,
    pub(crate) flatten: bool,
    pub(crate) bases: Vec<(String, String)>,
}

/// The type of a setting.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) ty: Type,
    /// The type, without an `Option` around it, where it may be a struct with settings of its own.
    pub(crate) nested: Option<Type>,
}

/// A question that only the type checker or const evaluation can answer, asked at a token of the declaration. It is
/// asked even where the macro itself found mistakes, so that all of them show in one compile.
pub(crate) struct Question {
    pub(crate) span: Span,
    pub(crate) asks: Asks,
}

/// The ends of a range as far as they are written as texts, or are whole numbers among sizes.
#[derive(Clone)]
pub(crate) struct EndTexts {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) inclusive: bool,
    pub(crate) size: bool,
    pub(crate) written: String,
}

pub(crate) enum Asks {
    /// Whether there is such a source, its feature is on, and it may stand with or without a place.
    Source {
        kind: String,
        placed: bool,
    },
    /// Whether there is such a source, for a field's own list.
    SourceName(String),
    /// Whether the place can be read by that source.
    Place {
        kind: String,
        place: String,
    },
    /// Whether a nested struct can have that place in a source.
    Base {
        kind: String,
        place: String,
    },
    /// Whether an attribute of that name could be a source's key.
    Key {
        attribute: &'static str,
        name: String,
    },
    /// Whether a key has the syntax of that source.
    KeyText {
        kind: String,
        text: String,
    },
    Format(Format),
    /// Whether a text default has the format.
    FormatDefault(Format, String),
    Duration(String),
    /// Whether a text default reads as the type.
    TextDefault {
        ty: Type,
        text: String,
    },
    /// Whether an end of a range written as a text reads as the type.
    End {
        ty: Type,
        text: String,
        size: bool,
    },
    /// Whether a value lies within a range that is known by its texts, a default or any at all.
    Within {
        ty: Type,
        ends: EndTexts,
        default: Option<String>,
    },
    /// Whether an integer fits the type.
    Integer {
        ty: Type,
        value: i128,
    },
    /// A type that is no `Option` as written: whether it is one under another name; with nothing written, that one of
    /// the three presence rules is missing.
    Presence {
        ty: Type,
        name: String,
        secret: bool,
        rule: Option<&'static str>,
    },
    /// Whether a telling name stands on a type of text.
    Public {
        ty: Type,
        name: String,
        word: String,
        url: bool,
    },
    /// Whether the type under `#[setting]` is one for secrets.
    NoSecret {
        ty: Type,
        name: String,
    },
    /// Whether the type under `#[setting]` is a struct with settings of its own.
    NoNested(Type),
    /// Whether a struct with this secret field can be serialized.
    NoSerialize {
        ident: Ident,
        field: String,
    },
    /// Whether the type has a length; one with a parser is read from a text, which has.
    Length {
        ty: Type,
        parsed: bool,
    },
    /// Whether a text default has the length, where the type is one of text.
    LengthDefault {
        ty: Type,
        text: String,
        bounds: (usize, usize),
        written: String,
    },
    /// Whether the type can be what the attribute says; asked only where no constructor is generated.
    Setting(Declared),
    Secret(Type),
    ParsedSecret(Type),
    Nested(Type),
}
