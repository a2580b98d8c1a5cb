include!(concat!(env!("OUT_DIR"), "/serde_100.rs"));
