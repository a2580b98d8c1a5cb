#!/usr/bin/env bash
# Tries every order of events in the code that live settings are read and swapped with, in the letters that tell of a
# refresh, and in what the thread is told to do; prints how many there were.
# `--cfg loom` puts loom's locks, atomics and threads in the place of the standard library's.
set -euo pipefail
cd "$(dirname "$0")/.."

export RUSTFLAGS="--cfg loom ${RUSTFLAGS:-}"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
cargo test --locked --package config-core --no-default-features --features derive,live --release --lib \
    -- live::cell::model live::mailbox::model live::engine::model --nocapture --test-threads 1 "$@"
