#!/usr/bin/env bash
# Runs every fuzz target, one after the other, each for so many seconds (60 unless told), or only those that are named:
#   fuzz/run.sh            fuzz/run.sh 600            fuzz/run.sh 600 dotenv json
# It needs the nightly toolchain and `cargo install cargo-fuzz --locked`. It stops at the first finding, which then
# lies in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
shift || true
if [ $# -eq 0 ]; then
    set -- dotenv json toml yaml key_grammar pattern
fi

for target in "$@"; do
    echo "== $target, $seconds s"
    mkdir -p "corpus/$target"
    options=(-max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 -verbosity=0)
    if [ -f "dictionaries/$target.dict" ]; then
        options+=(-dict="dictionaries/$target.dict")
    fi
    cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "seeds/$target" -- "${options[@]}"
done
