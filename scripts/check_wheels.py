"""Asks the package index whether each locked package has a wheel wherever Lectern is promised.

Ends with 0 if it does, with 1 and the package's name if it does not, and with 2 if the index could
not be asked.
"""

import os
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
UV = str(Path(sysconfig.get_path("scripts")) / "uv")

PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
)
MACOS = "14.0"
"""The oldest macOS of docs/install.md."""


def main() -> int:
    with ThreadPoolExecutor(max_workers=4) as pool:
        return max(pool.map(partial(check, LOCK), *zip(*product(PYTHONS, PLATFORMS), strict=True)))


def check(lock: Path, python: str, platform: str) -> int:
    command = [UV, "pip", "compile", "--quiet", "--no-deps", "--no-build", "--no-header"]
    where = ["--python", sys.executable, "--python-version", python, "--python-platform", platform]
    asked = subprocess.run(
        [*command, *where, "--output-file", os.devnull, lock],
        env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": MACOS},
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0:
        print(f"Python {python} on {platform}: each package has a wheel.")
    else:
        print(f"Python {python} on {platform}: not all have a wheel.\n{asked.stderr}")
    return asked.returncode


if __name__ == "__main__":
    sys.exit(main())
