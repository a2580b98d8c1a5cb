//! How old what was read is, and what kept the store from being asked for all of it.

use super::{Outcome, Read, Unread};
use crate::clock::Moment;
use crate::source::{Account, Failure, Trouble};

/// The account of a load that read these; the trouble is that of the token that it was asked with.
pub(super) fn of(reads: &[Read], outcomes: &[Outcome], trouble: Option<Trouble>) -> Account {
    let now = Moment::now();
    let mut account = Account { trouble, ..Account::default() };
    for (read, outcome) in reads.iter().zip(outcomes) {
        let (answered, age, failure) = match outcome {
            Ok(blob) => {
                let given = blob.given.unwrap_or(now);
                let age = blob.age.unwrap_or_else(|| now.saturating_duration_since(given));
                let age = Some(age).filter(|_| blob.lease.is_none());
                (blob.age.is_none().then_some(given), age, blob.trouble.as_deref())
            }
            Err(Unread::Absent(_)) => (Some(now), None, None),
            Err(Unread::WasAbsent { age, failure, .. }) => (None, Some(*age), Some(&**failure)),
            Err(Unread::NotRead(_) | Unread::Failed(_)) => continue,
        };
        account.answered = account.answered.max(answered);
        account.oldest = account.oldest.max(age.unwrap_or_default());
        if let Some(failure) = failure {
            let ends = outcome.as_ref().ok().and_then(|blob| blob.good_until);
            account.add(Trouble { failure: of_read(failure, read), ends });
        }
    }
    account
}

/// The failure with the secret that it is of.
fn of_read(failure: &Failure, read: &Read) -> Failure {
    match failure.key {
        Some(_) => failure.clone(),
        None => failure.clone().elsewhere(read.place.clone()),
    }
}
