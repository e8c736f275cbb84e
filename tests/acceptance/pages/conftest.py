"""A real browser at a real server with its worker, on SQLite, with the built pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.pages import visitor
from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess
from tests.audio_files import NANO_MODEL_DIR
from tests.built_pages import built_pages

expect.set_options(timeout=visitor.LIMIT_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: Playwright keeps an event loop running, which others could not bear."""
    chromium = visitor.find_chromium()
    if chromium is None:
        pytest.skip("there is no Chromium here (make setup-browser): no browser test was run")
    built_pages()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(visitor.BROWSER_FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def server(browser: Browser, data_dir: Path, nano_config: None) -> Iterator[ServerProcess]:
    """`lectern serve` with its worker and an empty library, that hears with the nano model."""
    assert NANO_MODEL_DIR.is_dir()
    with ServerProcess() as server:
        server.client().close()
        yield server


@pytest.fixture
def open_pages(browser: Browser, server: ServerProcess) -> Iterator[Callable[..., Visitor]]:
    """Opens browser windows; at the end of the test nothing must have been wrong in any of them."""
    visitors: list[Visitor] = []

    def open_one(path: str = "/", **options: Any) -> Visitor:
        assert server.address is not None
        opened = Visitor(browser, server.address, **options)
        visitors.append(opened)
        opened.page.goto(path)
        return opened

    yield open_one
    for each in visitors:
        each.close()
    for each in visitors:
        each.check()
