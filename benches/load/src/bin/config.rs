include!(concat!(env!("OUT_DIR"), "/config.rs"));

fn main() {
    load::run(load);
}
