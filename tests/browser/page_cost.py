"""What a page costs while it loads: layout shift, the longest task of its main thread, and bytes.

    cost = await load_cost(page, f"{hub.url}/reserve", "#reserve[data-ready]")
    one, other = await load_costs([(page, url, ready), (other_page, other_url, other_ready)])

A task is measured in processor time, and compared with a loop that runs in the same page. So other work on the machine
does not count, and a slow processor makes both longer. Pages that load at once are pages of several contexts: each has a
process, and so a thread, of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

LOOPS = 3
"""Runs of the loop. The shortest counts: the first ones are still compiled."""

# Every frame of the socket comes late, as on a slow phone, so that the page is drawn before it.
_WATCH = """
  window.jumps = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) jumps.push([value, ...sources.map(({ node, previousRect: p, currentRect: c }) =>
        `${node && (node.id || node.className || node.nodeName)} ${p.y}+${p.height}>${c.y}+${c.height}`)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    set onmessage(hear) { super.onmessage = hear && ((event) => setTimeout(() => hear(event), 150)); }
  };
"""
_LOOP = """(name) => {
  performance.mark(name);
  const words = new Map();
  for (let n = 0; n < 60_000; n += 1) words.set(`word ${n % 9_973}`, (words.get(`word ${n % 9_973}`) ?? 0) + n);
  performance.mark(name);
  return words.size;
}"""
_BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name }) => !/[.](svg|png|webp|jpg)($|[?])|\\/(logos|posters)\\//.test(name))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


@dataclass(frozen=True, slots=True)
class PageCost:
    jumps: list[Any]
    """Layout shifts without input, each with the elements that moved."""
    task: float
    """Processor time of the longest task, in runs of the loop."""
    bytes: int
    """Bytes of the page and of all files it loaded, compressed and without images."""

    @property
    def shift(self) -> float:
        return float(sum(jump[0] for jump in self.jumps))


async def load_cost(page: Page, url: str, ready: str) -> PageCost:
    """Load an address, wait until `ready` is there and nothing more is asked for, and return what that cost."""
    (cost,) = await load_costs([(page, url, ready)])
    return cost


async def load_costs(loads: Sequence[tuple[Page, str, str]]) -> list[PageCost]:
    """Load addresses side by side as `load_cost` does, each in a page of its own context."""
    browser = loads[0][0].context.browser
    assert browser is not None
    # A browser traces all of its pages or none.
    await browser.start_tracing(categories=["toplevel", "blink.user_timing"])
    names = [f"loop {number}" for number in range(len(loads))]
    try:
        seen = await asyncio.gather(*(_load(*load) for load in loads))
        await asyncio.gather(*(_run_loop(page, name) for (page, *_), name in zip(loads, names, strict=True)))
    finally:
        trace = await browser.stop_tracing()
    events = json.loads(trace)["traceEvents"]
    return [
        PageCost(jumps, longest_task(events, name), received)
        for (jumps, received), name in zip(seen, names, strict=True)
    ]


async def _load(page: Page, url: str, ready: str) -> tuple[list[Any], int]:
    """Return the layout shifts and the bytes of a load."""
    await page.add_init_script(_WATCH)
    await page.goto(url)
    await expect(page.locator(ready).first).to_be_attached()
    await page.wait_for_timeout(800)
    return await page.evaluate("jumps"), await page.evaluate(_BYTES)


async def _run_loop(page: Page, name: str) -> None:
    for _ in range(LOOPS):
        await page.evaluate(_LOOP, name)


def longest_task(events: list[dict[str, Any]], name: str) -> float:
    """Return the processor time of the longest task of the thread in which the loop of this name ran, in runs of the loop."""
    marks = [one for one in events if one["name"] == name and "blink.user_timing" in one["cat"]]
    begins, ends = marks[::2], marks[1::2]
    thread = marks[0]["pid"], marks[0]["tid"]
    loop = min(end["tts"] - begin["tts"] for begin, end in zip(begins, ends, strict=True))
    tasks = [
        one["tdur"]
        for one in events
        if "tdur" in one
        and one["name"].endswith("RunTask")
        and (one["pid"], one["tid"]) == thread
        and not any(one["ts"] <= mark["ts"] <= one["ts"] + one["dur"] for mark in marks)
    ]
    return float(max(tasks) / loop)
