#!/usr/bin/env bash
# Measures loading, building and live settings beside other libraries, prints the tables, and writes RESULTS.md beside this
# file. Only ratios within one run count; instructions are counted by callgrind, seconds are user CPU.
#
#   benches/run.sh                      everything
#   benches/run.sh load crates          only these; of load, crates, app, structs, features, live. Of RESULTS.md only the
#                                       part of live settings is written anew, where it is among them.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")"
here=$PWD
parts=${*:-load crates app structs features live}
target=${CARGO_TARGET_DIR:-$here/target}
peers="confique envy config conf figment"
features="toml yaml figment miette tracing exec keyring age vault aws gcp azure live deadpool sqlx all"
TIMEFORMAT=%U
declare -A cost
rows=()
live=()

main() {
    command -v valgrind >/dev/null || { apt-get update -qq && apt-get install -y -qq valgrind; } >/dev/null
    cargo fetch --locked --quiet
    for part in $parts; do
        "measure_$part"
    done
    if [ $# -eq 0 ]; then
        { report; echo; report_live; } | tee RESULTS.md
        return
    fi
    if [ -n "${parts//live/}" ]; then
        report
    fi
    if [[ $parts == *live* ]]; then
        report_live
        printf '%s\n\n' "$(sed '/^## Live settings$/,$d' RESULTS.md)" "$(report_live)" | sed '$d' >RESULTS.md.new
        mv RESULTS.md.new RESULTS.md
    fi
}

# --- instructions of one load ------------------------------------------------------------------------------------

measure_load() {
    CARGO_TARGET_DIR=$target cargo build --release --locked --offline --quiet -p load
    for peer in hand ours ours_env $peers; do
        say "load: $peer"
        one_load "$peer" 10 0 20
        one_load "$peer" 100 0 5
        one_load "$peer" 100 25 5
    done
    one_load ours 1000 0 2
    one_load ours_env 1000 0 2
    judge "load 10 variables" k "${cost[ours/10/0]}" "hand-written" "${cost[hand/10/0]}" 1.2
    judge "load 100" k "${cost[ours/100/0]}" "hand-written" "${cost[hand/100/0]}" 0.6
    judge "load 100 among 25 foreign ones" k "${cost[ours/100/25]}" "hand-written" "${cost[hand/100/25]}" 0.75
    judge "load 1,000" k "${cost[ours/1000/0]}" "ours at 100" "${cost[ours/100/0]}" 12
}

# The instructions of one load: those of two and some more loads, less those of two, by the number of the others. How
# many `getenv` needs depends on where the texts lie in memory, by a tenth: what is judged is the median of five runs
# whose stacks begin at different places.
one_load() { # peer fields foreign loads
    local pad pads=(1) few many each=()
    [[ $1 == hand || $1 == ours* ]] && pads=(1 811 1621 2431 3241)
    for pad in "${pads[@]}"; do
        few=$(instructions "$1" "$2" "$3" 2 "$pad")
        many=$(instructions "$1" "$2" "$3" $((2 + $4)) "$pad")
        each+=($(((many - few) / $4)))
    done
    cost[$1/$2/$3]=$(median "${each[@]}")
}

instructions() { # peer fields foreign loads length-of-an-argument-that-is-not-read
    local pairs counted
    mapfile -t pairs < <("$target/release/environment" "$2" "$3")
    counted=$(env -i "${pairs[@]}" "$(command -v valgrind)" --tool=callgrind --callgrind-out-file=/dev/null \
        "$target/release/$1" "$2" "$4" "$(printf "%$5s" x)" 2>&1) ||
        { echo "$counted" >&2; exit 1; }
    sed -n 's/.*Collected : //p' <<<"$counted" | grep . || { echo "$counted" >&2; exit 1; }
}

# --- crates, and the clean build of an application ---------------------------------------------------------------

measure_crates() {
    for peer in ours $peers; do
        cost[$peer/crates]=$(crates -p "app-$peer")
    done
    judge "crates in an application" n "${cost[ours/crates]}" "" "" 18
}

crates() { # arguments of cargo tree...
    cargo tree --locked --offline "$@" -e normal,build --prefix none | sed 's/ (\*)$//' | sort -u | wc -l
}

measure_app() {
    local ours=() confique=()
    for _ in 1 2 3; do
        ours+=("$(clean_build app-ours)")
        confique+=("$(clean_build app-confique)")
    done
    cost[ours/app]=$(median "${ours[@]}")
    cost[confique/app]=$(median "${confique[@]}")
    for peer in envy config conf figment; do
        cost[$peer/app]=$(clean_build "app-$peer")
    done
    judge "clean debug build of an application" s "${cost[ours/app]}" "confique" "${cost[confique/app]}" 1.3
}

clean_build() { # package arguments-of-cargo-build...
    local directory seconds
    say "build: $*"
    directory=$(mktemp -d)
    seconds=$(timed "$directory" -p "$@")
    rm -rf "$directory"
    echo "$seconds"
}

# --- the build of one struct -------------------------------------------------------------------------------------

measure_structs() {
    local count ours serde
    for count in 100 300; do
        ours=() serde=()
        rebuild "ours_$count" >/dev/null
        rebuild "serde_$count" >/dev/null
        for _ in 1 2 3 4 5; do
            ours+=("$(rebuild "ours_$count")")
            serde+=("$(rebuild "serde_$count")")
        done
        cost[ours/struct/$count]=$(median "${ours[@]}")
        cost[serde/struct/$count]=$(median "${serde[@]}")
        cost[hand/struct/$count]=$(rebuild "hand_$count")
    done
    judge "debug build of a struct of 100 fields" s "${cost[ours/struct/100]}" \
        "serde's derive" "${cost[serde/struct/100]}" 1.0
    judge "debug build of a struct of 300 fields" s "${cost[ours/struct/300]}" \
        "serde's derive" "${cost[serde/struct/300]}" 0.8
}

rebuild() { # example: a library crate with one struct in it
    say "build: $1"
    touch "structs/examples/$1.rs"
    timed "$target" -p structs --example "$1"
}

# The user CPU of a debug build. Incremental builds are off: what comes from a registry is never built so, but ours,
# which comes by its path, would be.
timed() { # target-directory arguments-of-cargo-build...
    local log
    log=$(mktemp)
    { time CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$1 cargo build --locked --offline --quiet "${@:2}" 2>"$log"; } 2>&1 || { cat "$log" >&2; exit 1; }
    rm "$log"
}

# --- what each feature adds ----------------------------------------------------------------------------------------

measure_features() {
    local feature
    for feature in default $features; do
        cost[$feature/feature/crates]=$(crates -p app-ours --features "$(enabled "$feature")")
        cost[$feature/feature/app]=$(clean_build app-ours --features "$(enabled "$feature")")
    done
}

enabled() { # feature: the default ones are on anyway
    [[ $1 == default ]] || echo "$1"
}

# --- live settings: reading them, what many instances ask, and the rounds of a load from stores -------------------

measure_live() {
    local program before
    CARGO_TARGET_DIR=$target cargo build --release --locked --offline --quiet -p live -p herd -p remote
    for program in live live-stress herd remote; do
        say "live: $program"
        before=${#live[@]}
        # What is missed says so in its row; who prints none has failed.
        mapfile -t -O "$before" live < <("$target/release/$program" rows)
        [ "${#live[@]}" -gt "$before" ] || { echo "$program printed no rows" >&2; exit 1; }
    done
}

# --- the table ---------------------------------------------------------------------------------------------------

judge() { # what unit ours whom theirs most: adds a row
    rows+=("$(awk -v what="$1" -v unit="$2" -v ours="$3" -v whom="$4" -v theirs="$5" -v most="$6" '
        function shown(x) { return unit == "k" ? sprintf("%.1f k", x / 1000) : unit == "s" ? sprintf("%.2f s", x) : x }
        BEGIN {
            figure = theirs == "" ? ours : ours / theirs
            beside = theirs == "" ? "" : whom " " shown(theirs)
            ratio = theirs == "" ? "" : sprintf("%.2f x", figure)
            printf "| %s | %s | %s | %s | <= %s | %s |", what, shown(ours), beside, ratio,
                theirs == "" ? most : most " x", figure <= most ? "reached" : "MISSED"
        }')")
}

report() {
    echo "# Loading and building, measured"
    echo
    echo "Printed by \`benches/run.sh\`: $(rustc --version | cut -d' ' -f1,2), $(nproc) cores. Loads are counted in"
    echo "instructions (callgrind) without the start of the program, builds in seconds of user CPU."
    echo
    aligned "| what | ours | beside | ratio | target | |" "${rows[@]}"
    if [[ $parts == *load* ]]; then
        echo
        echo "Thousands of instructions for one load of String, u16, bool and f64 in turn; every variable is set."
        echo
        loads
    fi
    if [[ $parts == *crates* && $parts == *app* ]]; then
        echo
        echo "An application with four settings. Ours reads env, .env and JSON; the others the environment alone."
        echo
        apps
    fi
    if [[ $parts == *structs* ]]; then
        echo
        echo "Seconds to build a crate with one struct, debug, nothing else changed."
        echo
        aligned "| fields | ours | serde's derive alone | written by hand |" \
            "| 100 | ${cost[ours/struct/100]} | ${cost[serde/struct/100]} | ${cost[hand/struct/100]} |" \
            "| 300 | ${cost[ours/struct/300]} | ${cost[serde/struct/300]} | ${cost[hand/struct/300]} |"
    fi
    if [[ $parts == *features* ]]; then
        echo
        echo "The same application of ours with one feature more than the default ones, and with all of them."
        echo
        added
    fi
}

# Times are of a clock: on a machine that has other work beside they are longer, and the ratios with them.
report_live() {
    echo "## Live settings"
    echo
    echo "Printed by \`benches/run.sh live\`: $(rustc --version | cut -d' ' -f1,2), $(nproc) cores, load average before"
    echo "$(cut -d' ' -f1 /proc/loadavg). Times are of a clock and each the median of many rounds; those of loads the best of 20."
    echo
    aligned "| what | ours | beside | ratio | target | |" "${live[@]}"
}

added() {
    local lines=() feature
    for feature in default $features; do
        lines+=("| $feature | ${cost[$feature/feature/crates]} | ${cost[$feature/feature/app]} |")
    done
    aligned "| feature | crates | clean debug build, s |" "${lines[@]}"
}

loads() {
    local lines=() peer
    for peer in hand ours ours_env $peers; do
        lines+=("$(awk -v peer="${peer/ours_env/ours, \`sources(env)\`}" -v a="${cost[$peer/10/0]}" \
            -v b="${cost[$peer/100/0]}" -v c="${cost[$peer/100/25]}" -v d="${cost[$peer/1000/0]:-}" 'BEGIN {
            printf "| %s | %.1f | %.1f | %.1f | %s |", peer, a / 1000, b / 1000, c / 1000,
                d == "" ? "" : sprintf("%.1f", d / 1000) }')")
    done
    aligned "| | 10 | 100 | 100 among 25 foreign ones | 1,000 |" "${lines[@]}"
}

apps() {
    local lines=() peer
    for peer in ours $peers; do
        lines+=("| $peer | ${cost[$peer/crates]} | ${cost[$peer/app]} |")
    done
    aligned "| | crates | clean debug build, s |" "${lines[@]}"
}

aligned() { # header row...: as Markdown, padded so that it reads well as text too
    printf '%s\n' "$@" | awk -F'|' '
        { for (i = 2; i < NF; i++) { gsub(/^ +| +$/, "", $i); cell[NR, i] = $i; if (length($i) > w[i]) w[i] = length($i) } n = NF }
        function line(r,   i, s, f) { s = "|"; for (i = 2; i < n; i++) { f = "%-" w[i] "s"; s = s " " sprintf(f, cell[r, i]) " |" } return s }
        function rule(   i, s, d) { s = "|"; for (i = 2; i < n; i++) { d = sprintf("%" w[i] + 2 "s", ""); gsub(/ /, "-", d); s = s d "|" } return s }
        END { print line(1); print rule(); for (r = 2; r <= NR; r++) print line(r) }'
}

median() {
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

say() {
    echo "$*" >&2
}

main "$@"
