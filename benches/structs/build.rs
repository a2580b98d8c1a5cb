//! Writes the structs whose compile time is measured.

#[path = "../fields.rs"]
#[allow(dead_code, reason = "the values are for the environment of a run")]
mod fields;

use fields::Peer;

fn main() {
    for count in [100, 300] {
        fields::write(&format!("ours_{count}.rs"), &Peer::Ours.library(count));
        fields::write(&format!("serde_{count}.rs"), &Peer::Envy.library(count));
        fields::write(&format!("hand_{count}.rs"), &Peer::Hand.library(count));
    }
}
