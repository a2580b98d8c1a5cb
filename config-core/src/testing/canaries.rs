//! The secrets that a load met, and the search for them in a text.

use std::collections::HashMap;
use std::fmt;

use zeroize::Zeroizing;

use super::disguise::{self, line_of};

/// So many characters of a secret in a row give it away.
const PIECE: usize = 8;
/// A shorter secret stands in any text by chance.
const SHORTEST: usize = 4;

/// The secrets that the sources of a load gave, winning or not, so that texts can be searched for them.
///
/// [`load`](super::load), [`load_with`](super::load_with) and [`Sandbox::load`](super::Sandbox::load) collect them,
/// whether the load succeeds or fails. Its `Debug` names the fields and shows no value.
///
/// ```
/// use config_core::testing::Canaries;
///
/// let canaries = Canaries::none().and("token", "not-a-real-token");
/// assert!(canaries.leaks("POST /login: 401").is_empty());
/// assert_eq!(canaries.leaks("Authorization: not-a-real-token").len(), 1);
/// ```
#[derive(Clone, Default)]
pub struct Canaries {
    secrets: Vec<Canary>,
    /// Texts that stand in the declaration or are settings: a piece of a secret that stands there too says nothing.
    public: Vec<Zeroizing<Vec<u8>>>,
}

#[derive(Clone)]
struct Canary {
    path: String,
    bytes: Zeroizing<Vec<u8>>,
}

/// A secret, or a piece of one, that was found in a text. It tells which and where, never the secret.
///
/// ```
/// use config_core::testing::Canaries;
///
/// let leak = &Canaries::none().and("token", "not-a-real-token").leaks("token is\nbm90LWEtcmVhbC10b2tlbg")[0];
/// assert_eq!(leak.to_string(), "line 2 holds `token`, as base64");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    path: String,
    how: Vec<&'static str>,
    line: usize,
    whole: bool,
}

impl Canaries {
    /// No secrets yet.
    ///
    /// ```
    /// assert!(config_core::testing::Canaries::none().is_empty());
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a secret by hand: one that the application made itself, such as a session token.
    ///
    /// ```
    /// let canaries = config_core::testing::Canaries::none().and("session", "not-a-real-session");
    /// assert!(!canaries.is_empty());
    /// ```
    #[must_use]
    pub fn and(mut self, name: impl Into<String>, secret: impl AsRef<[u8]>) -> Self {
        self.add(&name.into(), secret.as_ref());
        self
    }

    /// Whether there is nothing to look for.
    ///
    /// ```
    /// assert!(config_core::testing::Canaries::none().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Every secret that a text holds, whole or a piece of 8 characters or more, plain or encoded: escaped as JSON or
    /// Rust's `Debug` have it, percent-encoded, as hex, as base64 of either alphabet at any alignment, as a list of
    /// bytes, or two of these over each other.
    ///
    /// A piece that the declaration or another setting holds too, such as a URL's scheme, is no leak.
    ///
    /// ```
    /// use config_core::testing::Canaries;
    ///
    /// let canaries = Canaries::none().and("token", "not-a-real-token");
    /// assert!(canaries.leaks("the token has 16 characters").is_empty());
    /// assert!(!canaries.leaks("it begins with not-a-re").is_empty());
    /// ```
    #[must_use]
    pub fn leaks(&self, text: impl AsRef<[u8]>) -> Vec<Leak> {
        let needles = self.needles();
        let mut leaks: Vec<Leak> = Vec::new();
        for reading in disguise::readings(text.as_ref()) {
            for (secret, at) in found(&needles, &reading.bytes) {
                let canary = &self.secrets[secret];
                let whole = position(&reading.bytes, &canary.bytes);
                let at = whole.unwrap_or(at);
                let line =
                    if reading.how.is_empty() { line_of(&reading.bytes, at) } else { reading.line };
                let (path, how) = (canary.path.clone(), reading.how.clone());
                let leak = Leak { path, how, line, whole: whole.is_some() };
                match leaks.iter_mut().find(|known| known.path == leak.path && known.line == line) {
                    Some(known) if leak.whole && !known.whole => *known = leak,
                    Some(_) => {}
                    None => leaks.push(leak),
                }
            }
        }
        leaks
    }

    pub(super) fn add(&mut self, path: &str, secret: &[u8]) {
        let known = |canary: &Canary| canary.path == path && canary.bytes.as_slice() == secret;
        if secret.is_empty() || self.secrets.iter().any(known) {
            return;
        }
        self.public.extend(public_parts(secret).map(|part| Zeroizing::new(part.to_vec())));
        self.secrets.push(Canary { path: path.to_owned(), bytes: Zeroizing::new(secret.to_vec()) });
    }

    /// Makes a text known as public.
    pub(super) fn expect(&mut self, text: &[u8]) {
        self.public.push(Zeroizing::new(text.to_vec()));
    }

    /// The first secret that is too short to be looked for.
    fn too_short(&self) -> Option<&str> {
        let short = |canary: &&Canary| canary.bytes.len() < SHORTEST;
        self.secrets.iter().find(short).map(|canary| canary.path.as_str())
    }

    /// Every secret and every piece of one, by their lengths, with the secret it is of.
    fn needles(&self) -> HashMap<usize, HashMap<&[u8], usize>> {
        let mut needles: HashMap<usize, HashMap<&[u8], usize>> = HashMap::new();
        for (index, canary) in self.secrets.iter().enumerate() {
            let telling =
                |piece: &&[u8]| !self.public.iter().any(|public| position(public, piece).is_some());
            let whole =
                std::iter::once(canary.bytes.as_slice()).filter(|whole| whole.len() >= SHORTEST);
            for needle in whole.chain(pieces(&canary.bytes).into_iter().filter(telling)) {
                needles.entry(needle.len()).or_default().entry(needle).or_insert(index);
            }
        }
        needles
    }
}

impl fmt::Debug for Canaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.secrets.iter().map(|canary| &canary.path)).finish()
    }
}

impl AsRef<Self> for Canaries {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Leak {
    /// The path of the secret's field, or the name it was added by.
    ///
    /// ```
    /// let canaries = config_core::testing::Canaries::none().and("token", "not-a-real-token");
    /// assert_eq!(canaries.leaks("not-a-real-token")[0].path(), "token");
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The line of the text in which it begins, from 1.
    ///
    /// ```
    /// let canaries = config_core::testing::Canaries::none().and("token", "not-a-real-token");
    /// assert_eq!(canaries.leaks("one\nnot-a-real-token")[0].line(), 2);
    /// ```
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Whether it is the whole secret and not a piece.
    ///
    /// ```
    /// let canaries = config_core::testing::Canaries::none().and("token", "not-a-real-token");
    /// assert!(!canaries.leaks("not-a-real-tok")[0].is_whole());
    /// ```
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let piece = if self.whole { "" } else { "a piece of " };
        write!(f, "line {} holds {piece}`{}`", self.line, self.path)?;
        if let [outer @ .., innermost] = self.how.as_slice() {
            write!(f, ", {innermost}")?;
            outer.iter().rev().try_for_each(|how| write!(f, " and then {how}"))?;
        }
        Ok(())
    }
}

/// Asserts that a text holds none of the secrets of a load, nor a piece of one, in any encoding; see
/// [`Canaries::leaks`].
///
/// # Panics
/// If the text holds one: the message names the field, the line and the encoding, never the secret. Also if there is no
/// secret to look for, or one of fewer than 4 bytes, since the assertion would then prove nothing.
///
/// ```
/// use config_core::{SecretString, Secrets, testing};
///
/// #[derive(Debug, Secrets)]
/// struct Settings {
///     #[secret(required, format = any)]
///     token: SecretString,
/// }
///
/// let loaded = testing::load::<Settings>([("TOKEN", "not-a-real-token")])?;
/// testing::assert_no_secrets(format!("{:?}", loaded.settings), &loaded);
/// # Ok::<(), config_core::Error>(())
/// ```
#[track_caller]
pub fn assert_no_secrets(text: impl AsRef<[u8]>, canaries: impl AsRef<Canaries>) {
    let canaries = canaries.as_ref();
    assert!(
        !canaries.is_empty(),
        "no secret was loaded, so there is none to look for: give the load one"
    );
    if let Some(path) = canaries.too_short() {
        panic!(
            "`{path}` is too short to be looked for: give the load one of at least {PIECE} characters"
        );
    }
    let leaks = canaries.leaks(text);
    let list: String = leaks.iter().map(|leak| format!("\n  {leak}")).collect();
    assert!(leaks.is_empty(), "the text holds secrets:{list}");
}

/// The secrets of which a text holds something, each with the place of the first thing found.
fn found(needles: &HashMap<usize, HashMap<&[u8], usize>>, text: &[u8]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (length, needles) in needles {
        for (at, window) in text.windows(*length).enumerate() {
            if let Some(secret) = needles.get(window) {
                found.push((*secret, at));
            }
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|(secret, _)| *secret);
    found
}

/// Every so many characters in a row; of a secret that is no text, bytes.
fn pieces(secret: &[u8]) -> Vec<&[u8]> {
    let Ok(text) = std::str::from_utf8(secret) else { return secret.windows(PIECE).collect() };
    let mut bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bounds.push(text.len());
    bounds.windows(PIECE + 1).map(|bounds| &secret[bounds[0]..bounds[PIECE]]).collect()
}

/// What is no secret in any secret of its sort: a URL's scheme, the lines that begin and end a PEM document.
fn public_parts(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let scheme = position(secret, b"://").map(|end| &secret[..end + 3]);
    let of_a_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.:/".contains(byte);
    let scheme = scheme.filter(|scheme| scheme.iter().all(of_a_scheme));
    let frames = secret.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"-----"));
    scheme.into_iter().chain(frames)
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    match part.len() {
        0 => None,
        length => text.windows(length).position(|window| window == part),
    }
}

#[cfg(test)]
mod tests;
