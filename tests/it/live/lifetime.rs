//! How long the thread lives, and what it runs beside.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use config_core::{Live, Secrets};
use config_tests::changing::Changing;
use config_tests::{NOTHING, block_on, child};

use super::{Settings, builder, soon, started, store};

#[test]
fn changes_end_with_the_last_handle() {
    let live = started(&store());
    let another = live.clone();
    let mut changes = live.subscribe();
    drop(live);
    assert_eq!(changes.try_next(), None);
    let waiting = std::thread::spawn(move || block_on(changes.changed()));
    std::thread::sleep(Duration::from_millis(20));
    assert!(!waiting.is_finished());
    drop(another);
    assert_eq!(waiting.join().unwrap(), None);
}

#[test]
fn what_was_told_before_the_end_is_not_lost() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    store.set("port", "2");
    live.refresh_now_blocking().unwrap();
    drop(live);
    assert_eq!(block_on(changes.changed()).unwrap().to, 2);
    assert_eq!(block_on(changes.changed()), None);
}

#[test]
fn a_reader_outlives_the_thread() {
    let store = store();
    let live = started(&store);
    let mut reader = live.reader();
    store.set("port", "2");
    live.refresh_now_blocking().unwrap();
    drop(live);
    assert_eq!((reader.get().port, reader.generation()), (2, 2));
}

#[derive(Debug, Secrets)]
#[secrets(sources("store"))]
#[expect(dead_code, reason = "it is loaded, and that is all")]
struct Other {
    #[setting(required)]
    port: u16,
}

/// The names of this process's threads are shared with other tests, so its own process counts.
#[cfg(target_os = "linux")]
#[test]
fn the_last_handle_stops_every_thread() {
    if !child::is_child() {
        let here = std::env::temp_dir();
        child::again(module_path!(), "the_last_handle_stops_every_thread", &here, &[]);
        return;
    }
    let ours = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|name| name.starts_with("config-core")).count()
    };
    assert_eq!(ours(), 0);
    let bench = config_tests::Bench::with([("a.json", "{}")]);
    let store = Changing::remote("store", [("port", "1")]);
    let loader = Other::loader().env(NOTHING).source(store).file(bench.at("a.json"));
    let live = loader.live().start_blocking().unwrap();
    live.refresh_now_blocking().unwrap();
    assert!(ours() >= 1);
    let another = live.clone();
    drop(live);
    assert!(ours() >= 1);
    drop(another);
    soon("all have ended", || ours() == 0);
}

#[test]
fn it_stops_while_a_source_holds_it_up() {
    let store = Changing::new("store", [("port", "1"), ("token", "not-a-real-one")]);
    let live = builder(&store).ttl(Duration::from_millis(50)).start_blocking().unwrap();
    store.shut();
    soon("a refresh is under way", || live.health().refreshing.is_some());
    let begin = std::time::Instant::now();
    drop(live);
    assert!(begin.elapsed() < Duration::from_secs(10));
    store.open();
}

#[test]
fn it_needs_no_runtime_and_disturbs_none() {
    let refreshed = |store: Changing| async move {
        let live = builder(&store).start().await.unwrap();
        store.set("port", "2");
        let change = live.refresh_now().await.unwrap().unwrap();
        let mut changes = live.subscribe();
        store.set("port", "3");
        live.refresh_now_blocking().unwrap();
        let seen = changes.changed().await.unwrap();
        let port = live.with(|settings| settings.port);
        drop(live);
        assert_eq!(changes.changed().await, None);
        (change.to, seen.to, port)
    };
    assert_eq!(block_on(refreshed(store())), (2, 3, 3));
    let single = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(single.block_on(refreshed(store())), (2, 3, 3));
    let multi = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let task = multi.spawn(refreshed(store()));
    assert_eq!(multi.block_on(task).unwrap(), (2, 3, 3));
}

#[test]
fn a_call_that_is_given_up_harms_nobody() {
    let store = store();
    let live = started(&store);
    {
        let mut call = Box::pin(live.refresh_now());
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        let _ = call.as_mut().poll(&mut context);
    }
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
}

/// Drops what it is given when it is woken, on the thread of whoever wakes it.
struct Last(Mutex<Option<Live<Settings>>>);

impl std::task::Wake for Last {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().unwrap().take());
    }
}

#[test]
fn the_last_handle_may_go_on_the_thread_itself() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    store.set("port", "2");
    let last = Arc::new(Last(Mutex::new(None)));
    let waker = std::task::Waker::from(Arc::clone(&last));
    {
        let mut changed = Box::pin(changes.changed());
        let mut context = std::task::Context::from_waker(&waker);
        assert!(changed.as_mut().poll(&mut context).is_pending());
    }
    live.invalidate("port");
    *last.0.lock().unwrap() = Some(live);
    soon("it was told", || last.0.lock().unwrap().is_none());
    soon("it has ended", || changes.wait(Duration::from_millis(1)).is_none());
}
