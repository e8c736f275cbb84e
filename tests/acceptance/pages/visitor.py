"""Somebody with a browser, who notices everything that is wrong with the pages they see."""

import re
import shutil
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
)

from tests.built_pages import axe_source

LIMIT_MS = 30_000
"""Generous: what hangs is a failure, a slow machine is none."""

BROWSER_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Time goes on without loudspeakers.
    "--mute-audio",
)

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

AXE_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
BAD = ("serious", "critical")


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Visitor:
    """One browser window. `check` fails with all that went wrong since it was opened.

    Wrong are: an error or a warning in the console, a request that failed or was answered with an
    error, and any request to another host. What a journey brings about on purpose is named with
    `expect_trouble`, as patterns of the lines that would be told.
    """

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(
            **{
                "base_url": address,
                "viewport": WIDE,
                "locale": "en-GB",
                "reduced_motion": "reduce",
                "accept_downloads": True,
                **options,
            }
        )
        self.context.set_default_timeout(LIMIT_MS)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self._expected: list[str] = []
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        listeners: dict[str, Callable[[Any], None]] = {
            "console": self._hear,
            "pageerror": lambda error: self.troubles.append(f"error: {error}"),
            "request": self._see_request,
            "requestfailed": self._see_failure,
            "response": self._see_answer,
        }
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]

    def _hear(self, message: ConsoleMessage) -> None:
        # What "failed to load" says without the address, the answers and failures say with it.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            own = urlsplit(self.address).netloc
            if parts.netloc != own:
                self.troubles.append(f"another host: {request.url}")

    def _see_failure(self, request: Request) -> None:
        # Given up by the page itself: a newer question, a page that was left.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"failed: {request.method} {request.url} {request.failure}")

    def _see_answer(self, response: Response) -> None:
        if response.status >= 400:
            request = response.request
            self.troubles.append(f"answer: {request.method} {request.url} {response.status}")

    def expect_trouble(self, *patterns: str) -> None:
        self._expected += patterns

    def check(self) -> None:
        found = [
            trouble
            for trouble in self.troubles
            if not any(re.search(pattern, trouble) for pattern in self._expected)
        ]
        assert not found, "\n".join(found)

    def settle(self) -> None:
        """Wait until nothing is loading."""
        expect(self.page.locator("main h1").first).to_be_visible()
        expect(self.page.locator(".skeleton")).to_have_count(0)
        expect(self.page.locator("[aria-busy='true']")).to_have_count(0)

    def check_access(self) -> None:
        """Fails with what keeps people out of the page as it is now.

        axe-core's rules of WCAG 2.2 AA and its own best practices; serious and critical findings.
        """
        self.page.evaluate(axe_source())
        found = self.page.evaluate("rules => axe.run(document, rules)", AXE_RULES)
        wrong = [
            f"{violation['impact']}: {violation['help']} ({violation['id']}) at "
            + "; ".join(" ".join(node["target"]) for node in violation["nodes"][:3])
            for violation in found["violations"]
            if violation["impact"] in BAD
        ]
        assert not wrong, f"{self.page.url}\n" + "\n".join(wrong)

    def check_fits(self) -> None:
        """Fails where the page is wider than the window, so that one must scroll sideways."""
        widths = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1], f"{self.page.url} is {widths[0]} px in {widths[1]} px"

    def close(self) -> None:
        self.context.close()
