//! What holds of every store alike.

use config_core::ProblemKind;
use config_tests_servers::proxy::Fault;

use super::stores::{self, Store};
use super::troubles::{self, Trouble};

/// Asserts that loads from a store fail so while these go wrong, one after the other.
fn fail(mut store: Store, troubles: &[Trouble]) {
    for trouble in troubles {
        trouble.begins(&mut store);
        let bed = store.bed();
        let failed = bed.fails();
        let at = format!("{}, {}: {}", store.name, trouble.what, failed.text);
        assert_eq!(failed.kind, ProblemKind::from(trouble.kind), "{at}");
        assert!(failed.text.contains(trouble.words), "{at}");
        assert!(failed.text.contains("\n      fix "), "{at}");
        let is_refusal = matches!(failed.kind, ProblemKind::Denied | ProblemKind::Expired);
        assert_eq!(failed.alerts.len(), usize::from(is_refusal), "{at}: {:?}", failed.alerts);
        store.heals();
        bed.succeeds();
    }
}

/// The same with each kind of store.
fn all_fail(troubles: &[Trouble]) {
    stores::each(|store| fail(store, troubles));
}

#[test]
fn a_store_that_is_well_is_loaded_from() {
    stores::each(|store| store.bed().succeeds());
}

#[test]
fn a_store_that_says_nothing_is_unreachable() {
    all_fail(&troubles::silence());
}

#[test]
fn a_store_that_hangs_up_is_unreachable() {
    all_fail(&troubles::breaks());
}

#[test]
fn a_store_in_trouble_is_unreachable_and_its_status_is_told() {
    all_fail(&troubles::overload());
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_is_malformed() {
    all_fail(&troubles::nonsense());
}

#[test]
fn an_answer_without_end_is_malformed() {
    stores::in_turn(|store| fail(store, &troubles::floods()));
}

#[test]
fn a_store_that_refuses_is_told_apart_from_one_that_is_out_of_reach() {
    all_fail(&troubles::refusals());
}

#[test]
fn a_store_at_whose_address_somebody_else_stands_is_unreachable() {
    all_fail(&troubles::strangers());
}

#[test]
fn a_store_that_asks_to_wait_for_long_is_unreachable_and_for_how_long_is_told() {
    stores::each(|store| {
        let bed = store.bed().with(Fault::too_many_requests(Some(3600)));
        let failed = bed.fails();
        assert_eq!(failed.kind, ProblemKind::Unreachable, "{}: {}", bed.name, failed.text);
        assert!(failed.text.contains("3600 s"), "{}: {}", bed.name, failed.text);
    });
}

#[test]
fn a_store_that_asks_to_wait_for_a_moment_is_waited_for() {
    stores::each(|store| {
        let bed = store.bed();
        bed.proxy.once(Fault::too_many_requests(Some(1)));
        bed.succeeds();
    });
}
