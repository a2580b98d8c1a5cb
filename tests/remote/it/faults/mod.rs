//! Stores that fail, whichever they are: the load ends in time, says what is wrong in words that hold no value, and takes
//! nothing weaker.

#[cfg(feature = "azure")]
mod azure;
#[cfg(any(feature = "vault", feature = "azure"))]
mod bed;
#[cfg(all(feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod every;
#[cfg(all(feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod following;
#[cfg(all(unix, feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod hanging;
#[cfg(feature = "vault")]
mod refreshing;
#[cfg(feature = "gcp")]
mod refused;
#[cfg(feature = "vault")]
mod reports;
#[cfg(all(feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod stores;
#[cfg(all(feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod troubles;
#[cfg(feature = "vault")]
mod weaker;
#[cfg(feature = "vault")]
mod writing;
