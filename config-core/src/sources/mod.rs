//! The kinds of sources that a list may name, and how each is opened.

#[cfg(any(feature = "exec", feature = "keyring"))]
mod aside;
#[cfg(feature = "aws")]
pub(crate) mod aws;
#[cfg(feature = "azure")]
pub(crate) mod azure;
pub(crate) mod dir;
#[cfg(feature = "dotenv")]
pub mod dotenv;
pub(crate) mod env;
#[cfg(feature = "exec")]
mod exec;
#[cfg(feature = "figment")]
pub(crate) mod figment;
pub(crate) mod file;
#[cfg(feature = "gcp")]
pub mod gcp;
pub(crate) mod indirect;
#[cfg(feature = "keyring")]
mod keyring;
mod looked;
pub(crate) mod memory;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
mod named;
pub(crate) mod read;
pub(crate) mod sealed;
#[cfg(feature = "vault")]
pub(crate) mod vault;
#[cfg(test)]
mod watched;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::environment::{Context, Environment, Unexpanded};
use crate::source::{Failure, Source};
use crate::value::{Node, Text};

/// One kind of source, as `sources(..)` names it.
pub(crate) struct Kind {
    /// The name in a list.
    pub(crate) name: &'static str,
    /// Opens it, without reading.
    pub(crate) open: Open,
    /// Whether it has variables that other sources may be set up by.
    pub(crate) has_variables: bool,
}

/// How a source is opened.
#[derive(Clone, Copy)]
pub(crate) enum Open {
    /// Each entry of the list by itself.
    Entry(fn(&Request<'_>, &Context<'_>) -> Opened),
    /// As a place in a store that all entries of one name share: one login, one limit of what is asked at once.
    #[allow(dead_code, reason = "not every selection of features has a store")]
    Store(Connect),
}

/// Sets a store up, without asking it; the place in the request is none.
pub(crate) type Connect = fn(&Request<'_>, &Context<'_>) -> Result<Connection, Unopened>;

/// A store that is set up; opens the source of an entry, by its place where it has one.
pub(crate) type Connection = Arc<dyn Fn(Option<&str>) -> Opened + Send + Sync>;

/// A source that can be asked, or why there is none.
pub(crate) type Opened = Result<Box<dyn Source>, Unopened>;

/// What is to be opened.
pub(crate) struct Request<'a> {
    /// The place as written.
    pub(crate) place: Option<&'a str>,
    /// Whether the loader was given the place: then it must exist, and nothing in it is expanded.
    pub(crate) given: bool,
    /// The name of the entry, of `vault@eu` the `eu`.
    #[allow(dead_code, reason = "not every kind of source has names")]
    pub(crate) name: Option<&'a str>,
    /// The variables that a source is set up by: of the environment, else of the list's `.env` files.
    #[allow(dead_code, reason = "not every kind of source is set up by variables")]
    pub(crate) variables: Variables<'a>,
}

/// A variable of an environment that sources are set up by; empty counts as not set.
pub(crate) fn variable_of(environment: &Environment, name: &str) -> Result<Option<Text>, Failure> {
    match environment.text(name) {
        Some(Err(_)) => Err(Failure::not_utf8(name)),
        text => Ok(text.and_then(Result::ok).filter(|text| !text.is_empty())),
    }
}

/// What is put into the variables' names for an entry called so: `eu` makes `VAULT_EU_ADDR` of `VAULT_ADDR`.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
fn infix(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    format!("{}_", upper.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"))
}

/// Looks a variable up that sources are set up by; empty counts as not set.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Result<Option<Text>, Failure>;

/// Why a source could not be opened.
#[derive(Clone)]
pub(crate) enum Unopened {
    /// A `{NAME}` in the place is not set: that name.
    NotConfigured(String),
    /// A variable is not set, nor does what could say the same in its stead.
    #[allow(dead_code, reason = "not every kind of source has two such places")]
    Without { variable: Cow<'static, str>, nor: String },
    /// Of several ways to set it up none is: which there are, in words.
    #[allow(dead_code, reason = "not every kind of source has several")]
    Incomplete(String),
    /// It failed.
    Failed(Failure),
}

/// How each kind is opened; what a declaration may say of it stands in `schema::kinds`.
static KINDS: &[Kind] = &[
    env::KIND,
    #[cfg(feature = "dotenv")]
    dotenv::KIND,
    file::KIND,
    dir::KIND,
    #[cfg(feature = "exec")]
    exec::KIND,
    #[cfg(feature = "keyring")]
    keyring::KIND,
    #[cfg(feature = "aws")]
    aws::KIND,
    #[cfg(feature = "vault")]
    vault::KIND,
    #[cfg(feature = "gcp")]
    gcp::KIND,
    #[cfg(feature = "azure")]
    azure::KIND,
];

/// The kind of that name; none where it is unknown or its feature is off.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The values that the program set, as a source above all others.
pub(crate) fn overrides(values: Vec<(String, Node)>) -> memory::Memory {
    memory::Memory::nodes("set", values)
}

#[cfg(test)]
impl Kind {
    /// Opens the source of one entry, as if it were the only one.
    pub(crate) fn open(&self, request: &Request<'_>, context: &Context<'_>) -> Opened {
        match self.open {
            Open::Entry(open) => open(request, context),
            Open::Store(connect) => connect(request, context)?(request.place),
        }
    }
}

impl<'a> Request<'a> {
    /// An entry as it is declared.
    pub(crate) fn declared(place: Option<&'a str>) -> Self {
        Self { place, given: false, name: None, variables: &|_| Ok(None) }
    }

    /// A path that the loader was given.
    pub(crate) fn given(path: &'a str) -> Self {
        Self { place: Some(path), given: true, name: None, variables: &|_| Ok(None) }
    }
}

impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unexpanded> for Unopened {
    fn from(why: Unexpanded) -> Self {
        match why {
            Unexpanded::Unset(name) => Self::NotConfigured(name),
            Unexpanded::NotUtf8(name) => Self::Failed(Failure::not_utf8(&name)),
        }
    }
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConfigured(name) if name == "profile" => f.write_str("there is no profile"),
            Self::NotConfigured(name) => write!(f, "{name} is not set"),
            Self::Without { variable, nor } => write!(f, "{variable} is not set, {nor}"),
            Self::Incomplete(why) => f.write_str(why),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}
