include!(concat!(env!("OUT_DIR"), "/hand_300.rs"));
