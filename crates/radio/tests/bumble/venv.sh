#!/usr/bin/env bash
# Makes the Python environment with Bumble (a Bluetooth stack that is not ours) once, and prints its Python's path.
exec "$(dirname "$0")/../../../../.ci/python-venv" bumble bumble==0.0.236
