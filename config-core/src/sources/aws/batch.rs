//! Many reads at once: in batches where these take fewer calls, by themselves where a batch is refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::Account;
use super::refusal::Refusal;
use super::region::Region;
use super::target::{Target, What};
use super::{parameters, secrets};
use crate::remote::tries::alike;
use crate::remote::{self, Asking, Outcome, Read, Unread};
use crate::source::{Failure, FailureKind};

/// Which services have refused a batch. It is remembered: a permission that is missing stays so for a while, and whoever
/// was asked too much is better asked in the way that has the higher limit.
#[derive(Default)]
pub(super) struct Refused {
    secrets: AtomicBool,
    parameters: AtomicBool,
}

/// Reads of one service that one call can make; by their places in the list of all.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Batch {
    Secrets { region: Option<Region>, reads: Vec<usize> },
    Parameters { reads: Vec<usize> },
}

impl Batch {
    fn reads(&self) -> &[usize] {
        match self {
            Self::Secrets { reads, .. } | Self::Parameters { reads } => reads,
        }
    }

    const fn refused<'a>(&self, account: &'a Account) -> &'a AtomicBool {
        match self {
            Self::Secrets { .. } => &account.refused.secrets,
            Self::Parameters { .. } => &account.refused.parameters,
        }
    }
}

/// The batches that pay, of two reads and more. Only current versions of secrets can be had so.
pub(super) fn batches(account: &Account, reads: &[Read]) -> Vec<Batch> {
    let mut by_region: BTreeMap<String, (Option<Region>, Vec<usize>)> = BTreeMap::new();
    let mut by_name = Vec::new();
    for (index, read) in reads.iter().enumerate() {
        let Ok(target) = Target::read(&read.place) else { continue };
        match target.what {
            What::Secret(_) if read.version.is_none() => {
                let region = target.region.as_ref().or(account.client.region.as_ref());
                let name = region.map_or(String::new(), |region| region.as_str().to_owned());
                by_region.entry(name).or_insert((target.region, Vec::new())).1.push(index);
            }
            // Which of several versions an answer is of, it does not always say.
            What::Parameter(_) if target.region.is_none() && read.version.is_none() => {
                by_name.push(index);
            }
            _ => {}
        }
    }
    let mut batches = Vec::new();
    if !account.refused.secrets.load(Ordering::Relaxed) {
        for (region, indices) in by_region.into_values() {
            for reads in indices.chunks(secrets::BATCH).filter(|reads| reads.len() > 1) {
                batches.push(Batch::Secrets { region: region.clone(), reads: reads.to_vec() });
            }
        }
    }
    if !account.refused.parameters.load(Ordering::Relaxed) {
        for reads in by_name.chunks(parameters::BATCH).filter(|reads| reads.len() > 1) {
            batches.push(Batch::Parameters { reads: reads.to_vec() });
        }
    }
    batches
}

/// Reads all, at the same time.
pub(super) async fn read_all(
    account: Arc<Account>,
    reads: Vec<Read>,
    asking: Asking,
) -> Vec<Outcome> {
    let batches = batches(&account, &reads);
    let mut alone: Vec<usize> = (0..reads.len()).collect();
    alone.retain(|index| !batches.iter().any(|batch| batch.reads().contains(index)));
    let mut set = JoinSet::new();
    let of = |indices: &[usize]| -> Vec<(usize, Read)> {
        indices.iter().map(|&index| (index, reads[index].clone())).collect()
    };
    set.spawn(alike(each(Arc::clone(&account), of(&alone), asking)));
    for batch in batches {
        let reads = of(batch.reads());
        set.spawn(alike(together(Arc::clone(&account), batch, reads, asking)));
    }
    remote::gathered(set, reads.len()).await
}

/// One batch; what it says nothing of, or all where it is refused, by itself.
async fn together(
    account: Arc<Account>,
    batch: Batch,
    reads: Vec<(usize, Read)>,
    asking: Asking,
) -> Vec<(usize, Outcome)> {
    let started = Instant::now();
    let asked = timeout_at(asking.until.into(), ask(&account, &batch, &reads, asking.until)).await;
    let answered = match asked {
        Ok(Ok(answered)) => answered,
        Ok(Err(Refusal::Denied(_) | Refusal::Throttled(_))) => {
            batch.refused(&account).store(true, Ordering::Relaxed);
            return each(account, reads, asking).await;
        }
        // Somebody of the batch may be the reason: each is told by itself.
        Ok(Err(Refusal::NoSecret | Refusal::NoVersion | Refusal::Deleted)) => {
            return each(account, reads, asking).await;
        }
        Ok(Err(Refusal::Failed(failure))) if failure.kind() == FailureKind::Malformed => {
            return each(account, reads, asking).await;
        }
        Ok(Err(refusal)) => {
            let failure = Failure::from(refusal);
            return reads
                .into_iter()
                .map(|(index, _)| (index, Err(Unread::Failed(failure.clone()))))
                .collect();
        }
        Err(_) => reads.iter().map(|_| Some(Err(Unread::Failed(remote::late(started))))).collect(),
    };
    let mut outcomes = Vec::with_capacity(reads.len());
    let mut left = Vec::new();
    for ((index, read), outcome) in reads.into_iter().zip(answered) {
        match outcome {
            Some(outcome) => outcomes.push((index, outcome)),
            None => left.push((index, read)),
        }
    }
    outcomes.extend(each(account, left, asking).await);
    outcomes
}

async fn ask(
    account: &Account,
    batch: &Batch,
    reads: &[(usize, Read)],
    until: Instant,
) -> Result<Vec<Option<Outcome>>, Refusal> {
    let mut names = Vec::with_capacity(reads.len());
    for (_, read) in reads {
        match Target::read(&read.place)?.what {
            What::Secret(name) | What::Parameter(name) | What::Tree(name) => names.push(name),
        }
    }
    match batch {
        Batch::Secrets { region, .. } => {
            secrets::many(account, &names, region.as_ref(), until).await
        }
        Batch::Parameters { .. } => parameters::many(account, &names, until).await,
    }
}

async fn each(
    account: Arc<Account>,
    reads: Vec<(usize, Read)>,
    asking: Asking,
) -> Vec<(usize, Outcome)> {
    let (indices, reads): (Vec<usize>, Vec<Read>) = reads.into_iter().unzip();
    indices.into_iter().zip(remote::each(account, reads, asking).await).collect()
}

#[cfg(test)]
mod tests {
    use super::{Batch, batches};
    use crate::remote::Read;
    use crate::sources::aws::Account;
    use crate::sources::aws::settings::{Given, Settings};

    fn account() -> Account {
        let given = Given { region: Some("eu-west-1".to_owned()), ..Given::default() };
        Account::new(Settings::of(given, &|_| Ok(None)).unwrap())
    }

    fn read(place: &str, version: Option<&str>) -> Read {
        Read { place: place.to_owned(), version: version.map(str::to_owned) }
    }

    #[test]
    fn a_batch_has_as_many_as_a_call_may_ask_for_and_at_least_two() {
        let secrets: Vec<Read> = (0..41).map(|index| read(&format!("s{index}"), None)).collect();
        let sizes: Vec<usize> =
            batches(&account(), &secrets).iter().map(|batch| batch.reads().len()).collect();
        assert_eq!(sizes, [20, 20]);
        let parameters: Vec<Read> =
            (0..12).map(|index| read(&format!("ssm:/p{index}"), None)).collect();
        let sizes: Vec<usize> =
            batches(&account(), &parameters).iter().map(|batch| batch.reads().len()).collect();
        assert_eq!(sizes, [10, 2]);
    }

    #[test]
    fn versions_paths_and_other_regions_are_not_of_the_same_batch() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf";
        let reads = [
            read("a", None),
            read("b", Some("AWSPREVIOUS")),
            read(arn, None),
            read("ssm:/a", None),
            read("ssm:/a", Some("3")),
            read("ssm:/tree/", None),
        ];
        assert_eq!(batches(&account(), &reads), []);
        let same = [read("a", None), read("ssm:/a", None), read("b", None)];
        let expected = Batch::Secrets { region: None, reads: vec![0, 2] };
        assert_eq!(batches(&account(), &same), [expected]);
    }
}
