//! What each method of a builder does, shown one by one.

use std::collections::BTreeSet;

use config_tests_servers::proxy::{Fault, Proxy};

/// The name of a method, and the proof that it does what it says.
pub(crate) type Shown<Bed> = (&'static str, fn(&Bed));

/// Shows them all; `source` is the text of the builder, which may have no other methods.
#[track_caller]
pub(crate) fn show<Bed>(source: &str, bed: &Bed, methods: &[Shown<Bed>]) {
    let shown: BTreeSet<&str> = methods.iter().map(|(name, _)| *name).collect();
    assert_eq!(shown, public(source));
    for (name, shows) in methods {
        println!("{name}");
        shows(bed);
    }
}

/// The names of the methods that a program may call.
fn public(source: &str) -> BTreeSet<&str> {
    let methods = source.lines().filter_map(|line| {
        let line = line.strip_prefix("    pub ")?;
        let line = line.strip_prefix("const ").unwrap_or(line).strip_prefix("fn ")?;
        line.split(['(', '<']).next()
    });
    methods.filter(|name| *name != "build").collect()
}

/// Somebody who takes a request and never answers it.
pub(crate) fn silent() -> Proxy {
    let silent = Proxy::before_nothing();
    silent.always(Fault::BlackHole);
    silent
}
