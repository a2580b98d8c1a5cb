#!/usr/bin/env bash
# Installs what the tests need and runs all of them: units, behaviour, compile-fail cases, doctests, examples.
# A test that is skipped fails the run.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }

# --- what the tests need ---------------------------------------------------------------------------------------------

# Puts a Debian package on the machine if the command that it brings is not there.
need() {
    local command=$1 package=$2
    command -v "$command" >/dev/null && return
    say "installing $package for $command"
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    command -v apt-get >/dev/null || { echo "$command is missing, and there is no apt-get to install $package" >&2; exit 1; }
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$package"
}

need cc build-essential
if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install rustup as your system has it; rust-toolchain.toml says which version it then takes" >&2
    exit 1
fi
cargo --version >/dev/null 2>&1 || rustup toolchain install

# --- the tests -------------------------------------------------------------------------------------------------------

# The same flags everywhere, so that one target directory serves all runs and nothing is built twice.
run() {
    say "cargo test $*"
    cargo test "$@" 2>&1 | tee -a "$log"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# What an application gets without asking for more; then everything.
run --locked --package config-core
run --locked --workspace --all-features

if skipped=$(grep -E '^test .* \.\.\. ignored' "$log"); then
    printf '\nskipped tests fail the run:\n%s\n' "$skipped" >&2
    exit 1
fi
