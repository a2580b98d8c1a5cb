//! Hearing what is sent to `tracing` and to `log`.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};

pub use tracing::Level;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// Runs something and gives its output together with every event and span that it sent, a line each.
pub fn to_tracing<R>(run: impl FnOnce() -> R) -> (R, String) {
    to_tracing_from(Level::TRACE, run)
}

/// The same of a subscriber that wants nothing below that level.
pub fn to_tracing_from<R>(level: Level, run: impl FnOnce() -> R) -> (R, String) {
    let heard = Arc::new(Mutex::new(String::new()));
    let listener = Listener(Arc::clone(&heard), level);
    let output = tracing::subscriber::with_default(listener, run);
    let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
    (output, heard)
}

/// The same with what the threads say that work for others: those of the network, of every load that there is.
pub fn to_all_threads<R>(run: impl FnOnce() -> R) -> (R, String) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Where somebody else listens to everything already, this hears less, which the caller's control would tell.
        let _ = tracing::subscriber::set_global_default(Elsewhere);
        if log::set_logger(&Elsewhere).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
    });
    let heard = Arc::new(Mutex::new(String::new()));
    locked(&EARS).push(Arc::clone(&heard));
    let (output, mut here) = to_tracing(run);
    locked(&EARS).retain(|ear| !Arc::ptr_eq(ear, &heard));
    here.push_str(&locked(&heard));
    (output, here)
}

/// Runs something while a listener that is no good panics at each line of other threads with these words in it.
pub fn panicking_at<R>(words: &str, run: impl FnOnce() -> R) -> R {
    let words = words.to_owned();
    locked(&TRIPWIRES).push(words.clone());
    let (output, _) = to_all_threads(run);
    locked(&TRIPWIRES).retain(|other| *other != words);
    output
}

static TRIPWIRES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Those who listen to all threads.
static EARS: Mutex<Vec<Arc<Mutex<String>>>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hears the threads that work for others, for all who listen.
struct Elsewhere;

impl Elsewhere {
    fn is_heard() -> bool {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default();
        let works = ["config-core", "tokio", "zbus"].iter().any(|begin| name.starts_with(begin));
        works && !locked(&EARS).is_empty()
    }

    fn tell(line: &str) {
        for ear in locked(&EARS).iter() {
            let mut ear = locked(ear);
            ear.push_str(line);
            ear.push('\n');
        }
        let is_tripped = locked(&TRIPWIRES).iter().any(|words| line.contains(words.as_str()));
        assert!(!is_tripped, "a listener that panics");
    }

    fn fields(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line<'_>)) {
        let mut line = format!("{} {}", metadata.level(), metadata.target());
        record(&mut Line(&mut line));
        Self::tell(&line);
    }
}

impl Subscriber for Elsewhere {
    fn register_callsite(&self, _metadata: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        Self::is_heard()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        Self::fields(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut line = String::new();
        values.record(&mut Line(&mut line));
        Self::tell(&line);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        Self::fields(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

impl log::Log for Elsewhere {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        Self::is_heard()
    }

    fn log(&self, record: &log::Record<'_>) {
        if Self::is_heard() {
            Self::tell(&format!("{} {} {}", record.level(), record.target(), record.args()));
        }
    }

    fn flush(&self) {}
}

struct Listener(Arc<Mutex<String>>, Level);

impl Listener {
    fn line(&self, metadata: &Metadata<'_>, fields: impl FnOnce(&mut Line<'_>)) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = Line(&mut heard);
        let _ = write!(line.0, "{} {}", metadata.level(), metadata.target());
        fields(&mut line);
        line.0.push('\n');
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.1
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.record(&mut Line(&mut heard));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}
