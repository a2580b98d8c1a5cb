//! Live settings under load for as long as is wanted: short in the tests, long by `cargo run -p config-tests --bin
//! live-soak`.

#[cfg(target_os = "linux")]
pub mod steady;
#[cfg(target_os = "linux")]
mod store;
#[cfg(unix)]
pub mod swaps;
