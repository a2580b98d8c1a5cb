//! The cases of `tests/conformance/settings_cases.md`: what users of the most used settings library rely on, in this
//! project's terms. A test is named by the id of its case; where this project decides otherwise it says so.
//! The cases that are left out on purpose stand in `tests/conformance/left_out.md`.

mod alias;
mod cloud;
mod command_line;
mod complete;
mod diagnostics;
mod dir;
mod dotenv;
mod env;
mod files;
mod nest;
mod priority;
mod types;
