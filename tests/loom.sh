#!/usr/bin/env bash
# Tries every order of events in the code that live settings are read and swapped with, and prints how many there were.
# `--cfg loom` puts loom's locks, atomics and threads in the place of the standard library's.
set -euo pipefail
cd "$(dirname "$0")/.."

export RUSTFLAGS="--cfg loom ${RUSTFLAGS:-}"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
cargo test --locked --package config-core --no-default-features --features derive,live --release --lib \
    live::cell::model -- --nocapture --test-threads 1 "$@"
