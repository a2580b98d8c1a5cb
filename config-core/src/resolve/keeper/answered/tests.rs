use std::time::Duration;

use super::{Answered, Of};
use crate::clock::Moment;
use crate::clock::tests::after_sleeping;
use crate::origin::{Absence, Origin};
use crate::source::{Answer, Answers, Failure, FailureKind};
use crate::value::Node;

const LONG: Duration = Duration::from_secs(3600);

fn of(entry: usize) -> Of {
    (None, entry)
}

fn value(text: &str) -> Answer {
    Answer::value(Node::text(text), Origin::new("a"))
}

fn absent() -> Answer {
    Answer::Absent(Absence::new("b", "no such key"))
}

fn away() -> Failure {
    Failure::new(FailureKind::Unreachable, "out of order")
}

/// Asks and is answered.
fn asked(answered: &Answered, paths: &[&str], answers: &Answers) {
    let Ok(leave) = answered.leave(&of(1), paths) else { panic!("no leave to ask") };
    answered.take(&of(1), &leave, paths, answers, None);
}

fn is_kept(answered: &Answered, paths: &[&str]) -> bool {
    answered.leave(&of(1), paths).is_err_and(|known| known.answers.is_ok())
}

/// Why a field is not asked for.
fn failure(answered: &Answered, path: &str) -> Failure {
    let Err(known) = answered.leave(&of(1), &[path]) else { panic!("it is asked") };
    assert_eq!(known.account.answered, None);
    known.answers.unwrap_err()
}

#[test]
fn answers_are_kept_for_fields_that_were_asked_for_together() {
    let answered = Answered::new(LONG);
    asked(&answered, &["a", "b"], &Ok(vec![value("1"), absent()]));
    assert!(is_kept(&answered, &["a", "b"]) && is_kept(&answered, &["b"]));
    assert!(!is_kept(&answered, &["a", "c"]), "one more has to be asked for, and all with it");
    assert!(answered.leave(&of(2), &["a"]).is_ok(), "another source");
}

#[test]
fn nothing_is_kept_of_a_source_that_failed_at_one_of_them() {
    let answered = Answered::new(LONG);
    asked(&answered, &["a", "b"], &Ok(vec![value("1"), Answer::Failed(away())]));
    assert!(!is_kept(&answered, &["a"]));
}

#[test]
fn a_failure_leaves_what_was_kept_and_is_remembered() {
    let answered = Answered::new(LONG);
    asked(&answered, &["a"], &Ok(vec![value("1")]));
    asked(&answered, &["a", "b"], &Err(away()));
    assert!(is_kept(&answered, &["a"]));
    let Ok(leave) = answered.leave(&of(1), &["b"]) else { panic!("no leave to ask") };
    assert!(leave.was_away);
}

#[test]
fn answers_are_kept_no_longer_than_their_time_to_live_and_what_was_lent() {
    let answered = Answered::new(Duration::ZERO);
    asked(&answered, &["a"], &Ok(vec![value("1")]));
    assert!(!is_kept(&answered, &["a"]));
    let answered = Answered::new(Duration::MAX);
    let Ok(leave) = answered.leave(&of(1), &["a"]) else { panic!("no leave to ask") };
    answered.take(&of(1), &leave, &["a"], &Ok(vec![value("1")]), Some(Moment::now()));
    drop(leave);
    assert!(!is_kept(&answered, &["a"]));
}

#[test]
fn what_was_asked_for_before_it_was_forgotten_is_not_kept() {
    let answered = Answered::new(LONG);
    asked(&answered, &["a", "b"], &Ok(vec![value("1"), value("2")]));
    answered.forget_field("c");
    assert!(is_kept(&answered, &["a"]), "another field");
    answered.forget_field("b");
    let Ok(leave) = answered.leave(&of(1), &["a"]) else { panic!("no leave to ask") };
    answered.forget_field("a");
    answered.take(&of(1), &leave, &["a"], &Ok(vec![value("1")]), None);
    drop(leave);
    assert!(!is_kept(&answered, &["a"]));
}

#[test]
fn a_source_that_keeps_its_answers_itself_is_asked_each_time() {
    let answered = Answered::new(LONG);
    let Ok(leave) = answered.leave(&of(1), &["a"]) else { panic!("no leave to ask") };
    leave.call.as_ref().unwrap().keep_nothing();
    answered.take(&of(1), &leave, &["a"], &Ok(vec![value("1")]), None);
    drop(leave);
    assert!(!is_kept(&answered, &["a"]));
}

#[test]
fn a_source_is_not_asked_while_a_thread_works_on_an_earlier_call() {
    let answered = Answered::new(LONG);
    let Ok(leave) = answered.leave(&of(1), &["a"]) else { panic!("no leave to ask") };
    let held_up = leave.call;
    let failure = failure(&answered, "a");
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    assert_eq!(failure.to_string(), "it is still busy with the call of 0 s ago");
    assert!(answered.leave(&of(2), &["a"]).is_ok());
    drop(held_up);
    assert!(answered.leave(&of(1), &["a"]).is_ok());
}

#[test]
fn answers_that_are_taken_again_are_as_old_as_they_are() {
    let (answered, hour) = (Answered::new(LONG * 2), LONG);
    asked(&answered, &["a"], &Ok(vec![value("1")]));
    let given = Moment::now();
    let Err(known) = after_sleeping(hour, || answered.leave(&of(1), &["a"])) else {
        panic!("it is asked")
    };
    let account = known.account;
    assert!(known.answers.is_ok() && account.oldest >= hour, "{:?}", account.oldest);
    assert!(account.answered.is_some_and(|answered| answered <= given));
}

#[test]
fn a_source_that_asked_to_be_left_alone_is_until_then_but_what_it_answered_before_is_taken() {
    let answered = Answered::new(LONG * 100);
    let asks = || away().retry_after(LONG).hint("look at it");
    asked(&answered, &["a"], &Ok(vec![value("1")]));
    asked(&answered, &["b", "c"], &Ok(vec![Answer::Failed(asks()), absent()]));
    let failure = failure(&answered, "b");
    let told = "it asked to be left alone for 3600 s, and is not asked for 3600 s more";
    assert_eq!((failure.to_string().as_str(), failure.hint.as_deref()), (told, Some("look at it")));
    assert_eq!(failure.retry_after.map(u32::from), Some(3600));
    assert!(is_kept(&answered, &["a"]));
    assert!(answered.leave(&of(2), &["b"]).is_ok(), "another source");
    assert!(after_sleeping(LONG, || answered.leave(&of(1), &["b"])).is_ok());
    answered.forget_field("b");
    assert!(answered.leave(&of(1), &["b"]).is_err(), "whatever else is asked for");
    answered.forget_source(&of(1));
    assert!(answered.leave(&of(1), &["b"]).is_ok(), "it was opened anew");
}

#[test]
fn a_source_that_asks_for_years_is_left_alone_for_a_day() {
    let (answered, day) = (Answered::new(LONG), LONG * 24);
    asked(&answered, &["a"], &Err(away().retry_after(day * 1000)));
    assert!(after_sleeping(day / 2, || answered.leave(&of(1), &["a"])).is_err());
    assert!(after_sleeping(day, || answered.leave(&of(1), &["a"])).is_ok());
}

#[test]
fn a_store_that_keeps_its_answers_itself_sees_to_being_left_alone_by_itself() {
    let answered = Answered::new(LONG);
    let Ok(leave) = answered.leave(&of(1), &["a"]) else { panic!("no leave to ask") };
    leave.call.as_ref().unwrap().keep_nothing();
    answered.take(&of(1), &leave, &["a"], &Err(away().retry_after(LONG)), None);
    drop(leave);
    assert!(answered.leave(&of(1), &["a"]).is_ok());
}
