//! Helpers shared by the tests.

pub mod bench;
pub mod canary;
pub mod changing;
pub mod child;
#[cfg(target_os = "linux")]
pub mod crafted;
#[cfg(target_os = "linux")]
pub mod keyring;
pub mod listen;
#[cfg(target_os = "linux")]
pub mod memory;
#[cfg(unix)]
pub mod mounted;
pub mod outcome;
pub mod quarantine;
pub mod random;
pub mod soak;
pub mod sources;
pub mod tree;
pub mod wait;

pub use bench::Bench;
pub use outcome::{failure, kinds, messages, only};
pub use wait::block_on;

/// No variable at all: what `.env(..)` is given so that a test sees nothing of the process environment.
pub const NOTHING: [(&str, &str); 0] = [];
