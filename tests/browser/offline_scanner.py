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
"""Everything stored on the device, as somebody with the device could read it."""
_COUNT = """async () => {
  const opening = indexedDB.open('venue-hub.offline');
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  if (!database.objectStoreNames.contains('STORE')) {
    database.close();
    return 0;
  }
  const asked = database.transaction('STORE').objectStore('STORE').count();
  const count = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  database.close();
  return count;
}"""
WAITING, LISTS = _COUNT.replace("STORE", "queue"), _COUNT.replace("STORE", "lists")
"""How many scans wait on the device, and how many lists it has."""


async def has_list(page: Page) -> None:
    """Wait until the device has the day's list, and the service worker has the page and every file."""
    await page.wait_for_function(
        "async () => { await navigator.serviceWorker.ready; for (const name of await caches.keys())"
        " if (await (await caches.open(name)).match('/operator/scan', { ignoreVary: true })) return true; return false; }"
    )
    for _ in range(400):
        if await page.evaluate(LISTS):
            return
        await page.wait_for_timeout(50)
    raise AssertionError("no list came")


async def reload_with_list(page: Page) -> None:
    """Load a live scanner again, and wait until it has requested and received the day's list.

    The device may still hold the list of the load before. If the link is cut before the page has opened that list or
    received a new one, it has no list.
    """
    loaded: list[Frame] = []
    page.once("framenavigated", lambda frame: loaded.append(frame))

    def of_this_load(response: Response) -> bool:
        """Return whether the page of this load made the request. A response to the page before may never end."""
        return bool(loaded) and "/api/operator/manifest" in response.url

    async with page.expect_response(of_this_load) as answer:
        await page.reload()
    await asyncio.wait_for((await answer.value).finished(), 20)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await has_list(page)


async def scanner(world: World, open_page: Open, *, gate: str = "Gate A", token: str | None = None, **how: Any) -> Page:
    """Open a live scanner that is ready for a lost link and whose clock can be advanced."""
    token = token or await world.staff()
    page = await open_page("/operator/scan", token=token, gate=gate, works_offline=True, clock=True, **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await has_list(page)
    return page


async def ready_for_anything(page: Page) -> None:
    """Close the answer before, and pass the seconds in which the same code is the same scan."""
    await page.keyboard.press("Escape")
    await later(page)


async def decided(page: Page, code: str, word: str) -> None:
    """Scan a code, and wait for the word of the device's own decision."""
    await key_in(page, code)
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(page.get_by_text("PROVISIONAL")).to_be_visible()


async def admit(page: Page, code: str, word: str = "VALID TICKET", after: str = "ENTRY RECORDED") -> None:
    await decided(page, code, word)
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name=after)).to_be_visible()
    # If the link is up, the hub may have confirmed it by now.
    await expect(page.get_by_text(re.compile("PROVISIONAL|CONFIRMED BY THE HUB"))).to_be_visible()
    await page.keyboard.press("Escape")


HICCUP_MS = 1_200
"""The time that a scan waits for a lost link before the device decides."""
LONGEST_BACKOFF_MS = 20_000


async def gone(page: Page, *, just_now: bool = False) -> None:
    """Wait until the link is gone.

    Unless it has gone `just_now`, pass the time after which the device decides at once.
    """
    await expect(page.locator("#link-state")).not_to_have_text("Live")
    if not just_now:
        await later(page, HICCUP_MS)


async def synced(page: Page, *, by_itself: bool = False) -> None:
    """Wait until the link is back and the device has nothing left to send.

    Unless `by_itself`, the device gets an event that it has a network. Otherwise its own next try is up to twenty
    seconds away, and the page's clock is advanced past them.
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
    """Change parts of this script from the page's next load on, to switch a mechanism off."""
    text = (STATIC_ROOT / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)

    async def serve(route: Route) -> None:
        await route.fulfill(body=text, content_type="text/javascript")

    await page.context.route(f"**{STATIC.url(name)}", serve)


async def comes_back(page: Page) -> None:
    """Report to the page that the device has a network again, so that it tries at once."""
    await page.evaluate("() => dispatchEvent(new Event('online'))")


async def said_by_hub(page: Page) -> list[str]:
    """Return the list of the frames that the hub sends to this page from now on. The list grows."""
    frames: list[str] = []
    network = await page.context.new_cdp_session(page)
    network.on("Network.webSocketFrameReceived", lambda frame: frames.append(str(frame["response"]["payloadData"])))
    await network.send("Network.enable")
    return frames


async def said(frames: list[str], *words: str) -> None:
    """Wait until the hub has sent all these words in one frame."""

    async def in_one() -> bool:
        return any(all(word in frame for word in words) for frame in frames)

    await until(in_one)


async def ticket_event(frames: list[str], code: str, change: str = "") -> None:
    """Wait until the page has received this change of this ticket."""
    await said(frames, '"topic":"tickets"', sha256(code.encode()).hexdigest(), f'"change":"{change}')


async def kept_since(page: Page) -> list[Any]:
    """Return the changes since the list was written, as the device stores them: encrypted, and different each time."""
    return list((await page.evaluate(ROWS))["since"])


async def kept_anew(page: Page, before: list[Any]) -> None:
    """Advance half a second, after which a change is stored, and wait until the stored text differs from `before`."""
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
