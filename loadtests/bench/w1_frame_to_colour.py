"""W1: from the camera's frame of a code to its colour on the scanner's screen. Limit: one frame of a camera with 30 a second."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from loadtests import cores
from loadtests.bench.bench import OPERATORS, Bench
from loadtests.bench.camera_film import write_film
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.stock import code_of

MUST_MS, GOAL_MS = 150.0, 60.0
FRAME_MS = 1000 / 30
PATIENCE = 120.0
GATHER = """
localStorage.setItem('venue-hub.gate', 'Gate A');
localStorage.setItem('venue-hub.scanner', JSON.stringify({ chosen: true, continuous: true, seconds: 1, sound: false }));
window.colours = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntriesByName('frame-to-colour')) window.colours.push(one.duration);
}).observe({ type: 'measure' });
"""
"""A scanner that is set up and admits at once; every measure of the page is kept."""


async def colours_of(page: Page, bench: Bench, count: int) -> list[float]:
    """Return the milliseconds of `count` codes, as the page measures them."""
    token = await asyncio.to_thread(bench.hub.token, OPERATORS[0])
    await page.context.add_cookies([{"name": "hub_session", "value": token, "url": bench.hub.url, "httpOnly": True}])
    await page.add_init_script(GATHER)
    await page.goto(f"{bench.hub.url}/operator/scan")
    await page.locator("#link-state[data-state=live], #link-state:has-text('Live')").first.wait_for()
    start = page.get_by_role("button", name="Use the camera")
    if await start.is_visible():
        await start.click()
    found: list[float] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            await asyncio.sleep(0.5)
            found = await page.evaluate("window.colours")
    return found


async def measure(bench: Bench) -> Row:
    count = 6 if bench.quick else 30
    tickets = await bench.stock.reserved(count + 2, await bench.slots_for(bench.today))
    await bench.begin_quiet()
    film = write_film(bench.hub.data_dir / "film.mjpeg", [code_of(number) for number in tickets])
    arguments = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    async with async_playwright() as playwright:
        browser = await _launch(playwright, arguments)
        try:
            page = await (await browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")).new_page()
            taken = sorted(await colours_of(page, bench, count))
        finally:
            await browser.close()
    entered = await bench.stock.verified(tickets)
    middle, p95 = median(taken), percentile(taken, 0.95)
    problems = [] if entered >= count else [f"{entered} of {count} tickets were admitted"]
    return Row(
        "W1", "camera frame to colour, p95", f"{p95:.0f} ms (p50 {middle:.0f})", f"{FRAME_MS:.0f} ms (one frame)", p95 / FRAME_MS,
        f"{MUST_MS:.0f} ms", f"{GOAL_MS:.0f} ms", p95 <= MUST_MS, p95 <= GOAL_MS, problems,
        [f"{len(taken)} codes, 390x844, continuous mode"], {"milliseconds": taken},
        measures=[Measure("frame to colour, ms", "lower", "milliseconds", None, MUST_MS, GOAL_MS)],
    )  # fmt: skip


async def _launch(playwright: Any, arguments: list[str]) -> Any:
    """Start Chromium on all cores: it inherits those of this process, which has one."""
    cores.release_child()
    try:
        path = os.environ.get("CHROMIUM")
        return await playwright.chromium.launch(
            executable_path=Path(path) if path else None, args=["--no-sandbox", *arguments]
        )
    finally:
        cores.pin_self()
