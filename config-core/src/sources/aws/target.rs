//! What a place means: a secret, a parameter, or all parameters below a path.

use super::region::Region;
use crate::source::{Failure, FailureKind};

/// What a place names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub(super) what: What<'a>,
    /// The region that an ARN says.
    pub(super) region: Option<Region>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What<'a> {
    /// `prod/app`, or an ARN: a secret of Secrets Manager.
    Secret(&'a str),
    /// `ssm:/prod/db/password`, or an ARN: a parameter.
    Parameter(&'a str),
    /// `ssm:/prod/app/`: the parameters below a path.
    Tree(&'a str),
}

/// Which version of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version<'a> {
    Stage(&'a str),
    Id(&'a str),
}

/// What stands before the name of a parameter.
const PARAMETERS: &str = "ssm:";

/// The stage of the version in use.
pub(super) const CURRENT: &str = "AWSCURRENT";

impl<'a> Target<'a> {
    /// Reads a place.
    ///
    /// # Errors
    /// It is no place of these services.
    pub(super) fn read(place: &'a str) -> Result<Self, Failure> {
        let malformed = |message: &'static str| Failure::new(FailureKind::Malformed, message);
        let (named, parameter) = match place.strip_prefix(PARAMETERS) {
            Some(name) => (name, true),
            None => (place, false),
        };
        if named.starts_with("arn:") {
            return Self::of_arn(named);
        }
        let what = match parameter {
            false => What::Secret(named),
            true if named.is_empty() => {
                return Err(malformed("behind `ssm:` stands the name of a parameter"));
            }
            true if named.ends_with('/') => {
                if !named.starts_with('/') {
                    return Err(malformed("a path of parameters begins with `/`"));
                }
                What::Tree(named)
            }
            true => What::Parameter(named),
        };
        Ok(Self { what, region: None })
    }

    /// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/app-AbCdEf`.
    fn of_arn(arn: &'a str) -> Result<Self, Failure> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let what = match parts.as_slice() {
            [_, _, "secretsmanager", _, _, resource] if resource.starts_with("secret:") => {
                What::Secret(arn)
            }
            [_, _, "ssm", _, _, resource] if resource.starts_with("parameter/") => {
                What::Parameter(arn)
            }
            _ => {
                let message = "the ARN is of no secret of Secrets Manager and of no parameter";
                return Err(Failure::new(FailureKind::Malformed, message));
            }
        };
        Ok(Self { what, region: Some(Region::read(parts[3])?) })
    }
}

impl<'a> Version<'a> {
    /// A version as a key writes it. AWS makes the identifiers of versions at least 32 characters long; what is
    /// shorter is a stage.
    pub(super) const fn read(text: &'a str) -> Self {
        match text.len() {
            32..=64 => Self::Id(text),
            _ => Self::Stage(text),
        }
    }
}

/// The place of parameters in which keys are looked for: all those below it.
pub(super) fn tree(place: &str) -> Option<String> {
    let is_tree = place.starts_with(PARAMETERS) && !place.contains("arn:") && !place.ends_with('/');
    is_tree.then(|| format!("{place}/"))
}

#[cfg(test)]
mod tests {
    use super::{Target, Version, What, tree};
    use crate::sources::aws::region::Region;

    #[test]
    fn a_place_says_which_service_has_it() {
        let what = |place| Target::read(place).unwrap().what;
        assert_eq!(what("prod/app"), What::Secret("prod/app"));
        assert_eq!(what("ssm:/prod/db/password"), What::Parameter("/prod/db/password"));
        assert_eq!(what("ssm:password"), What::Parameter("password"));
        assert_eq!(what("ssm:/prod/app/"), What::Tree("/prod/app/"));
        assert_eq!(what("ssm:/"), What::Tree("/"));
        assert!(Target::read("ssm:").is_err());
        assert!(Target::read("ssm:prod/").is_err());
    }

    #[test]
    fn an_arn_says_its_region() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/app-AbCdEf";
        let target = Target::read(arn).unwrap();
        assert_eq!(target.what, What::Secret(arn));
        assert_eq!(target.region, Some(Region::read("eu-west-1").unwrap()));
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db";
        assert_eq!(Target::read(arn).unwrap().what, What::Parameter(arn));
        assert!(Target::read("arn:aws:s3:::bucket").is_err());
        assert!(Target::read("arn:aws:secretsmanager:evil.example:1:secret:a").is_err());
    }

    #[test]
    fn keys_are_looked_for_below_a_path_of_parameters() {
        assert_eq!(tree("ssm:/prod/app").as_deref(), Some("ssm:/prod/app/"));
        assert_eq!(tree("ssm:/prod/app/"), None);
        assert_eq!(tree("prod/app"), None);
    }

    #[test]
    fn what_is_long_is_an_identifier_and_what_is_short_a_stage() {
        assert_eq!(Version::read("AWSPREVIOUS"), Version::Stage("AWSPREVIOUS"));
        let id = "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111";
        assert_eq!(Version::read(id), Version::Id(id));
    }
}
