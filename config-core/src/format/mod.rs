//! What a text must look like, judged by the same `const fn` at compile time and at run time.

mod encoded;
mod json;
mod net;
mod pattern;
mod preset;
mod random;
mod scan;
mod suspect;
mod token;
mod url;

pub mod boolean;
pub mod duration;
pub mod number;
pub mod size;

#[cfg(test)]
mod tests;

use std::fmt;

pub(crate) use encoded::{decode_base64, decode_hex};
#[cfg(feature = "testing")]
pub(crate) use pattern::fits;
pub use pattern::{PatternError, check_pattern};
pub use preset::{PRESETS, Preset};
pub(crate) use random::looks_random;
pub(crate) use suspect::is_name;
pub use suspect::looks_like_a_secret;

/// What a text must look like.
///
/// ```
/// use config_core::Format;
/// const SHAPE: Format = Format::Url(&["postgres", "postgresql"]);
/// const _: () = assert!(SHAPE.accepts("postgres://db.internal/app"));
/// assert_eq!(SHAPE.to_string(), "a URL with scheme postgres or postgresql");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Anything.
    Any,
    /// A URL with one of these schemes; with any where the list is empty.
    Url(&'static [&'static str]),
    /// A UUID with hyphens.
    Uuid,
    /// A JSON Web Token.
    Jwt,
    /// One or more PEM blocks.
    Pem,
    /// Hexadecimal digits; of so many bytes, where it is said.
    Hex(Option<usize>),
    /// Base64, standard or URL-safe, padded or not; of so many bytes, where it is said.
    Base64(Option<usize>),
    /// An email address.
    Email,
    /// A host and a port.
    HostPort,
    /// A JSON document.
    Json,
    /// An amount of bytes: `10MiB`.
    Bytes,
    /// A pattern that the whole text fits.
    Pattern(&'static str),
    /// A regular expression that the whole text matches; at run time only, with the feature `regex`.
    Regex(&'static str),
    /// The credentials of a provider.
    Preset(&'static Preset),
}

/// The formats with a name of their own and, where no argument follows, what they are.
const PLAIN: &[(&str, Format)] = &[
    ("any", Format::Any),
    ("base64", Format::Base64(None)),
    ("bytes", Format::Bytes),
    ("email", Format::Email),
    ("hex", Format::Hex(None)),
    ("host_port", Format::HostPort),
    ("json", Format::Json),
    ("jwt", Format::Jwt),
    ("pem", Format::Pem),
    ("url", Format::Url(&[])),
    ("uuid", Format::Uuid),
];

const NAMED: usize = PLAIN.len() + PRESETS.len();

impl Format {
    /// Every name that can stand after `format =`.
    ///
    /// ```
    /// assert!(config_core::Format::NAMES.contains(&"host_port"));
    /// ```
    pub const NAMES: &'static [&'static str] = &{
        let mut names = [""; NAMED];
        let mut i = 0;
        while i < NAMED {
            names[i] = if i < PLAIN.len() { PLAIN[i].0 } else { PRESETS[i - PLAIN.len()].name() };
            i += 1;
        }
        names
    };

    /// The format of a name, without an argument.
    ///
    /// ```
    /// use config_core::Format;
    /// assert_eq!(Format::named("uuid"), Some(Format::Uuid));
    /// assert_eq!(Format::named("guid"), None);
    /// ```
    #[must_use]
    pub const fn named(name: &str) -> Option<Self> {
        let mut i = 0;
        while i < PLAIN.len() {
            if scan::same(PLAIN[i].0.as_bytes(), name.as_bytes()) {
                return Some(PLAIN[i].1);
            }
            i += 1;
        }
        i = 0;
        while i < PRESETS.len() {
            if scan::same(PRESETS[i].name().as_bytes(), name.as_bytes()) {
                return Some(Self::Preset(&PRESETS[i]));
            }
            i += 1;
        }
        None
    }

    /// Whether a text has this format, as far as that can be said at compile time: a regular expression is not
    /// looked at, and so takes any text here.
    ///
    /// ```
    /// use config_core::Format;
    /// assert!(Format::Pattern("sk-ant-*").accepts("sk-ant-api03"));
    /// assert!(!Format::Hex(Some(2)).accepts("beef00"));
    /// ```
    #[must_use]
    pub const fn accepts(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match *self {
            Self::Any | Self::Regex(_) => true,
            Self::Url(schemes) => url::is_url(bytes, schemes),
            Self::Uuid => token::is_uuid(bytes),
            Self::Jwt => token::is_jwt(bytes),
            Self::Pem => token::is_pem(bytes),
            Self::Hex(wanted) => is_length(encoded::hex_length(bytes), wanted),
            Self::Base64(wanted) => is_length(encoded::base64_length(bytes), wanted),
            Self::Email => net::is_email(bytes),
            Self::HostPort => net::host_port(bytes),
            Self::Json => json::is_json(bytes),
            Self::Bytes => size::parse(text).is_ok(),
            Self::Pattern(pattern) => pattern::fits(pattern, text),
            Self::Preset(preset) => preset.accepts(text),
        }
    }

    /// Whether a text has this format; at run time, and so with regular expressions too.
    ///
    /// ```
    /// assert!(config_core::Format::Email.matches("ops@example.com"));
    /// ```
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Regex(expression) => matches_regex(expression, text),
            _ => self.accepts(text),
        }
    }

    /// The format as it is declared: `url("https")`, `hex(32)`, `github`, `"sk-ant-*"`.
    ///
    /// ```
    /// assert_eq!(config_core::Format::Url(&["https"]).declaration(), r#"url("https")"#);
    /// ```
    #[must_use]
    pub fn declaration(&self) -> String {
        match self {
            Self::Hex(Some(bytes)) => format!("hex({bytes})"),
            Self::Base64(Some(bytes)) => format!("base64({bytes})"),
            Self::Url(schemes) if !schemes.is_empty() => {
                let schemes: Vec<String> =
                    schemes.iter().map(|scheme| format!("{scheme:?}")).collect();
                format!("url({})", schemes.join(", "))
            }
            Self::Pattern(pattern) => format!("{pattern:?}"),
            Self::Regex(expression) => format!("regex({expression:?})"),
            Self::Preset(preset) => preset.name().to_owned(),
            plain => PLAIN
                .iter()
                .find(|(_, format)| format == plain)
                .map_or("any", |(name, _)| name)
                .to_owned(),
        }
    }
}

/// The words after "expected".
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any text"),
            Self::Url([]) => f.write_str("a URL"),
            Self::Url(schemes) => {
                f.write_str("a URL with scheme ")?;
                for (i, scheme) in schemes.iter().enumerate() {
                    let before = match i {
                        0 => "",
                        i if i + 1 == schemes.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{before}{scheme}")?;
                }
                Ok(())
            }
            Self::Uuid => f.write_str("a UUID"),
            Self::Jwt => f.write_str("a JSON Web Token (three parts with dots between)"),
            Self::Pem => f.write_str("a PEM block (-----BEGIN ..-----, with its line ends)"),
            Self::Hex(None) => f.write_str("hexadecimal digits, two for each byte"),
            Self::Hex(Some(bytes)) => write!(f, "{} in hexadecimal", Count(*bytes)),
            Self::Base64(None) => f.write_str("base64"),
            Self::Base64(Some(bytes)) => write!(f, "{} in base64", Count(*bytes)),
            Self::Email => f.write_str("an email address"),
            Self::HostPort => f.write_str("a host and port such as db.example.com:5432"),
            Self::Json => f.write_str("JSON"),
            Self::Bytes => f.write_str("a size such as 512, 64kB or 10MiB"),
            Self::Pattern(pattern) => write!(f, "the pattern {pattern}"),
            Self::Regex(expression) => {
                write!(f, "the regular expression {expression}{}", regex_remark(expression))
            }
            Self::Preset(preset) => write!(f, "{} ({})", preset.label(), preset.shape()),
        }
    }
}

struct Count(usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} byte{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

const fn is_length(found: Option<usize>, wanted: Option<usize>) -> bool {
    match (found, wanted) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(found), Some(wanted)) => found == wanted,
    }
}

#[cfg(feature = "regex")]
fn matches_regex(expression: &str, text: &str) -> bool {
    regex_lite::Regex::new(&format!("^(?:{expression})$")).is_ok_and(|regex| regex.is_match(text))
}

#[cfg(not(feature = "regex"))]
fn matches_regex(_: &str, _: &str) -> bool {
    false
}

#[cfg(feature = "regex")]
fn regex_remark(expression: &str) -> &'static str {
    match regex_lite::Regex::new(expression) {
        Ok(_) => "",
        Err(_) => " (which is not well formed, so that nothing matches it)",
    }
}

#[cfg(not(feature = "regex"))]
fn regex_remark(_: &str) -> &'static str {
    " (which needs the feature `regex` of config-core)"
}
