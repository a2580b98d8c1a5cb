//! The identities that a load has, found when the first thing that is encrypted is read.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::age::{Identity, decrypt_file, decrypt_value};
use crate::environment::{Context, Environment, NotUtf8};
use crate::origin::Plain;
use crate::source::{Failure, FailureKind};
use crate::sources::indirect::reads_as_a_path;
use crate::sources::looked::Looked;
use crate::sources::read::{into_text, is_readable_by_others};
use crate::value::{Text, Value};

/// The key itself.
const KEY: &str = "CONFIG_CORE_AGE_IDENTITY";
/// The file that holds it.
const FILE: &str = "CONFIG_CORE_AGE_IDENTITY_FILE";
/// Where in the keyring it stands: `service#name`.
#[cfg(feature = "keyring")]
const KEYRING: &str = "CONFIG_CORE_AGE_IDENTITY_KEYRING";
/// The same two as `sops` has them.
const SOPS_KEY: &str = "SOPS_AGE_KEY";
const SOPS_FILE: &str = "SOPS_AGE_KEY_FILE";

/// The identities of one source of a load.
///
/// What the program gave counts first, then our own variables, then those of `sops`; only variables of the environment,
/// not of a `.env` file: a key beside its lock is none.
pub(crate) struct Ring {
    given: Vec<Identity>,
    environment: Environment,
    root: Option<PathBuf>,
    found: OnceLock<Result<Vec<Identity>, Failure>>,
    /// The files that variables named.
    looked: Looked,
}

impl Ring {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        Self {
            given: context.identities.to_vec(),
            environment: context.environment.clone(),
            root: context.root.map(std::path::Path::to_owned),
            found: OnceLock::new(),
            looked: Looked::new(),
        }
    }

    /// What an encrypted file holds.
    pub(crate) fn whole(&self, content: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        decrypt_file(content, self.identities()?).map_err(hinted)
    }

    /// What an encrypted value is: a text, or bytes that are none.
    pub(super) fn value(&self, path: &str, text: &str) -> Result<Value, Failure> {
        let value = decrypt_value(path, text, self.identities()?).map_err(hinted)?;
        Ok(match std::str::from_utf8(&value).is_ok() {
            true => into_text(value).map_or(Value::Null, Value::Text),
            false => Value::Bytes(value),
        })
    }

    /// The remark on an identity that others may read.
    pub(crate) fn remark(&self) -> Option<String> {
        let found = self.found.get()?.as_ref().ok()?;
        let files = found.iter().filter_map(Identity::file);
        let open: Vec<String> = files
            .filter(|file| is_readable_by_others(file))
            .map(|file| file.display().to_string())
            .collect();
        let files = (!open.is_empty()).then(|| open.join(" "))?;
        Some(format!("the age identity can be read by other users; run: chmod 600 {files}"))
    }

    /// The identity files that were looked for. One that the program has read itself is not read again.
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        self.looked.paths()
    }

    fn identities(&self) -> Result<&[Identity], Failure> {
        let found = self.found.get_or_init(|| self.find());
        found.as_deref().map_err(Clone::clone)
    }

    fn find(&self) -> Result<Vec<Identity>, Failure> {
        if !self.given.is_empty() {
            return Ok(self.given.clone());
        }
        let own = self.of_variables(KEY, FILE)?;
        #[cfg(feature = "keyring")]
        let own = [own, Vec::from_iter(self.of_keyring()?)].concat();
        match own.is_empty() {
            true => self.of_variables(SOPS_KEY, SOPS_FILE),
            false => Ok(own),
        }
    }

    fn of_variables(&self, key: &str, file: &str) -> Result<Vec<Identity>, Failure> {
        let mut found = Vec::new();
        if let Some(text) = self.variable(key)? {
            found.push(Identity::parse(&text).map_err(|failure| unusable(key, None, &failure))?);
        }
        if let Some(named) = self.environment.path(file) {
            let path = self.root.as_deref().map_or_else(|| named.clone(), |root| root.join(&named));
            let identity = Identity::read(&path);
            // As long as there is nothing, the key itself may stand where its file should be named.
            if identity.is_ok() || reads_as_a_path(&named) {
                self.looked.note([path]);
            }
            found.push(identity.map_err(|failure| unusable(file, Some(&named), &failure))?);
        }
        Ok(found)
    }

    #[cfg(feature = "keyring")]
    fn of_keyring(&self) -> Result<Option<Identity>, Failure> {
        let Some(place) = self.variable(KEYRING)? else { return Ok(None) };
        let (service, name) = place.rsplit_once('#').ok_or_else(|| {
            let failure = Failure::new(FailureKind::Malformed, "it has to be written service#name");
            unusable(KEYRING, None, &failure)
        })?;
        let identity = Identity::from_keyring(service, name);
        identity.map(Some).map_err(|failure| unusable(KEYRING, None, &failure))
    }

    fn variable(&self, name: &str) -> Result<Option<Text>, Failure> {
        match self.environment.text(name) {
            Some(Err(NotUtf8)) => {
                let failure = Failure::new(FailureKind::Malformed, "it is not UTF-8 text");
                Err(unusable(name, None, &failure))
            }
            Some(Ok(text)) if !text.is_empty() => Ok(Some(text)),
            _ => Ok(None),
        }
    }
}

/// The failure with what to do where there is no identity.
fn hinted(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::NotConfigured => {
            failure.hint(format!("set {KEY} or {FILE}, or give the loader .age_identity(..)"))
        }
        _ => failure,
    }
}

/// The failure of an identity that a variable gives, which the failure of what it should open tells. The key itself may
/// stand where its file should be named.
fn unusable(variable: &str, file: Option<&Path>, failure: &Failure) -> Failure {
    let file = file.filter(|file| reads_as_a_path(file));
    let file = file.map_or(String::new(), |file| format!(" ({})", Plain(file.display())));
    let message =
        format!("the age identity of {variable} cannot be used: {}{file}", failure.message);
    let unusable = Failure::new(failure.kind, message);
    match &failure.hint {
        Some(hint) => unusable.hint(hint.clone()),
        None => unusable,
    }
}
