//! The generation before which nobody is left.

use std::sync::mpsc::channel;

use super::{started, store};

#[test]
fn a_generation_is_acknowledged_once_nobody_holds_an_older_one() {
    let store = store();
    let live = started(&store);
    let (snapshot, mut reader) = (live.snapshot(), live.reader());
    for port in ["2", "3"] {
        store.set("port", port);
        live.refresh_now_blocking().unwrap();
    }
    assert_eq!(live.acknowledged(), 1, "a snapshot and a reader hold the first");
    drop(snapshot);
    assert_eq!(live.acknowledged(), 1, "the reader may yet use what it got");
    assert_eq!((reader.get().port, live.acknowledged()), (3, 3));
}

#[test]
fn a_thread_that_read_holds_a_generation_until_it_reads_again_or_ends() {
    let store = store();
    let live = started(&store);
    let ((tell, told), (go, goes)) = (channel(), channel::<()>());
    let thread = std::thread::spawn({
        let live = live.clone();
        move || {
            for () in goes {
                tell.send(live.with(|settings| settings.port)).unwrap();
            }
        }
    });
    let reads = || {
        go.send(()).unwrap();
        told.recv().unwrap()
    };
    assert_eq!(reads(), 1);
    store.set("port", "2");
    live.refresh_now_blocking().unwrap();
    assert_eq!(live.acknowledged(), 1);
    assert_eq!((reads(), live.acknowledged()), (2, 2));
    store.set("port", "3");
    live.refresh_now_blocking().unwrap();
    assert_eq!(live.acknowledged(), 2);
    drop(go);
    thread.join().unwrap();
    assert_eq!(live.acknowledged(), 3);
}
