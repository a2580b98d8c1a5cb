//! What the programs have in common: how often they load.

/// Loads as often as the arguments `SIZE TIMES` say. The difference between two counts of instructions, divided by the
/// difference in times, is what one load costs without the start of the program.
pub fn run(load: impl Fn(&str) -> fn()) {
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().expect("usage: SIZE TIMES");
    let times: usize =
        arguments.next().and_then(|times| times.parse().ok()).expect("usage: SIZE TIMES");
    // What valgrind and its wrapper put into the environment of the program that they run.
    for name in ["LD_PRELOAD", "LD_LIBRARY_PATH", "GLIBCPP_FORCE_NEW", "GLIBCXX_FORCE_NEW", "PWD"] {
        std::env::remove_var(name);
    }
    let load = load(&size);
    for _ in 0..times {
        load();
    }
}
