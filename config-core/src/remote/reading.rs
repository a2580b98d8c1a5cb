//! Reading secrets: each once, all at once, and what is kept of an earlier load first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::asker::Asker;
use super::blocking::blocking;
use super::cache::{Cache, Earlier, Flight, Turn, Was};
use super::follower::Follower;
use super::runtime::Runtime;
use super::{Asking, Backend, Blob, Kept, Outcome, Read, Unread, tries};
use crate::clock::Moment;
use crate::source::{Failure, FailureKind};

/// Reads each of them, with the fields that it is read for, on the thread of the network; the outcomes in order.
pub(super) async fn all<B: Backend>(
    runtime: &Runtime,
    backend: &Arc<B>,
    reads: Vec<(Read, Vec<String>)>,
    asking: Asking,
    kept: Kept,
) -> Result<Vec<Outcome>, Failure> {
    let backend = Arc::clone(backend);
    let Kept { cache, stale, attempts, follower } = kept;
    let work = tries::at_most(attempts, async move {
        if !asking.only_looks && backend.due().is_some_and(|due| due <= Moment::now()) {
            backend.upkeep(asking).await;
        }
        match cache {
            None => {
                let reads = reads.into_iter().map(|(read, _)| read).collect();
                backend.read_all(reads, asking).await
            }
            Some(cache) => through(&cache, &backend, reads, asking, stale, follower).await,
        }
    });
    runtime.run(work).await
}

/// Each by itself and all at the same time; the one that is late does not hold up the others.
pub(crate) async fn each<B: Backend>(
    backend: Arc<B>,
    reads: Vec<Read>,
    asking: Asking,
) -> Vec<Outcome> {
    let count = reads.len();
    let mut set = JoinSet::new();
    for (index, read) in reads.into_iter().enumerate() {
        let backend = Arc::clone(&backend);
        set.spawn(tries::alike(async move { [(index, in_time(&*backend, &read, asking).await)] }));
    }
    gathered(set, count).await
}

/// The outcomes of so many secrets in their order, from tasks that each know some of them; what a task that panicked was
/// to find out has failed.
pub(crate) async fn gathered<S>(mut set: JoinSet<S>, count: usize) -> Vec<Outcome>
where
    S: IntoIterator<Item = (usize, Outcome)> + Send + 'static,
{
    let mut outcomes: Vec<Option<Outcome>> = (0..count).map(|_| None).collect();
    while let Some(joined) = set.join_next().await {
        for (index, outcome) in joined.into_iter().flatten() {
            outcomes[index] = Some(outcome);
        }
    }
    let panicked = || Err(Unread::Failed(Failure::panicked()));
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(panicked)).collect()
}

/// Reads one, unless it is late.
async fn in_time<B: Backend>(backend: &B, read: &Read, asking: Asking) -> Outcome {
    let started = Instant::now();
    match timeout_at(asking.until.into(), backend.read(read, asking)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Unread::Failed(late(started))),
    }
}

/// The failure of what did not come before the load stopped waiting.
pub(crate) fn late(started: Instant) -> Failure {
    let elapsed = started.elapsed();
    // It is told a little before the load stops waiting, and that takes whole seconds most often.
    let told = match elapsed < Duration::from_secs(2) {
        true => elapsed,
        false => Duration::from_secs(elapsed.as_secs_f64().round() as u64),
    };
    Failure::late(told).of_store()
}

/// Reads by way of what is kept: what is fresh is taken, what somebody else is reading is waited for, and the rest is
/// read for all who want it.
async fn through<B: Backend>(
    cache: &Cache,
    backend: &Arc<B>,
    reads: Vec<(Read, Vec<String>)>,
    asking: Asking,
    stale: Option<Duration>,
    follower: Option<Follower>,
) -> Vec<Outcome> {
    let asker = match asker(backend, asking).await {
        Ok(asker) => asker,
        Err(failure) => return reads.iter().map(|_| Err(failure.clone().into())).collect(),
    };
    if asking.only_looks {
        return looked(cache, backend, &asker, reads, asking, stale).await;
    }
    let mut outcomes: Vec<Option<Outcome>> = reads.iter().map(|_| None).collect();
    let (mut leading, mut waiting) = (Vec::new(), Vec::new());
    for (index, turn) in cache.turns(&asker, &reads, stale, follower).into_iter().enumerate() {
        match turn {
            Turn::Fresh(blob) => outcomes[index] = Some(Ok(blob)),
            Turn::Lead(flight) => leading.push((index, flight)),
            Turn::Wait(flight) => waiting.push((index, flight)),
        }
    }
    let mut led = prolonged(backend, &leading, asking).await;
    let unled = led.iter().zip(&leading).filter(|(outcome, _)| outcome.is_none());
    let asked = unled.map(|(_, (index, _))| reads[*index].0.clone()).collect();
    let read = backend.read_all(asked, asking).await;
    let open = led.iter_mut().filter(|outcome| outcome.is_none());
    open.zip(read).for_each(|(outcome, read)| *outcome = Some(read));
    // Where nobody could be reached there is nothing to write down, and what is there may be wanted yet.
    let is_news = |outcome: &Outcome| outcome.as_ref().err().is_none_or(|why| !says_nothing(why));
    let has_news = led.iter().flatten().any(is_news);
    for ((index, flight), outcome) in leading.into_iter().zip(led) {
        let Some(outcome) = outcome else { continue };
        let earlier = stale.map(|oldest| flight.earlier(oldest));
        // That this load had no time left says nothing to those who have.
        match is_unreachable(&outcome) && is_late(asking) {
            true => drop(flight),
            false => flight.land(&outcome),
        }
        outcomes[index] = Some(or_earlier(outcome, earlier));
    }
    if has_news {
        save(cache, asking).await;
    }
    for (index, flight) in waiting {
        let started = Instant::now();
        let earlier = stale.map(|oldest| flight.earlier(oldest));
        let outcome = match timeout_at(asking.until.into(), flight.landed()).await {
            Ok(Some(outcome)) => outcome,
            // Whoever was reading it gave up; what it wanted, this load reads for itself.
            Ok(None) => in_time(&**backend, &reads[index].0, asking).await,
            Err(_) => Err(Unread::Failed(late(started))),
        };
        outcomes[index] = Some(or_earlier(outcome, earlier));
    }
    let unread = || Failure::new(FailureKind::Unreachable, "the secret was not asked for");
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|| Err(Unread::Failed(unread()))))
        .collect()
}

/// What a load takes: where the store is out of reach and earlier answers may be taken the earlier one, or the failure
/// with why there is none.
fn or_earlier(outcome: Outcome, earlier: Option<Earlier>) -> Outcome {
    match (outcome, earlier) {
        (Err(Unread::Failed(failure)), Some(earlier)) if is_out_of_reach(&failure) => match earlier
        {
            Ok(Was::There(blob)) => Ok(Blob { trouble: Some(Box::new(failure)), ..blob }),
            Ok(Was::Absent { why, age }) => {
                Err(Unread::WasAbsent { why, age, failure: Box::new(failure) })
            }
            Err(why) => {
                let message = format!("{}; {why}", failure.message).into();
                Err(Unread::Failed(Failure { message, ..failure }))
            }
        },
        (outcome, _) => outcome,
    }
}

/// Who asks whom, which a file may say.
async fn asker<B: Backend>(backend: &Arc<B>, asking: Asking) -> Result<Arc<Asker>, Failure> {
    let (started, backend) = (Instant::now(), Arc::clone(backend));
    let asker = timeout_at(asking.until.into(), blocking(move || backend.asker())).await;
    Ok(Arc::new(asker.unwrap_or_else(|_| Err(late(started)))?))
}

/// Writes down what is kept.
async fn save(cache: &Cache, asking: Asking) {
    let saving = cache.clone();
    if timeout_at(asking.until.into(), blocking(move || saving.save())).await.is_err() {
        cache.hangs();
    }
}

/// Reads for a report: what is fresh is taken, and nobody else waits for what is read here. What a load would take of
/// earlier answers is taken too.
async fn looked<B: Backend>(
    cache: &Cache,
    backend: &Arc<B>,
    asker: &Arc<Asker>,
    reads: Vec<(Read, Vec<String>)>,
    asking: Asking,
    stale: Option<Duration>,
) -> Vec<Outcome> {
    let kept: Vec<Option<Blob>> = reads.iter().map(|(read, _)| cache.fresh(asker, read)).collect();
    let open = reads.into_iter().zip(&kept).filter(|(_, kept)| kept.is_none());
    let open: Vec<Read> = open.map(|((read, _), _)| read).collect();
    let outcomes = backend.read_all(open.clone(), asking).await.into_iter();
    let mut read = outcomes.zip(&open).map(|(outcome, read)| {
        let earlier = stale.map(|oldest| cache.earlier(asker, read, oldest));
        or_earlier(outcome, earlier)
    });
    let unread = || Failure::new(FailureKind::Unreachable, "the secret was not asked for");
    kept.into_iter()
        .map(|kept| match kept {
            Some(blob) => Ok(blob),
            None => read.next().unwrap_or_else(|| Err(Unread::Failed(unread()))),
        })
        .collect()
}

/// Whether the load that asks has no time left.
fn is_late(asking: Asking) -> bool {
    Instant::now() + Duration::from_millis(200) >= asking.until
}

/// What was lent earlier and is still good, prolonged where it is time to: a fresh one would be another credential. One
/// that could not be prolonged stays as it is, with why.
async fn prolonged<B: Backend>(
    backend: &Arc<B>,
    leading: &[(usize, Flight)],
    asking: Asking,
) -> Vec<Option<Outcome>> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(leading.len());
    let mut set = JoinSet::new();
    for (at, (_, flight)) in leading.iter().enumerate() {
        let lent = flight.lent();
        let is_due = lent.iter().flat_map(|blob| &blob.lease).any(|of| of.is_due(Moment::now()));
        outcomes.push(lent.clone().filter(|_| !is_due).map(Ok));
        if let Some(blob) = lent.filter(|_| is_due) {
            let backend = Arc::clone(backend);
            set.spawn(tries::alike(async move {
                let started = Instant::now();
                let prolonged = timeout_at(asking.until.into(), backend.prolonged(&blob, asking));
                match prolonged.await.unwrap_or_else(|_| Err(late(started))) {
                    Ok(prolonged) => (at, prolonged.map(|blob| Blob { given: None, ..blob })),
                    Err(failure) => (at, Some(Blob { trouble: Some(Box::new(failure)), ..blob })),
                }
            }));
        }
    }
    while let Some(joined) = set.join_next().await {
        if let Ok((at, Some(blob))) = joined {
            outcomes[at] = Some(Ok(blob));
        }
    }
    outcomes
}

fn is_unreachable(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Unread::Failed(failure)) if is_out_of_reach(failure))
}

/// Whether it says nothing of whether the store has the secret, and gives it: nobody was reached, or what came was not
/// its own, as the page of somebody in between.
pub(super) const fn says_nothing(unread: &Unread) -> bool {
    match unread {
        Unread::Failed(failure) => !matches!(
            failure.kind,
            FailureKind::Denied | FailureKind::NotFound | FailureKind::Expired
        ),
        Unread::Absent(_) => false,
        Unread::WasAbsent { .. } | Unread::NotRead(_) => true,
    }
}

/// Whether nobody can tell what the store would have answered.
const fn is_out_of_reach(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Unreachable)
}
