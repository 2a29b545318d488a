"""The calendar's socket in the browser: it reconnects by itself, shows its state, and never floods the hub.

The page's own module runs with a socket made by the test, and the test moves the browser's clock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.model_page import empty_page
from web.pages.static_files import STATIC

MODULE = STATIC.url("js/lib/availability_socket.js")
SETUP = """async (module) => {
  const { AvailabilitySocket } = await import(module);
  class Fake {
    constructor(url) {
      Object.assign(this, { url, readyState: 0, sent: [], at: performance.now() });
      made.push(this);
    }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.readyState = 3; }
    opens() { this.readyState = 1; this.onopen?.(); }
    says(frame) { this.onmessage?.({ data: JSON.stringify(frame) }); }
    whole(month, ...slots) { this.says({ type: "slots", month, whole: true, slots }); }
    breaks(code = 1006) { this.readyState = 3; this.onclose?.({ code }); }
  }
  const made = [];
  const states = [];
  const slots = [];
  const line = new AvailabilitySocket({
    whose: { orq: 7 }, url: "ws://hub/ws/availability", Socket: Fake,
    onSlots: (...given) => slots.push(given), onState: (...given) => states.push(given),
  });
  window.it = { line, made, states, slots, last: () => made.at(-1) };
}"""

Run = Callable[[str], Awaitable[Any]]


@pytest.fixture
async def run(chromium: Any) -> AsyncIterator[Run]:
    """`await run("it.line.watch('2026-11')")` evaluates an expression in the page and returns its value."""
    async with empty_page(chromium) as page:
        await page.clock.install()
        await page.clock.pause_at(2_000_000_000_000)
        await page.evaluate(SETUP, MODULE)
        PAGES.append(page)

        async def run(script: str) -> Any:
            return await page.evaluate(
                f"() => {{ const value = ({script}); return value === undefined ? null : value; }}"
            )

        yield run


PAGES: list[Page] = []


async def passes(seconds: float) -> None:
    await PAGES[-1].clock.run_for(int(seconds * 1000))


async def next_try(run: Run) -> float:
    """Advance the time until the next connection. Return the seconds that passed."""
    made, since = await run("[it.made.length, performance.now()]")
    for _ in range(200):
        await passes(1)
        if await run("it.made.length") > made:
            return float(await run(f"it.made[{made}].at - {since}")) / 1000
    raise AssertionError("never tried again")


async def every(run: Run, ms: int, script: str) -> None:
    """Evaluate an expression again and again while the page's time passes."""
    await run(f"void (it.timer = setInterval(() => {script}, {ms}))")


async def no_more(run: Run) -> None:
    await run("clearInterval(it.timer)")


async def goes_live(run: Run, month: str = "2026-11") -> None:
    await run(f"it.line.watch('{month}')")
    await run("it.last().opens()")
    await run(f"it.last().whole('{month}', {{id: 1}})")


async def test_it_is_live_with_the_month_whole_and_not_before(run: Run) -> None:
    await run("it.line.watch('2026-11')")
    assert await run("it.last().url") == "ws://hub/ws/availability?month=2026-11&orq=7"
    await run("it.last().opens()")
    assert await run("it.states.map(([state]) => state)") == ["connecting"]
    await run("it.last().says({type: 'slots', month: '2026-11', whole: false, slots: [{id: 1}]})")
    assert await run("it.slots") == [], "a change makes no sense before the month"
    await run("it.last().whole('2026-11', {id: 1})")
    await run("it.last().says({type: 'slots', month: '2026-11', whole: false, slots: [{id: 1, n: 2}]})")
    assert await run("it.slots") == [[[{"id": 1}], True, "2026-11"], [[{"id": 1, "n": 2}], False, "2026-11"]]
    assert await run("it.states.map(([state]) => state)") == ["connecting", "live"]


async def test_changes_of_a_month_that_was_left_are_ignored(run: Run) -> None:
    await goes_live(run)
    await run("it.line.watch('2026-12')")
    assert await run("it.last().sent") == [{"type": "month", "month": "2026-12"}]
    await run("it.last().says({type: 'slots', month: '2026-11', whole: false, slots: [{id: 1, n: 2}]})")
    await run("it.last().says({type: 'slots', month: '2026-12', whole: false, slots: [{id: 5}]})")
    assert await run("it.slots.length") == 1
    await run("it.last().whole('2026-12', {id: 5})")
    assert await run("it.slots.at(-1)") == [[{"id": 5}], True, "2026-12"]
    await run("it.line.watch('2026-12')")
    assert await run("it.last().sent.length") == 1, "the same month again does nothing"


async def test_a_month_turned_while_connecting_is_asked_for_once_open(run: Run) -> None:
    await run("it.line.watch('2026-11')")
    await run("it.line.watch('2026-12')")
    await run("it.last().opens()")
    assert await run("it.made.length") == 1
    assert await run("it.last().sent") == [{"type": "month", "month": "2026-12"}]


async def test_a_loss_is_reconnecting_at_first_and_not_live_after_four_seconds(run: Run) -> None:
    await goes_live(run)
    await passes(30)
    await run("it.last().whole('2026-11')")
    await run("it.last().breaks()")
    lost_at = await run("Date.now()")
    assert await run("it.states.at(-1)") == ["reconnecting", lost_at]
    await every(run, 250, "it.last().readyState === 0 && it.last().breaks()")
    await passes(4.5)
    await no_more(run)
    assert await run("it.states.at(-1)") == ["lost", lost_at], "since when, and it stays that moment"
    await next_try(run)
    await run("it.last().opens()")
    await run("it.last().whole('2026-11', {id: 1})")
    assert await run("it.states.at(-1)") == ["live", None]
    assert await run("it.slots.at(-1)[1]") is True


async def test_an_hour_without_a_hub_is_some_hundred_tries_and_a_flickering_network_no_more(run: Run) -> None:
    await goes_live(run)
    await run("it.last().breaks()")
    await every(run, 10_000, "it.last().readyState === 0 && it.last().breaks()")
    await passes(3600)
    await no_more(run)
    quiet = await run("it.made.length")
    assert 60 < quiet < 250
    gaps = await run("it.made.slice(1).map((socket, i) => socket.at - it.made[i].at)")
    assert min(gaps) >= 500
    # The page gets ten `online` events a second for a minute.
    await every(
        run,
        1_000,
        "{ for (let n = 0; n < 10; n++) dispatchEvent(new Event('online')); it.last().readyState === 0 && it.last().breaks(); }",
    )
    await passes(60)
    assert await run("it.made.length") - quiet <= 31, "at most every two seconds"


async def test_a_link_that_opens_and_breaks_again_and_again_is_not_taken_for_a_good_one(run: Run) -> None:
    await run("it.line.watch('2026-11')")
    flicker = "it.last().readyState === 0 && (it.last().opens(), it.last().whole('2026-11'), it.last().breaks())"
    await every(run, 1_000, flicker)
    await passes(600)
    assert await run("it.made.length") < 120


async def test_the_hubs_own_word_when_to_come_back_is_heeded(run: Run) -> None:
    await goes_live(run)
    await run("it.last().says({type: 'bye', reconnect_after_ms: 9000})")
    await run("it.last().breaks(1012)")
    await passes(8.9)
    assert await run("it.made.length") == 1
    await passes(2)
    assert await run("it.made.length") == 2


async def test_after_a_disconnect_for_misuse_it_waits_at_least_half_a_minute(run: Run) -> None:
    for code in (4400, 4403, 4429):
        await run("it.line.watch('2026-11')")
        await run("(it.last().opens(), it.last().whole('2026-11'))")
        await run(f"it.last().breaks({code})")
        assert 29 <= await next_try(run) <= 91, code


async def test_a_link_that_answers_no_ping_is_given_up(run: Run) -> None:
    await goes_live(run)
    await passes(20.1)
    assert await run("it.last().sent") == [{"type": "ping"}]
    await run("it.last().says({type: 'pong', server_time: '2026-11-20T11:00:00Z'})")
    await passes(20)
    assert await run("it.last().sent.length") == 2
    await passes(8)
    assert await run("it.states.at(-1)[0]") == "reconnecting"
    await passes(2)
    assert await run("it.made.length") == 2


async def test_a_month_that_never_comes_is_given_up(run: Run) -> None:
    await run("it.line.watch('2026-11')")
    await run("it.last().opens()")
    await passes(5)
    assert await run("it.states.at(-1)[0]") == "lost"
    await passes(12)
    assert await run("it.made.length") == 2


async def test_a_glance_at_a_phone_that_slept_asks_at_once(run: Run) -> None:
    await goes_live(run)
    await run("document.dispatchEvent(new Event('visibilitychange'))")
    assert await run("it.last().sent") == [{"type": "ping"}]
    await passes(4.1)
    assert await run("it.states.at(-1)[0]") == "reconnecting", "the link only looked open"


async def test_a_page_nobody_looks_at_rests_and_a_glance_brings_it_back(run: Run) -> None:
    await goes_live(run)
    hide = (
        "(Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true}),"
        " document.dispatchEvent(new Event('visibilitychange')))"
    )
    await run(hide % "hidden")
    await every(run, 20_000, "it.last().says({type: 'pong', server_time: ''})")
    await passes(320)
    await no_more(run)
    assert await run("it.last().readyState") == 3
    await passes(3600)
    assert await run("it.made.length") == 1, "while nobody looks, nothing is tried"
    await run(hide % "visible")
    assert await run("it.made.length") == 2
    await run("it.last().opens()")
    await run("it.last().whole('2026-11')")
    assert await run("it.states.at(-1)[0]") == "live"


async def test_closed_is_closed(run: Run) -> None:
    await goes_live(run)
    await run("it.line.close()")
    await run("dispatchEvent(new Event('online'))")
    await run("it.line.watch('2026-12')")
    await passes(600)
    assert await run("it.made.length") == 1
    assert await run("it.last().readyState") == 3
