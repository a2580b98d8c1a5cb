//! A process whose allocator wipes; it treats a secret as carelessly as can be.

use std::alloc::System;

use config_core::WipingAllocator;
use config_tests::memory::{fingerprint, pause};

#[global_allocator]
static ALLOCATOR: WipingAllocator<System> = WipingAllocator(System);

fn main() {
    let path = std::env::args().nth(1).expect("a path");
    pause(&careless(&path));
}

/// Grows, clones and drops without wiping.
#[inline(never)]
fn careless(path: &str) -> String {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut grown = String::new();
    text.chars().for_each(|character| grown.push(character));
    let parts: Vec<String> = grown.split_inclusive('A').map(str::to_owned).collect();
    fingerprint(parts.concat().as_bytes())
}
