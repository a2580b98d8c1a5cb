//! What the variables and a builder say of an account and the way to it.

use std::borrow::Cow;

use aws_config::web_identity_token::StaticConfiguration;
use aws_credential_types::Credentials;

use super::call::Service;
use super::credentials::{Chain, Origin};
use super::profile::Profile;
use super::region::{Addresses, Region};
use crate::remote::address::{is_loopback, without_tls};
use crate::remote::reach::{Authority, Reach};
use crate::source::{Failure, FailureKind};
use crate::sources::Variables;
use crate::sources::named::{Names, Own, of_another};
use crate::value::Text;

/// The variables that hold keys.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// The variables that an entry with a name has for itself.
pub(super) static OWN: Own = Own {
    families: &["AWS_"],
    place: &[
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_SSM",
    ],
    login: &[
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
    ],
};

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
    /// The profile that could say where the secrets are, for a person.
    profile: Option<String>,
    pub(super) endpoints: Endpoints,
    pub(super) origin: Origin,
    pub(super) reach: Reach,
    /// What the variables are called that all this was taken from.
    pub(super) names: Names,
}

/// Where the services are asked.
#[derive(Clone, Default)]
pub(super) struct Endpoints {
    secrets: Option<String>,
    parameters: Option<String>,
    addresses: Addresses,
}

impl Settings {
    /// What else could say the region, and does not.
    pub(super) fn nor(&self) -> String {
        match &self.profile {
            Some(profile) => format!("nor does the {profile} have a region"),
            None => of_another("AWS_REGION"),
        }
    }

    /// # Errors
    /// A variable that cannot be read, or not be used.
    pub(super) fn of(given: Given, variables: Variables<'_>) -> Result<Self, Failure> {
        let names = Names::of(&OWN, given.name.as_deref(), variables)?;
        let own = |name: &str| variables(&names.called(name));
        Self::called(given, &names, &own).map_err(|failure| names.told(failure))
    }

    fn called(given: Given, names: &Names, variables: Variables<'_>) -> Result<Self, Failure> {
        let mut reach = given.reach.checked()?.with_proxy_of(variables)?;
        if reach.authorities.is_empty()
            && let Some(path) = variables("AWS_CA_BUNDLE")?
        {
            reach.authorities.push(Authority::File(path.as_str().into()));
        }
        let by_program = given.profile.is_some();
        let own = match names.has_login() {
            true => variables("AWS_PROFILE")?.map(|name| name.as_str().to_owned()),
            false => None,
        };
        let chosen = given.profile.or(own);
        let is_chosen = chosen.is_some();
        let profile = Profile::of(chosen, variables)?;
        if is_chosen && let Some(unknown) = profile.unknown() {
            return Err(unknown);
        }
        // Whose profile it is says nothing of where an entry with a name is.
        let of_place = (is_chosen || !names.has_name()).then_some(&profile);
        let shown = of_place.map(Profile::shown);
        let region = match given.region {
            Some(region) => Some(region),
            None => region(of_place, variables)?,
        };
        let region = region.as_deref().map(Region::read).transpose()?;
        let endpoints = Endpoints::of(given.endpoint, of_place, variables)?;
        let keys = match given.credentials {
            Some(keys) => Some((keys, Cow::Borrowed("the program"))),
            // A profile that the program names is meant; one that the environment names yields to its keys.
            None if by_program => None,
            None => keys(variables)?.map(|keys| (keys, names.called(KEYS[0]))),
        };
        let origin = match keys {
            Some((keys, by)) => Origin::Given { keys, by },
            None => {
                let chain = chain(profile, is_chosen, variables)?;
                Origin::Chain(Box::new(match names.has_login() && !is_chosen {
                    true => chain.by_web_identity()?,
                    false => chain,
                }))
            }
        };
        Ok(Self { region, profile: shown, endpoints, origin, reach, names: names.clone() })
    }
}

impl Endpoints {
    fn of(
        given: Option<String>,
        profile: Option<&Profile>,
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
            let of_profile = profile.and_then(|profile| profile.setting("endpoint_url"));
            of_profile.map(|url| address(url, "endpoint_url")).transpose()
        };
        Ok(Self {
            secrets: find("AWS_ENDPOINT_URL_SECRETS_MANAGER")?,
            parameters: find("AWS_ENDPOINT_URL_SSM")?,
            addresses,
        })
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
    match (variables(KEYS[0])?, variables(KEYS[1])?) {
        (Some(id), Some(secret)) => {
            let token = variables("AWS_SESSION_TOKEN")?;
            Ok(Some(credentials(&id, &secret, token.as_ref())))
        }
        (None, None) => Ok(None),
        (id, _) => {
            let missing = if id.is_some() { KEYS[1] } else { KEYS[0] };
            let message =
                format!("{} is set, but {missing} is not", KEYS[usize::from(id.is_none())]);
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
    let container = match is_chosen {
        true => None,
        false => container(variables)?,
    };
    let machine = !is_true(variables, "AWS_EC2_METADATA_DISABLED")?;
    Ok(Chain {
        profile,
        is_chosen,
        by_profile: true,
        web_identity,
        container,
        machine: machine && !is_chosen,
    })
}

/// What names the endpoint of a container, and which of those who ask there this is; none where there is none.
fn container(variables: Variables<'_>) -> Result<Option<Vec<Text>>, Failure> {
    const NAMES: [&str; 4] = [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ];
    let [relative, full, token, file] = NAMES.map(variables);
    let (relative, full) = (relative?, full?);
    if relative.is_none() && full.is_none() {
        return Ok(None);
    }
    let all = [relative, full, token?, file?];
    Ok(Some(all.into_iter().map(|text| text.unwrap_or_else(|| Text::new(String::new()))).collect()))
}

fn region(profile: Option<&Profile>, variables: Variables<'_>) -> Result<Option<String>, Failure> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = variables(name)? {
            return Ok(Some(region.as_str().to_owned()));
        }
    }
    let Some(profile) = profile else { return Ok(None) };
    match (profile.setting("region"), profile.broken()) {
        (Some(region), _) => Ok(Some(region.to_owned())),
        (None, Some(broken)) => Err(broken.clone()),
        (None, None) => Ok(None),
    }
}

fn address(url: &str, name: &str) -> Result<String, Failure> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        let message = "an endpoint begins with https:// or http://";
        let failure = Failure::new(FailureKind::Malformed, message).key(name.to_owned());
        return Err(failure.hint("write it as https://HOST"));
    }
    if url.starts_with("http://") && !is_loopback(url) {
        return Err(without_tls(url).key(name.to_owned()));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn is_true(variables: Variables<'_>, name: &str) -> Result<bool, Failure> {
    Ok(variables(name)?.is_some_and(|text| text.trim().eq_ignore_ascii_case("true")))
}

#[cfg(test)]
mod tests {
    use super::{Given, Origin, Settings};
    use crate::remote::asker::Asker;
    use crate::source::Failure;
    use crate::sources::aws::credentials::Login;
    use crate::value::Text;

    fn of(given: Given, pairs: &[(&str, &str)]) -> Result<Settings, Failure> {
        Settings::of(given, &|name| {
            let pair = pairs.iter().find(|(of, _)| *of == name);
            Ok(pair.map(|(_, value)| Text::new((*value).to_owned())))
        })
    }

    #[test]
    fn nothing_is_sent_over_a_network_without_tls() {
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_SECRETS_MANAGER"]
        {
            let failure = of(Given::default(), &[(name, "http://192.0.2.2:1")]).err().unwrap();
            let told = format!("{failure:?}");
            let words = "a token is not sent to 192.0.2.2:1 without TLS; fix: write https://";
            assert_eq!(told, format!("{name}: {words}"));
            assert!(of(Given::default(), &[(name, "http://127.0.0.1:5000")]).is_ok());
        }
        let given = |url: &str| Given { endpoint: Some(url.to_owned()), ..Given::default() };
        assert!(of(given("http://192.0.2.2:1"), &[]).is_err());
        assert!(of(given("http://[::1]:5000"), &[]).is_ok());
    }

    #[test]
    fn a_web_identity_of_an_entry_with_a_name_is_the_only_one_that_is_tried() {
        let named = || Given { name: Some("eu".to_owned()), ..Given::default() };
        let own = [
            ("AWS_EU_WEB_IDENTITY_TOKEN_FILE", "/t"),
            ("AWS_EU_ROLE_ARN", "arn:aws:iam::1:role/eu"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "n0t-a-real-key"),
        ];
        let settings = of(named(), &own).ok().unwrap();
        let Origin::Chain(chain) = settings.origin else { panic!("keys of another") };
        assert!(!chain.by_profile && chain.container.is_none() && !chain.machine);
        assert_eq!(chain.web_identity.unwrap().role_arn, "arn:aws:iam::1:role/eu");
        let half = of(named(), &own[1..]).err().unwrap();
        assert_eq!(
            half.to_string(),
            "AWS_EU_ACCESS_KEY_ID is not set, nor AWS_EU_PROFILE, nor AWS_EU_WEB_IDENTITY_TOKEN_FILE"
        );
        let process = of(named(), &own[2..]).ok().unwrap();
        assert!(matches!(process.origin, Origin::Given { .. }));
    }

    /// Who asks with these variables.
    fn asker(pairs: &[(&str, &str)]) -> Asker {
        let settings = of(Given::default(), pairs).ok().unwrap();
        Login::new(settings.origin, settings.region, settings.reach, settings.names).asker()
    }

    #[test]
    fn everything_that_decides_whose_credentials_they_are_tells_who_asks() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let keys = |id: &str| {
            format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = n0t\n")
        };
        let (one, other) = (file("one", &keys("AKIA1")), file("other", &keys("AKIA2")));
        let role = |arn: &str| format!("[default]\nrole_arn = {arn}\nsource_profile = default\n");
        let roles = [file("role", &role("arn:1")), file("another", &role("arn:2"))];
        let (token, arn) = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN");
        let container = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        let all: [&[(&str, &str)]; 16] = [
            &[],
            &[("HOME", "/home/a")],
            &[("HOME", "/home/b")],
            &[("AWS_PROFILE", "another")],
            &[("AWS_SHARED_CREDENTIALS_FILE", &one)],
            &[("AWS_SHARED_CREDENTIALS_FILE", &other)],
            &[("AWS_CONFIG_FILE", &roles[0])],
            &[("AWS_CONFIG_FILE", &roles[1])],
            &[(token, "/t"), (arn, "arn:1")],
            &[(token, "/t"), (arn, "arn:2")],
            &[(token, "/u"), (arn, "arn:1")],
            &[(container, "/v2/credentials/a")],
            &[(container, "/v2/credentials/b")],
            &[("AWS_EC2_METADATA_DISABLED", "true")],
            &[(id, "AKIA1"), (secret, "n0t-a-real-one")],
            &[(id, "AKIA1"), (secret, "another")],
        ];
        for (at, variables) in all.iter().enumerate() {
            assert_eq!(asker(variables), asker(variables));
            for others in &all[..at] {
                assert_ne!(asker(variables), asker(others), "{variables:?} {others:?}");
            }
        }
    }

    #[test]
    fn a_profile_stays_the_account_when_its_keys_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("credentials");
        let with = |id: &str, secret: &str| {
            let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
            std::fs::write(&path, format!("[default]\n{keys}")).unwrap();
            asker(&[("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap())])
        };
        let askers = [with("AKIA1", "n0t"), with("AKIA2", "n0t"), with("AKIA2", "an0ther")];
        assert!(askers[0] != askers[1] && askers[1] != askers[2]);
        assert!(askers.iter().all(|asker| asker.account() == askers[0].account()));
        assert!(!askers[0].account().contains("AKIA1"));
    }

    #[test]
    fn a_malformed_line_of_a_profile_is_told_with_file_and_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config");
        std::fs::write(&path, "[default]\nregion = eu-west-1\nn0t-a-real-one\n").unwrap();
        let path = path.to_str().unwrap();
        let failure = of(Given::default(), &[("AWS_CONFIG_FILE", path)]).err().unwrap();
        let told = failure.to_string();
        assert_eq!(told, format!("{path}, line 3: cannot be read as AWS's own tools would"));
        // What it would have said, other places do.
        let pairs = [("AWS_CONFIG_FILE", path), ("AWS_REGION", "eu-west-1")];
        assert!(of(Given::default(), &pairs).is_ok());
    }

    #[test]
    fn a_profile_that_the_program_names_has_to_be_in_a_file() {
        let given = Given { profile: Some("gone".to_owned()), ..Given::default() };
        let failure = of(given, &[("HOME", "/no/such")]).err().unwrap().to_string();
        assert!(failure.starts_with("there is no profile gone: no file /no/such/"), "{failure}");
    }

    #[test]
    fn authorities_and_a_proxy_that_the_program_names_have_to_be_some() {
        let told = |change: fn(&mut Given)| {
            let mut given = Given::default();
            change(&mut given);
            of(given, &[]).err().unwrap().to_string()
        };
        use crate::remote::reach::Authority;
        let told_of = |authority: fn() -> Authority| {
            let mut given = Given::default();
            given.reach.authorities.push(authority());
            of(given, &[]).err().unwrap().to_string()
        };
        assert_eq!(told_of(|| Authority::File("/no/such".into())), "/no/such: no such file");
        let text = told_of(|| Authority::Pem(b"n0t-a-real-one".to_vec()));
        assert_eq!(text, "the text of the certificate authorities has no certificate in PEM");
        let text = told(|given| given.reach.proxy = Some(Text::new("p:n0t-real@:3128".to_owned())));
        assert_eq!(text, "the address of the proxy cannot be read");
    }
}
