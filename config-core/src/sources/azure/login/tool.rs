//! Who is logged in to a developer's tool.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, Executor,
};
use tokio::process::Command;
use tokio::time::timeout_at;

use super::official::{Given, given, scope};
use super::{Asked, Without};
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// How long a tool may take.
const LONGEST: Duration = Duration::from_secs(13);

/// A tool that gives out tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources::azure) enum Tool {
    /// Azure CLI.
    Az,
    /// Azure Developer CLI.
    Azd,
}

/// Runs a tool with the variables of the load, for a while at most.
struct Runner {
    tool: Tool,
    variables: Vec<(&'static str, Text)>,
    until: Instant,
    ended: Mutex<Ended>,
}

/// How it ended, told by what is known of the tools' own words.
#[derive(Debug, Clone, Copy, Default)]
enum Ended {
    #[default]
    WithoutToken,
    NotThere,
    NotLoggedIn,
    Late,
}

impl Tool {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Az => "az",
            Self::Azd => "azd",
        }
    }

    /// What is run, without its options.
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::Az => "az account get-access-token",
            Self::Azd => "azd auth token",
        }
    }

    /// Asks the tool.
    pub(super) async fn token(
        self,
        tenant: Option<&str>,
        variables: &[(&'static str, Text)],
        asked: &Asked<'_>,
    ) -> Result<Given, Without> {
        let until = asked.until.min(Instant::now() + LONGEST);
        let ended = Mutex::default();
        let runner = Arc::new(Runner { tool: self, variables: variables.to_vec(), until, ended });
        let executor: Option<Arc<dyn Executor>> = Some(Arc::clone(&runner) as _);
        let tenant_id = tenant.map(str::to_owned);
        let credential: Result<Arc<dyn TokenCredential>, _> = match self {
            Self::Az => {
                let options =
                    AzureCliCredentialOptions { executor, tenant_id, ..Default::default() };
                AzureCliCredential::new(Some(options)).map(|made| made as _)
            }
            Self::Azd => {
                let options = AzureDeveloperCliCredentialOptions { executor, tenant_id };
                AzureDeveloperCliCredential::new(Some(options)).map(|made| made as _)
            }
        };
        let token = match credential {
            Ok(credential) => credential.get_token(&[&scope(asked)], None).await,
            Err(error) => Err(error),
        };
        token.map(|token| given(&token)).map_err(|_| runner.without())
    }
}

impl Runner {
    fn without(&self) -> Without {
        let name = self.tool.name();
        let login = match self.tool {
            Tool::Az => "az login",
            Tool::Azd => "azd auth login",
        };
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |kind, message: String| {
            Without::Failed(Failure::new(kind, message).hint(format!("run: {login}")))
        };
        match ended {
            Ended::NotThere => Without::Unavailable(format!("`{name}` is not installed")),
            Ended::NotLoggedIn => Without::Unavailable(format!("nobody is logged in to `{name}`")),
            Ended::Late => {
                failed(FailureKind::Unreachable, format!("`{name}` gave no token in time"))
            }
            Ended::WithoutToken => failed(FailureKind::Denied, format!("`{name}` gave no token")),
        }
    }

    fn ended(&self, how: Ended) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = how;
    }
}

#[async_trait]
impl Executor for Runner {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        for (name, value) in &self.variables {
            command.env(name, value.as_str());
        }
        let Ok(output) = timeout_at(self.until.into(), command.output()).await else {
            self.ended(Ended::Late);
            return Err(io::ErrorKind::TimedOut.into());
        };
        // One that is there and cannot be run is no reason to go on to another login.
        let output = output.inspect_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                self.ended(Ended::NotThere);
            }
        })?;
        let said = String::from_utf8_lossy(&output.stderr);
        let is_not_there =
            output.status.code() == Some(127) || said.contains("' is not recognized");
        if is_not_there {
            self.ended(Ended::NotThere);
        } else if said.contains("az login") || said.contains("azd auth login") {
            self.ended(Ended::NotLoggedIn);
        }
        Ok(output)
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Runner({})", self.tool.name())
    }
}
