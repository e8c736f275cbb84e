"""The front end's own checks, where Node is; and what its build must be, for the server's sake."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from backend.pages.serving import PAGES
from backend.web.security import SECURITY_HEADERS
from scripts.build_pages import FRONTEND, LOCK
from tests.built_pages import built_pages, needs_node

LARGEST_FIRST_PAGE_BYTES = 150 * 1024
"""Of JavaScript, packed with gzip, until the library can be used."""


@pytest.fixture(scope="module")
def built() -> Path:
    return built_pages()


def run_script(name: str) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", name], cwd=FRONTEND, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_node
@pytest.mark.parametrize("script", ["lint", "types", "api:check", "test"])
def test_the_front_ends_own_checks_pass(built: Path, script: str) -> None:
    run_script(script)


@needs_node
def test_the_first_page_is_small(built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    entry = next(name for name, part in manifest.items() if part.get("isEntry"))
    wanted = [entry, "src/library/LibraryView.vue"]
    files: set[str] = set()
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            files.add(manifest[name]["file"])
            wanted += manifest[name].get("imports", [])

    texts = {part["file"] for part in manifest.values() if "/texts-" in part["file"]}
    sizes = {name: len(gzip.compress((built / name).read_bytes(), 6)) for name in files | texts}
    # The texts of one language are fetched, whichever it is.
    largest = max(sizes.pop(name) for name in texts)

    assert len(texts) == 2
    assert largest + sum(sizes.values()) < LARGEST_FIRST_PAGE_BYTES, sizes


@needs_node
def test_the_document_needs_nothing_that_the_policy_forbids(built: Path) -> None:
    document = (built / "index.html").read_text(encoding="utf-8")
    styles = "".join(path.read_text(encoding="utf-8") for path in built.glob("assets/*.css"))

    assert "default-src 'self'" in SECURITY_HEADERS["Content-Security-Policy"]
    for script in re.findall(r"<script([^>]*)>(.*?)</script>", document, re.DOTALL):
        assert "src=" in script[0]
        assert not script[1].strip()
    assert not re.search(r"<style|\sstyle=|\son\w+=", document)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", document)
    assert "data:" not in styles
    assert not re.search(r"url\(\s*[\"']?(https?:)?//", styles)


def test_the_lock_names_no_address() -> None:
    assert '"resolved"' not in LOCK.read_text(encoding="utf-8")


def test_the_server_knows_the_addresses_of_the_pages() -> None:
    routes = (FRONTEND / "src" / "router.ts").read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"path: '(/[^']*)'", routes) if not path.startswith("/:")]

    assert len(paths) > 4
    for path in paths:
        example = re.sub(r":\w+(\([^)]*\))?", "1", path)
        assert PAGES.fullmatch(example), f"{path} is missing in backend/pages/serving.py"
