//! What surrounds the value of a secret.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::secret::{Secret, time};
use crate::remote::body::Body;
use crate::store::{Version, VersionState};
use crate::value::{Node, Position, Text, Value};

/// What a version of a secret has beside its value. What is not given is left to the vault, or as it is.
///
/// ```
/// use config_core::AzureProperties;
/// let properties = AzureProperties::default().tag("transaction", "7f3a").enabled(false);
/// assert_eq!(properties.tags["transaction"], "7f3a");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AzureProperties {
    /// What the text is: `application/json`.
    pub content_type: Option<String>,
    /// Labels; where any are given, they take the place of all that were there.
    pub tags: BTreeMap<String, String>,
    /// Whether it can be read.
    pub enabled: Option<bool>,
    /// When it begins to be good.
    pub not_before: Option<SystemTime>,
    /// When it stops being good.
    pub expires: Option<SystemTime>,
}

/// A version with what surrounds its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureVersion {
    /// The version.
    pub version: Version,
    /// What it has beside its value.
    pub properties: AzureProperties,
}

/// A secret that was deleted and can still be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureDeleted {
    /// When it was deleted.
    pub deleted: Option<SystemTime>,
    /// When it is gone for good.
    pub purged: Option<SystemTime>,
}

impl AzureProperties {
    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// Says whether it can be read.
    #[must_use]
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Says what the text is.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Says when it begins to be good.
    #[must_use]
    pub const fn not_before(mut self, time: SystemTime) -> Self {
        self.not_before = Some(time);
        self
    }

    /// Says when it stops being good.
    #[must_use]
    pub const fn expires(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// Adds what is given to the body of a request.
    pub(super) fn written(&self, mut body: Body) -> Body {
        if let Some(content_type) = &self.content_type {
            body = body.text("contentType", content_type);
        }
        if !self.tags.is_empty() {
            let tags = self.tags.iter();
            let tags = tags.fold(Body::new(), |tags, (name, value)| tags.text(name, value));
            body = body.object("tags", tags);
        }
        let mut attributes = Body::new();
        if let Some(enabled) = self.enabled {
            attributes = attributes.json("enabled", if enabled { "true" } else { "false" });
        }
        for (name, time) in [("nbf", self.not_before), ("exp", self.expires)] {
            let seconds = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            if let Some(seconds) = seconds {
                attributes = attributes.json(name, &seconds.as_secs().to_string());
            }
        }
        body.object("attributes", attributes)
    }
}

impl From<&Secret> for AzureVersion {
    fn from(secret: &Secret) -> Self {
        let state = if secret.enabled { VersionState::Enabled } else { VersionState::Disabled };
        let id = secret.version.clone().unwrap_or_default();
        let version = Version { created: time(secret.created), state, ..Version::new(id) };
        let properties = AzureProperties {
            content_type: secret.content_type.clone(),
            tags: secret.tags.clone(),
            enabled: Some(secret.enabled),
            not_before: time(secret.not_before),
            expires: time(secret.expires),
        };
        Self { version, properties }
    }
}

/// What bytes are written as, since a vault holds texts.
pub(super) const BYTES: &str = "application/octet-stream;base64";

/// A value of a vault as it was written.
pub(super) fn value(text: Text, content_type: Option<&str>) -> Node {
    if content_type == Some(BYTES)
        && let Some(bytes) = crate::remote::encode::from_base64(&text)
    {
        return Node::new(Value::Bytes(bytes), Position::default());
    }
    Node::new(Value::Text(text), Position::default())
}
