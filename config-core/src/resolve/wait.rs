//! Waiting for remote sources: all at once, never longer than the deadline, with or without an async runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::walk::Asked;
use super::{Questions, SourceList};
use crate::source::{Answers, Failure, FailureKind, Fetch, Key, Wanted};

/// Asks on a thread of its own, so that a runtime which the caller may be in is neither needed nor disturbed.
pub(super) fn on_own_thread(
    list: &SourceList,
    questions: Questions<'_>,
    asked: &[Asked],
    deadline: Duration,
) -> Vec<Answers> {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let parker = Arc::new(Parker(std::thread::current()));
            let waker = Waker::from(parker);
            let mut answers = pin!(together(list, questions, asked, deadline));
            let mut context = TaskContext::from_waker(&waker);
            loop {
                match answers.as_mut().poll(&mut context) {
                    Poll::Ready(answers) => return answers,
                    Poll::Pending => std::thread::park(),
                }
            }
        });
        waiting.join().unwrap_or_else(|_| {
            let failure =
                Failure::new(FailureKind::Unreachable, "the source panicked while it was asked");
            asked.iter().map(|_| Err(failure.clone())).collect()
        })
    })
}

/// Asks every source at once and awaits them together.
pub(super) async fn together(
    list: &SourceList,
    questions: Questions<'_>,
    asked: &[Asked],
    deadline: Duration,
) -> Vec<Answers> {
    let keys: Vec<Vec<Key<'_>>> = asked
        .iter()
        .map(|asked| {
            asked
                .questions
                .iter()
                .map(|&question| questions.key(question, list.kind(asked.entry)))
                .collect()
        })
        .collect();
    let wanted: Vec<Wanted<'_>> = keys.iter().map(|keys| Wanted { keys }).collect();
    let fetches = asked
        .iter()
        .zip(&wanted)
        .map(|(asked, wanted)| match list.opened(asked.entry) {
            Some(source) => source.fetch(wanted),
            None => {
                Fetch::Ready(Err(Failure::new(FailureKind::NotFound, "the source was not opened")))
            }
        })
        .map(|fetch| match fetch {
            Fetch::Ready(answers) => Asking::Done(answers),
            Fetch::Pending(future) => Asking::Open(future),
        })
        .collect();
    Together { fetches, alarm: Alarm::new(deadline) }.await
}

enum Asking<'a> {
    Open(Pin<Box<dyn Future<Output = Answers> + Send + 'a>>),
    Done(Answers),
}

struct Together<'a> {
    fetches: Vec<Asking<'a>>,
    alarm: Alarm,
}

impl Future for Together<'_> {
    type Output = Vec<Answers>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let mut open = false;
        for asking in &mut self.fetches {
            if let Asking::Open(future) = asking {
                match future.as_mut().poll(context) {
                    Poll::Ready(answers) => *asking = Asking::Done(answers),
                    Poll::Pending => open = true,
                }
            }
        }
        if open && !self.alarm.has_rung(context.waker()) {
            return Poll::Pending;
        }
        let late = self.alarm.after;
        Poll::Ready(
            std::mem::take(&mut self.fetches)
                .into_iter()
                .map(|asking| match asking {
                    Asking::Done(answers) => answers,
                    Asking::Open(_) => Err(Failure::new(
                        FailureKind::Unreachable,
                        format!("no answer within {} s", late.as_secs_f32()),
                    )),
                })
                .collect(),
        )
    }
}

/// Wakes the load at its deadline; its thread starts only if somebody really has to wait, and ends with the load.
struct Alarm {
    after: Duration,
    /// None where it lies beyond what the clock can say.
    at: Option<Instant>,
    shared: Arc<(Mutex<AlarmState>, Condvar)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct AlarmState {
    waker: Option<Waker>,
    stopped: bool,
}

impl Alarm {
    fn new(after: Duration) -> Self {
        Self { after, at: Instant::now().checked_add(after), shared: Arc::default(), thread: None }
    }

    fn has_rung(&mut self, waker: &Waker) -> bool {
        let Some(at) = self.at else { return false };
        if Instant::now() >= at {
            return true;
        }
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).waker = Some(waker.clone());
        if self.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            self.thread = Some(std::thread::spawn(move || ring(&shared, at)));
        }
        false
    }
}

fn ring(shared: &(Mutex<AlarmState>, Condvar), at: Instant) {
    let (state, stop) = shared;
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    while !state.stopped {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
            return;
        }
        state = stop.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Parker(std::thread::Thread);

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
