//! Who may read what is encrypted.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ::age::x25519;
use secrecy::SecretString;

use crate::source::{Failure, FailureKind};
use crate::sources::read::{FILE_CAP, read_text};
use crate::value::Position;

/// Somebody that values are encrypted to: `age1..`.
///
/// ```
/// use config_core::age::{Identity, Recipient};
///
/// let text = Identity::generate().recipients()[0].to_string();
/// assert_eq!(Recipient::parse(&text)?.to_string(), text);
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(pub(super) x25519::Recipient);

/// The keys that open what is encrypted to their recipients: what one identity file holds. `Debug` shows none of it.
///
/// ```
/// use config_core::age::Identity;
///
/// let identity = Identity::generate();
/// assert!(!format!("{identity:?}").contains("AGE-SECRET-KEY"));
/// ```
#[derive(Clone)]
pub struct Identity {
    keys: Arc<[x25519::Identity]>,
    file: Option<Arc<Path>>,
}

impl Recipient {
    /// Reads one as it is written, `age1..`.
    ///
    /// # Errors
    /// It is none.
    ///
    /// ```
    /// assert!(config_core::age::Recipient::parse("age2").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Failure> {
        text.trim().parse().map(Self).map_err(|_| {
            Failure::new(FailureKind::Malformed, "this is no age recipient")
                .hint("a recipient is written age1.. and has 62 characters")
        })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Identity {
    /// Makes a new one.
    ///
    /// ```
    /// let identity = config_core::age::Identity::generate();
    /// assert_eq!(identity.recipients().len(), 1);
    /// ```
    #[must_use]
    pub fn generate() -> Self {
        Self { keys: [x25519::Identity::generate()].into(), file: None }
    }

    /// Reads what an identity file holds: a key `AGE-SECRET-KEY-1..` in each line, comments and empty lines apart.
    ///
    /// # Errors
    /// A line is something else, or there is no key.
    ///
    /// ```
    /// use config_core::ExposeSecret;
    /// use config_core::age::Identity;
    ///
    /// let text = Identity::generate().to_text();
    /// assert_eq!(Identity::parse(text.expose_secret())?.recipients().len(), 1);
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let mut keys = Vec::new();
        for (line, text) in text.lines().enumerate() {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let key = text.parse().map_err(|_| {
                let message = format!("line {} is no age identity", line + 1);
                Failure::new(FailureKind::Malformed, message)
                    .hint("an identity is written AGE-SECRET-KEY-1..; age-keygen makes one")
            })?;
            keys.push(key);
        }
        if keys.is_empty() {
            let message = "there is no age identity in it";
            return Err(Failure::new(FailureKind::Malformed, message)
                .hint("an identity is written AGE-SECRET-KEY-1..; age-keygen makes one"));
        }
        Ok(Self { keys: keys.into(), file: None })
    }

    /// Reads an identity file, such as `age-keygen` writes it.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    ///
    /// ```
    /// use config_core::FailureKind;
    ///
    /// let failure = config_core::age::Identity::read("/no/such/key.txt").unwrap_err();
    /// assert_eq!(failure.kind(), FailureKind::NotFound);
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Failure> {
        let path: Arc<Path> = path.as_ref().into();
        let identity = Self::parse(&read_text(&path, FILE_CAP)?)
            .map_err(|failure| failure.in_file(Arc::clone(&path), Position::default()))?;
        Ok(Self { file: Some(path), ..identity })
    }

    /// Those that this opens values for.
    ///
    /// ```
    /// let identity = config_core::age::Identity::generate();
    /// assert!(identity.recipients()[0].to_string().starts_with("age1"));
    /// ```
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        self.keys.iter().map(|key| Recipient(key.to_public())).collect()
    }

    /// The keys as an identity file has them, a line each.
    ///
    /// ```
    /// use config_core::ExposeSecret;
    ///
    /// let text = config_core::age::Identity::generate().to_text();
    /// assert!(text.expose_secret().starts_with("AGE-SECRET-KEY-1"));
    /// ```
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        let mut text = crate::value::TextBuilder::new();
        for key in &*self.keys {
            text.push_str(::age::secrecy::ExposeSecret::expose_secret(&key.to_string()));
            text.push('\n');
        }
        let mut text = text.finish();
        SecretString::from(std::mem::take(&mut *text))
    }

    /// The file that it was read from, where it was read from one.
    pub(crate) fn file(&self) -> Option<&Arc<Path>> {
        self.file.as_ref()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys [REDACTED]", self.keys.len())
    }
}

/// Every key of these.
pub(super) fn all(identities: &[Identity]) -> Vec<&x25519::Identity> {
    identities.iter().flat_map(|identity| &*identity.keys).collect()
}
