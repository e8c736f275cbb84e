"""Somebody with a browser, who notices everything that is wrong with the pages they see."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
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

MOST_STOPS = 100
"""So often the key that goes on to the next control is pressed before one gives up."""

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ON_A_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "phone": ON_A_PHONE,
    "wide, dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone, dark": {**ON_A_PHONE, "color_scheme": "dark"},
    "French": {"viewport": WIDE, "locale": "fr-FR"},
    "200 % zoom": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    "forced colours": {"viewport": WIDE, "forced_colors": "active"},
    "motion": {"viewport": WIDE, "reduced_motion": "no-preference"},
}

AXE = """async () => {
    // No preloading: the server may be gone, and no rule of these needs it.
    const options = { resultTypes: ['violations'], elementRef: true, preload: false }
    const run = runOnly => axe.run(document, { ...options, runOnly })
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    // Whatever scrolls is half beneath a bar at the edge of the window at some moment, and axe
    // takes what is left of it for a target that is too small. It is none if scrolling frees it.
    const isTooSmall = async ({ element }) => {
        const place = window.scrollY
        element.scrollIntoView({ block: 'center', behavior: 'instant' })
        const [found] = (await run(['target-size'])).violations
        window.scrollTo({ top: place, behavior: 'instant' })
        return found?.nodes.some(node => node.element === element) ?? false
    }
    const barriers = []
    for (const { id, impact, help, nodes } of (await run(tags)).violations)
        for (const node of nodes)
            if (id !== 'target-size' || (await isTooSmall(node)))
                barriers.push({ id, impact, help, place: node.target.join(' ') })
    return barriers
}"""


FOCUS = """async () => {
    // What moves into sight has begun to by then.
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
    const focused = document.activeElement
    if (!focused || focused === document.body) return 'nothing has the focus'
    const seen = [focused, ...(focused.labels ?? [])]
    const isAt = (x, y) => seen.some(each => each.contains(document.elementFromPoint(x, y)))
    const shares = [0.02, 0.25, 0.5, 0.75, 0.98]
    const isShown = seen.flatMap(each => [...each.getClientRects()]).some(
        ({ x, y, width, height }) =>
            shares.some(across => shares.some(down => isAt(x + across * width, y + down * height)))
    )
    return isShown ? null : `what has the focus is hidden: ${focused.outerHTML.slice(0, 200)}`
}"""


@dataclass(frozen=True)
class AccessCheck:
    """What axe-core found in a state of the pages, seen in one of the `LOOKS`."""

    state: str
    look: str
    barriers: dict[str, int]
    """How many elements, by impact."""


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Visitor:
    """One browser window. `check` fails with all that went wrong since it was opened.

    Wrong are: an error or a warning in the console, a request that failed or was answered with an
    error, and any request to another host. What a journey brings about on purpose is named with
    `expect_trouble`, as patterns of the lines that would be told.
    """

    def __init__(self, browser: Browser, address: str, look: str = "wide", **options: Any) -> None:
        self.address = address
        self.look = look
        self.context: BrowserContext = browser.new_context(
            **{
                "base_url": address,
                "locale": "en-GB",
                "reduced_motion": "reduce",
                "accept_downloads": True,
                **LOOKS[look],
                **options,
            }
        )
        self.context.set_default_timeout(LIMIT_MS)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.access_checks: list[AccessCheck] = []
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

    def check_access(self, state: str) -> None:
        """Looks for what keeps people out of the page as it is now; `check` fails with it.

        axe-core's rules of WCAG 2.2 AA and its own best practices, whatever their impact.
        """
        self.page.evaluate(axe_source())
        found = self.page.evaluate(AXE)
        self.troubles += [
            f"{state}, {self.look}: {{impact}}: {{help}} ({{id}}) at {{place}}".format(**barrier)
            for barrier in found
        ]
        barriers = Counter(barrier["impact"] for barrier in found)
        self.access_checks.append(AccessCheck(state, self.look, dict(barriers)))

    def check_focus(self) -> None:
        """Fails where nothing has the focus, or what has it cannot be seen at all (WCAG 2.4.11)."""
        trouble = self.page.evaluate(FOCUS)
        assert trouble is None, f"{self.page.url}: {trouble}"

    def tab_to(self, target: Locator, key: str = "Tab") -> None:
        """Go there with the keyboard alone; all on the way can be seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press(key)
            self.check_focus()
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{target} is not within {MOST_STOPS} stops")

    def check_fits(self) -> None:
        """Fails where the page is wider than the window, so that one must scroll sideways."""
        widths = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1], f"{self.page.url} is {widths[0]} px in {widths[1]} px"

    def slow_down(self, bytes_per_second: int) -> None:
        """Of the network, upwards; -1: as fast as it is."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
        session.send(
            "Network.emulateNetworkConditions", limits | {"uploadThroughput": bytes_per_second}
        )

    def close(self) -> None:
        self.context.close()
