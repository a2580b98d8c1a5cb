//! The behaviour of the workspace, one module per feature.

mod behaviour;
mod canary;
mod cases;
#[path = "../conformance/mod.rs"]
mod conformance;
mod declare;
#[cfg(unix)]
mod dir;
mod direct;
mod documents;
mod dotenv;
#[cfg(target_os = "linux")]
mod memory;
mod schema;
