use std::time::Duration;

use super::{Answered, Of};
use crate::clock::Moment;
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
    matches!(answered.leave(&of(1), paths), Err(Ok(_)))
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
    let Err(Err(failure)) = answered.leave(&of(1), &["a"]) else { panic!("it is asked") };
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    assert_eq!(failure.to_string(), "it is still busy with the call of 0 s ago");
    assert!(answered.leave(&of(2), &["a"]).is_ok());
    drop(held_up);
    assert!(answered.leave(&of(1), &["a"]).is_ok());
}
