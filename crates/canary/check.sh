#!/usr/bin/env bash
# Looks for canaries (*.canaries) in the logs (*.log) of a run of the tests: check.sh target/test-logs
# Names file and line of each and fails; fails also where there is nothing to look at.
set -euo pipefail
cd "$1"
canaries=$(mktemp)
trap 'rm -f "$canaries"' EXIT
find . -name '*.canaries' -exec cat {} + | LC_ALL=C sort -u >"$canaries"
[ -s "$canaries" ] || { echo "no canaries in $1: does a test binary say bluezone_canary::watch!() ?" >&2; exit 1; }
[ -n "$(find . -name '*.log' -size +0 -print -quit)" ] || { echo "no log in $1: nothing was watched" >&2; exit 1; }
# What a line says is not repeated here in full: this output is a log too, of whoever runs the tests.
found=$(LC_ALL=C grep -roanF --include='*.log' -f "$canaries" . || [ $? = 1 ])
if [ -n "$found" ]; then
    echo "the log holds what it must never hold (file:line:what, below $1):" >&2
    LC_ALL=C sort -u <<<"$found" >&2
    exit 1
fi
