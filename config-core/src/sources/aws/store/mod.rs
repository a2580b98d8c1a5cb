//! Writing: secrets of Secrets Manager, and parameters by names that begin with `ssm:`.

mod parameters;
mod secrets;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub(super) use secrets::{at_stage, call, describe, move_stage, put_value, token};

use super::target::{Target, What};
use super::{Account, Aws};
use crate::source::{Failure, FailureKind};
use crate::store::{Done, Expect, Metadata, Store, Stored, Version};
use crate::value::{Node, Value};

/// How long one call of a store may take, with all that it asks.
const LIMIT: Duration = Duration::from_secs(60);

/// Names that begin with `ssm:` are parameters, all others secrets. AWS has no way to delete one version of a secret; it
/// is taken out of use by taking its stages away, after which AWS deletes it in time. A secret that is deleted can be
/// brought back for 30 days, see [`Aws::restore`].
impl Store for Aws {
    fn label(&self) -> String {
        match &self.account.client.region {
            Some(region) => format!("aws {region}"),
            None => "aws".to_owned(),
        }
    }

    fn create<'a>(&'a self, name: &'a str, value: &'a Node) -> Done<'a, Version> {
        let (name, value) = (name.to_owned(), value.clone());
        self.run(async move |account, until| match Target::read(&name)?.what {
            What::Parameter(parameter) => {
                parameters::create(&account, parameter, &value, until).await
            }
            What::Secret(id) => secrets::create(&account, id, &value, until).await,
            What::Tree(_) => Err(no_tree()),
        })
    }

    fn put<'a>(&'a self, name: &'a str, value: &'a Node, expect: Expect<'a>) -> Done<'a, Version> {
        let (name, value) = (name.to_owned(), value.clone());
        let expected = match expect {
            Expect::Any => Expected::Any,
            Expect::Absent => return self.create_owned(name, value),
            Expect::Version(version) => Expected::Version(version.to_owned()),
        };
        self.run(async move |account, until| match (Target::read(&name)?.what, expected) {
            (What::Secret(id), Expected::Any) => secrets::put(&account, id, &value, until).await,
            (What::Secret(id), Expected::Version(version)) => {
                secrets::exchange(&account, id, &value, &version, until).await
            }
            (What::Parameter(parameter), Expected::Any) => {
                parameters::put(&account, parameter, &value, until).await
            }
            (What::Parameter(_), Expected::Version(_)) => {
                let message = "Parameter Store cannot compare before it writes";
                let failure = Failure::new(FailureKind::Malformed, message);
                Err(failure.hint("keep it as a secret of Secrets Manager"))
            }
            (What::Tree(_), _) => Err(no_tree()),
        })
    }

    fn read<'a>(&'a self, name: &'a str, version: Option<&'a str>) -> Done<'a, Stored> {
        let (name, version) = (name.to_owned(), version.map(str::to_owned));
        self.run(async move |account, until| {
            let target = Target::read(&name)?;
            let (region, version) = (target.region.as_ref(), version.as_deref());
            match target.what {
                What::Secret(id) => {
                    let read = super::secrets::value(&account, id, region, version, until).await?;
                    let id = read.version;
                    let version =
                        Version { created: read.created, stages: read.stages, ..Version::new(id) };
                    Ok(Stored { value: read.value, version })
                }
                What::Parameter(name) => {
                    let read =
                        super::parameters::value(&account, name, region, version, until).await?;
                    let version = Version { created: read.updated, ..Version::new(read.version) };
                    Ok(Stored { value: read.value, version })
                }
                What::Tree(_) => Err(no_tree()),
            }
        })
    }

    fn versions<'a>(&'a self, name: &'a str) -> Done<'a, Vec<Version>> {
        let name = name.to_owned();
        self.run(async move |account, until| match Target::read(&name)?.what {
            What::Secret(id) => secrets::versions(&account, id, until).await,
            What::Parameter(parameter) => parameters::versions(&account, parameter, until).await,
            What::Tree(_) => Err(no_tree()),
        })
    }

    fn delete_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()> {
        let (name, version) = (name.to_owned(), version.to_owned());
        self.run(async move |account, until| match Target::read(&name)?.what {
            What::Secret(id) => secrets::delete_version(&account, id, &version, until).await,
            What::Parameter(_) => {
                let message = "Parameter Store deletes no single version";
                Err(Failure::new(FailureKind::Malformed, message))
            }
            What::Tree(_) => Err(no_tree()),
        })
    }

    fn delete<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        let name = name.to_owned();
        self.run(async move |account, until| match Target::read(&name)?.what {
            What::Secret(id) => secrets::delete(&account, id, false, until).await,
            What::Parameter(parameter) => parameters::delete(&account, parameter, until).await,
            What::Tree(_) => Err(no_tree()),
        })
    }

    fn metadata<'a>(&'a self, name: &'a str) -> Done<'a, Metadata> {
        let name = name.to_owned();
        self.run(async move |account, until| match Target::read(&name)?.what {
            What::Secret(id) => secrets::metadata(&account, id, until).await,
            What::Parameter(parameter) => parameters::metadata(&account, parameter, until).await,
            What::Tree(_) => Err(no_tree()),
        })
    }
}

enum Expected {
    Any,
    Version(String),
}

impl Aws {
    /// Deletes a secret at once and for good, its versions with it.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// config_core::store::wait(account.delete_for_good("prod/old"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn delete_for_good<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        let name = name.to_owned();
        self.run(async move |account, until| {
            secrets::delete(&account, secret(&name)?, true, until).await
        })
    }

    /// Brings back a secret that is marked for deletion.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// config_core::store::wait(account.restore("prod/app"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn restore<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        let name = name.to_owned();
        self.run(async move |account, until| {
            secrets::restore(&account, secret(&name)?, until).await
        })
    }

    fn create_owned(&self, name: String, value: Node) -> Done<'_, Version> {
        Box::pin(async move { self.create(&name, &value).await })
    }

    /// Does work on the thread of the network; it may be awaited on any.
    pub(super) fn run<'a, T, W, F>(&'a self, work: W) -> Done<'a, T>
    where
        W: FnOnce(Arc<Account>, Instant) -> F + Send + 'a,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
        T: Send + 'static,
    {
        let account = Arc::clone(&self.account);
        Box::pin(async move {
            let running = self.source.held.runtime()?.run(work(account, Instant::now() + LIMIT));
            running.await?
        })
    }
}

/// The secret that a name means.
///
/// # Errors
/// It means a parameter.
pub(super) fn secret(name: &str) -> Result<&str, Failure> {
    match Target::read(name)?.what {
        What::Secret(id) => Ok(id),
        _ => {
            let message = "only secrets of Secrets Manager can do that";
            Err(Failure::new(FailureKind::Malformed, message).key(name.to_owned()))
        }
    }
}

/// A time as AWS writes it: seconds since 1970, with a fraction.
pub(super) fn time(value: &Value) -> Option<SystemTime> {
    let Value::Number(digits) = value else { return None };
    let seconds: f64 = digits.parse().ok()?;
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn no_tree() -> Failure {
    Failure::new(FailureKind::Malformed, "a path of parameters is no single value")
}
