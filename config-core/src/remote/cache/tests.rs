use std::sync::Arc;
use std::time::Duration;

use super::{Cache, Earlier, Flight, Turn, Was};
use crate::clock::Moment;
use crate::clock::tests::after_sleeping;
use crate::remote::asker::Asker;
use crate::remote::lease::Lease;
use crate::remote::{Blob, Read};
use crate::value::Node;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn read() -> Read {
    Read { place: "app".to_owned(), version: None }
}

/// A cache of an hour that holds this.
fn holding(blob: Blob) -> Cache {
    holding_for("app", blob)
}

/// The same, asked for a field of that path.
fn holding_for(path: &str, blob: Blob) -> Cache {
    let cache = Cache::new(HOUR);
    let wants = [(read(), vec![path.to_owned()])];
    let Some(Turn::Lead(flight)) = cache.turns(&asker(), &wants, None, None).pop() else {
        panic!("there is something in it")
    };
    flight.land(&Ok(blob));
    cache
}

fn turn(cache: &Cache) -> Turn {
    turn_of(cache, &asker(), None)
}

/// What another does, who may take an answer so old.
fn turn_of(cache: &Cache, asker: &Arc<Asker>, stale: Option<Duration>) -> Turn {
    cache.turns(asker, &[(read(), Vec::new())], stale, None).remove(0)
}

/// Has another read it.
fn reads(cache: &Cache, asker: &Arc<Asker>, stale: Option<Duration>) {
    let Turn::Lead(flight) = turn_of(cache, asker, stale) else { panic!("it is fresh") };
    flight.land(&Ok(plain()));
}

fn asker() -> Arc<Asker> {
    Arc::new(Asker::new("store".to_owned()))
}

fn token(token: &str) -> Arc<Asker> {
    Arc::new(Asker::new(format!("token {token}")))
}

fn in_file(token: &str) -> Arc<Asker> {
    Arc::new(Asker::new(format!("token {token}")).standing("a file".to_owned()))
}

fn is_fresh(cache: &Cache) -> bool {
    matches!(turn(cache), Turn::Fresh(_))
}

/// What whoever reads it next does, after a sleep of the machine.
fn leads<R>(cache: &Cache, slept: Duration, see: impl FnOnce(&Flight) -> R) -> R {
    after_sleeping(slept, || match turn(cache) {
        Turn::Lead(flight) => see(&flight),
        _ => panic!("it is fresh"),
    })
}

fn age(earlier: Earlier) -> Duration {
    match earlier {
        Ok(Was::There(blob)) => blob.age.unwrap(),
        _ => panic!("there is none"),
    }
}

fn plain() -> Blob {
    Blob::new(Node::text("a"))
}

fn lent(long: Duration) -> Blob {
    let lease = Lease::new("a", long, true);
    Blob { good_until: lease.ends(), lease: Some(lease), ..plain() }
}

#[test]
fn what_is_kept_grows_old_while_the_machine_sleeps() {
    let cache = holding(plain());
    assert!(is_fresh(&cache));
    assert!(after_sleeping(59 * MINUTE, || is_fresh(&cache)));
    let age = leads(&cache, 2 * HOUR, |flight| age(flight.earlier(3 * HOUR)));
    assert!(age >= 2 * HOUR && age < 2 * HOUR + MINUTE, "{age:?}");
    assert!(leads(&cache, 2 * HOUR, |flight| flight.earlier(HOUR).is_err()));
}

#[test]
fn leases_go_on_while_the_machine_sleeps() {
    let cache = holding(lent(30 * MINUTE));
    assert!(after_sleeping(19 * MINUTE, || is_fresh(&cache)));
    let due = leads(&cache, 21 * MINUTE, |flight| {
        flight.lent().and_then(|blob| blob.lease).map(|lease| lease.is_due(Moment::now()))
    });
    assert_eq!(due, Some(true));
    assert!(leads(&cache, 31 * MINUTE, |flight| flight.lent().is_none()));
    assert!(leads(&cache, 31 * MINUTE, |flight| flight.earlier(HOUR).is_err()), "it is over");
}

#[test]
fn what_is_kept_without_end_is_fresh_without_end() {
    let cache = Cache::new(Duration::MAX);
    let Turn::Lead(flight) = turn(&cache) else { panic!("there is something in it") };
    flight.land(&Ok(plain()));
    assert!(after_sleeping(HOUR * 1_000_000, || is_fresh(&cache)));
}

#[test]
fn what_was_refused_is_an_earlier_answer_from_then_on() {
    let cache = holding_for("port", plain());
    cache.doubt(&["host"]);
    assert!(is_fresh(&cache), "it is of another field");
    cache.doubt(&["host", "port"]);
    assert!(leads(&cache, Duration::ZERO, |flight| flight.earlier(HOUR).is_ok()));
}

#[test]
fn what_is_lent_is_not_asked_for_anew_because_it_was_refused() {
    let cache = holding_for("port", lent(HOUR));
    cache.doubt(&["port"]);
    assert!(is_fresh(&cache));
}

#[cfg(feature = "_pools")]
#[test]
fn what_is_renounced_is_asked_for_and_not_prolonged_and_nothing_else_is() {
    let (one, other) = (holding(lent(HOUR)), holding(plain()));
    one.renounce(&|text| text == "another");
    assert!(is_fresh(&one), "nobody refused it");
    one.renounce(&|text| text == "a");
    other.renounce(&|text| text == "a");
    assert!(is_fresh(&other), "it is not under a lease");
    leads(&one, Duration::ZERO, |flight| {
        assert!(flight.lent().is_none());
        assert!(flight.earlier(HOUR).is_ok(), "it is an earlier answer");
    });
    let Turn::Lead(flight) = turn(&one) else { panic!("it is fresh") };
    flight.land(&Ok(lent(HOUR)));
    assert!(is_fresh(&one));
}

#[test]
fn what_nobody_has_asked_for_any_longer_than_it_may_serve_is_dropped() {
    let cache = Cache::new(HOUR);
    reads(&cache, &token("a"), None);
    reads(&cache, &token("b"), Some(6 * HOUR));
    let after = |hours: u32| {
        after_sleeping(HOUR * hours, || drop(turn_of(&cache, &token("c"), None)));
        cache.len()
    };
    assert_eq!(after(0), 2);
    assert_eq!(after(2), 1);
    assert_eq!(after(5), 1);
    assert_eq!(after(7), 0);
}

#[test]
fn what_is_asked_for_stays_however_long_its_store_is_down() {
    let cache = Cache::new(HOUR);
    reads(&cache, &token("a"), Some(6 * HOUR));
    for hours in [5, 10, 15] {
        after_sleeping(HOUR * hours, || {
            drop(turn_of(&cache, &token("a"), Some(6 * HOUR)));
            drop(turn_of(&cache, &token("b"), None));
        });
        assert_eq!(cache.len(), 1);
    }
}

#[test]
fn what_is_lent_stays_until_it_is_over_whoever_asks() {
    let cache = holding(lent(3 * HOUR));
    let after = |hours: u32| {
        after_sleeping(HOUR * hours, || drop(turn_of(&cache, &token("b"), None)));
        cache.len()
    };
    assert_eq!((after(2), after(4)), (1, 0));
}

#[test]
fn what_a_token_got_goes_when_another_stands_in_its_file_and_that_of_others_stays() {
    let cache = Cache::new(HOUR);
    reads(&cache, &token("of another"), None);
    for number in ["1", "2", "3"] {
        reads(&cache, &in_file(number), None);
        assert_eq!(cache.len(), 2);
    }
    assert!(matches!(turn_of(&cache, &token("of another"), None), Turn::Fresh(_)));
}
