"""How soon the pages can be used, in a real browser, with the library of 1,000 lessons.

Each figure is what the browser itself measures, of pages with an empty cache: from the navigation,
or from the event of the pointer or the key, to the frame in which the result is painted. The
browser, the server and its worker share the machine.
"""

import gzip
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from backend.config.environment import audio_dir
from benchmarks.big_library import big_library, vocabulary
from benchmarks.materials import repeated_lesson
from benchmarks.report import Targets, percentile, print_table, say
from tests.acceptance.pages.visitor import BROWSER_FLAGS, find_chromium
from tests.api.server import ServerProcess
from tests.built_pages import built_pages

MAX_SCRIPT_KIBIBYTES = 150
MAX_FIRST_PAGE_MILLISECONDS = 1_000
MAX_LESSON_MILLISECONDS = 1_500
MAX_HIGHLIGHT_MILLISECONDS = 100
MAX_FRAME_MILLISECONDS = 20
MAX_RESULTS_MILLISECONDS = 200
MAX_GROWTH = 0.1
"""Of the memory, from the first quarter of an hour that is played to its end."""

LONG_LESSON = "/lessons/1"
PLAYED_SECONDS, QUICK_PLAYED_SECONDS = 3_600, 900
PLAYED_AT = 16
"""Times as fast as it was spoken: the most that Chromium plays."""
SCROLLED_FRAMES, SCROLLED_PIXELS = 300, 150
LIMIT_MS = 120_000

WATCH_FIRST = """selector => {
    const look = () => {
        if (document.querySelector(selector)) requestAnimationFrame(() => {
            window.usableAt ??= performance.now()
        })
        else requestAnimationFrame(look)
    }
    look()
}"""

SCRIPTS = """() => performance.getEntriesByType('resource')
    .filter(each => each.startTime < window.usableAt && /\\.js$/.test(new URL(each.name).pathname))
    .map(each => each.name)"""

WATCH_HIGHLIGHT = """() => {
    const spoken = () => [...(CSS.highlights.get('lesson-spoken') ?? [])][0]
    const isSeen = range => {
        const { top, bottom } = range.getBoundingClientRect()
        return bottom > 0 && top < innerHeight
    }
    window.painted = new Promise(resolve => {
        addEventListener('pointerdown', event => {
            const before = spoken()
            const look = () => {
                const range = spoken()
                if (range && range !== before && isSeen(range))
                    requestAnimationFrame(() => resolve(performance.now() - event.timeStamp))
                else requestAnimationFrame(look)
            }
            look()
        }, { capture: true, once: true })
    })
}"""

SCROLL = """([frames, pixels]) => new Promise(resolve => {
    const times = []
    let last = null
    const step = now => {
        if (last !== null) times.push(now - last)
        last = now
        scrollBy(0, pixels)
        if (times.length < frames) requestAnimationFrame(step)
        else resolve(times)
    }
    requestAnimationFrame(step)
})"""

WATCH_RESULTS = """() => {
    window.typedAt = window.changedAt = 0
    addEventListener('input', event => { window.typedAt = event.timeStamp }, true)
    new MutationObserver(() => requestAnimationFrame(() => {
        window.changedAt = performance.now()
    })).observe(document.querySelector('main'), {
        childList: true, subtree: true, characterData: true
    })
}"""

QUIET = "() => performance.now() - Math.max(window.changedAt, window.typedAt) > 600"


def main(targets: Targets, is_quick: bool) -> None:
    n_times = 3 if is_quick else 9
    with big_library("SQLite"), _browser() as browser:
        _give_sound()
        with ServerProcess() as server:
            server.client().close()
            address = server.address or ""
            _report_first_page(targets, browser, address, n_times)
            _report_long_lesson(targets, browser, address, n_times)
            _report_typing(targets, browser, address, n_times)
            seconds = QUICK_PLAYED_SECONDS if is_quick else PLAYED_SECONDS
            _report_memory(targets, browser, address, seconds)


@contextmanager
def _browser() -> Iterator[Browser]:
    built_pages()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(BROWSER_FLAGS)
        )
        yield browser
        browser.close()


def _give_sound() -> None:
    """The long lesson of the big library has no recording, and cannot be played without."""
    recording = audio_dir() / "lesson-1.opus"
    if not recording.exists():
        recording.parent.mkdir(exist_ok=True)
        shutil.copy(repeated_lesson("nano", "3 h").path, recording)


@contextmanager
def _page(browser: Browser, address: str) -> Iterator[Page]:
    """A page in a window of its own, with an empty cache."""
    context: BrowserContext = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(LIMIT_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def _open(page: Page, path: str, selector: str) -> float:
    """Milliseconds from the navigation to the frame in which the selector's element is painted."""
    page.add_init_script(f"({WATCH_FIRST})({selector!r})")
    page.goto(path)
    page.wait_for_function("() => window.usableAt")
    return float(page.evaluate("window.usableAt"))


def _print(title: str, rows: Mapping[str, Sequence[float]]) -> None:
    figures = [
        (name, *(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 1)))
        for name, times in rows.items()
    ]
    print_table(title, ("", "p50", "p95", "most"), figures)


# --- the first page --------------------------------------------------------------------------


def _report_first_page(targets: Targets, browser: Browser, address: str, n_times: int) -> None:
    times, sizes = [], []
    for _ in range(n_times):
        with _page(browser, address) as page:
            times.append(_open(page, "/", "main ul h2 a"))
            sizes.append(sum(_packed_size(page, name) for name in page.evaluate(SCRIPTS)))
    _print("First page, milliseconds until its lessons are there", {"library": times})
    targets.at_most(
        "JavaScript until then, with gzip", max(sizes) / 1024, MAX_SCRIPT_KIBIBYTES, " KiB"
    )
    targets.at_most(
        "first page, median", percentile(times, 0.5), MAX_FIRST_PAGE_MILLISECONDS, " ms"
    )


def _packed_size(page: Page, address: str) -> int:
    return len(gzip.compress(page.request.get(address).body(), 6))


# --- a lesson of three hours -----------------------------------------------------------------


def _report_long_lesson(targets: Targets, browser: Browser, address: str, n_times: int) -> None:
    opened, pressed, far = [], [], []
    frames: list[float] = []
    for number in range(n_times):
        with _page(browser, address) as page:
            opened.append(_open(page, LONG_LESSON, "[data-segment]"))
            page.wait_for_function("() => document.querySelector('video')?.readyState > 0")
            pressed.append(_press(page, *_place_of_word(page)))
            far.append(_press(page, *_place_in_strip(page, Random(number))))
            frames += page.evaluate(SCROLL, [SCROLLED_FRAMES, SCROLLED_PIXELS])
    rows = {
        "until it can be read": opened,
        "word pressed until it is marked": pressed,
        "time strip pressed until the word there is marked": far,
        "frame while it is scrolled": frames,
    }
    _print("Lesson of 10,000 segments, milliseconds", rows)
    median = percentile(opened, 0.5)
    targets.at_most("10,000 segments, median", median, MAX_LESSON_MILLISECONDS, " ms")
    for name, times in (("near", pressed), ("far", far)):
        median = percentile(times, 0.5)
        targets.at_most(f"seek to mark, {name}", median, MAX_HIGHLIGHT_MILLISECONDS, " ms")
    targets.at_most("scroll, p95", percentile(frames, 0.95), MAX_FRAME_MILLISECONDS, " ms")


def _press(page: Page, x: float, y: float) -> float:
    """Milliseconds from the pointer to the painted mark of another word."""
    page.evaluate(WATCH_HIGHLIGHT)
    page.mouse.click(x, y)
    return float(page.evaluate("window.painted"))


def _place_of_word(page: Page) -> tuple[float, float]:
    return _middle(page, "[data-segment='4']")


def _place_in_strip(page: Page, random: Random) -> tuple[float, float]:
    x, y = _middle(page, "[role='slider']")
    return x + random.uniform(-200, 200), y


def _middle(page: Page, selector: str) -> tuple[float, float]:
    """Of the first line box: a segment may be broken over two lines."""
    left, top = page.evaluate(
        """selector => {
            const [box] = document.querySelector(selector).getClientRects()
            return [box.x + box.width / 2, box.y + box.height / 2]
        }""",
        selector,
    )
    return float(left), float(top)


# --- search ----------------------------------------------------------------------------------


def _report_typing(targets: Targets, browser: Browser, address: str, n_times: int) -> None:
    words = Random(0).sample(vocabulary()[200:20_000], n_times)
    times = []
    with _page(browser, address) as page:
        page.goto("/search")
        page.get_by_role("searchbox").wait_for()
        page.evaluate(WATCH_RESULTS)
        for word in words:
            page.get_by_role("searchbox").fill("")
            page.wait_for_function(QUIET)
            page.get_by_role("searchbox").press_sequentially(word, delay=60)
            page.wait_for_function(QUIET)
            times.append(float(page.evaluate("window.changedAt - window.typedAt")))
    _print("Search, milliseconds from the last key to the last change", {"a word": times})
    targets.at_most(
        "typing to results, median", percentile(times, 0.5), MAX_RESULTS_MILLISECONDS, " ms"
    )


# --- memory ----------------------------------------------------------------------------------


def _report_memory(targets: Targets, browser: Browser, address: str, seconds: int) -> None:
    with _page(browser, address) as page:
        _open(page, LONG_LESSON, "[data-segment]")
        page.get_by_role("button", name="Play", exact=True).click()
        page.evaluate(f"document.querySelector('video').playbackRate = {PLAYED_AT}")
        figures = []
        for quarter in range(1, 5):
            wanted = seconds * quarter / 4
            page.wait_for_function(
                f"() => document.querySelector('video').currentTime >= {wanted}", timeout=0
            )
            figures.append(_memory(page))
            say(f"  … {wanted:,.0f} s played")
    rows = [
        (f"{seconds * (n + 1) / 4:,.0f} s", f"{heap / 2**20:.1f}", nodes)
        for n, (heap, nodes) in enumerate(figures)
    ]
    print_table("Memory while it is played", ("played", "MiB of JavaScript", "nodes"), rows)
    growth = figures[-1][0] / figures[0][0] - 1
    targets.at_most("growth of the memory", growth, MAX_GROWTH)


def _memory(page: Page) -> tuple[float, int]:
    """Bytes of JavaScript's heap and nodes, after everything that nobody needs was let go."""
    session: Any = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    return float(metrics["JSHeapUsedSize"]), int(metrics["Nodes"])
