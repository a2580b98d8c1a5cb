//! Stores that fail, whichever they are: the load ends in time, says what is wrong in words that hold no value, and takes
//! nothing weaker.

#[cfg(feature = "azure")]
mod azure;
mod bed;
mod every;
#[cfg(all(unix, feature = "vault", feature = "aws", feature = "gcp", feature = "azure"))]
mod hanging;
#[cfg(feature = "vault")]
mod refreshing;
#[cfg(feature = "vault")]
mod reports;
#[cfg(feature = "vault")]
mod weaker;
#[cfg(feature = "vault")]
mod writing;
