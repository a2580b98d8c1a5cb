//! What can be told of a type from how it is written.

use syn::{GenericArgument, PathArguments, Type};

/// A type by its written name. A name that is not known here may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    Text,
    Integer(Integer),
    Float,
    Bool,
    Char,
    Duration,
    Path,
    List,
    Map,
    Option(Box<Known>),
    /// `SecretString`.
    SecretString,
    SecretBytes,
    /// `Secret<_>`, or a list or map of secrets.
    OtherSecret,
    Unknown,
}

/// An integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Integer {
    pub(crate) name: &'static str,
    pub(crate) from: i128,
    /// None beyond what `i128` holds.
    pub(crate) to: Option<i128>,
}

impl Known {
    pub(crate) fn of(ty: &Type) -> Self {
        match last_segment(ty) {
            Some(segment) => named(segment),
            None => Self::Unknown,
        }
    }

    pub(crate) fn is_secret(&self) -> bool {
        match self {
            Self::SecretString | Self::SecretBytes | Self::OtherSecret => true,
            Self::Option(inner) => inner.is_secret(),
            _ => false,
        }
    }

    pub(crate) fn is_binary(&self) -> bool {
        match self {
            Self::SecretBytes => true,
            Self::Option(inner) => inner.is_binary(),
            _ => false,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Float)
    }

    /// The type without an `Option` around it.
    pub(crate) fn value(&self) -> &Self {
        match self {
            Self::Option(inner) => inner,
            other => other,
        }
    }
}

/// The `T` of an `Option<T>` as written.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty)?;
    if segment.ident == "Option" { argument(segment, 0) } else { None }
}

/// The type within parentheses and the invisible groups of a `macro_rules!`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

fn argument(segment: &syn::PathSegment, at: usize) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .nth(at)
}

fn named(segment: &syn::PathSegment) -> Known {
    let name = segment.ident.to_string();
    let inner = |at| argument(segment, at).map_or(Known::Unknown, Known::of);
    if let Some(integer) = INTEGERS.iter().find(|integer| integer.name == name) {
        return Known::Integer(*integer);
    }
    match name.as_str() {
        "String" | "str" => Known::Text,
        "f32" | "f64" => Known::Float,
        "bool" => Known::Bool,
        "char" => Known::Char,
        "Duration" => Known::Duration,
        "PathBuf" | "Path" => Known::Path,
        "SecretString" => Known::SecretString,
        "SecretBytes" => Known::SecretBytes,
        "Secret" => Known::OtherSecret,
        "Option" => Known::Option(Box::new(inner(0))),
        "Box" | "Rc" | "Arc" | "Cow" => match argument(segment, 0).map(bare) {
            Some(Type::Slice(_)) => Known::List,
            _ => inner(0),
        },
        "Vec" | "VecDeque" | "HashSet" | "BTreeSet" if inner(0).is_secret() => Known::OtherSecret,
        "HashMap" | "BTreeMap" if inner(1).is_secret() => Known::OtherSecret,
        "Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "IndexSet" => Known::List,
        "HashMap" | "BTreeMap" | "IndexMap" => Known::Map,
        _ => Known::Unknown,
    }
}

macro_rules! integers {
    ($($int:ident)*) => {
        &[
            $(Integer { name: stringify!($int), from: $int::MIN as i128, to: Some($int::MAX as i128) },)*
            Integer { name: "u128", from: 0, to: None },
        ]
    };
}

// The size of `usize` is the target's, which the macro cannot know: the widest is right for most, and the compiler
// itself judges the rest.
const INTEGERS: &[Integer] = integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize i128);
