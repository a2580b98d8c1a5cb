include!(concat!(env!("OUT_DIR"), "/figment.rs"));

fn main() {
    load::run(load);
}
