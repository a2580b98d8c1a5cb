include!(concat!(env!("OUT_DIR"), "/serde_300.rs"));
