//! Clients that send requests without a pause, and count what became of them.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

/// Clients at work.
pub struct Clients {
    tally: Arc<Tally>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    served: AtomicUsize,
    failed: Mutex<Vec<String>>,
    worst: Mutex<Duration>,
}

impl Tally {
    fn took(&self, time: Duration) {
        let mut worst = self.worst.lock().unwrap();
        *worst = time.max(*worst);
    }
}

/// What became of their requests.
#[derive(Debug)]
pub struct Outcome {
    /// How many were answered.
    pub served: usize,
    /// What the others met.
    pub failed: Vec<String>,
    /// How long the slowest took.
    pub worst: Duration,
}

impl Clients {
    /// So many of them, each on a task of its own; a request is told its number.
    pub fn start<F, E: Debug>(
        count: usize,
        request: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send,
    {
        let tally = Arc::new(Tally::default());
        let tasks = (0..count).map(|client| {
            let (tally, request) = (Arc::clone(&tally), request.clone());
            tokio::spawn(async move {
                let mut number = client;
                while !tally.stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    match request(number).await {
                        Ok(()) => drop(tally.served.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => tally.failed.lock().unwrap().push(format!("{error:?}")),
                    }
                    tally.took(begun.elapsed());
                    number += 1;
                    tokio::task::yield_now().await;
                }
            })
        });
        let tasks = tasks.collect();
        Self { tally, tasks }
    }

    /// Waits until so many more were answered.
    pub async fn serve(&self, more: usize) {
        let until = self.tally.served.load(Ordering::Relaxed) + more;
        super::bed::soon("requests are answered", || {
            self.tally.served.load(Ordering::Relaxed) >= until
        })
        .await;
    }

    /// Has them stop, and counts.
    pub async fn stop(self) -> Outcome {
        self.tally.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        let failed = std::mem::take(&mut *self.tally.failed.lock().unwrap());
        let worst = *self.tally.worst.lock().unwrap();
        Outcome { served: self.tally.served.load(Ordering::Relaxed), failed, worst }
    }
}
