//! The profile of AWS's own files: `~/.aws/config` and `~/.aws/credentials`.

use std::error::Error;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::source::{Failure, FailureKind};
use crate::sources::Variables;
use crate::value::Position;

/// A profile and the files that it may stand in.
#[derive(Clone)]
pub(super) struct Profile {
    name: String,
    config: Option<PathBuf>,
    credentials: Option<PathBuf>,
    /// Where both are looked for.
    paths: Vec<PathBuf>,
    set: Option<ProfileSet>,
    /// Why the files cannot be read, where they cannot.
    broken: Option<Failure>,
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
        let mut paths = Vec::new();
        let mut file = |variable: &str, usual: &str| -> Result<Option<PathBuf>, Failure> {
            let path = match variables(variable)? {
                Some(path) => Some(expanded(Path::new(path.as_str()), home.as_deref())),
                None => home.as_ref().map(|home| home.join(".aws").join(usual)),
            };
            paths.extend(path.clone());
            Ok(path.filter(|path| path.is_file()))
        };
        let config = file("AWS_CONFIG_FILE", "config")?;
        let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let mut profile = Self { name, config, credentials, paths, set: None, broken: None };
        match profile.read() {
            Ok(set) => profile.set = set,
            Err(failure) => profile.broken = Some(failure),
        }
        Ok(profile)
    }

    /// Why nothing is known of it, where its files cannot be read.
    pub(super) const fn broken(&self) -> Option<&Failure> {
        self.broken.as_ref()
    }

    /// Whether a file has it.
    pub(super) fn is_known(&self) -> bool {
        self.has(&self.name)
    }

    /// The failure of a profile that no file has.
    pub(super) fn unknown(&self) -> Option<Failure> {
        if let Some(broken) = &self.broken {
            return Some(broken.clone());
        }
        if self.is_known() {
            return None;
        }
        let message = format!("there is no {}: {}", self.shown(), self.standing());
        Some(
            Failure::new(FailureKind::NotConfigured, message)
                .hint("see which there are: aws configure list-profiles"),
        )
    }

    /// How it stands with it, where it gave no credentials.
    pub(super) fn standing(&self) -> String {
        let paths: Vec<String> = self.paths.iter().map(|path| path.display().to_string()).collect();
        if self.config.is_none() && self.credentials.is_none() {
            return match paths.is_empty() {
                true => "no ~/.aws: HOME is not set".to_owned(),
                false => format!("no file {}", paths.join(" nor ")),
            };
        }
        match (self.is_known(), self.gap()) {
            (_, Some(gap)) => gap,
            (true, None) => "has no credentials".to_owned(),
            (false, None) => format!("not in {}", paths.join(" nor ")),
        }
    }

    /// What it builds on that is in no file.
    pub(super) fn gap(&self) -> Option<String> {
        let gone = self.along().into_iter().find(|name| *name != self.name && !self.has(name))?;
        Some(format!("its source_profile {gone} is in no file"))
    }

    /// The program that gives credentials, where one does.
    pub(super) fn program(&self) -> Option<String> {
        let set = self.set.as_ref()?;
        let along = self.along();
        let mut commands = along.iter().filter_map(|name| {
            set.get_profile(name).and_then(|profile| profile.get("credential_process"))
        });
        program_of(commands.next()?).map(str::to_owned)
    }

    /// The profiles of the files, as far as they could be read.
    pub(super) const fn set(&self) -> Option<&ProfileSet> {
        self.set.as_ref()
    }

    /// Its name, that of its `source_profile`, and so on.
    fn along(&self) -> Vec<String> {
        const MOST: usize = 16;
        let mut names = vec![self.name.clone()];
        while let Some(set) = &self.set
            && names.len() < MOST
            && let Some(profile) = names.last().and_then(|name| set.get_profile(name))
            && let Some(next) = profile.get("source_profile")
            && !names.iter().any(|name| name == next)
        {
            names.push(next.to_owned());
        }
        names
    }

    fn has(&self, name: &str) -> bool {
        self.set.as_ref().is_some_and(|set| set.get_profile(name).is_some())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whose credentials it gives, as far as that stays: its name, the files that it is looked for in, and the roles.
    pub(super) fn account(&self) -> String {
        let paths: Vec<String> = self.paths.iter().map(|path| path.display().to_string()).collect();
        let mut account = format!("{} of {}", self.shown(), paths.join(" and "));
        for name in ["role_arn", "sso_account_id", "sso_role_name"] {
            account.extend(self.said(name).flat_map(|said| [" ", said]));
        }
        account
    }

    /// By what it gives them, secrets too, each with its name.
    pub(super) fn credential(&self) -> Vec<&str> {
        const NAMES: [&str; 12] = [
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
            "credential_process",
            "credential_source",
            "external_id",
            "login_session",
            "role_session_name",
            "source_profile",
            "sso_session",
            "sso_start_url",
            "web_identity_token_file",
        ];
        NAMES.iter().flat_map(|name| self.said(name).flat_map(move |said| [*name, said])).collect()
    }

    /// What it says under a name, and what it builds on.
    fn said(&self, name: &str) -> impl Iterator<Item = &str> {
        let profiles = self.set.iter().flat_map(move |set| {
            self.along().into_iter().filter_map(move |profile| set.get_profile(&profile))
        });
        profiles.filter_map(move |profile| profile.get(name))
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

    /// Whether it says how credentials are come by.
    pub(super) fn gives(&self) -> bool {
        let ways = ["aws_access_key_id", "role_arn", "credential_process", "sso_session"];
        ways.into_iter().any(|way| self.setting(way).is_some()) || self.has_login()
    }

    /// Whether its credentials are those of a person who logs in (IAM Identity Center).
    pub(super) fn has_login(&self) -> bool {
        self.setting("sso_session").or_else(|| self.setting("sso_start_url")).is_some()
    }

    fn read(&self) -> Result<Option<ProfileSet>, Failure> {
        let (Some(files), name) = (self.files(), self.name.clone()) else { return Ok(None) };
        // Nothing of the environment is looked at: name and files are given.
        let (fs, env) = (Fs::real(), Env::from_slice(&[]));
        let loading = aws_config::profile::load(&fs, &env, &files, Some(name.into()));
        crate::store::wait(loading).map(Some).map_err(|error| self.unreadable(&error))
    }

    /// Which file cannot be read, and where. Of what the crate says, which may quote the line, the number alone is taken.
    fn unreadable(&self, error: &dyn Error) -> Failure {
        let files = || [&self.config, &self.credentials].into_iter().flatten();
        for path in files() {
            if let Err(error) = std::fs::read(path) {
                return Failure::io(&error, path.as_path().into());
            }
        }
        let said = error.source().map_or_else(String::new, ToString::to_string);
        let line = |path: &Path| -> Option<u32> {
            let behind =
                said.strip_prefix(&format!("error parsing {} on line ", path.display()))?;
            behind.split(':').next()?.parse().ok()
        };
        let message = "cannot be read as AWS's own tools would";
        let failure = Failure::new(FailureKind::Malformed, message)
            .hint("mend the line: NAME = VALUE, below [profile NAME] or [NAME]");
        match files().find_map(|path| Some((path, line(path)?))) {
            Some((path, line)) => {
                failure.in_file(path.as_path().into(), Position { line, column: 0 })
            }
            None => failure.key("AWS_CONFIG_FILE"),
        }
    }
}

/// The program of a command. What stands behind it may be secret.
pub(super) fn program_of(command: &str) -> Option<&str> {
    let word = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => command.split_whitespace().next(),
    };
    word.filter(|word| !word.contains('='))
}

/// A path with its `~/` resolved.
fn expanded(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => path.to_owned(),
    }
}
