//! Waiting for remote sources: all at once, never longer than the deadline, with or without an async runtime.

mod alarm;
mod job;

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context as TaskContext, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use self::alarm::Alarm;
use self::job::Job;
use super::guarded::caught;
use super::walk::Asked;
use super::{Depth, Options, Questions, SourceList};
use crate::source::{Answers, Failure, FailureKind};

/// Asks each source on a thread of its own, so that a runtime which the caller may be in is neither needed nor
/// disturbed, and a source that blocks or panics holds up nobody else.
pub(super) fn blocking(
    list: &SourceList,
    questions: Questions<'_>,
    asked: &[&Asked],
    options: &Options,
    depth: Depth,
) -> Vec<Answers> {
    let limit = Limit::new(options);
    let (send, receive) = channel();
    let mut threads = Vec::with_capacity(asked.len());
    let jobs = Job::all(list, questions, asked, options, depth, limit);
    for (index, job) in jobs.into_iter().enumerate() {
        let send = send.clone();
        let thread = std::thread::Builder::new().name("config-core load".to_owned());
        // Nobody listens any more once the deadline is over.
        let run =
            move || drop(send.send((index, caught(|| job.run()).and_then(|answers| answers))));
        threads.push(thread.spawn(run).ok());
    }
    drop(send);
    aside(|| collect(&receive, threads, &limit))
}

/// Asks every source at once from within the task of the caller, and awaits them together.
pub(super) async fn together(
    list: &SourceList,
    questions: Questions<'_>,
    asked: &[&Asked],
    options: &Options,
    depth: Depth,
) -> Vec<Answers> {
    let limit = Limit::new(options);
    let mut jobs = Job::all(list, questions, asked, options, depth, limit);
    let mut fetches: Vec<Asking<'_>> = jobs.iter_mut().map(|job| Asking::Open(job.ask())).collect();
    let mut alarm = Alarm::new(limit.at);
    std::future::poll_fn(|context| {
        let mut open = false;
        for asking in &mut fetches {
            open |= asking.poll(context, &limit);
        }
        match open && !alarm.has_rung(context.waker()) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    })
    .await;
    fetches
        .into_iter()
        .map(|asking| match asking {
            Asking::Done(answers) => answers,
            Asking::Open(_) => Err(limit.late()),
        })
        .collect()
}

/// How long a load may wait.
#[derive(Clone, Copy)]
struct Limit {
    after: Duration,
    /// None where it lies beyond what the clock can say.
    at: Option<Instant>,
}

/// One source that was asked.
enum Asking<'a> {
    Open(Pin<Box<dyn Future<Output = Answers> + Send + 'a>>),
    Done(Answers),
}

impl Limit {
    fn new(options: &Options) -> Self {
        let after = options.deadline();
        Self { after, at: Instant::now().checked_add(after) }
    }

    fn is_over(&self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }

    fn late(&self) -> Failure {
        Failure::late(self.after)
    }
}

impl Asking<'_> {
    /// Whether it is still open. A source that blocks may end long after the deadline; then it is too late.
    fn poll(&mut self, context: &mut TaskContext<'_>, limit: &Limit) -> bool {
        let Self::Open(future) = self else { return false };
        match caught(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => return true,
            Ok(Poll::Ready(_)) if limit.is_over() => *self = Self::Done(Err(limit.late())),
            Ok(Poll::Ready(answers)) => *self = Self::Done(answers),
            Err(panic) => *self = Self::Done(Err(panic)),
        }
        false
    }
}

/// Takes the answers as they come, until the deadline; a thread that has answered is over when this returns.
fn collect(
    receive: &Receiver<(usize, Answers)>,
    threads: Vec<Option<JoinHandle<()>>>,
    limit: &Limit,
) -> Vec<Answers> {
    let mut answers: Vec<Option<Answers>> = threads
        .iter()
        .map(|thread| match thread {
            Some(_) => None,
            None => {
                let message = "the operating system gave no thread to ask it on";
                Some(Err(Failure::new(FailureKind::Unreachable, message)))
            }
        })
        .collect();
    while answers.iter().any(Option::is_none) {
        let received = match limit.at {
            Some(at) => receive.recv_timeout(at.saturating_duration_since(Instant::now())).ok(),
            None => receive.recv().ok(),
        };
        let Some((index, answer)) = received else { break };
        answers[index] = Some(answer);
    }
    answers
        .into_iter()
        .zip(threads)
        .map(|(answer, thread)| match (answer, thread) {
            (Some(answer), Some(thread)) => {
                drop(thread.join());
                answer
            }
            (Some(answer), None) => answer,
            (None, _) => Err(limit.late()),
        })
        .collect()
}

/// Blocks the thread; in a worker of an async runtime the other tasks go on elsewhere meanwhile.
#[cfg(feature = "_net")]
fn aside<R>(wait: impl FnOnce() -> R) -> R {
    use tokio::runtime::{Handle, RuntimeFlavor};
    let of_workers = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
    let in_worker = Handle::try_current().is_ok_and(of_workers) && tokio::task::try_id().is_some();
    // A set of local tasks forbids it, and nothing tells that one is there but the panic.
    let may_step_aside = || {
        cfg!(panic = "unwind")
            && std::panic::catch_unwind(|| tokio::task::block_in_place(|| ())).is_ok()
    };
    match in_worker && may_step_aside() {
        true => tokio::task::block_in_place(wait),
        false => wait(),
    }
}

#[cfg(not(feature = "_net"))]
fn aside<R>(wait: impl FnOnce() -> R) -> R {
    wait()
}
