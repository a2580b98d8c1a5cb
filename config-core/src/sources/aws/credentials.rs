//! Credentials: those that were given, else those that AWS's own chain finds, kept until shortly before they expire.

use std::borrow::Cow;
use std::time::{Duration, Instant, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use super::before;
use super::connector::Connector;
use super::profile::Profile;
use super::region::Region;
use super::why::{of_profile, says};
use crate::remote::Before;
use crate::remote::asker::Asker;
use crate::remote::blocking::{blocking, driven};
use crate::remote::reach::Reach;
use crate::source::{Failure, FailureKind};
use crate::sources::named::Names;
use crate::value::Text;

/// How long before they expire credentials are renewed: as long as the AWS SDKs take to be early.
const EARLY: Duration = Duration::from_secs(5 * 60);

const SEE: &str = "see what this says: aws sts get-caller-identity";

/// Where credentials come from.
pub(super) enum Origin {
    /// They were given, and there are no others. By what: a variable, or the program.
    Given { keys: Credentials, by: Cow<'static, str> },
    /// They are looked for, where there may be some.
    Chain(Box<Chain>),
}

/// Where credentials are looked for, one place after the other, as the AWS SDKs do.
pub(super) struct Chain {
    pub(super) profile: Profile,
    /// Whether the program named the profile: then nothing else is meant.
    pub(super) is_chosen: bool,
    /// Whether the profile is looked at.
    pub(super) by_profile: bool,
    pub(super) web_identity: Option<StaticConfiguration>,
    /// What the environment says of a container's endpoint, where it names one.
    pub(super) container: Option<Vec<Text>>,
    /// Whether the machine may be asked.
    pub(super) machine: bool,
}

/// The way to credentials.
pub(super) struct Login {
    origin: Origin,
    region: Option<Region>,
    reach: Reach,
    names: Names,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    places: Option<Places>,
    last: Option<(Instant, Result<Credentials, Failure>)>,
}

/// The chain, made when it is first asked.
struct Places {
    connector: Connector,
    providers: Vec<(&'static str, SharedCredentialsProvider)>,
}

impl Login {
    pub(super) fn new(origin: Origin, region: Option<Region>, reach: Reach, names: Names) -> Self {
        Self { origin, region, reach, names, kept: Mutex::default() }
    }

    /// The failure in the words of the entry whose login this is.
    pub(super) fn told(&self, failure: Failure) -> Failure {
        self.names.told(failure)
    }

    /// Whether others can be had where these are refused.
    pub(super) const fn is_renewable(&self) -> bool {
        matches!(self.origin, Origin::Chain(_))
    }

    /// Which these are, for a person: `those of AWS_ACCESS_KEY_ID`.
    pub(super) fn whose(&self) -> String {
        match &self.origin {
            Origin::Given { by, .. } => format!("those of {by}"),
            Origin::Chain(chain) if chain.is_chosen => {
                format!("those of the {}", chain.profile.shown())
            }
            Origin::Chain(chain) => match chain.profile.gives() {
                true => format!("those of the {}", chain.profile.shown()),
                false => "those of the role that this runs as".to_owned(),
            },
        }
    }

    /// Whose credentials they are, as far as it is known without asking.
    pub(super) fn asker(&self) -> Asker {
        match &self.origin {
            Origin::Given { keys, .. } => {
                let credential = [keys.secret_access_key(), keys.session_token().unwrap_or("")];
                Asker::new(format!("key {}", keys.access_key_id())).with(&credential)
            }
            Origin::Chain(chain) => chain.asker(),
        }
    }

    /// What is asked before the first read, as far as it can be foreseen.
    pub(super) fn before(&self) -> Before {
        let is_kept = self.kept.try_lock().is_ok_and(
            |kept| matches!(&kept.last, Some((_, Ok(credentials))) if is_fresh(credentials)),
        );
        let calls = match &self.origin {
            Origin::Chain(chain) if !is_kept => before::calls(chain),
            _ => Vec::new(),
        };
        Before { waits: calls.len(), calls }
    }

    /// Credentials other than those that were refused.
    pub(super) async fn credentials(
        &self,
        refused: Option<&Credentials>,
        until: Instant,
    ) -> Result<Credentials, Failure> {
        let chain = match &self.origin {
            Origin::Given { keys, .. } => return Ok(keys.clone()),
            Origin::Chain(chain) => chain,
        };
        let asked = Instant::now();
        let late = || crate::remote::late(asked).key("credentials");
        let mut kept = timeout_at(until.into(), self.kept.lock()).await.map_err(|_| late())?;
        match &kept.last {
            Some((at, Ok(credentials)))
                if refused != Some(credentials) && (is_fresh(credentials) || *at > asked) =>
            {
                return Ok(credentials.clone());
            }
            // Who waited for the same attempt has the same outcome.
            Some((at, Err(failure))) if *at > asked => return Err(failure.clone()),
            _ => {}
        }
        if kept.places.is_none() || refused.is_some() {
            kept.places = Some(chain.places(self.region.as_ref(), &self.reach));
        }
        let Some(places) = &kept.places else { return Err(late()) };
        let found = timeout_at(until.into(), places.first(chain)).await;
        let found =
            found.unwrap_or_else(|_| Err(late())).map_err(|failure| self.told(failure).of_store());
        kept.last = Some((Instant::now(), found.clone()));
        found
    }
}

impl Chain {
    /// The same for an entry that has a login of its own, and neither keys nor a profile: nobody else is meant.
    ///
    /// # Errors
    /// There is no web identity.
    pub(super) fn by_web_identity(self) -> Result<Self, Failure> {
        if self.web_identity.is_some() {
            return Ok(Self { by_profile: false, container: None, machine: false, ..self });
        }
        let message =
            "AWS_ACCESS_KEY_ID is not set, nor AWS_PROFILE, nor AWS_WEB_IDENTITY_TOKEN_FILE";
        Err(Failure::new(FailureKind::NotConfigured, message).hint("set one of them"))
    }

    /// Everything that decides whose the credentials are. What a container or the profile is given anew all the time is its
    /// credential and not its account.
    fn asker(&self) -> Asker {
        let mut account = Vec::new();
        let mut credential = Vec::new();
        if self.by_profile {
            account.push(self.profile.account());
            credential.extend(self.profile.credential());
        }
        if let Some(identity) = &self.web_identity {
            let file = identity.web_identity_token_file.display();
            account.push(format!("{} by {file}", identity.role_arn));
            credential.push(&identity.session_name);
        }
        if let Some(container) = &self.container {
            account.push("container".to_owned());
            credential.extend(container.iter().map(|text| text.as_str()));
        }
        account.extend(self.machine.then(|| "machine".to_owned()));
        Asker::new(account.join(", ")).with(&credential)
    }

    fn places(&self, region: Option<&Region>, reach: &Reach) -> Places {
        let connector = Connector::new(reach);
        let region = region.map(|region| aws_config::Region::new(region.as_str().to_owned()));
        let config = ProviderConfig::without_region()
            .with_region(region)
            .with_http_client(connector.clone());
        let mut providers = Vec::new();
        if self.by_profile
            && let Some(files) = self.profile.files()
        {
            let builder = ProfileFileCredentialsProvider::builder().configure(&config);
            let provider = builder.profile_name(self.profile.name()).profile_files(files).build();
            providers.push(("profile", SharedCredentialsProvider::new(provider)));
        }
        if let Some(given) = &self.web_identity {
            let builder = WebIdentityTokenCredentialsProvider::builder().configure(&config);
            let provider = builder.static_configuration(given.clone()).build();
            providers.push(("web identity", SharedCredentialsProvider::new(provider)));
        }
        if self.container.is_some() {
            let provider = EcsCredentialsProvider::builder().configure(&config).build();
            providers.push(("container", SharedCredentialsProvider::new(provider)));
        }
        if self.machine {
            let provider = ImdsCredentialsProvider::builder().configure(&config).build();
            providers.push(("machine", SharedCredentialsProvider::new(provider)));
        }
        Places { connector, providers }
    }

    /// Where was looked in vain and how it stands there, for a person.
    fn looked(&self, has_answered: bool) -> String {
        let [keys, profile, web_identity] = self.own();
        if self.is_chosen {
            return profile;
        }
        let machine = match (self.machine, has_answered) {
            (false, _) => "AWS_EC2_METADATA_DISABLED",
            (true, true) => "it has no role",
            (true, false) => "no answer",
        };
        let container =
            format!("AWS_CONTAINER_CREDENTIALS_FULL_URI ({})", standing(self.container.is_some()));
        let machine = format!("the machine's metadata ({machine})");
        [keys, profile, web_identity, container, machine].join(", ")
    }

    /// What stands before a container and a machine, which nobody need have meant: how it stands there.
    fn own(&self) -> [String; 3] {
        [
            "AWS_ACCESS_KEY_ID (not set)".to_owned(),
            format!("{} ({})", self.profile.shown(), self.profile.standing()),
            format!("AWS_WEB_IDENTITY_TOKEN_FILE ({})", standing(self.web_identity.is_some())),
        ]
    }

    /// What belongs behind the failure of a place: where was looked in vain before, if that is where they may have been
    /// meant to be.
    fn before(&self, name: &str) -> String {
        match name {
            "container" | "machine" if !self.is_chosen => {
                format!("; looked in before: {}", self.own().join(", "))
            }
            _ => String::new(),
        }
    }
}

impl Chain {
    /// Why the token of the web identity cannot be read, where it cannot.
    async fn unread(&self) -> Option<Failure> {
        let file = self.web_identity.as_ref()?.web_identity_token_file.clone();
        let read = blocking(move || match std::fs::File::open(&file) {
            Ok(_) => None,
            Err(error) => Some(Failure::io(&error, file.as_path().into())),
        });
        read.await.ok().flatten()
    }
}

impl Places {
    /// The credentials of the first place that has any.
    async fn first(&self, chain: &Chain) -> Result<Credentials, Failure> {
        for (name, provider) in &self.providers {
            // It reads files, where and when it likes.
            let provider = provider.clone();
            match driven(async move { provider.provide_credentials().await }).await? {
                Ok(credentials) => return Ok(credentials),
                Err(CredentialsError::CredentialsNotLoaded(_)) => {}
                Err(error) => {
                    let failure = self.failure(name, &error, chain).await;
                    let message = format!("{}{}", failure.message, chain.before(name)).into();
                    return Err(Failure { message, ..failure });
                }
            }
        }
        if let Some(broken) = chain.profile.broken() {
            return Err(broken.clone());
        }
        let has_answered = self.connector.failed().is_none();
        let message = format!("no AWS credentials; looked in: {}", chain.looked(has_answered));
        Err(Failure::new(FailureKind::NotConfigured, message)
            .hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure"))
    }

    /// Why a place that should have credentials gave none. What the crates say may quote a file or an answer; only
    /// whether it has known words in it is looked at.
    async fn failure(&self, name: &str, error: &CredentialsError, chain: &Chain) -> Failure {
        let of = match name {
            "profile" => format!("the {}", chain.profile.shown()),
            "web identity" => "the role of AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
            name => format!("the {name}"),
        };
        let failed = |kind, why: &str| Failure::new(kind, format!("no credentials of {of}: {why}"));
        if name == "profile"
            && let Some(failure) = of_profile(&chain.profile, error)
        {
            return failed(failure.kind(), &failure.message)
                .hint(failure.hint.unwrap_or(Cow::Borrowed(SEE)));
        }
        if name == "web identity"
            && let Some(failure) = chain.unread().await
        {
            return failed(failure.kind(), &failure.to_string())
                .hint("let AWS_WEB_IDENTITY_TOKEN_FILE name the file that the cluster writes");
        }
        if let Some(failure) = self.connector.failed() {
            let hint = failure.hint.clone();
            let failure = failed(failure.kind(), &failure.message);
            return hint.map_or(failure.clone(), |hint| failure.hint(hint));
        }
        if name == "profile" && chain.profile.has_login() {
            let login = format!("aws sso login --profile {}", chain.profile.name());
            return failed(FailureKind::Expired, "nobody is logged in, or no longer")
                .hint(format!("run: {login}"));
        }
        if says(error, &["expired", "Expired"]) {
            return failed(FailureKind::Expired, "what they are got by has expired")
                .hint("get a new token or login");
        }
        match error {
            CredentialsError::InvalidConfiguration(_) => {
                failed(FailureKind::NotConfigured, "what is configured there cannot be used")
                    .hint(SEE)
            }
            CredentialsError::ProviderTimedOut(_) => {
                failed(FailureKind::Unreachable, "it did not answer in time")
            }
            _ if says(error, &["AccessDenied", "not authorized", "UnauthorizedException"]) => {
                failed(FailureKind::Denied, "it may not be used")
                    .hint("let whoever asks assume the role: sts:AssumeRole")
            }
            _ => match self.connector.status().filter(|status| !(200..300).contains(status)) {
                Some(status) if name == "container" => {
                    failed(FailureKind::Denied, &format!("its endpoint answers HTTP {status}"))
                        .hint("see AWS_CONTAINER_CREDENTIALS_FULL_URI and its authorization token")
                }
                Some(status) => {
                    failed(FailureKind::Denied, &format!("it answers HTTP {status}")).hint(SEE)
                }
                None => failed(FailureKind::Denied, "they could not be had").hint(SEE),
            },
        }
    }
}

/// How a place stands that was looked in in vain.
const fn standing(is_set: bool) -> &'static str {
    if is_set { "no credentials" } else { "not set" }
}

/// Whether they are good for a while yet.
fn is_fresh(credentials: &Credentials) -> bool {
    let Some(expiry) = credentials.expiry() else { return true };
    expiry.duration_since(SystemTime::now()).is_ok_and(|left| left > EARLY)
}
