//! What is asked before there are credentials, foreseen without asking: AWS's own crates go about it in this order.

use aws_config::profile::Profile as Section;

use super::credentials::Chain;
use super::profile::program_of;

/// What the metadata of a machine is asked, one after the other.
const MACHINE: [&str; 3] = [
    "PUT /latest/api/token at the machine's metadata",
    "GET /latest/meta-data/iam/security-credentials/ at the machine's metadata",
    "GET /latest/meta-data/iam/security-credentials/ROLE at the machine's metadata",
];

/// What a container's endpoint is asked.
const CONTAINER: [&str; 1] = ["GET the container's credentials"];

/// The calls of the first place of the chain that says how it gives credentials, one after the other.
pub(super) fn calls(chain: &Chain) -> Vec<String> {
    if let Some(calls) = of_profile(chain) {
        return calls;
    }
    if let Some(identity) = &chain.web_identity {
        return vec![format!("AssumeRoleWithWebIdentity {}", identity.role_arn)];
    }
    match (chain.container.is_some(), chain.machine) {
        (true, _) => owned(&CONTAINER),
        (false, true) => owned(&MACHINE),
        (false, false) => Vec::new(),
    }
}

fn owned(calls: &[&str]) -> Vec<String> {
    calls.iter().map(|call| (*call).to_owned()).collect()
}

/// Those of a profile: who gives the first credentials, then each role that is assumed with the ones before.
fn of_profile(chain: &Chain) -> Option<Vec<String>> {
    let set = chain.profile.set()?;
    let (mut seen, mut roles) = (Vec::new(), Vec::new());
    let mut name = chain.profile.name();
    let mut calls = loop {
        let section = set.get_profile(name)?;
        if seen.contains(&name) {
            return None;
        }
        // Keys of a profile that another builds on are taken before all else that it says.
        if !seen.is_empty() && section.get("aws_access_key_id").is_some() {
            break Vec::new();
        }
        seen.push(name);
        let is_web = section.get("web_identity_token_file").is_some();
        let Some(role) = section.get("role_arn").filter(|_| !is_web) else {
            break first(section)?;
        };
        roles.push(format!("AssumeRole {role}"));
        match section.get("source_profile") {
            Some(next) if next != name => name = next,
            _ => break first(section)?,
        }
    };
    calls.extend(roles.into_iter().rev());
    Some(calls)
}

/// Who gives the credentials that all others of a profile are got with.
fn first(section: &Section) -> Option<Vec<String>> {
    let says = |name: &str| section.get(name);
    if let Some(source) = says("credential_source") {
        return match source {
            "Ec2InstanceMetadata" => Some(owned(&MACHINE)),
            "EcsContainer" => Some(owned(&CONTAINER)),
            "Environment" => Some(Vec::new()),
            _ => None,
        };
    }
    if says("web_identity_token_file").is_some() {
        return Some(vec![format!("AssumeRoleWithWebIdentity {}", says("role_arn")?)]);
    }
    if says("sso_session").or_else(|| says("sso_start_url")).is_some() {
        return Some(vec!["GetRoleCredentials at IAM Identity Center".to_owned()]);
    }
    if let Some(command) = says("credential_process") {
        let program = program_of(command).map_or(String::new(), |program| format!(" {program}"));
        return Some(vec![format!("the command{program} of the profile")]);
    }
    says("aws_access_key_id").map(|_| Vec::new())
}

#[cfg(test)]
mod tests {
    use super::calls;
    use crate::sources::aws::credentials::Origin;
    use crate::sources::aws::settings::{Given, Settings};
    use crate::value::Text;

    /// What is foreseen where the files have that profile, and the variables say that.
    fn foreseen(config: &str, pairs: &[(&str, &str)]) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config");
        std::fs::write(&path, config).unwrap();
        let path = path.to_str().unwrap();
        let settings = Settings::of(Given::default(), &|name| {
            let pair = pairs.iter().copied().chain([("AWS_CONFIG_FILE", path)]);
            let mut pair = pair.filter(|(of, _)| *of == name);
            Ok(pair.next().map(|(_, value)| Text::new(value.to_owned())))
        });
        match settings.unwrap().origin {
            Origin::Given { .. } => panic!("they are looked for"),
            Origin::Chain(chain) => calls(&chain),
        }
    }

    #[test]
    fn a_machine_is_asked_three_times_one_after_the_other() {
        let calls = foreseen("", &[]);
        assert_eq!(calls.len(), 3, "{calls:?}");
        assert!(calls[0].starts_with("PUT /latest/api/token"), "{calls:?}");
        assert!(foreseen("", &[("AWS_EC2_METADATA_DISABLED", "true")]).is_empty());
    }

    #[test]
    fn the_first_place_that_says_how_it_gives_credentials_is_asked() {
        let web = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_ROLE_ARN", "arn:r")];
        assert_eq!(foreseen("", &web), ["AssumeRoleWithWebIdentity arn:r"]);
        let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/c")];
        assert_eq!(foreseen("", &container), ["GET the container's credentials"]);
        let keys = "[default]\naws_access_key_id = a\naws_secret_access_key = b\n";
        assert!(foreseen(keys, &web).is_empty());
        assert_eq!(foreseen("[default]\nregion = eu-west-1\n", &web).len(), 1);
    }

    #[test]
    fn a_profile_is_followed_to_whoever_gives_the_first_credentials() {
        let roles = "[default]\nrole_arn = arn:last\nsource_profile = middle\n\
                     [profile middle]\nrole_arn = arn:first\nsource_profile = base\n";
        let with = |base: &str| foreseen(&format!("{roles}[profile base]\n{base}"), &[]);
        let keys = with("aws_access_key_id = a\naws_secret_access_key = b\n");
        assert_eq!(keys, ["AssumeRole arn:first", "AssumeRole arn:last"]);
        let sso = with("sso_session = corp\nsso_account_id = 1\nsso_role_name = dev\n");
        assert_eq!(sso[0], "GetRoleCredentials at IAM Identity Center");
        assert_eq!(sso.len(), 3);
        let machine = with("role_arn = arn:own\ncredential_source = Ec2InstanceMetadata\n");
        assert_eq!((machine.len(), machine[3].as_str()), (6, "AssumeRole arn:own"));
        let command = with("credential_process = /bin/give --key n0t-a-real-key\n");
        assert_eq!(command[0], "the command /bin/give of the profile");
    }

    #[test]
    fn profiles_that_lead_nowhere_or_in_a_circle_tell_of_no_call() {
        let circle = "[default]\nrole_arn = a\nsource_profile = b\n\
                      [profile b]\nrole_arn = b\nsource_profile = default\n";
        let none = [("AWS_EC2_METADATA_DISABLED", "true")];
        assert!(foreseen(circle, &none).is_empty());
        assert!(foreseen("[default]\nrole_arn = a\nsource_profile = gone\n", &none).is_empty());
    }
}
