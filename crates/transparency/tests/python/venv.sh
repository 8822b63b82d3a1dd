#!/usr/bin/env bash
# Makes the Python environment of the tests (Ed25519 and HPKE that are not ours) once, and prints its Python's path.
# Kept in the build directory, so `cargo clean` removes it and a second run costs nothing.
set -euo pipefail

CRYPTOGRAPHY=50.0.2
PYHPKE=0.6.5
root=$(cd "$(dirname "$0")/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac # cargo reads a relative one from the workspace
venv=$target/transparency-venv
done=$venv/cryptography-$CRYPTOGRAPHY-pyhpke-$PYHPKE

fail() {
    echo "the transparency tests need Python: $*" >&2
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
        "$venv/bin/pip" install --quiet --disable-pip-version-check "cryptography==$CRYPTOGRAPHY" "pyhpke==$PYHPKE" >&2 ||
            fail "'pip install cryptography==$CRYPTOGRAPHY pyhpke==$PYHPKE' failed (is the Python package index reachable?)"
        touch "$done"
    fi
fi
echo "$venv/bin/python"
