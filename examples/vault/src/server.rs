//! The Vault that is asked: the one that is there, or one started for this run.

use std::process::Command;

use config_core::store::{Store, wait};
use config_core::{Failure, FailureKind, Node, Position, Text, Value, Vault};
use config_tests_servers::openbao::{self, ROOT_TOKEN};

/// Where the secrets are.
pub(crate) enum Server {
    /// Where `VAULT_ADDR` says.
    There,
    /// An OpenBao that ends with this program, and forgets everything.
    Own(openbao::Server),
}

impl Server {
    /// The one that is there, else one of our own, which is installed first where that was not done yet.
    pub(crate) fn find() -> Result<Self, String> {
        if std::env::var_os("VAULT_ADDR").is_some() {
            return Ok(Self::There);
        }
        if !openbao::Server::is_installed() {
            install()?;
        }
        Ok(Self::Own(openbao::Server::dev()))
    }

    /// The variables that a load is given.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let own = match self {
            Self::There => Vec::new(),
            Self::Own(server) => vec![
                ("VAULT_ADDR".to_owned(), server.url()),
                ("VAULT_TOKEN".to_owned(), ROOT_TOKEN.to_owned()),
            ],
        };
        std::env::vars().chain(own).collect()
    }

    /// Writes the sample secret, unless there is one; what was done.
    pub(crate) fn with_sample(&self, name: &str) -> Result<String, Failure> {
        let vault = match self {
            Self::There => Vault::from_env()?,
            Self::Own(server) => {
                Vault::builder().endpoint(server.url()).token(ROOT_TOKEN).build()?
            }
        };
        match wait(vault.create(name, &sample())) {
            Ok(version) => Ok(format!("wrote {name}, version {}", version.id)),
            Err(failure) if failure.kind() == FailureKind::Conflict => {
                Ok(format!("left {name} as it is"))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Installs OpenBao as the tests do.
fn install() -> Result<(), String> {
    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/install.sh");
    eprintln!(
        "VAULT_ADDR is not set, and OpenBao is not installed yet: tests/servers/install.sh does so now, below the \
         target directory and nowhere else. It takes a minute, once."
    );
    let failed = |why: String| {
        format!(
            "OpenBao could not be installed: {why}. It needs python3 with venv, and the way to PyPI; or set VAULT_ADDR \
             and VAULT_TOKEN to ask a Vault that is there"
        )
    };
    match Command::new("bash").args([SCRIPT, "openbao"]).status() {
        Ok(status) if status.success() && openbao::Server::is_installed() => Ok(()),
        Ok(status) => Err(failed(format!("the script ended with {status}"))),
        Err(error) => Err(failed(format!("bash cannot be run: {error}"))),
    }
}

fn sample() -> Node {
    let database = [("host", "db.staging.example"), ("password", "not-a-real-one-of-staging")];
    let database = table(database.map(|(name, value)| (name, Node::from(value))));
    table([("api_key", Node::from("not-a-real-key-of-staging")), ("database", database)])
}

fn table<const N: usize>(entries: [(&str, Node); N]) -> Node {
    let entries = entries.map(|(name, node)| (Text::new(name.to_owned()), node));
    Node::new(Value::Map(entries.into()), Position::default())
}
