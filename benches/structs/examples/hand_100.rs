include!(concat!(env!("OUT_DIR"), "/hand_100.rs"));
