//! The servers start, answer, and are gone afterwards; each fault is what it says.

mod auth;
mod faults;
mod lifetime;
mod moto;
mod openbao;
mod postgres;
mod proxy;
mod standins;
mod tunnel;
