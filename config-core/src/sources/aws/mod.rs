//! `aws("prod/app")`: secrets of AWS Secrets Manager, and with `ssm:` parameters of Systems Manager Parameter Store.

mod batch;
mod before;
mod builder;
mod call;
mod connector;
mod credentials;
mod parameters;
mod plan;
mod profile;
mod refusal;
mod region;
mod remedy;
mod rotation;
mod secrets;
mod settings;
mod store;
mod target;
mod why;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use builder::AwsBuilder;
pub use rotation::{Rotation, Schedule};

use self::batch::Refused;
use self::call::{Client, Service};
use self::credentials::Login;
use self::remedy::DELETED;
use self::settings::{Given, Settings};
use self::target::{CURRENT, Target, What};
use super::{Connection, Kind, Open, Request, Unopened, variable_of};
use crate::environment::{Context, Environment};
use crate::remote::asker::Asker;
use crate::remote::http::Http;
use crate::remote::{Asking, Backend, Before, Outcome, Read, Remote, Unread, gone};
use crate::source::{Failure, FailureKind, SourcePlan};

pub(crate) const KIND: Kind =
    Kind { name: "aws", open: Open::Store(connect), has_variables: false };

/// An account at AWS: a source of settings, and a [`Store`](crate::store::Store) of secrets.
///
/// A list that names `aws("prod/app")` needs none of this: it is set up by the environment. Given to
/// [`Loader::source`](crate::Loader::source), it takes the place of that entry.
///
/// | place | what it is |
/// |---|---|
/// | `prod/app`, or an ARN | a secret whose JSON has the keys |
/// | `prod/db#url`, `prod/db@AWSPREVIOUS#url` | one key of a secret, of the version with that stage, or by its identifier |
/// | `prod/db` | at a field: the whole text, or the bytes |
/// | `ssm:/prod/app` | in a list: all parameters below that path, `/prod/app/db/password` being `db.password` |
/// | `ssm:/prod/db/password`, `ssm:/prod/db/password@3` | at a field: one parameter, or a version or label of it |
///
/// A name with `#` or `@` in it cannot be written so; name such a secret otherwise.
///
/// Of the environment it reads, as AWS's own tools do:
///
/// | variables | what they say |
/// |---|---|
/// | `AWS_REGION`, `AWS_DEFAULT_REGION` | the region; else that of the profile |
/// | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | the credentials |
/// | `AWS_PROFILE`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `HOME` | a profile, and where it stands |
/// | `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`, `AWS_ROLE_SESSION_NAME` | a web identity |
/// | `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, `AWS_CONTAINER_CREDENTIALS_FULL_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN`, `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` | where a container asks |
/// | `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT` | whether and where the machine is asked |
/// | `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL_SSM`, `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` | the endpoint: with `https://`, or on this machine |
/// | `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` | which of AWS's own endpoints |
/// | `AWS_CA_BUNDLE`; else `SSL_CERT_FILE`, `SSL_CERT_DIR`, where the system has them | the certificate authorities |
/// | `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in lower case too | the proxy |
///
/// An entry with a name, `aws@eu`, has regions and endpoints of its own, `AWS_EU_REGION`, and never those without its
/// name. It is asked as whoever the process is, unless a variable with its name says otherwise: `AWS_EU_PROFILE`,
/// `AWS_EU_ACCESS_KEY_ID` with `AWS_EU_SECRET_ACCESS_KEY`, `AWS_EU_WEB_IDENTITY_TOKEN_FILE` with `AWS_EU_ROLE_ARN`; then
/// nobody else is meant.
///
/// Credentials are found as the AWS SDKs find them: the keys of the environment, a profile of `~/.aws` (also with SSO, an
/// assumed role, or a process of its own), a web identity, a container's endpoint, the metadata of the machine. Keys,
/// profile, region, endpoints and web identity may stand in the list's `.env` files too; what names a container's or
/// machine's endpoint is taken from the environment of the process.
///
/// ```no_run
/// use config_core::{Aws, Secrets, SecretString};
///
/// #[derive(Secrets)]
/// #[secrets(sources(env, aws("prod/app")))]
/// struct Settings {
///     #[secret(required, format = any)]
///     api_key: SecretString,
/// }
///
/// let account = Aws::builder().region("eu-west-1").profile("production").build()?;
/// let loader = Settings::loader().source(account);
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Clone)]
pub struct Aws {
    account: Arc<Account>,
    source: Arc<Remote<Account>>,
}

/// What is known of an account while it is asked.
pub(super) struct Account {
    client: Client,
    refused: Refused,
}

fn connect(request: &Request<'_>, _: &Context<'_>) -> Result<Connection, Unopened> {
    let name = request.name.map(str::to_owned);
    let given = Given { name: name.clone(), ..Given::default() };
    let settings = Settings::of(given, request.variables)?;
    let (variable, nor) = (settings.names.called("AWS_REGION"), settings.nor());
    let account = Arc::new(Account::new(settings));
    Ok(Arc::new(move |place| {
        let place = place.unwrap_or_default();
        let own = Target::read(place)?.region;
        if account.client.region.is_none() && own.is_none() {
            return Err(Unopened::Without { variable: variable.clone(), nor: nor.clone() });
        }
        Ok(Box::new(Remote::new(Arc::clone(&account), name.clone(), Some(place))?))
    }))
}

impl Aws {
    /// An account that is set up by hand, as far as that is wished.
    ///
    /// ```
    /// let account = config_core::Aws::builder()
    ///     .region("eu-west-1")
    ///     .credentials("AKIAIOSFODNN7EXAMPLE", "not-a-real-one")
    ///     .build()?;
    /// assert!(!format!("{account:?}").contains("not-a-real-one"));
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn builder() -> AwsBuilder {
        AwsBuilder::default()
    }

    /// The account that the environment of the process names.
    ///
    /// ```no_run
    /// let account = config_core::Aws::from_env()?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    ///
    /// # Errors
    /// There is no region, or a variable that cannot be used.
    pub fn from_env() -> Result<Self, Failure> {
        Self::builder().build()
    }

    fn given(given: Given) -> Result<Self, Failure> {
        let name = given.name.clone();
        let settings = Settings::of(given, &|name| variable_of(&Environment::Process, name))?;
        if settings.region.is_none() {
            let variable = settings.names.called("AWS_REGION");
            let message = format!("{variable} is not set, {}", settings.nor());
            let failure = Failure::new(FailureKind::NotConfigured, message);
            return Err(failure.hint(format!("set {variable}, or call `region` on the builder")));
        }
        let account = Arc::new(Account::new(settings));
        let source = Arc::new(Remote::new(Arc::clone(&account), name, None)?);
        Ok(Self { account, source })
    }
}

impl Account {
    fn new(settings: Settings) -> Self {
        let Settings { region, endpoints, origin, reach, names, .. } = settings;
        let http = Http::new(reach.clone());
        let login = Login::new(origin, region.clone(), reach, names);
        Self { client: Client { http, login, region, endpoints }, refused: Refused::default() }
    }
}

impl Backend for Account {
    const KIND: &'static str = "aws";

    fn asker(&self) -> Asker {
        let Client { region, endpoints, login, .. } = &self.client;
        let Some(region) = region else { return login.asker().at("aws") };
        let secrets = endpoints.address(Service::Secrets, region);
        let parameters = endpoints.address(Service::Parameters, region);
        login.asker().at(&format!("aws {region} {secrets} {parameters}"))
    }

    fn table(&self, place: &str) -> Option<String> {
        target::tree(place)
    }

    async fn read(&self, read: &Read, asking: Asking) -> Outcome {
        let target = Target::read(&read.place)?;
        let (region, version) = (target.region.as_ref(), read.version.as_deref());
        let outcome = match target.what {
            What::Secret(id) => secrets::one(self, id, region, version, asking.until).await,
            What::Parameter(name) => {
                parameters::one(self, name, region, version, asking.until).await
            }
            What::Tree(path) if version.is_none() => {
                parameters::tree(self, path, asking.until).await
            }
            What::Tree(_) => {
                let message = "a path of parameters has no versions: name one parameter";
                Err(Failure::new(FailureKind::Malformed, message).into())
            }
        };
        outcome.map_err(|unread| match unread {
            Unread::Absent(why) if version.is_some_and(|version| version != CURRENT) => {
                let is_deleted = why == DELETED;
                let kind = if is_deleted { FailureKind::Expired } else { FailureKind::NotFound };
                gone(self, read, kind, why)
            }
            unread => unread,
        })
    }

    fn read_all(
        self: &Arc<Self>,
        reads: Vec<Read>,
        asking: Asking,
    ) -> impl Future<Output = Vec<Outcome>> + Send {
        batch::read_all(Arc::clone(self), reads, asking)
    }

    fn before(&self, _reads: &[Read]) -> Before {
        self.client.login.before()
    }

    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan {
        plan::plan(self, reads)
    }

    fn whereabouts(&self, read: &Read) -> Option<String> {
        let own = Target::read(&read.place).ok()?.region;
        let region = own.as_ref().or(self.client.region.as_ref())?;
        Some(format!("in {region}"))
    }

    fn remedy(
        &self,
        read: &Read,
        key: Option<&str>,
        absent: Option<&'static str>,
    ) -> Option<String> {
        remedy::remedy(read, key, absent, self.client.region.as_ref())
    }
}

crate::remote::is_source_by!(Aws, source);

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.account.client.region.as_ref();
        f.debug_struct("Aws").field("region", &region).finish_non_exhaustive()
    }
}
