//! The end of a process whose settings are too old, where the program wants that.

use std::io::Write;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::builder::WhenExpired;
use super::engine::{Core, unharmed};
use super::health::Rough;
use super::schedule::State;
use crate::clock::Moment;
use crate::trace;

/// What sysexits.h calls a failure that another try may mend: whoever supervises the process starts it again.
const EX_TEMPFAIL: i32 = 75;

/// How often it is looked whether something holds a refresh.
const LOOK: Duration = Duration::from_secs(1);

impl Core {
    /// Ends the process if the settings are too old, and that is what the program wants then.
    pub(super) fn end_if_too_old(&self) {
        let now = Moment::now();
        let status = self.status();
        // A credential that is over is no reason to end: what else there is may serve until the store is back.
        let is_too_old = status.state_by_age(now) == State::Expired;
        if !is_too_old || status.policy != WhenExpired::Exit {
            return;
        }
        let why = match (&status.last_failure, status.running) {
            (Some(why), _) => why.clone(),
            (None, Some(since)) => {
                let long = Rough(now.saturating_duration_since(since));
                format!("something holds up the refresh that has been running for {long}")
            }
            (None, None) => "the sources do not answer".to_owned(),
        };
        let (age, limit) = (Rough(status.schedule.age(now)), Rough(status.max_stale));
        drop(status);
        let line = format!(
            "config-core: no refresh of the settings succeeded for {age}, and they may be {limit} old: {why}; \
             exiting with {EX_TEMPFAIL}: mend that and start again"
        );
        unharmed(|| trace::exiting(&line));
        let _ = writeln!(std::io::stderr(), "{}", line.replace('\n', " "));
        std::process::exit(EX_TEMPFAIL);
    }
}

/// Starts a thread that does the same where the one that refreshes cannot: a file on a mount that is gone holds it, or a
/// validator that does not come back. None where the program wants no such end.
pub(super) fn start(core: &Arc<Core>) -> std::io::Result<Option<JoinHandle<()>>> {
    if core.status().policy != WhenExpired::Exit {
        return Ok(None);
    }
    let core = Arc::clone(core);
    let thread = std::thread::Builder::new().name("config-core age".to_owned());
    thread.spawn(move || run(&core)).map(Some)
}

fn run(core: &Core) {
    // The refresh that runs, and since when this thread has seen it. By a clock that stands still while the machine
    // sleeps: one that slept in a refresh has time to end it.
    let mut seen: Option<(Moment, Instant)> = None;
    while !core.stops_within(LOOK) {
        let (running, patience) = {
            let status = core.status();
            (status.running, status.patience)
        };
        let known = seen.filter(|(since, _)| Some(*since) == running);
        seen = running.map(|since| known.unwrap_or((since, Instant::now())));
        if seen.is_some_and(|(_, at)| at.elapsed() > patience) {
            core.end_if_too_old();
        }
    }
}
