//! Stores that asked to be left alone.

use super::*;
use crate::clock::tests::after_sleeping;

const LEFT_ALONE: &str = "Unreachable: HOST asked to be left alone for 3600 s";

fn asks_to_wait(status: u16) -> Fault {
    let headers = vec![("Retry-After".to_owned(), "3600".to_owned())];
    Fault::Answer { status, headers, body: b"{}".to_vec() }
}

#[test]
fn a_store_that_asked_to_be_left_alone_is_not_asked_until_then_and_the_failure_says_for_how_long() {
    for (status, hint) in [(429, "ask less often"), (503, "look at the store's own log")] {
        let (store, http) = (Store::start(), http());
        store.proxy.always(asks_to_wait(status));
        assert_eq!(send(&http, &store.get()).unwrap().status, status);
        store.proxy.heal();
        let asked = store.asked();
        for request in [store.get(), store.post()] {
            let failure = refusal(&http, &request);
            let told = store.told(&failure);
            assert!(told.starts_with(LEFT_ALONE), "{told}");
            assert!(told.contains(", and is not asked for 3600 s more -> "), "{told}");
            assert!(told.contains(hint), "{told}");
            assert_eq!(failure.retry_after.map(u32::from), Some(3600));
        }
        assert_eq!(store.asked(), asked);
        let hour = Duration::from_secs(3600);
        assert!(
            after_sleeping(hour / 2, || store.told(&refusal(&http, &store.get())))
                .contains("is not asked for 1800 s more")
        );
        assert_eq!(after_sleeping(hour, || send(&http, &store.get())).unwrap().status, 200);
    }
}

#[test]
fn another_host_on_the_same_way_is_asked_all_the_same() {
    let (store, other, http) = (Store::start(), Store::start(), http());
    store.proxy.always(Fault::too_many_requests(Some(3600)));
    assert_eq!(send(&http, &store.get()).unwrap().status, 429);
    assert_eq!(send(&http, &other.get()).unwrap().status, 200);
    assert_eq!(send(&super::http(), &store.get()).unwrap().status, 429, "another way");
}

#[test]
fn what_does_not_say_for_how_long_or_is_no_refusal_to_answer_is_asked_again() {
    let faults = [
        Fault::too_many_requests(None),
        Fault::too_many_requests(Some(0)),
        Fault::too_many_requests(Some(1_000_000)),
        asks_to_wait(404),
    ];
    for fault in faults {
        let (store, http) = (Store::start(), http());
        store.proxy.always(fault.clone());
        drop(send(&http, &store.post()));
        store.proxy.heal();
        assert_eq!(send(&http, &store.post()).unwrap().status, 200, "{fault:?}");
    }
}
