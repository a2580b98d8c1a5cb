include!(concat!(env!("OUT_DIR"), "/ours_300.rs"));
