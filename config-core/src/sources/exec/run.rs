//! Running one command: without a shell, for a bounded time, its output bounded and wiped.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use zeroize::{Zeroize, Zeroizing};

use super::group;
use super::words::Command;
use crate::format::duration;
use crate::source::{Failure, FailureKind};
use crate::sources::aside::Patience;
use crate::value::append;

/// How much a command may print.
pub(super) const LARGEST: usize = 1024 * 1024;

/// How often it is looked whether the command has ended and whether somebody still waits for it.
const STEP: Duration = Duration::from_millis(20);

/// What came of reading from the command.
enum Heard {
    Output(std::io::Result<Printed>),
    /// How much it wrote to the standard error, which nobody looks at: it may quote a secret.
    Complaints(usize),
}

enum Printed {
    Whole(Zeroizing<Vec<u8>>),
    TooMuch,
}

/// What the command prints.
///
/// Its process group is ended when this returns, whatever the command has left behind in it.
pub(super) fn output(
    command: &Command,
    root: Option<&Path>,
    patience: &Patience<'_>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let started = Instant::now();
    let mut running = Running::start(command, root)?;
    let outcome = running.attend(patience);
    let status = running.end();
    let complaints = running.complaints();
    running.join();
    match outcome? {
        Ended::Late { printed } => Err(late(started, printed, &command.shown)),
        Ended::Printed(Err(_)) => Err(unreachable("its output could not be read")),
        Ended::Printed(Ok(Printed::TooMuch)) => Err(Failure::new(
            FailureKind::Malformed,
            format!("the command printed more than {LARGEST} bytes"),
        )),
        Ended::Printed(Ok(Printed::Whole(output))) => match status {
            Some(status) if status.success() => Ok(output),
            status => Err(failed(status, complaints, &command.shown)),
        },
    }
}

/// How attending to a command ended.
enum Ended {
    Printed(std::io::Result<Printed>),
    /// It was not done in time; whether it had closed its output.
    Late {
        printed: bool,
    },
}

struct Running {
    child: Child,
    heard: Receiver<Heard>,
    complaints: Option<usize>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    fn start(command: &Command, root: Option<&Path>) -> Result<Self, Failure> {
        let (program, arguments) = match command.words.split_first() {
            Some((program, arguments)) => (program.as_str(), arguments),
            None => return Err(Failure::new(FailureKind::Malformed, "no command stands there")),
        };
        let mut starting = std::process::Command::new(program);
        starting.args(arguments.iter().map(|word| word.as_str()));
        starting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(root) = root {
            starting.current_dir(root);
        }
        group::of_its_own(&mut starting);
        let mut child = starting.spawn().map_err(|error| not_started(&error, program, root))?;
        let (send, heard) = channel();
        let (output, complaints) = (child.stdout.take(), child.stderr.take());
        let reading = Self { child, heard, complaints: None, readers: Vec::new() };
        let readers = [
            aside({
                let send = send.clone();
                move || listen(output, &send)
            }),
            aside(move || count(complaints, &send)),
        ];
        let readers: std::io::Result<Vec<_>> = readers.into_iter().collect();
        match readers {
            Ok(readers) => Ok(Self { readers, ..reading }),
            Err(_) => {
                let mut reading = reading;
                reading.end();
                Err(unreachable("the operating system gave no thread to read its output on"))
            }
        }
    }

    /// Waits until the command has ended and all that it printed was read.
    fn attend(&mut self, patience: &Patience<'_>) -> Result<Ended, Failure> {
        let mut printed = None;
        let mut step = Duration::from_millis(1);
        loop {
            if printed.is_some() && group::has_ended(&mut self.child) {
                return Ok(printed.map_or(Ended::Late { printed: true }, Ended::Printed));
            }
            if patience.is_over() {
                return Ok(Ended::Late { printed: printed.is_some() });
            }
            let left = patience.until.saturating_duration_since(Instant::now());
            // Its end follows the end of its output closely.
            let wait = if printed.is_some() { step } else { STEP };
            step = (step * 2).min(STEP);
            match self.heard.recv_timeout(wait.min(left)) {
                Ok(Heard::Output(Ok(Printed::TooMuch))) => {
                    return Ok(Ended::Printed(Ok(Printed::TooMuch)));
                }
                Ok(Heard::Output(output)) => printed = Some(output),
                Ok(Heard::Complaints(bytes)) => self.complaints = Some(bytes),
                Err(RecvTimeoutError::Timeout) => {}
                // Both readers are done and nothing more comes; a short sleep in the stead of the wait.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(wait.min(left)),
            }
        }
    }

    /// Ends what is left of the command and of what it has started.
    fn end(&mut self) -> Option<ExitStatus> {
        group::end(&mut self.child);
        self.child.wait().ok()
    }

    /// Waits for the readers that are done; one that reads what a process outside the group keeps open is left to it.
    fn join(&mut self) {
        for reader in self.readers.drain(..).filter(JoinHandle::is_finished) {
            drop(reader.join());
        }
    }

    /// How much it wrote to the standard error, where that is known by now.
    fn complaints(&mut self) -> usize {
        const MOMENT: Duration = Duration::from_millis(100);
        loop {
            match (self.complaints, self.heard.recv_timeout(MOMENT)) {
                (Some(bytes), _) | (None, Ok(Heard::Complaints(bytes))) => return bytes,
                (None, Ok(Heard::Output(_))) => {}
                (None, Err(_)) => return 0,
            }
        }
    }
}

/// Does the work on a thread of its own.
fn aside(work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("config-core exec".to_owned()).spawn(work)
}

fn listen(output: Option<impl Read>, send: &Sender<Heard>) {
    let mut whole = Zeroizing::new(Vec::new());
    let printed = each_chunk(output, |chunk| {
        append(&mut whole, chunk);
        whole.len() <= LARGEST
    });
    let printed = printed.map(|all| if all { Printed::Whole(whole) } else { Printed::TooMuch });
    drop(send.send(Heard::Output(printed)));
}

fn count(complaints: Option<impl Read>, send: &Sender<Heard>) {
    let mut bytes = 0;
    // What came before an error was counted.
    let _ = each_chunk(complaints, |chunk| {
        bytes += chunk.len();
        true
    });
    drop(send.send(Heard::Complaints(bytes)));
}

/// Hands over what is read until its end; says whether the end was reached.
fn each_chunk(
    from: Option<impl Read>,
    mut take: impl FnMut(&[u8]) -> bool,
) -> std::io::Result<bool> {
    let Some(mut from) = from else { return Ok(true) };
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        match from.read(&mut *chunk) {
            Ok(0) => return Ok(true),
            Ok(length) => {
                let go_on = take(&chunk[..length]);
                chunk[..length].zeroize();
                if !go_on {
                    return Ok(false);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn unreachable(message: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new(FailureKind::Unreachable, message)
}

/// Why a command could not be started. Its name may come from a variable, and so is not shown.
fn not_started(error: &std::io::Error, program: &str, root: Option<&Path>) -> Failure {
    let is_path = program.contains(std::path::is_separator);
    match error.kind() {
        _ if root.is_some_and(|root| !root.is_dir()) => {
            Failure::new(FailureKind::NotFound, "the directory to run it in is not there")
        }
        ErrorKind::NotFound if is_path => {
            Failure::new(FailureKind::NotFound, "there is no such program")
                .hint("check the path, and for a script its first line")
        }
        ErrorKind::NotFound => Failure::new(FailureKind::NotFound, "there is no such program")
            .hint("install it, or add its directory to PATH"),
        ErrorKind::PermissionDenied => {
            Failure::new(FailureKind::Denied, "the program may not be run by this user")
                .hint("chmod +x, if it is meant to be run")
        }
        ErrorKind::ArgumentListTooLong => {
            Failure::new(FailureKind::Malformed, "the command is too long")
        }
        ErrorKind::InvalidInput => {
            Failure::new(FailureKind::Malformed, "a word of the command has a zero byte in it")
        }
        _ => unreachable("the operating system could not start the program"),
    }
}

/// A command that did not end in time.
fn late(started: Instant, printed: bool, shown: &str) -> Failure {
    let what = if printed { "had not ended" } else { "had not printed all" };
    let after = duration::shown(started.elapsed());
    unreachable(format!("the command was stopped: it {what} after {after}"))
        .hint(format!("it may be asking for something; run it by hand to see: {shown}"))
}

/// A command that says it has failed. What it wrote to say why may hold a secret.
fn failed(status: Option<ExitStatus>, complaints: usize, shown: &str) -> Failure {
    let signal = status.and_then(group::signal);
    let ended = match (signal, status.and_then(|status| status.code())) {
        (Some(signal), _) => format!("was ended by signal {signal}"),
        (None, Some(code)) => format!("ended with status {code}"),
        (None, None) => "ended in a way that is not known".to_owned(),
    };
    let complaints = match complaints {
        0 => String::new(),
        1 => " (1 byte on its standard error, not shown)".to_owned(),
        bytes => format!(" ({bytes} bytes on its standard error, not shown)"),
    };
    unreachable(format!("the command {ended}{complaints}"))
        .hint(format!("run it by hand to see why: {shown}"))
}
