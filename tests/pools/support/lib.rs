//! What the tests of connection pools share: settings from a store of our own, and clients that never rest.

pub mod bed;
pub mod clients;
pub mod lent;
#[path = "../../support/memory.rs"]
pub mod memory;
#[path = "../../support/quarantine.rs"]
pub mod quarantine;
