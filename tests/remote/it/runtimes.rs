//! A load asks the same way wherever it is called: on any runtime, and on none.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use config_core::{ExposeSecret, Loader, SecretString, Secrets};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, spawn_blocking};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(vault("{PLACE}")))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

const VALUE: &str = "n0t-a-real-one";

/// A load that is slower than this hangs.
const PATIENCE: Duration = Duration::from_secs(30);

struct Bed(Kv);

impl Bed {
    fn new() -> Self {
        let kv = Server::shared().admin().kv(2);
        kv.put("app", &json!({ "token": VALUE }));
        Self(kv)
    }

    fn loader(&self) -> Loader<Settings> {
        Settings::loader().env([
            ("VAULT_ADDR", Server::shared().url()),
            ("VAULT_TOKEN", ROOT_TOKEN.to_owned()),
            ("PLACE", format!("{}/app", self.0.mount)),
        ])
    }

    fn load(&self) {
        let settings = self.loader().load().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(settings.token.expose_secret(), VALUE);
    }

    async fn load_async(&self) {
        let settings = self.loader().load_async().await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(settings.token.expose_secret(), VALUE);
    }
}

/// Runs something that may hang, and fails if it does.
fn in_time(run: impl FnOnce(Arc<Bed>) + Send + 'static) {
    let bed = Arc::new(Bed::new());
    let (done, waiting) = mpsc::channel();
    let running = thread::spawn(move || {
        run(bed);
        let _ = done.send(());
    });
    match waiting.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the load hangs"),
        _ => running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

fn of_threads(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

fn of_one() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn outside_of_any_runtime() {
    in_time(|bed| {
        bed.load();
        block_on(bed.load_async());
    });
}

#[test]
fn in_a_task_of_a_runtime_of_threads() {
    in_time(|bed| {
        let task = async move {
            bed.load();
            bed.load_async().await;
        };
        let runtime = of_threads(2);
        runtime.block_on(runtime.spawn(task)).unwrap();
    });
}

#[test]
fn in_every_task_of_a_runtime_that_has_but_one_worker() {
    in_time(|bed| {
        let runtime = of_threads(1);
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let bed = Arc::clone(&bed);
                runtime.spawn(async move {
                    bed.load();
                    bed.load_async().await;
                })
            })
            .collect();
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

#[test]
fn in_what_a_runtime_of_threads_blocks_on() {
    in_time(|bed| {
        of_threads(2).block_on(async {
            bed.load();
            bed.load_async().await;
        });
    });
}

#[test]
fn in_a_runtime_of_one_thread_and_in_a_task_of_it() {
    in_time(|bed| {
        let runtime = of_one();
        runtime.block_on(async {
            bed.load();
            bed.load_async().await;
        });
        runtime.block_on(async {
            let task = tokio::spawn(async move {
                bed.load();
                bed.load_async().await;
            });
            task.await.unwrap();
        });
    });
}

#[test]
fn in_a_runtime_that_drives_neither_time_nor_sockets() {
    in_time(|bed| {
        Builder::new_current_thread().build().unwrap().block_on(async {
            bed.load();
            bed.load_async().await;
        });
    });
}

#[test]
fn on_a_thread_for_what_blocks() {
    for runtime in [of_threads(2), of_one()] {
        in_time(move |bed| {
            runtime.block_on(async {
                let blocking = spawn_blocking(move || {
                    bed.load();
                    tokio::runtime::Handle::current().block_on(bed.load_async());
                });
                blocking.await.unwrap();
            });
        });
    }
}

#[test]
fn in_a_local_set_inside_of_a_runtime_of_threads() {
    in_time(|bed| {
        let local = LocalSet::new();
        of_threads(2).block_on(local.run_until(async {
            bed.load();
            bed.load_async().await;
            let task = tokio::task::spawn_local(async move {
                bed.load();
                bed.load_async().await;
            });
            task.await.unwrap();
        }));
    });
}

#[test]
fn in_a_local_set_inside_of_a_runtime_of_one_thread() {
    in_time(|bed| {
        let local = LocalSet::new();
        of_one().block_on(local.run_until(async {
            let task = tokio::task::spawn_local(async move {
                bed.load();
                bed.load_async().await;
            });
            task.await.unwrap();
        }));
    });
}

#[test]
fn in_a_task_of_an_executor_that_is_not_tokios() {
    in_time(|bed| {
        block_on(async {
            bed.load();
            bed.load_async().await;
        });
    });
}

#[test]
fn a_load_that_is_dropped_half_way_leaves_the_next_one_alone() {
    in_time(|bed| {
        for _ in 0..20 {
            let loader = bed.loader();
            let mut loading = pin!(loader.load_async());
            let mut context = Context::from_waker(Waker::noop());
            assert!(loading.as_mut().poll(&mut context).is_pending());
        }
        bed.load();
    });
}

#[test]
fn while_a_runtime_shuts_down() {
    in_time(|bed| {
        let runtime = of_threads(2);
        for _ in 0..8 {
            let bed = Arc::clone(&bed);
            runtime.spawn(async move {
                let _ = bed.loader().load_async().await;
            });
        }
        runtime.shutdown_timeout(Duration::from_secs(5));
        bed.load();
    });
}

/// As small executors do it: polls where it stands, parks in between.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
