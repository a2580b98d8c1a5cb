//! The kinds of source that a declaration may name, as the compile-time checks need to know them.

/// One kind of source.
#[derive(Debug, Clone, Copy)]
pub struct KindInfo {
    /// As it is written: `env`.
    pub name: &'static str,
    /// The Cargo feature that it needs; none where it is always there.
    pub feature: Option<&'static str>,
    /// Whether that feature is on.
    pub available: bool,
    /// Whether a field can have a key of its own in it, `file = "a.b"`; a source of variables has their names.
    pub keyed: bool,
    /// Whether a place stands behind it in parentheses.
    pub place: PlaceRule,
    /// For a kind that reads documents: file name extension and the feature that reads it.
    pub extensions: &'static [Extension],
}

/// Whether a kind has a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceRule {
    /// It has none.
    None,
    /// It has one of its own where none is given.
    Optional,
    /// It cannot be read without one; the example is shown in the message.
    Required(&'static str),
}

/// A file name extension that a kind can read.
#[derive(Debug, Clone, Copy)]
pub struct Extension {
    /// Without the dot.
    pub name: &'static str,
    /// The Cargo feature that reads it.
    pub feature: &'static str,
    /// Whether that feature is on.
    pub available: bool,
}

/// Every kind. A new one is added here and nowhere else.
pub(crate) const KINDS: &[KindInfo] = &[
    KindInfo {
        name: "env",
        feature: None,
        available: true,
        keyed: false,
        place: PlaceRule::None,
        extensions: &[],
    },
    KindInfo {
        name: "dotenv",
        feature: Some("dotenv"),
        available: cfg!(feature = "dotenv"),
        keyed: false,
        place: PlaceRule::Optional,
        extensions: &[],
    },
    KindInfo {
        name: "file",
        feature: None,
        available: true,
        keyed: true,
        place: PlaceRule::Required("file(\"secrets.json\")"),
        extensions: &[
            Extension { name: "json", feature: "json", available: cfg!(feature = "json") },
            Extension { name: "toml", feature: "toml", available: cfg!(feature = "toml") },
            Extension { name: "yaml", feature: "yaml", available: cfg!(feature = "yaml") },
            Extension { name: "yml", feature: "yaml", available: cfg!(feature = "yaml") },
        ],
    },
    KindInfo {
        name: "dir",
        feature: None,
        available: true,
        keyed: true,
        place: PlaceRule::Optional,
        extensions: &[],
    },
    KindInfo {
        name: "vault",
        feature: Some("vault"),
        available: cfg!(feature = "vault"),
        keyed: true,
        place: PlaceRule::Required("vault(\"secret/app\")"),
        extensions: &[],
    },
    KindInfo {
        name: "aws",
        feature: Some("aws"),
        available: cfg!(feature = "aws"),
        keyed: true,
        place: PlaceRule::Required("aws(\"prod/app\")"),
        extensions: &[],
    },
    KindInfo {
        name: "gcp",
        feature: Some("gcp"),
        available: cfg!(feature = "gcp"),
        keyed: true,
        place: PlaceRule::Optional,
        extensions: &[],
    },
    KindInfo {
        name: "azure",
        feature: Some("azure"),
        available: cfg!(feature = "azure"),
        keyed: true,
        place: PlaceRule::Optional,
        extensions: &[],
    },
    KindInfo {
        name: "keyring",
        feature: Some("keyring"),
        available: cfg!(feature = "keyring"),
        keyed: true,
        place: PlaceRule::Required("keyring(\"my-app\")"),
        extensions: &[],
    },
    KindInfo {
        name: "exec",
        feature: Some("exec"),
        available: cfg!(feature = "exec"),
        keyed: true,
        place: PlaceRule::Optional,
        extensions: &[],
    },
];
