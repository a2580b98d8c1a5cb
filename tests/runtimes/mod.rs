//! Where a load may be called: on any runtime, and on none. Included by the tests of several crates.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use config_core::{Error, Loader, Secrets};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, spawn_blocking};

/// A load that is slower than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is loaded, and from where.
pub(crate) trait Bed: Send + Sync + 'static {
    type Settings: Secrets + Send;

    /// A loader that has been nowhere yet.
    fn loader(&self) -> Loader<Self::Settings>;

    /// Looks at what was loaded.
    fn check(&self, settings: &Self::Settings);

    fn load(&self) {
        self.is_right(self.loader().load());
    }

    fn load_async(&self) -> impl Future<Output = ()> + Send {
        async { self.is_right(self.loader().load_async().await) }
    }

    fn is_right(&self, loaded: Result<Self::Settings, Error>) {
        self.check(&loaded.unwrap_or_else(|error| panic!("{error}")));
    }
}

type Situation<B> = fn(Arc<B>);

/// Loads wherever that may be, each with a time to be done in.
pub(crate) fn everywhere<B: Bed>(bed: B) {
    let situations: [(&str, Situation<B>); 13] = [
        ("outside of any runtime", outside_of_any_runtime),
        ("in a task of a runtime of threads", in_a_task_of_a_runtime_of_threads),
        ("in every task of a runtime of one worker", in_every_task_of_a_runtime_of_one_worker),
        ("in what a runtime of threads blocks on", in_what_a_runtime_of_threads_blocks_on),
        ("in a runtime of one thread", in_a_runtime_of_one_thread_and_in_a_task_of_it),
        (
            "in a runtime without time and sockets",
            in_a_runtime_that_drives_neither_time_nor_sockets,
        ),
        ("on a thread for what blocks, of threads", |bed| blocking(&of_threads(2), bed)),
        ("on a thread for what blocks, of one thread", |bed| blocking(&of_one(), bed)),
        ("in a local set of a runtime of threads", in_a_local_set_inside_of_a_runtime_of_threads),
        ("in a local set of a runtime of one thread", in_a_local_set_inside_of_a_runtime_of_one),
        ("in an executor that is not tokio's", in_a_task_of_an_executor_that_is_not_tokios),
        ("after loads that were dropped half way", after_loads_that_were_dropped_half_way),
        ("while a runtime shuts down", while_a_runtime_shuts_down),
    ];
    let bed = Arc::new(bed);
    for (name, situation) in situations {
        println!("{name}");
        let (done, waiting) = mpsc::channel();
        let running = thread::spawn({
            let bed = Arc::clone(&bed);
            move || {
                situation(bed);
                let _ = done.send(());
            }
        });
        match waiting.recv_timeout(PATIENCE) {
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the load hangs {name}"),
            _ => running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        }
    }
}

fn of_threads(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

fn of_one() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn outside_of_any_runtime<B: Bed>(bed: Arc<B>) {
    bed.load();
    block_on(bed.load_async());
}

fn in_a_task_of_a_runtime_of_threads<B: Bed>(bed: Arc<B>) {
    let task = async move {
        bed.load();
        bed.load_async().await;
    };
    let runtime = of_threads(2);
    runtime.block_on(runtime.spawn(task)).unwrap();
}

fn in_every_task_of_a_runtime_of_one_worker<B: Bed>(bed: Arc<B>) {
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
}

fn in_what_a_runtime_of_threads_blocks_on<B: Bed>(bed: Arc<B>) {
    of_threads(2).block_on(async {
        bed.load();
        bed.load_async().await;
    });
}

fn in_a_runtime_of_one_thread_and_in_a_task_of_it<B: Bed>(bed: Arc<B>) {
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
}

fn in_a_runtime_that_drives_neither_time_nor_sockets<B: Bed>(bed: Arc<B>) {
    Builder::new_current_thread().build().unwrap().block_on(async {
        bed.load();
        bed.load_async().await;
    });
}

fn blocking<B: Bed>(runtime: &Runtime, bed: Arc<B>) {
    runtime.block_on(async {
        let blocking = spawn_blocking(move || {
            bed.load();
            tokio::runtime::Handle::current().block_on(bed.load_async());
        });
        blocking.await.unwrap();
    });
}

fn in_a_local_set_inside_of_a_runtime_of_threads<B: Bed>(bed: Arc<B>) {
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
}

fn in_a_local_set_inside_of_a_runtime_of_one<B: Bed>(bed: Arc<B>) {
    let local = LocalSet::new();
    of_one().block_on(local.run_until(async {
        let task = tokio::task::spawn_local(async move {
            bed.load();
            bed.load_async().await;
        });
        task.await.unwrap();
    }));
}

fn in_a_task_of_an_executor_that_is_not_tokios<B: Bed>(bed: Arc<B>) {
    block_on(async {
        bed.load();
        bed.load_async().await;
    });
}

fn after_loads_that_were_dropped_half_way<B: Bed>(bed: Arc<B>) {
    for _ in 0..20 {
        let loader = bed.loader();
        let mut loading = pin!(loader.load_async());
        let mut context = Context::from_waker(Waker::noop());
        assert!(loading.as_mut().poll(&mut context).is_pending());
    }
    bed.load();
}

fn while_a_runtime_shuts_down<B: Bed>(bed: Arc<B>) {
    let runtime = of_threads(2);
    for _ in 0..8 {
        let bed = Arc::clone(&bed);
        runtime.spawn(async move {
            let _ = bed.loader().load_async().await;
        });
    }
    runtime.shutdown_timeout(Duration::from_secs(5));
    bed.load();
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
