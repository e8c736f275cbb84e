#!/bin/sh
# Installs Chromium for the browser tests, where apt can; where it cannot, they are skipped.
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "Install Chromium to have the browser tests run (on Debian: apt-get install chromium)." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null; then
    echo "apt-get could not install Chromium: the browser tests will be skipped." >&2
fi
