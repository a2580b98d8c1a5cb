//! One declared field, as data.

use crate::format::Format;
use crate::schema::Entry;

/// Whether a field holds a secret.
///
/// ```
/// # use config_core::{FieldKind, Secrets};
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
/// assert_eq!(Settings::schema().leaves()[0].field().kind(), FieldKind::Setting);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Never shown, wiped when dropped.
    Secret,
    /// May be shown in reports where it is short and looks like no secret.
    Setting,
}

/// What happens when no source has a field.
///
/// ```
/// # use config_core::{Presence, Secrets};
/// # #[derive(Secrets)]
/// # struct Settings { #[setting] port: Option<u16> }
/// assert_eq!(Settings::schema().leaves()[0].field().presence(), Presence::Optional);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A problem.
    Required,
    /// `None`.
    Optional,
    /// A default; the text of its expression as written. A default written as a text is read as a value from a source.
    Default {
        /// The source text of the expression; of a text literal, its content.
        text: &'static str,
        /// Whether it was written as a text, and so is decoded as one.
        literal_text: bool,
    },
    /// Built from its siblings by this template; never looked up.
    Composed(&'static str),
}

/// One declared field: its names, what it must look like, what happens without it.
///
/// ```
/// # use config_core::Secrets;
/// #[derive(Secrets)]
/// struct Settings {
///     /// Port that the server listens on.
///     #[setting(default = 8080)]
///     port: u16,
/// }
/// let field = Settings::schema().leaves()[0].field();
/// assert_eq!(field.name(), "port");
/// assert_eq!(field.doc(), "Port that the server listens on.");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub(crate) name: &'static str,
    /// The derived variable name, where its struct is the one that is loaded.
    pub(crate) variable: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) ty: &'static str,
    pub(crate) kind: FieldKind,
    pub(crate) presence: Presence,
    pub(crate) env: &'static [&'static str],
    pub(crate) keys: &'static [(&'static str, &'static str)],
    pub(crate) sources: &'static [Entry],
    pub(crate) format: Option<Format>,
    pub(crate) one_of: &'static [&'static str],
    pub(crate) range: &'static str,
    pub(crate) len: Option<(usize, usize)>,
    /// Whether that is the length of a list or map.
    pub(crate) counts_elements: bool,
    pub(crate) binary: bool,
    pub(crate) allow_empty: bool,
    pub(crate) restart_only: bool,
    pub(crate) public: bool,
    pub(crate) max_age: Option<u64>,
    pub(crate) revoke: &'static str,
    pub(crate) verified: bool,
}

impl Field {
    /// The name of the field in its struct; a raw identifier without its `r#`.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.name(), "port");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The doc comment.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { /** Where it listens. */ #[setting(default = 8080, range = 1..)] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.doc(), "Where it listens.");
    /// ```
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// The type as written.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.ty(), "u16");
    /// ```
    #[must_use]
    pub const fn ty(&self) -> &'static str {
        self.ty
    }

    /// Secret or setting.
    ///
    /// ```
    /// # use config_core::{FieldKind, SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.kind(), FieldKind::Secret);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Whether it is a secret.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(field.is_secret());
    /// ```
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, FieldKind::Secret)
    }

    /// What happens when no source has it.
    ///
    /// ```
    /// # use config_core::{Presence, SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.presence(), Presence::Required);
    /// ```
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// The variable names that were declared as they are; all after the first are deprecated.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.env(), ["API_KEY", "KEY"]);
    /// ```
    #[must_use]
    pub const fn env(&self) -> &'static [&'static str] {
        self.env
    }

    /// The key declared for a kind of source, `vault = "place#key"`.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, file = "net.port")] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.key("file"), Some("net.port"));
    /// assert_eq!(field.key("dir"), None);
    /// ```
    #[must_use]
    pub fn key(&self, kind: &str) -> Option<&'static str> {
        self.keys.iter().find(|(name, _)| *name == kind).map(|(_, key)| *key)
    }

    /// The kinds of source that the field may come from, in its own order; empty where it follows the struct.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, sources(env))] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.sources()[0].kind, "env");
    /// ```
    #[must_use]
    pub const fn sources(&self) -> &'static [Entry] {
        self.sources
    }

    /// Whether a value has to pass more than its type: `len` or `one_of`.
    #[inline]
    pub(crate) const fn is_bounded(&self) -> bool {
        self.len.is_some() || !self.one_of.is_empty()
    }

    /// What its text must look like.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.format().unwrap().to_string(), "the pattern sk-*");
    /// ```
    #[must_use]
    pub const fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// The only texts it may be; empty where any may stand.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, one_of("a", "b"))] mode: String }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.one_of(), ["a", "b"]);
    /// ```
    #[must_use]
    pub const fn one_of(&self) -> &'static [&'static str] {
        self.one_of
    }

    /// The range as written; empty where there is none.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080, range = 1..)] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.range(), "1..");
    /// ```
    #[must_use]
    pub const fn range(&self) -> &'static str {
        self.range
    }

    /// How many characters its text may have, or elements its list, from and to, both included.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, len = 3..=8)] name: String }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.len(), Some((3, 8)));
    /// ```
    #[must_use]
    pub const fn len(&self) -> Option<(usize, usize)> {
        self.len
    }

    /// Whether it takes bytes, so that nothing is stripped from a file.
    ///
    /// ```
    /// # use config_core::{SecretBytes, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = any)] key: SecretBytes }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(field.is_binary());
    /// ```
    #[must_use]
    pub const fn is_binary(&self) -> bool {
        self.binary
    }

    /// Whether an empty text is a value.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, allow_empty)] name: String }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(field.allows_empty());
    /// ```
    #[must_use]
    pub const fn allows_empty(&self) -> bool {
        self.allow_empty
    }

    /// Whether live reload keeps the old value and reports the change.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, restart_only)] port: u16 }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(field.is_restart_only());
    /// ```
    #[must_use]
    pub const fn is_restart_only(&self) -> bool {
        self.restart_only
    }

    /// Whether the declaration says that its telling name is no secret's.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required, public)] token_url: String }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(field.is_public());
    /// ```
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// How old a version of the secret may get, in seconds.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.max_age(), Some(90 * 24 * 60 * 60));
    /// ```
    #[must_use]
    pub const fn max_age(&self) -> Option<u64> {
        self.max_age
    }

    /// Where a leaked one is revoked; empty where that was not declared.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = any, revoke = "https://example.com/keys")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert_eq!(field.revoke(), "https://example.com/keys");
    /// ```
    #[must_use]
    pub const fn revoke(&self) -> &'static str {
        self.revoke
    }

    /// Whether the declaration has a `verify` function.
    ///
    /// ```
    /// # use config_core::{SecretString, Secrets};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = "sk-*", env = ["API_KEY", "KEY"], max_age = "90d")] key: SecretString }
    /// let field = Settings::schema().leaves()[0].field();
    /// assert!(!field.is_verified());
    /// ```
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }
}
