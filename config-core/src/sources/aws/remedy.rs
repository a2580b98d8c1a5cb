//! What a person does so that a secret or parameter has a value.

use super::plan::quoted;
use super::region::Region;
use super::target::{Target, What};
use crate::remote::Read;
use crate::remote::shell::{typed, word};

/// Why there is nothing to read.
pub(super) const NO_SECRET: &str = "no such secret";
pub(super) const NO_PARAMETER: &str = "no such parameter";
pub(super) const NO_VERSION: &str = "no such version";
pub(super) const NO_VALUE: &str = "it has no value yet";
pub(super) const DELETED: &str = "marked for deletion";

/// What is to be done where a key is missing, or, for one of these reasons, all of the secret. Nothing that is there is
/// ever to be replaced by a value alone.
pub(super) fn remedy(
    read: &Read,
    key: Option<&str>,
    absent: Option<&'static str>,
    region: Option<&Region>,
) -> Option<String> {
    let target = Target::read(&read.place).ok()?;
    let region = target.region.as_ref().or(region);
    let region = region.map_or(String::new(), |region| format!(" --region {region}"));
    let put = |name: &str| {
        let name = word(name);
        format!(
            "aws ssm put-parameter{region} --type SecureString --name {name} --value file:///dev/stdin"
        )
    };
    let is_there = absent.is_none();
    Some(match (target.what, key) {
        (What::Secret(name) | What::Parameter(name), _)
            if read.version.is_some() && absent != Some(DELETED) =>
        {
            format!("point at a version of {name} that has it")
        }
        (What::Secret(id), Some(key)) if is_there => {
            let (key, id) = (quoted(key), word(id));
            format!(
                "add {key} to the JSON that is there: aws secretsmanager get-secret-value{region} --secret-id {id} \
                 --query SecretString --output text > FILE, and with the key in it: aws secretsmanager \
                 put-secret-value{region} --secret-id {id} --secret-string file://FILE"
            )
        }
        (What::Secret(id), _) if absent == Some(DELETED) => {
            format!("run: aws secretsmanager restore-secret{region} --secret-id {}", word(id))
        }
        (What::Secret(id), key) => {
            // An ARN is given by AWS: there is no secret to be made of that name.
            let verb = match absent {
                Some(NO_SECRET) if id.starts_with("arn:") => {
                    return Some("name a secret that is there".to_owned());
                }
                Some(NO_SECRET) => format!("create-secret{region} --name"),
                _ => format!("put-secret-value{region} --secret-id"),
            };
            let id = word(id);
            let command =
                format!("aws secretsmanager {verb} {id} --secret-string file:///dev/stdin");
            run(&command, key)
        }
        (What::Parameter(name), Some(key)) if is_there => {
            let (key, name) = (quoted(key), word(name));
            format!(
                "add {key} to the JSON that is there: aws ssm get-parameter{region} --with-decryption --name {name} \
                 --query Parameter.Value --output text > FILE, and with the key in it: aws ssm \
                 put-parameter{region} --overwrite --name {name} --value file://FILE"
            )
        }
        (What::Parameter(name), _) if name.starts_with("arn:") => {
            "name a parameter that is there".to_owned()
        }
        (What::Parameter(name), key) => run(&put(name), key),
        (What::Tree(path), key) => run(&put(&format!("{path}{}", key?.replace('.', "/"))), None),
    })
}

/// A command, and what has to be typed where that is more than the value.
fn run(command: &str, key: Option<&str>) -> String {
    let command = typed(command);
    match key {
        Some(key) => format!("run, and type {{{}: \"..\"}}: {command}", quoted(key)),
        None => format!("run: {command}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{DELETED, NO_PARAMETER, NO_SECRET, NO_VALUE, NO_VERSION, remedy};
    use crate::remote::Read;
    use crate::sources::aws::region::Region;

    fn told(place: &str, key: Option<&str>, absent: Option<&'static str>) -> String {
        let (place, version) = match place.split_once('@') {
            Some((place, version)) => (place, Some(version.to_owned())),
            None => (place, None),
        };
        let read = Read { place: place.to_owned(), version };
        remedy(&read, key, absent, Some(&Region::read("us-east-1").unwrap())).unwrap()
    }

    #[test]
    fn a_secret_that_is_not_there_is_made_and_not_written_to() {
        assert_eq!(
            told("db", None, Some(NO_SECRET)),
            "run: read -rs V && printf %s \"$V\" | aws secretsmanager create-secret --region \
             us-east-1 --name db --secret-string file:///dev/stdin"
        );
        let text = told("prod/app", Some("a.b"), Some(NO_SECRET));
        assert!(text.starts_with("run, and type {\"a.b\": \"..\"}: read"), "{text}");
        assert!(text.contains(" create-secret --region us-east-1 --name prod/app "), "{text}");
        let text = told("db", None, Some(NO_VALUE));
        assert!(text.contains(" put-secret-value --region us-east-1 --secret-id db "), "{text}");
    }

    #[test]
    fn a_key_that_is_not_there_is_added_to_those_that_are() {
        let text = told("prod/app", Some("key"), None);
        assert!(text.starts_with("add \"key\" to the JSON that is there: "), "{text}");
        assert!(text.contains(" get-secret-value --region us-east-1 "), "{text}");
        assert!(!text.contains("/dev/stdin"), "{text}");
        let text = told("ssm:/prod/app", Some("key"), None);
        assert!(text.contains(" get-parameter ") && !text.contains("/dev/stdin"), "{text}");
    }

    #[test]
    fn a_version_that_is_not_there_or_lacks_a_key_is_never_written() {
        for (place, key, absent) in [
            ("db@AWSPREVIOUS", None, Some(NO_VERSION)),
            ("db@AWSPREVIOUS", Some("key"), Some(NO_VERSION)),
            ("db@AWSPREVIOUS", Some("key"), None),
            ("db@AWSPREVIOUS", None, Some(NO_SECRET)),
        ] {
            assert_eq!(told(place, key, absent), "point at a version of db that has it");
        }
        let text = told("ssm:/a@3", None, Some(NO_VERSION));
        assert_eq!(text, "point at a version of /a that has it");
    }

    #[test]
    fn a_secret_that_is_to_be_deleted_is_restored() {
        for key in [None, Some("key")] {
            assert_eq!(
                told("db", key, Some(DELETED)),
                "run: aws secretsmanager restore-secret --region us-east-1 --secret-id db"
            );
        }
    }

    #[test]
    fn a_parameter_that_is_not_there_is_made_and_none_is_replaced() {
        let expected = "run: read -rs V && printf %s \"$V\" | aws ssm put-parameter --region \
             us-east-1 --type SecureString --name /prod/a/b --value file:///dev/stdin";
        assert_eq!(told("ssm:/prod/a/b", None, Some(NO_PARAMETER)), expected);
        assert_eq!(told("ssm:/prod/", Some("a.b"), None), expected);
    }

    #[test]
    fn the_region_is_that_of_an_arn_where_there_is_one() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf";
        assert!(told(arn, Some("key"), None).contains("--region eu-west-1"));
        assert_eq!(told(arn, None, Some(NO_SECRET)), "name a secret that is there");
    }
}
