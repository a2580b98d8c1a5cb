//! The profile of AWS's own files: `~/.aws/config` and `~/.aws/credentials`.

use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::source::Failure;
use crate::sources::Variables;

/// A profile and the files that it may stand in.
#[derive(Clone)]
pub(super) struct Profile {
    name: String,
    config: Option<PathBuf>,
    credentials: Option<PathBuf>,
    set: Option<ProfileSet>,
}

impl Profile {
    /// The one that the variables name.
    ///
    /// # Errors
    /// A variable that cannot be read.
    pub(super) fn of(name: Option<String>, variables: Variables<'_>) -> Result<Self, Failure> {
        let name = match name {
            Some(name) => name,
            None => variables("AWS_PROFILE")?
                .map_or_else(|| "default".to_owned(), |name| name.as_str().to_owned()),
        };
        let home = match variables("HOME")? {
            Some(home) => Some(home),
            None => variables("USERPROFILE")?,
        };
        let home = home.map(|home| PathBuf::from(home.as_str()));
        let file = |variable: &str, usual: &str| -> Result<Option<PathBuf>, Failure> {
            let path = match variables(variable)? {
                Some(path) => Some(expanded(Path::new(path.as_str()), home.as_deref())),
                None => home.as_ref().map(|home| home.join(".aws").join(usual)),
            };
            Ok(path.filter(|path| path.is_file()))
        };
        let config = file("AWS_CONFIG_FILE", "config")?;
        let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let mut profile = Self { name, config, credentials, set: None };
        profile.set = profile.read();
        Ok(profile)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The profile for a person.
    pub(super) fn shown(&self) -> String {
        format!("profile {}", self.name)
    }

    /// The files that are there; none where there are none, which the crate of AWS does not stand.
    pub(super) fn files(&self) -> Option<EnvConfigFiles> {
        if self.config.is_none() && self.credentials.is_none() {
            return None;
        }
        let mut files = EnvConfigFiles::builder();
        if let Some(path) = &self.config {
            files = files.with_file(EnvConfigFileKind::Config, path);
        }
        if let Some(path) = &self.credentials {
            files = files.with_file(EnvConfigFileKind::Credentials, path);
        }
        Some(files.build())
    }

    /// What the profile says under a name; none where the files cannot be read, which whoever asks for credentials is
    /// told.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.set.as_ref()?.get(name)
    }

    /// Whether it has keys itself, so that nobody has to be asked for them.
    pub(super) fn has_keys(&self) -> bool {
        self.setting("aws_access_key_id").is_some() && self.setting("role_arn").is_none()
    }

    /// Whether its credentials are those of a person who logs in (IAM Identity Center).
    pub(super) fn has_login(&self) -> bool {
        self.setting("sso_session").or_else(|| self.setting("sso_start_url")).is_some()
    }

    fn read(&self) -> Option<ProfileSet> {
        let (files, name) = (self.files()?, self.name.clone());
        // Nothing of the environment is looked at: name and files are given.
        let (fs, env) = (Fs::real(), Env::from_slice(&[]));
        let loading = aws_config::profile::load(&fs, &env, &files, Some(name.into()));
        crate::store::wait(loading).ok()
    }
}

/// A path with its `~/` resolved.
fn expanded(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => path.to_owned(),
    }
}
