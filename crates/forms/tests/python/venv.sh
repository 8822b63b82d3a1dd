#!/usr/bin/env bash
# Makes the Python environment of the tests (a JSON schema validator that is not ours) once, and prints its Python's path.
exec "$(dirname "$0")/../../../../.ci/python-venv" forms jsonschema==4.25.1
