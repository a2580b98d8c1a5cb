//! No value is told, whatever happens to it.

use config_core::{Failure, FailureKind};
use config_tests::listen;

use super::{HIDDEN, started, store};

#[test]
fn events_tell_what_happened_and_no_value() {
    let store = store();
    let ((), heard) = listen::to_all_threads(|| {
        let live = started(&store);
        store.set("token", "Qx8vTz5nLw2kJp7yRb4m");
        live.refresh_now_blocking().unwrap();
        live.refresh_now_blocking().unwrap();
        store.set("port", "0");
        live.refresh_now_blocking().unwrap_err();
        store.fail(Some(Failure::new(FailureKind::Denied, "permission denied")));
        live.refresh_now_blocking().unwrap_err();
        store.fail(None);
        store.set("port", "7");
        store.set("region", "us");
        live.refresh_now_blocking().unwrap();
    });
    for line in [
        "message=refreshed generation=2 fields=token, url cause=asked",
        "message=unchanged generation=2 cause=asked",
        "path=port kind=OutOfRange",
        "message=refresh failed; the settings stay as they are generation=2 failures_in_row=1",
        "message=permission denied path=token kind=Denied",
        "message=stale",
        "message=recovered",
        "message=a restart would change fields that keep their value fields=region",
    ] {
        assert!(heard.contains(line), "{line}\n{heard}");
    }
    assert!(!heard.contains(HIDDEN) && !heard.contains("Qx8vTz5nLw2kJp7yRb4m"), "{heard}");
}
