include!(concat!(env!("OUT_DIR"), "/ours_100.rs"));
