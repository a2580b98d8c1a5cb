//! Compile-time checks that need the lists of this crate or the type of a field. Each is evaluated as a constant whose
//! tokens stand where the mistake is; a mistake is a panic, whose message the compiler shows.

mod clash;
mod format;
mod place;
mod range;
mod source;
mod tree;
mod types;

use crate::__private::message::Message;

pub use clash::{Clashes, clash};
pub use format::{duration, format, format_default};
pub(crate) use format::{format_of, seconds};
pub use range::{Ends, default_within, duration_of, end, not_empty, size_of};
pub use source::{base, key, key_text, place, source, source_name};
pub use tree::{ceiling, listed, no_nested_serialize, no_serialize, shown_place, shown_profile};
pub use types::{
    integer, length, length_default, no_nested, no_secret, presence, public, text_default,
};

#[track_caller]
const fn fail(message: &Message) -> ! {
    panic!("{}", message.as_str());
}
