//! Real servers on loopback for the tests of remote sources, and a proxy that makes them fail.
//!
//! Each server is started by the test process on free ports, and ends with it, however it ends: [`openbao::Server`],
//! [`moto::Server`], [`postgres::Cluster`]. `shared()` is the one of this process, for tests that keep to names of their
//! own ([`unique`]); `start()` is a fresh one. [`proxy::Proxy`] stands before any of them.
//!
//! Where there is no real one: [`gcp::StandIn`] and [`azure::StandIn`], held to what the vendors' own clients expect;
//! [`standin::Standin`] is a server in a few lines.
//!
//! What they need is put in place by `test.sh`. Where it is missing, a test fails and says so. Linux only.

pub mod azure;
mod encode;
pub mod gcp;
pub mod http;
mod install;
mod listener;
pub mod moto;
pub mod openbao;
mod port;
pub mod postgres;
mod process;
pub mod proxy;
pub mod standin;
pub mod vendor;

pub use encode::base64;

use std::sync::atomic::{AtomicU64, Ordering};

/// A name that no other test uses, in this process or another: `app` becomes `app-4711-3`.
pub fn unique(name: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A password of 32 hexadecimal digits.
pub(crate) fn password() -> String {
    let mut bytes = [0; 16];
    let mut random = std::fs::File::open("/dev/urandom").expect("the system has random bytes");
    std::io::Read::read_exact(&mut random, &mut bytes).expect("random bytes can be read");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
