//! Regions: which partition of AWS each is in, and where its services answer.

use std::fmt;

use super::call::Service;
use crate::source::{Failure, FailureKind};

/// The name of a region: `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Region(String);

/// Which of a region's addresses are asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Addresses {
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
}

/// A part of AWS with accounts and names of its own.
struct Partition {
    /// What the names of its regions begin with.
    regions: &'static str,
    name: &'static str,
    suffix: &'static str,
    dual_stack: &'static str,
}

/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>; the last one is for all others.
const PARTITIONS: &[Partition] = &[
    Partition {
        regions: "cn-",
        name: "aws-cn",
        suffix: "amazonaws.com.cn",
        dual_stack: "api.amazonwebservices.com.cn",
    },
    Partition {
        regions: "us-gov-",
        name: "aws-us-gov",
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
    },
    Partition {
        regions: "us-isob-",
        name: "aws-iso-b",
        suffix: "sc2s.sgov.gov",
        dual_stack: "api.aws.scloud",
    },
    Partition {
        regions: "us-iso-",
        name: "aws-iso",
        suffix: "c2s.ic.gov",
        dual_stack: "api.aws.ic.gov",
    },
    Partition {
        regions: "eusc-",
        name: "aws-eusc",
        suffix: "amazonaws.eu",
        dual_stack: "api.amazonwebservices.eu",
    },
    Partition { regions: "", name: "aws", suffix: "amazonaws.com", dual_stack: "api.aws" },
];

impl Region {
    /// Reads the name of a region, which becomes part of a host's name.
    ///
    /// # Errors
    /// It has characters that no region has.
    pub(super) fn read(name: &str) -> Result<Self, Failure> {
        let may_stand =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match !name.is_empty() && name.len() <= 64 && name.bytes().all(may_stand) {
            true => Ok(Self(name.to_owned())),
            false => Err(Failure::new(
                FailureKind::Malformed,
                "the region has to be a name such as eu-west-1",
            )),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that the region is in, as resource names have it: `aws`, `aws-cn`.
    pub(super) fn partition(&self) -> &'static str {
        self.part().name
    }

    /// Where a service answers, with its scheme.
    pub(super) fn address(&self, service: Service, addresses: Addresses) -> String {
        let part = self.part();
        let name = service.name();
        let fips = if addresses.fips { "-fips" } else { "" };
        let suffix = if addresses.dual_stack { part.dual_stack } else { part.suffix };
        format!("https://{name}{fips}.{self}.{suffix}")
    }

    fn part(&self) -> &'static Partition {
        let of = |part: &&Partition| self.0.starts_with(part.regions);
        PARTITIONS.iter().find(of).unwrap_or(&PARTITIONS[PARTITIONS.len() - 1])
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, Region};
    use crate::sources::aws::call::Service;

    fn address(region: &str, fips: bool, dual_stack: bool) -> String {
        Region::read(region).unwrap().address(Service::Secrets, Addresses { fips, dual_stack })
    }

    #[test]
    fn each_partition_has_its_own_hosts() {
        assert_eq!(
            address("eu-west-1", false, false),
            "https://secretsmanager.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            address("cn-north-1", false, false),
            "https://secretsmanager.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(
            address("us-gov-west-1", true, false),
            "https://secretsmanager-fips.us-gov-west-1.amazonaws.com"
        );
        assert_eq!(address("eu-west-1", false, true), "https://secretsmanager.eu-west-1.api.aws");
        assert_eq!(Region::read("cn-north-1").unwrap().partition(), "aws-cn");
        assert_eq!(Region::read("us-isob-east-1").unwrap().partition(), "aws-iso-b");
    }

    #[test]
    fn a_region_cannot_point_at_another_host() {
        for name in ["", "evil.example/", "eu-west-1.evil", "EU-WEST-1", "a b", "a@b"] {
            assert!(Region::read(name).is_err(), "{name:?}");
        }
    }
}
