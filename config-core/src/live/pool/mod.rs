//! Connection pools that follow a live credential: [`deadpool`] for `tokio-postgres`, [`sqlx`] for all its databases, each
//! with the feature of its name.
//!
//! A new connection is made with the credential of the moment. Where the server refuses it, the sources are asked anew,
//! once for all connections that were refused together, and the connection is tried once more if that brings another
//! credential; if it does not, it is asked again with growing pauses for five seconds, so that a password that the server
//! knows a little before the store does fails no request. Then the server's error is given, and for a while (5 seconds,
//! later up to a minute) refused connections ask for nothing.
//!
//! When the credential changes, the pool has the server accept the new one before it gives up anything that works. Then
//! idle connections made with an older one are closed, and those in use when they are returned. [`Live::acknowledged`]
//! tells when the last is gone: the evidence that a rotation may revoke what came before.
//!
//! [`Live::acknowledged`]: crate::Live::acknowledged

#[cfg(feature = "_pools")]
mod connector;
#[cfg(feature = "deadpool")]
pub mod deadpool;
#[cfg(feature = "_pools")]
mod followed;
#[cfg(feature = "_pools")]
mod following;
#[cfg(feature = "_pools")]
mod identity;
#[cfg(feature = "_pools")]
mod ledger;
#[cfg(feature = "_pools")]
mod refresher;
pub(crate) mod registry;
#[cfg(feature = "_pools")]
mod settle;
#[cfg(feature = "sqlx")]
pub mod sqlx;
#[cfg(feature = "_pools")]
mod versions;

#[cfg(all(test, feature = "_pools"))]
mod tests;
