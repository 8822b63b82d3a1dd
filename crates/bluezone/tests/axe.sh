#!/usr/bin/env bash
# Fetches axe-core (MPL-2.0), which tests pages for accessibility, once, and prints the path of its script. It is a tool of the
# tests: nothing of it is part of Bluezone.
set -euo pipefail
python=$("$(dirname "$0")/../../../.ci/python-venv" axe --no-deps axe-playwright-python==0.1.8)
echo "${python%/bin/python}"/lib/python3*/site-packages/axe_playwright_python/axe.min.js
