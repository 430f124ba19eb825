#!/bin/sh
# Installs the libraries that fixtures and benchmarks compare with, outside the repository.
set -eu
folder="${CHINESEBLUE_PEERS:-$HOME/.cache/chineseblue-peers}"
here="$(dirname "$0")"
[ -d "$folder" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --requirement "$here/requirements.txt"
"$folder/bin/pip" install --quiet --no-deps --requirement "$here/requirements-converter.txt"
echo "$folder/bin/python"
