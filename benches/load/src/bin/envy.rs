include!(concat!(env!("OUT_DIR"), "/envy.rs"));

fn main() {
    load::run(load);
}
