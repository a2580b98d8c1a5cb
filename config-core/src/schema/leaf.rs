//! One field at its place in a tree.

use super::compose::Nest;
use super::{Field, Presence};

/// One field at its place in the tree that is loaded.
///
/// ```
/// use config_core::Secrets;
/// #[derive(Secrets)]
/// struct Settings {
///     #[nested]
///     smtp: Smtp,
/// }
/// #[derive(Secrets)]
/// struct Smtp {
///     #[setting(required)]
///     host: String,
/// }
/// let leaf = &Settings::schema().leaves()[0];
/// assert_eq!(leaf.path(), "smtp.host");
/// assert_eq!(leaf.variables(), ["SMTP_HOST"]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// Always there in a finished tree; none only while the tree is composed.
    pub(super) field: Option<&'static Field>,
    pub(super) path: &'static str,
    pub(super) variable: [&'static str; 1],
    /// The position of the nested struct that it stands in, plus one; 0 for none.
    pub(super) nest: u16,
    pub(super) nests: &'static [Nest],
}

impl Leaf {
    pub(crate) const NONE: Self =
        Self { field: None, path: "", variable: [""], nest: 0, nests: &[] };

    /// The field as it was declared in its struct.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.field().name(), "port");
    /// ```
    #[must_use]
    #[inline]
    pub const fn field(&self) -> &'static Field {
        match self.field {
            Some(field) => field,
            None => panic!("a leaf of a composed tree has its field"),
        }
    }

    /// The path from the struct that is loaded: `smtp.user_name`.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.path(), "db.port");
    /// ```
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The variable names: those declared, the current one first, or the derived one. A composed field has none.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.variables(), ["DB_PORT"]);
    /// ```
    #[must_use]
    pub const fn variables(&self) -> &[&'static str] {
        let field = self.field();
        match field.presence {
            Presence::Composed(_) => &[],
            _ if field.env.is_empty() => &self.variable,
            _ => field.env,
        }
    }

    /// The current variable name; empty for a composed field.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.variable(), "DB_PORT");
    /// ```
    #[must_use]
    #[inline]
    pub const fn variable(&self) -> &'static str {
        self.variable[0]
    }

    /// The place that the nested structs around the field declare for a kind of source; the innermost counts.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.base("dir"), Some("/etc/db"));
    /// ```
    #[must_use]
    pub fn base(&self, kind: &str) -> Option<&'static str> {
        self.rebased(kind).map(|(place, _)| place)
    }

    /// The same with the path of the field below that nested struct.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert_eq!(leaf.rebased("dir"), Some(("/etc/db", "port")));
    /// ```
    #[must_use]
    pub fn rebased(&self, kind: &str) -> Option<(&'static str, &'static str)> {
        let mut nest = self.nest;
        while let Some(around) = nest.checked_sub(1).and_then(|at| self.nests.get(usize::from(at)))
        {
            let bases = around.nested.map_or(&[][..], |nested| nested.bases);
            if let Some((_, place)) = bases.iter().find(|(name, _)| *name == kind) {
                return Some((place, self.path.get(around.path..).unwrap_or(self.path)));
            }
            nest = around.parent;
        }
        None
    }

    /// Whether it stands in the root itself.
    pub(crate) const fn is_plain(&self) -> bool {
        self.nest == 0
    }

    /// Whether the struct that it stands in is flattened into the one around it.
    pub(crate) const fn is_flat(&self) -> bool {
        self.nest > 0 && self.nests[self.nest as usize - 1].flat
    }

    /// Whether a nested struct around the field may be missing as a whole.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[nested(dir = "/etc/db")] db: Db }
    /// # #[derive(Secrets)]
    /// # struct Db { #[setting(required)] port: u16 }
    /// let leaf = &Settings::schema().leaves()[0];
    /// assert!(!leaf.is_in_optional());
    /// ```
    #[must_use]
    pub const fn is_in_optional(&self) -> bool {
        self.nest > 0 && self.nests[self.nest as usize - 1].optional
    }
}
