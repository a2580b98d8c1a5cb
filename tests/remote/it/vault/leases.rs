//! A lent credential while the store is out of reach half of the time; for long by `cargo run -p config-tests-remote
//! --bin lease-soak`.

use std::time::Duration;

use config_tests_remote::leases::{back_just_in_time, run};

#[test]
fn no_credential_that_is_over_is_handed_out_and_the_store_is_not_pestered() {
    let figures = run(Duration::from_secs(10), Duration::from_secs(30));
    assert!(figures.tries > 50 && figures.outages >= 2, "{figures:?}");
    assert!(figures.renewals.0 + figures.made >= 3, "{figures:?}");
}

#[test]
fn a_store_that_could_not_be_reached_is_asked_again_before_the_credential_ends() {
    let took = back_just_in_time(Duration::from_secs(20));
    assert!(took < Duration::from_secs(20), "{took:?}");
}
