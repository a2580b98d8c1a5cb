include!(concat!(env!("OUT_DIR"), "/hand.rs"));

fn main() {
    load::run(load);
}
