//! The thread on which sources over a network do their work, whatever the program runs on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task;

use crate::source::{Failure, FailureKind};

/// A runtime on one thread of its own; it ends with the last that holds it.
pub(crate) struct Runtime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The shared one, held from when it is first needed, so that connections stay open from one load to the next.
#[derive(Default)]
pub(crate) struct Holding(OnceLock<Arc<Runtime>>);

/// The result of work on the runtime. Dropped before, it ends the work.
pub(crate) struct Running<T>(task::JoinHandle<T>);

static SHARED: Mutex<Weak<Runtime>> = Mutex::new(Weak::new());

impl Runtime {
    /// The one that everybody shares who works at the same time.
    ///
    /// # Errors
    /// The operating system gave no thread or no event queue.
    pub(crate) fn shared() -> Result<Arc<Self>, Failure> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = shared.upgrade() {
            return Ok(runtime);
        }
        let runtime = Arc::new(Self::start().map_err(|_| {
            let message = "the operating system gave no thread for network requests";
            Failure::new(FailureKind::Unreachable, message)
        })?);
        *shared = Arc::downgrade(&runtime);
        Ok(runtime)
    }

    fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().on_thread_start(quiet).build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("config-core net".to_owned());
        let thread = thread.spawn(move || {
            quiet();
            let _ = runtime.block_on(stopped);
            // A look-up of a name may hang in the system's resolver; nobody waits for it.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Does the work on the runtime's thread; the result may be awaited on any.
    pub(crate) fn run<F>(&self, work: F) -> Running<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        Running(self.handle.spawn(work))
    }
}

/// Does the work on the shared runtime, which goes on for it: to its end, whoever gives up on it meanwhile.
///
/// # Errors
/// The operating system gave no thread or no event queue.
pub(crate) fn to_its_end<F>(work: F) -> Result<(), Failure>
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = Runtime::shared()?;
    let handle = runtime.handle.clone();
    handle.spawn(async move {
        work.await;
        drop(runtime);
    });
    Ok(())
}

/// How many tasks there are on the thread that everybody shares; none where it is not running.
#[cfg(feature = "testing")]
pub(crate) fn tasks() -> Option<usize> {
    let shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner).upgrade()?;
    Some(shared.handle.metrics().num_alive_tasks())
}

impl Holding {
    /// The same runtime from one call to the next.
    ///
    /// # Errors
    /// The operating system gave no thread or no event queue.
    pub(crate) fn runtime(&self) -> Result<&Runtime, Failure> {
        match self.0.get() {
            Some(runtime) => Ok(runtime),
            None => Runtime::shared().map(|runtime| &**self.0.get_or_init(|| runtime)),
        }
    }
}

/// Keeps what crates of others trace on this thread from whoever listens: at the finest level AWS's signer tells the
/// session token.
fn quiet() {
    #[cfg(any(feature = "aws", feature = "azure"))]
    {
        use tracing::subscriber::{NoSubscriber, set_default};
        // For as long as the thread lives.
        std::mem::forget(set_default(NoSubscriber::default()));
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A read of a file that hangs, on a mount that is gone, holds the thread for good; nobody waits for that.
            let patience = Instant::now() + Duration::from_millis(500);
            while !thread.is_finished() && Instant::now() < patience {
                std::thread::sleep(Duration::from_micros(200));
            }
            if thread.is_finished() {
                drop(thread.join());
            }
        }
    }
}

impl<T> Future for Running<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map_err(|_| Failure::panicked())
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
