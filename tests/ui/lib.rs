//! Every folder holds mistakes of one sort: `<name>.rs` has the mistake, `<name>.stderr` is what the compiler says, and
//! `<name>.fixed.rs` is made from that message alone.
