include!(concat!(env!("OUT_DIR"), "/conf.rs"));

fn main() {
    load::run(load);
}
