"""Helpers for tests of an offline scanner: its page with list and files, its queue, and its stored data."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from playwright.async_api import Frame, Page, Response, Route, expect

from tests.browser.hands_and_eyes import Open, key_in, later
from tests.browser.test_live_calendar import start_again
from tests.support.hub import Hub
from tests.support.scan_conflicts import read_conflicts
from tests.support.scan_log import read_scans
from tests.support.world import World
from web.pages.static_files import STATIC, STATIC_ROOT

__all__ = ["start_again"]

ROWS = """async () => {
  const opening = indexedDB.open('venue-hub.offline');
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  const found = {};
  for (const name of database.objectStoreNames) {
    const asked = database.transaction(name).objectStore(name).getAll();
    found[name] = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  }
  database.close();
  const plain = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder('latin1').decode(value) : value instanceof CryptoKey ? `key, extractable: ${value.extractable}`
    : Array.isArray(value) ? value.map(plain)
    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
  return plain(found);
}"""
"""All the device holds, as somebody who has it could read it."""
WAITING = """async () => {
  const opening = indexedDB.open('venue-hub.offline');
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  const asked = database.transaction('queue').objectStore('queue').count();
  const count = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  database.close();
  return count;
}"""


async def has_list(page: Page) -> None:
    """The scanner has its day's list on the device, and the page with every file."""
    await page.wait_for_function(
        "async () => { await navigator.serviceWorker.ready; for (const name of await caches.keys())"
        " if (await (await caches.open(name)).match('/operator/scan', { ignoreVary: true })) return true; return false; }"
    )
    for _ in range(100):
        if (await page.evaluate(ROWS))["lists"]:
            return
        await page.wait_for_timeout(50)
    raise AssertionError("no list came")


async def reload_with_list(page: Page) -> None:
    """Load a live scanner again, and wait until it has asked the hub for the day's list and has it.

    The device may still hold the list of the load before. A link that was cut before the page has opened that list, or has got
    another one, would leave it with none.
    """
    loaded: list[Frame] = []
    page.once("framenavigated", lambda frame: loaded.append(frame))

    def of_this_load(response: Response) -> bool:
        """Not the answer to what the page before has asked: that one may never come to its end."""
        return bool(loaded) and "/api/operator/manifest" in response.url

    async with page.expect_response(of_this_load) as answer:
        await page.reload()
    await asyncio.wait_for((await answer.value).finished(), 20)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await has_list(page)


async def scanner(world: World, open_page: Open, *, gate: str = "Gate A", token: str | None = None, **how: Any) -> Page:
    """A live scanner that is ready to lose its link. Its clock can be turned on."""
    token = token or await world.staff()
    page = await open_page("/operator/scan", token=token, gate=gate, works_offline=True, clock=True, **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await has_list(page)
    return page


async def ready_for_anything(page: Page) -> None:
    """The answer before is gone, and so are the seconds in which the same code is the same scan."""
    await page.keyboard.press("Escape")
    await later(page)


async def decided(page: Page, code: str, word: str) -> None:
    """Holds up a code and sees the word of the device's own judgement."""
    await key_in(page, code)
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(page.get_by_text("PROVISIONAL")).to_be_visible()


async def admit(page: Page, code: str, word: str = "VALID TICKET", after: str = "ENTRY RECORDED") -> None:
    await decided(page, code, word)
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name=after)).to_be_visible()
    # Where the line stands the hub may have taken it over by now.
    await expect(page.get_by_text(re.compile("PROVISIONAL|CONFIRMED BY THE HUB"))).to_be_visible()
    await page.keyboard.press("Escape")


HICCUP_MS = 1_200
"""For so long a scan waits for a link that has gone, before the device judges it."""
LONGEST_BACKOFF_MS = 20_000


async def gone(page: Page, *, just_now: bool = False) -> None:
    """The link has gone; unless that was `just_now`, it is so long ago that the device judges at once."""
    await expect(page.locator("#link-state")).not_to_have_text("Live")
    if not just_now:
        await later(page, HICCUP_MS)


async def synced(page: Page, *, by_itself: bool = False) -> None:
    """The link is back, and the device has nothing to send any more. Unless `by_itself`, the device is told that there is a network:
    its own next try is up to twenty seconds away, which then have gone by for the page.
    """
    if by_itself:
        await page.clock.fast_forward(LONGEST_BACKOFF_MS)
    else:
        await comes_back(page)
    await expect(page.locator("#link-state")).to_have_text("Live", timeout=40_000)

    async def empty() -> bool:
        return int(await page.evaluate(WAITING)) == 0

    await until(empty, seconds=60)
    await expect(page.locator("#queue-state")).to_be_hidden()


async def altered(page: Page, name: str, *changes: tuple[str, str]) -> None:
    """From its next load on the page runs this script of ours with other words in it: a mechanism taken away."""
    text = (STATIC_ROOT / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)

    async def serve(route: Route) -> None:
        await route.fulfill(body=text, content_type="text/javascript")

    await page.context.route(f"**{STATIC.url(name)}", serve)


async def comes_back(page: Page) -> None:
    """The device says that it has a network again: the page tries at once."""
    await page.evaluate("() => dispatchEvent(new Event('online'))")


async def said_by_hub(page: Page) -> list[str]:
    """The frames that the hub sends to this page from now on; the list grows."""
    frames: list[str] = []
    network = await page.context.new_cdp_session(page)
    network.on("Network.webSocketFrameReceived", lambda frame: frames.append(str(frame["response"]["payloadData"])))
    await network.send("Network.enable")
    return frames


async def said(frames: list[str], *words: str) -> None:
    """The hub has said all these words in one frame."""

    async def in_one() -> bool:
        return any(all(word in frame for word in words) for frame in frames)

    await until(in_one)


async def ticket_event(frames: list[str], code: str, change: str = "") -> None:
    """The page has been told of this ticket, and that this has happened to it."""
    await said(frames, '"topic":"tickets"', sha256(code.encode()).hexdigest(), f'"change":"{change}')


async def kept_since(page: Page) -> list[Any]:
    """What has happened since the list was written, as it is kept on the device: sealed, and another text each time it is kept."""
    return list((await page.evaluate(ROWS))["since"])


async def kept_anew(page: Page, before: list[Any]) -> None:
    """Half a second after a change it is kept: by now another one is than `before`."""
    await page.clock.fast_forward(500)

    async def anew() -> bool:
        return await kept_since(page) != before

    await until(anew)


async def until(what: Callable[[], Awaitable[Any]], *, seconds: float = 20) -> Any:
    for _ in range(int(seconds * 20)):
        if found := await what():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")


async def entries(hub: Hub) -> list[dict[str, Any]]:
    rows = await read_scans(
        hub.database, "code", "source", "gate", "scanned_at", "logged_at", entered=True, order_by="logged_at, code"
    )
    return [dict(row) for row in rows]


async def conflicts(hub: Hub) -> list[tuple[str, str]]:
    return [(row["code"], row["kind"]) for row in await read_conflicts(hub.database, "code", "kind", order_by="id")]
