//! What reading would ask, cost and need.

use std::collections::BTreeSet;

use super::batch::{Batch, batches};
use super::region::Region;
use super::target::{Target, What};
use super::{Account, parameters};
use crate::remote::{Read, body};
use crate::source::{Policy, SourcePlan};
use crate::value::Node;

/// What Secrets Manager asks for one secret, in billionths of a dollar: $0.05 for 10,000 calls, those of a batch counted
/// by its secrets. Standard parameters are free of charge.
const PRICE: u64 = 5_000;

/// What the reads need, in the words of IAM.
#[derive(Default)]
struct Needs {
    secrets: BTreeSet<String>,
    /// Parameters read by themselves, several at once, and by their path.
    parameter: BTreeSet<String>,
    parameters: BTreeSet<String>,
    paths: BTreeSet<String>,
    batch: bool,
}

pub(super) fn plan(account: &Account, wanted: &[(Read, usize)]) -> SourcePlan {
    let reads: Vec<Read> = wanted.iter().map(|(read, _)| read.clone()).collect();
    let mut round_trips = 1;
    let mut plan = SourcePlan::default();
    let mut needs = Needs::default();
    let mut price = 0;
    let batches = batches(account, &reads);
    for batch in &batches {
        let (call, indices) = match batch {
            Batch::Secrets { reads, .. } => ("BatchGetSecretValue", reads),
            Batch::Parameters { reads } => ("GetParameters", reads),
        };
        let names: Vec<&str> = indices.iter().map(|&index| reads[index].place.as_str()).collect();
        plan = plan.reads(format!("{call} {}", names.join(" ")));
        needs.batch |= matches!(batch, Batch::Secrets { .. });
    }
    for (index, (read, keys)) in wanted.iter().enumerate() {
        let target = match Target::read(&read.place) {
            Ok(target) => target,
            Err(failure) => {
                plan = plan.warns(format!("{} is not asked for: {failure}", read.place));
                continue;
            }
        };
        let region = target.region.as_ref().or(account.client.region.as_ref());
        let is_alone = !batches.iter().any(|batch| match batch {
            Batch::Secrets { reads, .. } | Batch::Parameters { reads } => reads.contains(&index),
        });
        let version = read.version.as_ref().map_or(String::new(), |version| format!("@{version}"));
        let alone = |call: &str, name: &str| format!("{call} {name}{version}");
        let call = match target.what {
            What::Secret(id) => {
                price += PRICE;
                needs.secrets.insert(secret(id, region));
                alone("GetSecretValue", id)
            }
            What::Parameter(name) => {
                let set = if is_alone { &mut needs.parameter } else { &mut needs.parameters };
                set.insert(parameter(name, region));
                alone("GetParameter", name)
            }
            What::Tree(_) if read.version.is_some() => {
                plan =
                    plan.warns(format!("{} is not asked for: a path has no versions", read.place));
                continue;
            }
            What::Tree(path) => {
                let path = path.trim_end_matches('/');
                needs.paths.insert(parameter(path, region));
                needs.paths.insert(parameter(&format!("{path}/*"), region));
                let pages = keys.div_ceil(parameters::BATCH).max(1);
                round_trips = round_trips.max(pages);
                for call in below(if path.is_empty() { "/" } else { path }, pages) {
                    plan = plan.reads(call);
                }
                continue;
            }
        };
        if is_alone {
            plan = plan.reads(call);
        }
    }
    if plan.calls().is_empty() {
        return plan;
    }
    plan.round_trips(round_trips).costs(price).needs(Policy::new("json", needs.policy()))
}

/// The answers that make one path: each has ten parameters and says where the next begins. As many are sure as the keys
/// fill; there are more where more stands below the path than is wanted.
fn below(path: &str, pages: usize) -> impl Iterator<Item = String> {
    (1..=pages).map(move |page| {
        let which = if page == 1 { String::new() } else { format!(", page {page}") };
        let more =
            if page == pages { ", and further pages of 10 parameters, one by one" } else { "" };
        format!("GetParametersByPath {path}{which}{more}")
    })
}

impl Needs {
    /// The policy; the key's statement is needed only where a key of the customer's own encrypts a value, and is bound
    /// to these services.
    fn policy(&self) -> String {
        let mut statements = Vec::new();
        let mut allow = |actions: &str, resources: &BTreeSet<String>| {
            if !resources.is_empty() {
                statements.push(statement("", actions, resources, ""));
            }
        };
        let any = BTreeSet::from(["*".to_owned()]);
        allow("secretsmanager:GetSecretValue", &self.secrets);
        if self.batch {
            allow("secretsmanager:BatchGetSecretValue", &any);
        }
        allow("ssm:GetParameter", &self.parameter);
        allow("ssm:GetParameters", &self.parameters);
        allow("ssm:GetParametersByPath", &self.paths);
        statements.push(statement(
            "      \"Sid\": \"OnlyWhereACustomerManagedKeyEncrypts\",\n",
            "kms:Decrypt",
            &any,
            ",\n      \"Condition\": { \"StringLike\": { \"kms:ViaService\": [\"secretsmanager.*.amazonaws.com*\", \"ssm.*.amazonaws.com*\"] } }",
        ));
        let statements = statements.join(",\n");
        format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statements}\n  ]\n}}")
    }
}

fn statement(before: &str, action: &str, resources: &BTreeSet<String>, behind: &str) -> String {
    let resources: Vec<String> = resources.iter().map(|resource| quoted(resource)).collect();
    let resources = resources.join(", ");
    format!(
        "    {{\n{before}      \"Effect\": \"Allow\",\n      \"Action\": \"{action}\",\n      \"Resource\": [{resources}]{behind}\n    }}"
    )
}

/// The ARN of a secret; AWS puts six characters of its own behind the name.
fn secret(id: &str, region: Option<&Region>) -> String {
    match (id.starts_with("arn:"), region) {
        (false, Some(region)) => {
            format!("arn:{}:secretsmanager:{region}:*:secret:{id}-??????", region.partition())
        }
        (false, None) => format!("arn:aws:secretsmanager:*:*:secret:{id}-??????"),
        (true, _) => id.to_owned(),
    }
}

fn parameter(name: &str, region: Option<&Region>) -> String {
    let (partition, region) =
        region.map_or(("aws", "*"), |region| (region.partition(), region.as_str()));
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => {
            let name = name.strip_prefix('/').unwrap_or(name);
            format!("arn:{partition}:ssm:{region}:*:parameter/{name}")
        }
    }
}

/// A name in quotes, as JSON has it.
pub(super) fn quoted(name: &str) -> String {
    String::from_utf8_lossy(&body::of(&Node::from(name))).into_owned()
}
