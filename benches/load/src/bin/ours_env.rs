include!(concat!(env!("OUT_DIR"), "/ours_env.rs"));

fn main() {
    load::run(load);
}
