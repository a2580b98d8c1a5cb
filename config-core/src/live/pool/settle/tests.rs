//! That nothing outdated stays, whenever the swap came.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Settler, Settles, begin};

/// A pool whose only outdated connection comes to be when it was first looked for.
#[derive(Default)]
struct Late {
    settler: Settler,
    news: Arc<Notify>,
    looks: AtomicUsize,
    is_outdated: AtomicBool,
    myself: Mutex<Option<Arc<Self>>>,
}

impl Settles for Late {
    fn settler(&self) -> &Settler {
        &self.settler
    }

    fn news(&self) -> Arc<Notify> {
        Arc::clone(&self.news)
    }

    fn has_news(&self) -> bool {
        false
    }

    async fn probe(self: &Arc<Self>) {}

    async fn drain(&self) -> bool {
        let is_first = self.looks.fetch_add(1, Ordering::SeqCst) == 0;
        let nothing_is_left = !self.is_outdated.swap(false, Ordering::SeqCst);
        if is_first {
            // The swap, and somebody who brings its credential: both find the task at work.
            self.is_outdated.store(true, Ordering::SeqCst);
            begin(self.myself.lock().unwrap().as_ref().unwrap());
        }
        nothing_is_left
    }
}

#[tokio::test]
async fn what_is_outdated_since_the_last_look_is_closed_though_the_task_was_about_to_end() {
    let pool = Arc::new(Late::default());
    *pool.myself.lock().unwrap() = Some(Arc::clone(&pool));
    pool.settler.is_here();
    begin(&pool);
    let is_settled = || {
        let is_idle = !pool.settler.busy.load(Ordering::SeqCst);
        is_idle && !pool.is_outdated.load(Ordering::SeqCst) && pool.looks.load(Ordering::SeqCst) > 1
    };
    let looks = async {
        while !is_settled() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), looks).await.is_ok());
    *pool.myself.lock().unwrap() = None;
}
