#!/usr/bin/env bash
# Makes the Python environment of the tests (Ed25519 and HPKE that are not ours) once, and prints its Python's path.
exec "$(dirname "$0")/../../../../.ci/python-venv" transparency cryptography==50.0.2 pyhpke==0.6.5
