//! Without the feature `age` there are no identities.

use zeroize::Zeroizing;

use crate::environment::Context;
use crate::source::{Failure, FailureKind};
use crate::value::Value;

pub(crate) struct Ring;

impl Ring {
    pub(crate) const fn new(_context: &Context<'_>) -> Self {
        Self
    }

    pub(crate) fn whole(&self, _content: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        Err(off("the file is encrypted"))
    }

    pub(super) fn value(&self, _path: &str, _text: &str) -> Result<Value, Failure> {
        Err(off("the value is encrypted"))
    }

    pub(crate) const fn watched(&self) -> Vec<std::path::PathBuf> {
        Vec::new()
    }

    pub(crate) const fn remark(&self) -> Option<String> {
        None
    }
}

fn off(what: &str) -> Failure {
    let message = format!("{what}, and reading it needs the feature `age` of config-core");
    Failure::new(FailureKind::NotConfigured, message).hint("cargo add config-core --features age")
}
