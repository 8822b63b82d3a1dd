#!/usr/bin/env bash
# Makes the Python environment of an S3-compatible store that is not ours once, and prints its Python's path.
exec "$(dirname "$0")/../../../.ci/python-venv" moto 'moto[server]==5.2.5'
