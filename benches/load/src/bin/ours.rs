include!(concat!(env!("OUT_DIR"), "/ours.rs"));

fn main() {
    load::run(load);
}
