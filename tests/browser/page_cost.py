"""What a page costs while it loads: layout shift, the longest task of its main thread, and bytes.

    cost = await load_cost(page, f"{hub.url}/reserve", "#reserve[data-ready]")

A task is measured in processor time, and compared with a loop that runs in the same page. So other work on the machine
does not count, and a slow processor makes both longer.
"""

from __future__ import annotations

import json
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
_LOOP = """() => {
  performance.mark("loop");
  const words = new Map();
  for (let n = 0; n < 60_000; n += 1) words.set(`word ${n % 9_973}`, (words.get(`word ${n % 9_973}`) ?? 0) + n);
  performance.mark("loop");
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
    await page.add_init_script(_WATCH)
    browser = page.context.browser
    assert browser is not None
    await browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    await page.goto(url)
    await expect(page.locator(ready).first).to_be_attached()
    await page.wait_for_timeout(800)
    jumps, received = await page.evaluate("jumps"), await page.evaluate(_BYTES)
    for _ in range(LOOPS):
        await page.evaluate(_LOOP)
    trace = json.loads(await browser.stop_tracing())
    return PageCost(jumps, longest_task(trace["traceEvents"]), received)


def longest_task(events: list[dict[str, Any]]) -> float:
    """Return the processor time of the longest task of the thread in which the loop ran, in runs of the loop."""
    marks = [one for one in events if one["name"] == "loop" and "blink.user_timing" in one["cat"]]
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
