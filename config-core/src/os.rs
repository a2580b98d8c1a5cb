//! Clearing secrets out of the environment block that the kernel gave the process: the one place that needs `unsafe`.
//!
//! A variable stays readable in `/proc/PID/environ`, and in a core dump, for as long as the process runs, also after
//! it was removed: removing only takes it off a list. [`scrub`] overwrites it where it lies.
//!
//! What it cannot reach: the environment of the process that started this one, and of those that this one has
//! started; what the service manager or the container runtime keeps and shows; what the program itself set by
//! `set_var` (that is removed, but the C library keeps its copy); and copies that were made of a value before.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroize;

/// Why the environment was left as it is.
///
/// ```
/// use config_core::os::NotScrubbed;
/// assert_eq!(
///     NotScrubbed::Threads(4).to_string(),
///     "the environment can be scrubbed only before other threads are started; there are 4 threads",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotScrubbed {
    /// So many threads run; any of them may be reading the environment at this moment.
    Threads(usize),
    /// Where the environment lies, and whether other threads run, is told by Linux alone, and there only where `/proc`
    /// is mounted.
    Unsupported,
}

impl fmt::Display for NotScrubbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threads(count) => write!(
                f,
                "the environment can be scrubbed only before other threads are started; there are {count} threads"
            ),
            Self::Unsupported => {
                f.write_str("the environment can be scrubbed only on Linux with /proc mounted")
            }
        }
    }
}

impl std::error::Error for NotScrubbed {}

/// Removes these variables, and overwrites their values in the block that the kernel gave the process. Says how many
/// values it overwrote; a variable that stands there twice counts twice.
///
/// Call it at the start of `main`, before any other thread exists: with `#[tokio::main]` that is too late. Everything
/// that has to read them must have done so.
///
/// # Errors
/// Nothing is changed where other threads run, or where that cannot be told.
///
/// ```no_run
/// fn main() -> Result<(), config_core::os::NotScrubbed> {
///     let token = std::env::var("APP_TOKEN");
///     config_core::os::scrub(&["APP_TOKEN"])?;
///     assert!(std::env::var("APP_TOKEN").is_err());
///     Ok(())
/// }
/// ```
pub fn scrub(names: &[&str]) -> Result<usize, NotScrubbed> {
    let status = Status::read().ok_or(NotScrubbed::Unsupported)?;
    if status.threads != 1 {
        return Err(NotScrubbed::Threads(status.threads));
    }
    let names: Vec<&str> = names.iter().copied().filter(|name| is_name(name)).collect();
    // SAFETY: this is the only thread, so until this function returns nobody else reads or writes the environment or
    // starts a thread that could. The block is memory of this process that the kernel mapped for it to write to; no
    // reference into it exists, since the standard library hands out copies alone.
    #[expect(unsafe_code, reason = "there is no safe way to write to this memory")]
    unsafe {
        let overwritten = overwrite(status.block, &names);
        for name in names {
            std::env::remove_var(name);
        }
        Ok(overwritten)
    }
}

/// What `remove_var` takes without a panic.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

/// Overwrites the values of these variables with zeros.
///
/// # Safety
/// The range must be the environment block of this process, and no other thread may use it meanwhile.
#[expect(unsafe_code, reason = "writes to memory that only the kernel knows the place of")]
unsafe fn overwrite(block: Range<usize>, names: &[&str]) -> usize {
    let start = std::ptr::with_exposed_provenance_mut::<u8>(block.start);
    // SAFETY: as the caller promises; the kernel says that the range is mapped, and begins at a non-null place.
    let block = unsafe { std::slice::from_raw_parts_mut(start, block.len()) };
    wipe(block, names)
}

/// Overwrites values in a block of `NAME=value` texts, each ended by a zero byte.
fn wipe(block: &mut [u8], names: &[&str]) -> usize {
    let mut wiped = 0;
    for entry in block.split_mut(|byte| *byte == 0) {
        let Some(end) = entry.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = entry.split_at_mut(end);
        if names.iter().any(|wanted| wanted.as_bytes() == name) {
            value[1..].zeroize();
            wiped += 1;
        }
    }
    wiped
}

/// What the kernel says of this process.
#[derive(Debug, PartialEq, Eq)]
struct Status {
    threads: usize,
    block: Range<usize>,
}

impl Status {
    fn read() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/self/stat").ok()?)
    }

    /// Reads `/proc/PID/stat`: see proc(5). The second field, a name in parentheses, may hold anything.
    fn parse(stat: &str) -> Option<Self> {
        let (_, from_third) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = from_third.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<usize>().ok();
        let (threads, block) = (field(20)?, field(50)?..field(51)?);
        (block.start > 0 && block.start <= block.end).then_some(Self { threads, block })
    }
}

#[cfg(test)]
mod tests {
    use super::{NotScrubbed, Status, is_name, scrub, wipe};

    #[test]
    fn only_the_values_of_the_names_asked_for_are_overwritten() {
        let mut block = *b"A=secret\0AB=other\0B=se=cret\0C\0A=again\0=\0";
        assert_eq!(wipe(&mut block, &["A", "B", "C", "D"]), 3);
        assert_eq!(&block, b"A=\0\0\0\0\0\0\0AB=other\0B=\0\0\0\0\0\0\0\0C\0A=\0\0\0\0\0\0=\0");
    }

    #[test]
    fn a_process_with_other_threads_is_left_as_it_is() {
        let before = std::env::var_os("PATH");
        std::thread::scope(|scope| {
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || stopped.recv());
            assert!(matches!(
                scrub(&["PATH"]),
                Err(NotScrubbed::Threads(2..) | NotScrubbed::Unsupported)
            ));
            drop(stop);
        });
        assert_eq!(std::env::var_os("PATH"), before);
    }

    #[test]
    fn the_status_is_read_whatever_the_program_is_called() {
        let fields: Vec<String> = (4..=52).map(|number| number.to_string()).collect();
        let stat = format!("1 (a) b (c) S {}", fields.join(" "));
        assert_eq!(Status::parse(&stat), Some(Status { threads: 20, block: 50..51 }));
        for bad in ["", "1 (a)", "1 (a) S 1 2 3"] {
            assert_eq!(Status::parse(bad), None);
        }
        let hidden = stat.replace(" 50 51 ", " 0 0 ");
        assert_eq!(Status::parse(&hidden), None);
    }

    #[test]
    fn names_that_no_variable_can_have_are_passed_over() {
        assert!(is_name("A"));
        for bad in ["", "A=B", "A\0"] {
            assert!(!is_name(bad));
        }
    }
}
