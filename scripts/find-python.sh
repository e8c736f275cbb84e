#!/bin/sh
# Prints the first Python here that Lectern runs on, or says on stderr what is missing.
for python in ${PYTHON:-} python3.12 python3.13 python3.11 python3 python; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
done
found=$(python3 --version 2>&1 || true)
echo "Lectern needs Python 3.11, 3.12 or 3.13 with its venv module (found: ${found:-none})." >&2
echo "Install one of these, or name it: make PYTHON=/path/to/python3.12 …" >&2
exit 1
