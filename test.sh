#!/usr/bin/env bash
# Installs what the tests need and runs all of them: units, behaviour, compile-fail cases, doctests, examples.
# A test that is skipped fails the run.
set -euo pipefail
cd "$(dirname "$0")"

# A run from nothing builds everything once: what serves a second build costs disk and time.
export CARGO_INCREMENTAL=0

say() { printf '\n== %s\n' "$*"; }

# --- what the tests need ---------------------------------------------------------------------------------------------

# Puts a Debian package on the machine if what it brings is not there: a command, or whatever the check says.
need() {
    local command=$1 package=$2
    shift 2
    if [ $# -gt 0 ]; then "$@" >/dev/null 2>&1 && return; else command -v "$command" >/dev/null && return; fi
    say "installing $package for $command"
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    command -v apt-get >/dev/null || { echo "$command is missing, and there is no apt-get to install $package" >&2; exit 1; }
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$package"
}

need cc build-essential
# A keyring without a desktop.
need dbus-run-session dbus
need gnome-keyring-daemon gnome-keyring
need secret-tool libsecret-tools
need curl curl
need openssl openssl
need setpriv util-linux
need python3 python3
need "python3 -m venv" python3-venv python3 -c "import ensurepip"
need initdb postgresql sh -c "command -v initdb || ls /usr/lib/postgresql/*/bin/initdb"
if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install rustup as your system has it; rust-toolchain.toml says which version it then takes" >&2
    exit 1
fi
cargo --version >/dev/null 2>&1 || rustup toolchain install

# The servers of other makers that the tests start; the tests of the crate config-tests-servers say where they look.
tests/servers/install.sh
CONFIG_TESTS_SERVERS=$(realpath "${CONFIG_TESTS_SERVERS:-${CARGO_TARGET_DIR:-target}/servers}")
export CONFIG_TESTS_SERVERS

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
