//! The environment that one load sees: the process's own, or pairs given instead of it.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

use crate::value::Text;

/// Where variables are read from during one load.
#[derive(Clone, Default)]
pub(crate) enum Environment {
    /// The process environment.
    #[default]
    Process,
    /// Pairs given to the loader; nothing of the process environment is seen.
    Pairs(Arc<HashMap<String, Text>>),
}

/// A variable that is set, but not to UTF-8 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotUtf8;

/// Why a place could not be expanded: a variable in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unexpanded {
    /// It is not set, or empty.
    Unset(String),
    /// It is set, but not to UTF-8 text.
    NotUtf8(String),
}

/// All that a source may need to know to open itself.
pub(crate) struct Context<'a> {
    /// The environment of this load.
    pub(crate) environment: &'a Environment,
    /// What relative paths start from; none is the working directory.
    pub(crate) root: Option<&'a Path>,
    /// The profile in force.
    pub(crate) profile: Option<&'a str>,
    /// What the loader was given to open what is encrypted.
    #[cfg(feature = "age")]
    pub(crate) identities: &'a [crate::age::Identity],
}

impl Environment {
    /// The text of a variable; none where it is not set.
    pub(crate) fn text(&self, name: &str) -> Option<Result<Text, NotUtf8>> {
        match self {
            Self::Process => std::env::var_os(name).map(|value| match value.into_string() {
                Ok(text) => Ok(Zeroizing::new(text)),
                Err(value) => {
                    value.into_encoded_bytes().zeroize();
                    Err(NotUtf8)
                }
            }),
            Self::Pairs(pairs) => pairs.get(name).map(|text| Ok(text.clone())),
        }
    }

    /// The same as it is now, whatever becomes of the process environment.
    #[cfg(feature = "live")]
    pub(crate) fn kept(&self) -> Self {
        let mut pairs = HashMap::new();
        for name in self.names() {
            if let Some(Ok(text)) = self.text(&name) {
                pairs.insert(name, text);
            }
        }
        Self::Pairs(Arc::new(pairs))
    }

    /// The names of all variables; none of the values stays.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Process => std::env::vars_os()
                .filter_map(|(name, value)| {
                    value.into_encoded_bytes().zeroize();
                    name.into_string().ok()
                })
                .collect(),
            Self::Pairs(pairs) => {
                let mut names: Vec<String> = pairs.keys().cloned().collect();
                names.sort_unstable();
                names
            }
        }
    }

    /// The path that a variable names, which need not be UTF-8 text; unset and empty are one.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        let path = match self {
            Self::Process => PathBuf::from(std::env::var_os(name)?),
            Self::Pairs(pairs) => PathBuf::from(pairs.get(name)?.as_str()),
        };
        Some(path).filter(|path| !path.as_os_str().is_empty())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("the process environment"),
            Self::Pairs(pairs) => write!(f, "{} given variables", pairs.len()),
        }
    }
}

impl<'a> Context<'a> {
    /// What a load knows that was told no more than this.
    pub(crate) const fn of(
        environment: &'a Environment,
        root: Option<&'a Path>,
        profile: Option<&'a str>,
    ) -> Self {
        Self {
            environment,
            root,
            profile,
            #[cfg(feature = "age")]
            identities: &[],
        }
    }
}

impl Context<'_> {
    /// A path as this load sees it.
    pub(crate) fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        match self.root {
            Some(root) => root.join(path),
            None => path.as_ref().to_owned(),
        }
    }

    /// Expands `{profile}` and `{NAME}` in a place.
    ///
    /// # Errors
    /// The name that is not set, or `profile` where there is none; the name that is set to no text.
    pub(crate) fn expand(&self, place: &str) -> Result<String, Unexpanded> {
        let mut expanded = String::with_capacity(place.len());
        let mut rest = place;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            expanded.push_str(before);
            match name {
                "profile" => {
                    let unset = || Unexpanded::Unset(name.to_owned());
                    expanded.push_str(self.profile.ok_or_else(unset)?);
                }
                name => match self.environment.text(name) {
                    Some(Ok(text)) if !text.is_empty() => expanded.push_str(&text),
                    Some(Err(NotUtf8)) => return Err(Unexpanded::NotUtf8(name.to_owned())),
                    _ => return Err(Unexpanded::Unset(name.to_owned())),
                },
            }
            rest = tail;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}
