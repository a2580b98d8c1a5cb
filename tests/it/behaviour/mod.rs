//! What a load does, told by the contract and not by how it is done.

mod bounds;
mod child;
mod compose;
mod declared;
mod direct;
mod errors;
mod events;
mod explain;
mod failing;
mod failing_too;
mod global;
mod hidden;
mod names;
mod nested;
mod own_list;
mod own_source;
mod places;
mod priority;
mod profiles;
mod provider;
mod run_time;
mod twice;
mod validate;
mod waiting;
mod warnings;
