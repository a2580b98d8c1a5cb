//! A credential lent for ten seconds, while the store is out of reach half of the time. `lease-soak [SECONDS]`.

use std::time::Duration;

use config_tests_remote::leases;

fn main() {
    let seconds = std::env::args().nth(1).map_or(300, |text| text.parse().expect("seconds"));
    let figures = leases::run(Duration::from_secs(10), Duration::from_secs(seconds));
    println!("{figures:?}");
}
