//! The declaration as data: what the derive writes down and everything else reads.

pub(crate) mod address;
pub(crate) mod compose;
mod composed;
pub(crate) mod declare;
mod field;
pub(crate) mod index;
pub(crate) mod kinds;
mod leaf;

use std::ffi::OsStr;

use compose::Tree;
use declare::Struct;
use index::{Slot, hash};

pub use field::{Field, FieldKind, Presence};
pub use leaf::Leaf;

/// One entry of a list of sources: `file("secrets.json")`, `vault@eu("secret/app")`, `"custom"`.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # #[secrets(sources(dir@eu("/run/eu")))]
/// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
/// let entry = Settings::schema().sources()[0];
/// assert_eq!((entry.kind, entry.name, entry.place), ("dir", Some("eu"), Some("/run/eu")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The kind: `env`, `file`; for a custom source its name.
    pub kind: &'static str,
    /// The name given with `@`, where one was.
    pub name: Option<&'static str>,
    /// The place in parentheses, where one was.
    pub place: Option<&'static str>,
    /// Whether it was written in quotes: a source that the program supplies.
    pub custom: bool,
}

/// A declared profile.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # #[secrets(profile(staging))]
/// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
/// let profile = Settings::schema().profiles()[0];
/// assert!(profile.sources.is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// Its own list; none inherits the struct's.
    pub sources: Option<&'static [Entry]>,
}

/// All fields of a struct and of the structs nested in it, with their names.
///
/// ```
/// use config_core::Secrets;
/// #[derive(Secrets)]
/// #[secrets(prefix = "APP")]
/// struct Settings {
///     #[setting(default = 8080)]
///     port: u16,
/// }
/// let schema = Settings::schema();
/// assert_eq!(schema.name(), "Settings");
/// assert_eq!(schema.leaves()[0].variables(), ["APP_PORT"]);
/// ```
#[derive(Debug)]
pub struct Schema {
    root: &'static Struct,
    leaves: &'static [Leaf],
    slots: &'static [Slot],
}

impl Schema {
    /// The schema of a composed tree.
    pub const fn new<const LEAVES: usize, const SLOTS: usize>(
        root: &'static Struct,
        tree: &'static Tree<LEAVES, SLOTS>,
    ) -> Self {
        Self { root, leaves: &tree.leaves, slots: &tree.slots }
    }

    /// The name of the struct.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().name(), "Settings");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.root.name
    }

    /// The doc comment of the struct.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().doc(), "");
    /// ```
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.root.doc
    }

    /// The prefix of derived variable names, without the underscore; empty for none.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(prefix = "APP")]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().prefix(), "APP");
    /// ```
    #[must_use]
    pub const fn prefix(&self) -> &'static str {
        self.root.prefix
    }

    /// The sources by priority.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(sources(env, file("a.json")))]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().sources()[1].place, Some("a.json"));
    /// ```
    #[must_use]
    pub const fn sources(&self) -> &'static [Entry] {
        self.root.sources
    }

    /// The variable that names the profile.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(profile_env = "APP_ENV")]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().profile_env(), Some("APP_ENV"));
    /// ```
    #[must_use]
    pub const fn profile_env(&self) -> Option<&'static str> {
        self.root.profile_env
    }

    /// The profile where that variable is unset or empty.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(default_profile = local)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().default_profile(), Some("local"));
    /// ```
    #[must_use]
    pub const fn default_profile(&self) -> Option<&'static str> {
        self.root.default_profile
    }

    /// The declared profiles.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # #[secrets(profile(production, sources(env)))]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().profiles()[0].name, "production");
    /// ```
    #[must_use]
    pub const fn profiles(&self) -> &'static [Profile] {
        self.root.profiles
    }

    /// Every field in declaration order, those of nested structs in their place.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// assert_eq!(Settings::schema().leaves().len(), 1);
    /// ```
    #[must_use]
    #[inline]
    pub const fn leaves(&self) -> &'static [Leaf] {
        self.leaves
    }

    /// The position of the leaf that has this variable name, and which of its names it is.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// assert_eq!(Settings::schema().find("KEY"), Some((0, 1)));
    /// assert_eq!(Settings::schema().find("OTHER"), None);
    /// ```
    #[must_use]
    pub fn find(&self, variable: &str) -> Option<(usize, usize)> {
        find(self.slots, self.leaves, variable.as_bytes())
    }

    /// The position of the leaf whose current variable name this is.
    pub(crate) fn position(&self, variable: &OsStr) -> Option<usize> {
        match find(self.slots, self.leaves, variable.as_encoded_bytes()) {
            Some((leaf, 0)) => Some(leaf),
            _ => None,
        }
    }
}

/// The schema of a struct whose declaration has mistakes.
pub const NO_SCHEMA: &Schema =
    &Schema { root: declare::NO_STRUCT, leaves: &[], slots: &[Slot::FREE] };

/// Looks a name up in an index.
pub(crate) const fn find(
    slots: &[Slot],
    leaves: &[Leaf],
    variable: &[u8],
) -> Option<(usize, usize)> {
    let hash = hash(variable);
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while !slots[at].is_free() {
        if slots[at].hash() == hash {
            let (leaf, which) = slots[at].target();
            if index::same(leaves[leaf].variables()[which].as_bytes(), variable) {
                return Some((leaf, which));
            }
        }
        at = (at + 1) & mask;
    }
    None
}
