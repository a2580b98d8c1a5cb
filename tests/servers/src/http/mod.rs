//! As much HTTP/1.1 as talking to a server on loopback takes, blocking: no TLS, whole bodies in memory.

mod client;
mod message;
pub(crate) mod wire;

pub use client::Client;
pub use message::{Headers, Request, Response};
