//! What the variables and a builder say of an account and the way to it.

use aws_config::web_identity_token::StaticConfiguration;
use aws_credential_types::Credentials;

use super::call::Service;
use super::credentials::{Chain, Origin};
use super::profile::Profile;
use super::region::{Addresses, Region};
use crate::remote::address::exposed;
use crate::remote::reach::{Authority, Reach};
use crate::source::{Failure, FailureKind};
use crate::sources::Variables;
use crate::value::Text;

/// What was given by the program; all else is taken from the variables.
#[derive(Clone, Default)]
pub(super) struct Given {
    pub(super) name: Option<String>,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) reach: Reach,
}

/// All that there is to know before the first call.
pub(super) struct Settings {
    pub(super) region: Option<Region>,
    pub(super) endpoints: Endpoints,
    pub(super) origin: Origin,
    pub(super) reach: Reach,
}

/// Where the services are asked.
#[derive(Clone, Default)]
pub(super) struct Endpoints {
    secrets: Option<String>,
    parameters: Option<String>,
    addresses: Addresses,
}

impl Settings {
    /// # Errors
    /// A variable that cannot be read, or not be used.
    pub(super) fn of(given: Given, variables: Variables<'_>) -> Result<Self, Failure> {
        let mut reach = given.reach.with_proxy_of(variables)?;
        if reach.authorities.is_empty()
            && let Some(path) = variables("AWS_CA_BUNDLE")?
        {
            reach.authorities.push(Authority::File(path.as_str().into()));
        }
        let is_chosen = given.profile.is_some();
        let profile = Profile::of(given.profile, variables)?;
        let region = match given.region {
            Some(region) => Some(region),
            None => region(&profile, variables)?,
        };
        let region = region.as_deref().map(Region::read).transpose()?;
        let endpoints = Endpoints::of(given.endpoint, &profile, variables)?;
        let keys = match given.credentials {
            Some(keys) => Some(keys),
            // A profile that the program names is meant; one that the environment names yields to its keys.
            None if is_chosen => None,
            None => keys(variables)?,
        };
        let origin = match keys {
            Some(keys) => Origin::Given(keys),
            None => Origin::Chain(Box::new(chain(profile, is_chosen, variables)?)),
        };
        Ok(Self { region, endpoints, origin, reach })
    }
}

impl Endpoints {
    fn of(
        given: Option<String>,
        profile: &Profile,
        variables: Variables<'_>,
    ) -> Result<Self, Failure> {
        let addresses = Addresses {
            fips: is_true(variables, "AWS_USE_FIPS_ENDPOINT")?,
            dual_stack: is_true(variables, "AWS_USE_DUALSTACK_ENDPOINT")?,
        };
        let ignored = is_true(variables, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?;
        let find = |own: &str| -> Result<Option<String>, Failure> {
            if let Some(given) = &given {
                return address(given, "endpoint").map(Some);
            }
            if ignored {
                return Ok(None);
            }
            for name in [own, "AWS_ENDPOINT_URL"] {
                if let Some(url) = variables(name)? {
                    return address(&url, name).map(Some);
                }
            }
            let of_profile = profile.setting("endpoint_url");
            of_profile.map(|url| address(url, "endpoint_url")).transpose()
        };
        Ok(Self {
            secrets: find("AWS_ENDPOINT_URL_SECRETS_MANAGER")?,
            parameters: find("AWS_ENDPOINT_URL_SSM")?,
            addresses,
        })
    }

    /// What is to be said of an address of one's own.
    pub(super) fn exposed(&self) -> Option<&'static str> {
        [&self.secrets, &self.parameters].into_iter().flatten().find_map(|url| exposed(url))
    }

    /// Where a service is asked, without a `/` at the end.
    pub(super) fn address(&self, service: Service, region: &Region) -> String {
        let own = match service {
            Service::Secrets => &self.secrets,
            Service::Parameters => &self.parameters,
        };
        own.clone().unwrap_or_else(|| region.address(service, self.addresses))
    }
}

/// The credentials that the variables hold themselves.
fn keys(variables: Variables<'_>) -> Result<Option<Credentials>, Failure> {
    const NAMES: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    match (variables(NAMES[0])?, variables(NAMES[1])?) {
        (Some(id), Some(secret)) => {
            let token = variables("AWS_SESSION_TOKEN")?;
            Ok(Some(credentials(&id, &secret, token.as_ref())))
        }
        (None, None) => Ok(None),
        (id, _) => {
            let missing = if id.is_some() { NAMES[1] } else { NAMES[0] };
            let message =
                format!("{} is set, but {missing} is not", NAMES[usize::from(id.is_none())]);
            Err(Failure::new(FailureKind::NotConfigured, message).hint(format!("set {missing}")))
        }
    }
}

/// Credentials that are wiped when dropped.
pub(super) fn credentials(id: &Text, secret: &Text, token: Option<&Text>) -> Credentials {
    // What is handed over is kept in a buffer that is wiped; it must not be larger than its text.
    let owned = |text: &Text| text.as_str().to_owned();
    Credentials::new(owned(id), owned(secret), token.map(owned), None, "given")
}

fn chain(profile: Profile, is_chosen: bool, variables: Variables<'_>) -> Result<Chain, Failure> {
    let text = |name: &str| -> Result<Option<String>, Failure> {
        Ok(variables(name)?.map(|text| text.as_str().to_owned()))
    };
    let web_identity = match (text("AWS_WEB_IDENTITY_TOKEN_FILE")?, text("AWS_ROLE_ARN")?) {
        (Some(file), Some(role_arn)) if !is_chosen => Some(StaticConfiguration {
            web_identity_token_file: file.into(),
            role_arn,
            session_name: text("AWS_ROLE_SESSION_NAME")?
                .unwrap_or_else(|| "config-core".to_owned()),
        }),
        (Some(_), None) if !is_chosen => {
            let message = "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not";
            return Err(Failure::new(FailureKind::NotConfigured, message).hint("set AWS_ROLE_ARN"));
        }
        _ => None,
    };
    let container = text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")?.is_some()
        || text("AWS_CONTAINER_CREDENTIALS_FULL_URI")?.is_some();
    let machine = !is_true(variables, "AWS_EC2_METADATA_DISABLED")?;
    Ok(Chain {
        profile,
        is_chosen,
        web_identity,
        container: container && !is_chosen,
        machine: machine && !is_chosen,
    })
}

fn region(profile: &Profile, variables: Variables<'_>) -> Result<Option<String>, Failure> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = variables(name)? {
            return Ok(Some(region.as_str().to_owned()));
        }
    }
    Ok(profile.setting("region").map(str::to_owned))
}

fn address(url: &str, name: &str) -> Result<String, Failure> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        let message = "an endpoint begins with https:// or http://";
        return Err(Failure::new(FailureKind::Malformed, message).key(name.to_owned()));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn is_true(variables: Variables<'_>, name: &str) -> Result<bool, Failure> {
    Ok(variables(name)?.is_some_and(|text| text.trim().eq_ignore_ascii_case("true")))
}
