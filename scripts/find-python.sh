#!/bin/sh
# Prints the first Python here that Lectern runs on, or says on stderr what is missing.
# 3.12 comes last: on Linux on Arm the built-in recogniser has no wheel for it.
for python in ${PYTHON:-} python3.13 python3.11 python3.12 python3 python; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case $version in 3.11 | 3.12 | 3.13) ;; *) found="$found $python is $version."; continue ;; esac
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
    found="$found $python has no venv module (on Debian: apt install python$version-venv)."
done
echo "Lectern needs Python 3.11, 3.12 or 3.13 with its venv module. Found here:${found:- none.}" >&2
echo "Install one of these, or name it: make PYTHON=/path/to/python3.13 …" >&2
exit 1
