//! The behaviour of the workspace, one module per feature.

mod behaviour;
mod canary;
mod cases;
#[path = "../conformance/mod.rs"]
mod conformance;
mod declare;
#[cfg(unix)]
mod dir;
mod documents;
mod dotenv;
mod encrypted;
#[cfg(unix)]
mod exec;
#[cfg(target_os = "linux")]
mod keyring;
mod live;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod memory_live;
#[cfg(target_os = "linux")]
mod memory_remote;
mod places;
mod planned;
#[path = "../runtimes/mod.rs"]
mod runtimes;
mod schema;
mod together;
