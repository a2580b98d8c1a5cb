//! Counts the copies of a canary in the memory of another process, from outside.
//!
//! The process that is looked into must not know the canary: it is put where the process reads it from, in a file or in
//! its environment. A copy that was overwritten in part, as the allocator does with what is freed, still shows as
//! partial: every run of eight bytes of the canary is found, wherever it lies.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The shortest run of the canary's bytes that counts as a part of it. Eight random letters and digits do not come
/// about by chance: that would be one in 10^14 for each place.
const WINDOW: usize = 8;

/// One run of the canary's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Where it lies.
    pub region: Region,
    /// How many bytes of the canary it has.
    pub bytes: usize,
    /// Whether it is all of it.
    pub is_full: bool,
}

/// A part of a process's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Region {
    /// What allocators hand out: the heap, and anonymous mappings.
    Heap,
    /// The stack of a thread; of the first one without the block below.
    Stack,
    /// The environment block that the kernel gave the process.
    Environment,
    /// A mapping with a name: a file, a library's data.
    Named(String),
}

/// All copies in one process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// Each run, by address.
    pub copies: Vec<Copy>,
    /// How many bytes were looked at.
    pub looked_at: usize,
}

/// A process that has done its work and waits to be looked into.
#[derive(Debug)]
pub struct Paused {
    child: Child,
    /// What it said when it was done.
    pub said: String,
}

impl Census {
    /// How many copies are whole, the kernel's own block apart.
    #[must_use]
    pub fn full(&self) -> usize {
        self.own().filter(|copy| copy.is_full).count()
    }

    /// How many are parts, the kernel's own block apart.
    #[must_use]
    pub fn partial(&self) -> usize {
        self.own().filter(|copy| !copy.is_full).count()
    }

    /// How many runs are in the block that the kernel made, whole or parts.
    #[must_use]
    pub fn in_environment(&self) -> usize {
        self.copies.len() - self.own().count()
    }

    /// Those outside of the block that the kernel made.
    pub fn own(&self) -> impl Iterator<Item = &Copy> {
        self.copies.iter().filter(|copy| copy.region != Region::Environment)
    }
}

impl Paused {
    /// Starts a process and waits for the line that it writes when it is done.
    ///
    /// # Errors
    /// Where it cannot be started, or ends without that line.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut said = String::new();
        if let Some(output) = &mut child.stdout {
            BufReader::new(output).read_line(&mut said)?;
        }
        if said.is_empty() {
            let status = child.wait()?;
            return Err(io::Error::other(format!("it ended without a word: {status}")));
        }
        said.truncate(said.trim_end().len());
        Ok(Self { child, said })
    }

    /// Looks for a canary in all of its memory.
    ///
    /// # Errors
    /// Where its memory cannot be read.
    pub fn census(&self, canary: &[u8]) -> io::Result<Census> {
        let mut found = census(self.child.id(), canary);
        // A thread that was about to end took its stack with it while it was being read.
        for _ in 0..5 {
            if found.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            found = census(self.child.id(), canary);
        }
        found
    }

    /// What `/proc` shows of its environment.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn environment(&self) -> io::Result<Vec<u8>> {
        fs::read(format!("/proc/{}/environ", self.child.id()))
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// For the process that is looked into: says that it is done, and waits until it was looked into.
pub fn pause(saying: &str) {
    println!("{saying}");
    drop(io::stdin().read(&mut [0]));
}

/// A fingerprint by which a process can tell that it had the right value without showing it (FNV-1a).
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} bytes {hash:016x}", bytes.len())
}

/// So many random letters and digits.
///
/// # Panics
/// Where the system has no randomness.
#[must_use]
pub fn canary(length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = vec![0; length];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .expect("randomness");
    random.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

/// Looks for a canary in all the memory of a process of the same user.
///
/// # Errors
/// Where its memory cannot be read.
pub fn census(pid: u32, canary: &[u8]) -> io::Result<Census> {
    let windows = windows(canary);
    let environment = environment_block(pid)?;
    let stacks = stack_pointers(pid)?;
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let program = fs::read_link(format!("/proc/{pid}/exe"))?.display().to_string();
    let mut census = Census::default();
    for mapping in mappings(pid)?.iter().filter(|mapping| mapping.may_hold_data(&program)) {
        let mut bytes = vec![0; mapping.range.end - mapping.range.start];
        memory.read_exact_at(&mut bytes, mapping.range.start as u64)?;
        census.looked_at += bytes.len();
        for (at, length) in runs(&bytes, canary, &windows) {
            let region = match mapping.name.as_str() {
                _ if environment.contains(&(mapping.range.start + at)) => Region::Environment,
                "" if stacks.iter().any(|pointer| mapping.range.contains(pointer)) => Region::Stack,
                "" | "[heap]" => Region::Heap,
                "[stack]" => Region::Stack,
                name if name.starts_with("[anon") => Region::Heap,
                name => Region::Named(name.to_owned()),
            };
            census.copies.push(Copy { region, bytes: length, is_full: length == canary.len() });
        }
    }
    Ok(census)
}

struct Mapping {
    range: Range<usize>,
    is_readable: bool,
    is_writable: bool,
    name: String,
}

impl Mapping {
    /// Whether anything but the content of the program's own files may be in it.
    fn may_hold_data(&self, program: &str) -> bool {
        let is_code = self.name == program || self.name.contains(".so");
        self.is_readable && (self.is_writable || !is_code) && !self.name.starts_with("[v")
    }
}

fn mappings(pid: u32) -> io::Result<Vec<Mapping>> {
    let lines = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    lines
        .lines()
        .map(|line| mapping(line).ok_or_else(|| io::Error::other("a mapping that reads otherwise")))
        .collect()
}

/// `start-end rwxp offset device inode name`.
fn mapping(line: &str) -> Option<Mapping> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let rights = fields.next()?;
    Some(Mapping {
        range: usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?,
        is_readable: rights.starts_with('r'),
        is_writable: rights[1..].starts_with('w'),
        name: fields.skip(3).collect::<Vec<_>>().join(" "),
    })
}

/// Where the kernel put the environment: proc(5) on `stat`, the fields 50 and 51.
fn environment_block(pid: u32) -> io::Result<Range<usize>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> =
        stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<usize>().ok();
    match (field(50), field(51)) {
        (Some(start), Some(end)) if start > 0 => Ok(start..end),
        _ => Err(io::Error::other("where the environment lies is not told")),
    }
}

/// Where the stacks are of the threads that sleep: proc(5) on `syscall`, the field before the last.
fn stack_pointers(pid: u32) -> io::Result<Vec<usize>> {
    let mut pointers = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end meanwhile, or run.
        let Ok(told) = fs::read_to_string(thread?.path().join("syscall")) else { continue };
        let pointer =
            told.split_whitespace().rev().nth(1).and_then(|field| field.strip_prefix("0x"));
        pointers.extend(pointer.and_then(|hex| usize::from_str_radix(hex, 16).ok()));
    }
    Ok(pointers)
}

/// Every run of eight bytes of the canary, and where in it they stand.
fn windows(canary: &[u8]) -> HashMap<[u8; WINDOW], usize> {
    assert!(canary.len() >= WINDOW, "a canary that short cannot be told from chance");
    canary
        .windows(WINDOW)
        .enumerate()
        .filter_map(|(at, window)| Some((window.try_into().ok()?, at)))
        .collect()
}

/// Where a run begins, and how long it is.
fn runs(
    bytes: &[u8],
    canary: &[u8],
    windows: &HashMap<[u8; WINDOW], usize>,
) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(window) = bytes.get(at..at + WINDOW) {
        // Most memory is zeros; they are passed over without a look into the table.
        let found = if window == [0; WINDOW] { None } else { windows.get(window) };
        match found {
            Some(&begins) => {
                let same = bytes[at..]
                    .iter()
                    .zip(&canary[begins..])
                    .take_while(|(one, other)| one == other)
                    .count();
                runs.push((at, same));
                at += same;
            }
            None => at += 1,
        }
    }
    runs
}
