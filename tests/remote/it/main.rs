//! Sources over a network, against real servers.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
#[cfg(all(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
mod bootstrap;
mod builders;
mod child;
mod faults;
#[cfg(feature = "gcp")]
mod gcp;
#[cfg(all(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
mod named;
mod passage;
#[cfg(all(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
mod runtimes;
#[cfg(feature = "vault")]
mod vault;
mod witness;
