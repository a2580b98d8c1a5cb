//! Two of one kind by their names: what each is set up by, and what neither takes from the one without a name. Vault's
//! are in `vault::variables`.

use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests_servers::azure::{CLIENT_SECRET, StandIn as Vault};
use config_tests_servers::gcp::{Options, StandIn as Google};
use config_tests_servers::{moto, unique};
use serde_json::json;

use crate::child::{again, is_child};
use crate::passage::Passage;
use crate::witness::Witness;

type Pairs = Vec<(&'static str, String)>;

/// These pairs without those of these names.
fn without(pairs: &Pairs, names: &[&str]) -> Pairs {
    pairs.iter().filter(|(name, _)| !names.contains(name)).cloned().collect()
}

fn and<const N: usize>(pairs: &Pairs, more: [(&'static str, &str); N]) -> Pairs {
    let more = more.map(|(name, value)| (name, value.to_owned()));
    pairs.iter().cloned().chain(more).collect()
}

/// How a load fails, in one line.
#[track_caller]
fn failure<S: Secrets>(pairs: Pairs) -> String {
    match S::loader().env(pairs).load() {
        Ok(_) => panic!("it was loaded"),
        Err(error) => in_one_line(&error.to_string()),
    }
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

mod aws {
    use super::{Pairs, Witness, and, failure, json, moto, unique, without};
    use config_core::{Aws, ExposeSecret, SecretString, Secrets};
    use config_tests_servers::http::Request;

    #[derive(Secrets)]
    #[secrets(sources(aws@eu("{PLACE}"), aws@us("{PLACE}")))]
    struct Two {
        #[secret(required, format = any, sources(aws@eu))]
        eu: SecretString,
        #[secret(required, format = any, sources(aws@us))]
        us: SecretString,
    }

    /// One account with a secret of the same name in two regions.
    struct Bed {
        eu: Witness,
        us: Witness,
        place: String,
    }

    impl Bed {
        fn new() -> Self {
            let (server, place) = (moto::Server::shared(), unique("named"));
            for (region, eu, us) in
                [("eu-west-1", "of-europe", "wrong"), ("us-east-1", "wrong", "of-america")]
            {
                let text = json!({ "eu": eu, "us": us }).to_string();
                let secret = json!({ "Name": place, "SecretString": text });
                server.must(region, "CreateSecret", &secret);
            }
            let witness = || Witness::before(server.address());
            Self { eu: witness(), us: witness(), place }
        }

        fn pairs(&self) -> Pairs {
            [
                ("PLACE", self.place.as_str()),
                ("AWS_EU_REGION", "eu-west-1"),
                ("AWS_EU_ENDPOINT_URL", &self.eu.url()),
                ("AWS_US_REGION", "us-east-1"),
                ("AWS_US_ENDPOINT_URL", &self.us.url()),
                ("AWS_ACCESS_KEY_ID", "AKIAPROCESSN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "n0t-a-real-key"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
        }
    }

    #[track_caller]
    fn are_loaded(pairs: Pairs) {
        let two = Two::loader().env(pairs).load().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((two.eu.expose_secret(), two.us.expose_secret()), ("of-europe", "of-america"));
    }

    fn key(request: &Request) -> String {
        let (_, scope) = request.headers.value("authorization").unwrap().split_once('=').unwrap();
        scope.split('/').next().unwrap().to_owned()
    }

    #[test]
    fn each_has_a_region_and_an_endpoint_of_its_own_and_both_are_asked_by_the_process() {
        let bed = Bed::new();
        are_loaded(bed.pairs());
        assert_eq!([key(&bed.eu.last()), key(&bed.us.last())], ["AKIAPROCESSN7EXAMPLE"; 2]);
    }

    #[test]
    fn neither_takes_the_region_or_the_endpoint_of_the_one_without_a_name() {
        let bed = Bed::new();
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config");
        let profile = format!("[default]\nregion = us-east-1\nendpoint_url = {}\n", bed.us.url());
        std::fs::write(&config, profile).unwrap();
        let unnamed = without(&bed.pairs(), &["AWS_US_REGION", "AWS_US_ENDPOINT_URL"]);
        let unnamed = and(
            &unnamed,
            [
                ("AWS_REGION", "us-east-1"),
                ("AWS_ENDPOINT_URL", &bed.us.url()),
                ("AWS_CONFIG_FILE", config.to_str().unwrap()),
            ],
        );
        let text = failure::<Two>(unnamed);
        let why = "AWS_US_REGION is not set, and AWS_REGION is that of the entry without a name";
        assert!(text.contains(why) && text.contains("set AWS_US_REGION"), "{text}");
        assert!(bed.us.seen().is_empty());
    }

    #[test]
    fn keys_of_its_own_count_as_a_whole() {
        let bed = Bed::new();
        let half = and(&bed.pairs(), [("AWS_US_ACCESS_KEY_ID", "AKIAAMERICAN7EXAMPLE")]);
        let text = failure::<Two>(half.clone());
        let why = "AWS_US_ACCESS_KEY_ID is set, but AWS_US_SECRET_ACCESS_KEY is not";
        assert!(text.contains(why), "{text}");
        are_loaded(and(&half, [("AWS_US_SECRET_ACCESS_KEY", "n0t-a-real-key")]));
        let keys = [key(&bed.eu.last()), key(&bed.us.last())];
        assert_eq!(keys, ["AKIAPROCESSN7EXAMPLE", "AKIAAMERICAN7EXAMPLE"]);
    }

    #[test]
    fn a_profile_of_its_own_says_the_region_too_and_nobody_else_is_meant() {
        let bed = Bed::new();
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config");
        let profile = "[profile us]\nregion = us-east-1\naws_access_key_id = AKIAPROFILEN7EXAMPLE\n\
                       aws_secret_access_key = n0t-a-real-key\n[profile empty]\nregion = us-east-1\n";
        std::fs::write(&config, profile).unwrap();
        let pairs = without(&bed.pairs(), &["AWS_US_REGION"]);
        let pairs = and(&pairs, [("AWS_CONFIG_FILE", config.to_str().unwrap())]);
        are_loaded(and(&pairs, [("AWS_US_PROFILE", "us")]));
        assert_eq!(key(&bed.us.last()), "AKIAPROFILEN7EXAMPLE");
        let text = failure::<Two>(and(&pairs, [("AWS_US_PROFILE", "typo")]));
        assert!(text.contains("there is no profile typo"), "{text}");
        let text = failure::<Two>(and(&pairs, [("AWS_US_PROFILE", "empty")]));
        let why = "no AWS credentials; looked in: profile empty (has no credentials)";
        assert!(text.contains(why), "{text}");
    }

    #[test]
    fn a_builder_with_a_name_has_the_same_variables() {
        let failure = Aws::builder().name("eu").build().unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.starts_with("AWS_EU_REGION is not set"), "{told}");
        assert!(told.contains("set AWS_EU_REGION, or call `region` on the builder"), "{told}");
    }
}

mod gcp {
    use super::{Google, Options, Pairs, and, failure, json, without};
    use config_core::{ExposeSecret, Gcp, SecretString, Secrets};
    use config_tests_servers::proxy::Proxy;

    const TOKEN: &str = "ya29.n0t-a-real-t0ken";

    #[derive(Secrets)]
    #[secrets(sources(gcp@eu("app"), gcp@us("app")))]
    struct Two {
        #[secret(required, format = any, sources(gcp@eu))]
        eu: SecretString,
        #[secret(required, format = any, sources(gcp@us))]
        us: SecretString,
    }

    /// Two projects with a secret of the same name.
    struct Bed {
        proxy: Proxy,
        _google: Google,
    }

    impl Bed {
        fn new() -> Self {
            let token = Some(TOKEN.to_owned());
            let google = Google::with(&Options { token, ..Options::default() });
            for (project, eu, us) in
                [("europe", "of-europe", "wrong"), ("america", "wrong", "of-america")]
            {
                let text = json!({ "eu": eu, "us": us }).to_string();
                google.add(project, "app", text.as_bytes());
            }
            Self { proxy: Proxy::before(google.address()), _google: google }
        }

        fn pairs(&self) -> Pairs {
            [
                ("GOOGLE_CLOUD_EU_PROJECT", "europe"),
                ("CLOUDSDK_EU_API_ENDPOINT_OVERRIDES_SECRETMANAGER", &self.proxy.url()),
                ("GOOGLE_CLOUD_US_PROJECT", "america"),
                ("CLOUDSDK_US_API_ENDPOINT_OVERRIDES_SECRETMANAGER", &self.proxy.url()),
                ("CLOUDSDK_AUTH_ACCESS_TOKEN", TOKEN),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
        }
    }

    #[track_caller]
    fn are_loaded(pairs: Pairs) {
        let two = Two::loader().env(pairs).load().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((two.eu.expose_secret(), two.us.expose_secret()), ("of-europe", "of-america"));
    }

    #[test]
    fn each_has_a_project_of_its_own_and_both_are_asked_by_the_process() {
        are_loaded(Bed::new().pairs());
    }

    #[test]
    fn neither_takes_the_project_of_the_one_without_a_name_nor_that_of_the_credentials() {
        let bed = Bed::new();
        let pairs = without(&bed.pairs(), &["GOOGLE_CLOUD_US_PROJECT"]);
        let unnamed = and(&pairs, [("GOOGLE_CLOUD_PROJECT", "america")]);
        let why = "GOOGLE_CLOUD_US_PROJECT is not set, and GOOGLE_CLOUD_PROJECT is that of the entry without a name";
        let text = failure::<Two>(unnamed);
        assert!(text.contains(why) && text.contains("set GOOGLE_CLOUD_US_PROJECT"), "{text}");
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("key.json");
        std::fs::write(&key, json!({ "project_id": "america" }).to_string()).unwrap();
        let key = key.to_str().unwrap();
        let text = failure::<Two>(and(&pairs, [("GOOGLE_APPLICATION_CREDENTIALS", key)]));
        assert!(text.contains(why), "{text}");
        let asked = bed.proxy.requests();
        assert!(!asked.iter().any(|asked| asked.path.contains("america")));
    }

    #[test]
    fn a_token_or_credentials_of_its_own_count_alone() {
        let bed = Bed::new();
        let wrong = and(&bed.pairs(), [("CLOUDSDK_US_AUTH_ACCESS_TOKEN", "ya29.an0ther-t0ken")]);
        let text = failure::<Two>(wrong);
        assert!(text.contains("the given access token is not accepted"), "{text}");
        assert!(!text.contains("of-europe") && text.starts_with("1 setting"), "{text}");
        let unreadable = [("GOOGLE_US_APPLICATION_CREDENTIALS", "/none/key.json")];
        let text = failure::<Two>(and(&bed.pairs(), unreadable));
        assert!(text.contains("no such file from gcp@us app (/none/key.json)"), "{text}");
        assert!(text.contains("let GOOGLE_US_APPLICATION_CREDENTIALS name a file"), "{text}");
    }

    #[test]
    fn a_builder_with_a_name_has_the_same_variables() {
        let failure = Gcp::builder().name("eu").build().unwrap_err();
        let told = format!("{failure:?}");
        assert!(told.starts_with("GOOGLE_CLOUD_EU_PROJECT is not set"), "{told}");
        assert!(told.contains("or call `project` on the builder"), "{told}");
    }
}

#[derive(Secrets)]
#[secrets(sources(azure@eu, azure@us))]
struct Two {
    #[secret(required, format = any, azure = "eu", sources(azure@eu))]
    eu: SecretString,
    #[secret(required, format = any, azure = "us", sources(azure@us))]
    us: SecretString,
}

/// Two vaults as far as their names go, of one tenant; found by a proxy, since tokens are for Azure's own hosts alone.
struct Bed {
    vault: Vault,
    passage: Passage,
}

impl Bed {
    fn new() -> Self {
        let vault = Vault::start();
        vault.set("eu", "of-europe");
        vault.set("us", "of-america");
        let address = vault.url().trim_start_matches("https://").parse().unwrap();
        let hosts = ["eu.vault.azure.net", "us.vault.azure.net", "login.microsoftonline.com"];
        let passage = Passage::to(&hosts.map(|host| (host, address)));
        Self { vault, passage }
    }

    fn pairs(&self) -> Pairs {
        [
            ("KEY_VAULT_EU_URI", "https://eu.vault.azure.net"),
            ("KEY_VAULT_US_URI", "https://us.vault.azure.net"),
            ("AZURE_TENANT_ID", self.vault.tenant()),
            ("AZURE_CLIENT_ID", self.vault.client_id()),
            ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
            ("HTTPS_PROXY", &self.passage.url()),
            ("SSL_CERT_FILE", self.vault.ca().to_str().unwrap()),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    /// What a process with these variables prints, since whom to trust it is told by its own alone.
    #[track_caller]
    fn printed(&self, pairs: &Pairs) -> String {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        in_one_line(&again("named::a_process_with_two_vaults", &pairs))
    }
}

/// Run by [`Bed::printed`] alone.
#[test]
fn a_process_with_two_vaults() {
    if !is_child() {
        return;
    }
    match Two::load() {
        Ok(two) => println!("{} and {}", two.eu.expose_secret(), two.us.expose_secret()),
        Err(error) => println!("{error}"),
    }
}

#[test]
fn each_vault_has_an_address_of_its_own_and_both_are_asked_by_the_process() {
    let bed = Bed::new();
    let text = bed.printed(&bed.pairs());
    assert!(text.contains("of-europe and of-america"), "{text}");
    for host in ["eu.vault.azure.net:443", "us.vault.azure.net:443"] {
        assert!(bed.passage.asked().iter().any(|asked| asked == host), "{host}");
    }
}

#[test]
fn neither_vault_is_the_one_without_a_name() {
    let bed = Bed::new();
    let unnamed = without(&bed.pairs(), &["KEY_VAULT_US_URI"]);
    let text = bed.printed(&and(&unnamed, [("KEY_VAULT_URI", "https://us.vault.azure.net")]));
    let why = "KEY_VAULT_US_URI is not set, and KEY_VAULT_URI is that of the entry without a name";
    assert!(text.contains(why) && text.contains("set KEY_VAULT_US_URI"), "{text}");
    assert!(!bed.passage.asked().iter().any(|asked| asked.starts_with("us.")));
}

#[test]
fn an_application_of_its_own_counts_as_a_whole() {
    let bed = Bed::new();
    let half = and(&bed.pairs(), [("AZURE_US_CLIENT_SECRET", CLIENT_SECRET)]);
    let text = bed.printed(&half);
    let why = "AZURE_US_CLIENT_SECRET is set, but AZURE_US_TENANT_ID is not";
    assert!(text.contains(why), "{text}");
    let other = [("AZURE_US_TENANT_ID", bed.vault.tenant()), ("AZURE_US_CLIENT_ID", "another")];
    let text = bed.printed(&and(&half, other));
    assert!(text.contains("has no application another (AADSTS700016)"), "{text}");
    assert!(text.contains("1 setting could not be loaded"), "{text}");
    let own =
        [("AZURE_US_TENANT_ID", bed.vault.tenant()), ("AZURE_US_CLIENT_ID", bed.vault.client_id())];
    let text = bed.printed(&and(&half, own));
    assert!(text.contains("of-europe and of-america"), "{text}");
}

#[test]
fn a_builder_of_a_vault_with_a_name_has_the_same_variables() {
    let pairs = [("KEY_VAULT_URI", "https://us.vault.azure.net")];
    let failure = config_core::Azure::builder().env(pairs).name("eu").build().unwrap_err();
    let told = format!("{failure:?}");
    assert!(told.starts_with("KEY_VAULT_EU_URI is not set"), "{told}");
}
