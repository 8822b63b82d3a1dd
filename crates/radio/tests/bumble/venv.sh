#!/usr/bin/env bash
# Makes the Python environment with Bumble (a Bluetooth stack that is not ours) once, and prints its Python's path.
# Kept in the build directory, so `cargo clean` removes it and a second run costs nothing.
set -euo pipefail

BUMBLE=0.0.236
root=$(cd "$(dirname "$0")/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac # cargo reads a relative one from the workspace
venv=$target/bumble-venv
done=$venv/bumble-$BUMBLE

fail() {
    echo "the radio tests need Bumble: $*" >&2
    exit 1
}

if [ ! -e "$done" ]; then
    command -v python3 >/dev/null || fail "python3 is missing (apt-get install python3 python3-venv)"
    python3 -c 'import venv, ensurepip' 2>/dev/null || fail "python3-venv is missing (apt-get install python3-venv)"
    mkdir -p "$target"
    exec 9>"$venv.lock"
    flock 9 # tests run in parallel processes: one makes it, the others wait
    if [ ! -e "$done" ]; then
        rm -rf "$venv"
        python3 -m venv "$venv" >&2 || fail "python3 -m venv $venv failed"
        "$venv/bin/pip" install --quiet --disable-pip-version-check "bumble==$BUMBLE" >&2 ||
            fail "'pip install bumble==$BUMBLE' failed (is the Python package index reachable?)"
        touch "$done"
    fi
fi
echo "$venv/bin/python"
