"""The built pages, for the tests that need them: made once, whoever comes first."""

import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from scripts.build_pages import FRONTEND, OLDEST_NODE, build, is_new_enough, is_stale, npm_command

DIST = Path(__file__).parents[1] / "backend" / "pages" / "dist"
LOCK = FRONTEND.parent / ".pytest_cache" / "pages.lock"

has_node = is_new_enough(shutil.which("node")) and shutil.which("npm") is not None

needs_node = pytest.mark.skipif(
    not has_node,
    reason="there is no Node {}.{} or newer here: the front end was not tested".format(
        *OLDEST_NODE
    ),
)


def built_pages() -> Path:
    """The pages as their sources say, built now where they are not; without Node those there are.

    Skips the test where there are none.
    """
    LOCK.parent.mkdir(exist_ok=True)
    with FileLock(LOCK):
        if has_node and is_stale():
            try:
                build(npm_command())
            except subprocess.CalledProcessError as error:
                pytest.fail(f"the pages could not be built: {error}")
    if not (DIST / "index.html").exists():
        pytest.skip("the pages are not built, and there is no Node here: no browser test was run")
    return DIST


def axe_source() -> str:
    """axe-core, which finds what keeps people with disabilities out."""
    path = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed (npm ci in frontend/)")
    return path.read_text(encoding="utf-8")
