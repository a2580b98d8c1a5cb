//! What the tests of sources over a network share.

#[cfg(feature = "vault")]
pub mod leases;
