//! What a load does, told by the contract and not by how it is done.

mod bounds;
mod child;
mod compose;
mod declared;
mod errors;
mod explain;
mod failing;
mod names;
mod nested;
mod own_list;
mod places;
mod priority;
mod profiles;
mod run_time;
mod usual;
mod validate;
mod waiting;
mod warnings;
