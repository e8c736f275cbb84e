"""A real browser at a real server with its worker, on SQLite, with the built pages."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.pages import visitor
from tests.acceptance.pages.visitor import AccessCheck, Visitor
from tests.api.server import ServerProcess
from tests.audio_files import NANO_MODEL_DIR
from tests.built_pages import built_pages

expect.set_options(timeout=visitor.LIMIT_MS)

ACCESS = "access check"
IMPACTS = ("critical", "serious", "moderate", "minor")


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
def serve_options() -> tuple[str, ...]:
    """What `lectern serve` is told; modules may say something else."""
    return ()


@pytest.fixture
def server(
    browser: Browser, data_dir: Path, nano_config: None, serve_options: tuple[str, ...]
) -> Iterator[ServerProcess]:
    """`lectern serve` with its worker and an empty library, that hears with the nano model."""
    assert NANO_MODEL_DIR.is_dir()
    with ServerProcess(*serve_options) as server:
        server.client().close()
        yield server


@pytest.fixture
def open_pages(
    browser: Browser, server: ServerProcess, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
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
        request.node.user_properties += [(ACCESS, asdict(check)) for check in each.access_checks]
    for each in visitors:
        each.check()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table of all that axe-core was asked."""
    checks = [
        AccessCheck(**facts)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, facts in report.user_properties
        if name == ACCESS
    ]
    if not checks:
        return
    terminalreporter.section("barriers that axe-core found, by impact")
    heads = "".join(f"{impact:>10}" for impact in IMPACTS)
    terminalreporter.line(f"{'page or state':48}{'looks':>6}{heads}")
    for state in sorted({check.state for check in checks}):
        of_state = [check for check in checks if check.state == state]
        looks = len({check.look for check in of_state})
        counts = "".join(
            f"{sum(check.barriers.get(impact, 0) for check in of_state):>10}" for impact in IMPACTS
        )
        terminalreporter.line(f"{state:48}{looks:>6}{counts}")
    terminalreporter.line(f"{len(checks)} checks")
