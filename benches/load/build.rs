//! Writes, for each peer, the structs of every size that it is measured with.

#[path = "../fields.rs"]
#[allow(dead_code, reason = "the values are for the environment of a run")]
mod fields;

use fields::Peer;

fn main() {
    for (name, peer, sizes) in [
        ("hand", Peer::Hand, &[10, 100][..]),
        ("ours", Peer::Ours, &[10, 100, 1000]),
        ("ours_env", Peer::OursEnv, &[10, 100, 1000]),
        ("confique", Peer::Confique, &[10, 100]),
        ("conf", Peer::Conf, &[10, 100]),
        ("envy", Peer::Envy, &[10, 100]),
        ("config", Peer::Config, &[10, 100]),
        ("figment", Peer::Figment, &[10, 100]),
    ] {
        fields::write(&format!("{name}.rs"), &peer.program(sizes));
    }
}
