include!(concat!(env!("OUT_DIR"), "/confique.rs"));

fn main() {
    load::run(load);
}
