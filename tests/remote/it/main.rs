//! Sources over a network, against real servers.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
mod faults;
#[cfg(feature = "gcp")]
mod gcp;
#[cfg(feature = "vault")]
mod runtimes;
#[cfg(feature = "vault")]
mod vault;
