"""The scanner and its connection: what it shows while the hub is down, how it reconnects, and that it opens offline."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.offline_scanner import comes_back, has_list
from tests.support.hub import Hub
from tests.support.scan_log import count_scans
from tests.support.world import World
from web.pages.scanner_app import shell

pytestmark = pytest.mark.one_hub


async def scanner(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", works_offline=True, **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def kept_whole(page: Page) -> None:
    """Wait until the service worker has the page and every file."""
    await page.wait_for_function(
        "async () => { await navigator.serviceWorker.ready; for (const name of await caches.keys())"
        " if (await (await caches.open(name)).match('/operator/scan', { ignoreVary: true })) return true; return false; }"
    )


async def test_a_scanner_without_a_list_decides_nothing_offline(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page, phone=True, clock=True)
    await kept_whole(page)
    # A browser without storage, such as one without https, has only the page.
    await page.context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    await hub.stop_listening()
    await page.reload()
    await expect(page.locator("#link-state")).to_have_attribute("data-state", re.compile("reconnecting|offline"))
    await page.clock.fast_forward(10_000)
    await expect(page.locator("#link-state")).to_contain_text("Offline since")
    await expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    await expect(page.locator("#venue-name")).not_to_have_text("No venue")
    await key_in(page, ticket.code)
    await expect(page.get_by_text("Not checked: there is no connection.")).to_be_visible()
    assert await page.locator("#verdict").is_hidden()
    await assert_accessible(page)
    await hub.listen()
    await comes_back(page)
    await expect(page.locator("#link-state")).to_have_text("Live", timeout=30_000)
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    # A code that was not decided offline is not sent later either.
    assert await count_scans(hub.database) == 1


async def test_the_shell_is_complete_and_the_manifest_offers_what_an_installer_demands(hub: Hub) -> None:
    for address in shell():
        async with hub.client.get(address) as response:
            assert response.status == 200, address
    for name in (
        "reader_worker.js",
        "share.js",
        "zxing_reader.wasm",
        "scan.js",
        "training.js",
        "landscape.css",
        "training.css",
    ):
        assert any(address.endswith(name) for address in shell()), name
    async with hub.client.get("/operator/service_worker.js") as response:
        text = await response.text()
        assert response.headers["Cache-Control"] == "no-cache"
    assert json.loads(text.split("\n")[0].removeprefix("const SHELL = ").rstrip(";"))["files"] == shell()
    async with hub.client.get("/operator/scan.webmanifest") as response:
        assert response.content_type == "application/manifest+json"
        manifest = json.loads(await response.text())
    assert manifest["start_url"].startswith(manifest["scope"])
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        async with hub.client.get(icon["src"]) as response:
            size = Image.open(BytesIO(await response.read())).size
        assert f"{size[0]}x{size[1]}" == icon["sizes"]


async def test_signing_out_leaves_no_page_behind(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    await kept_whole(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/operator/login")
    left = await page.evaluate(
        "async () => { let n = 0; for (const name of await caches.keys())"
        " for (const path of ['/operator/scan', '/operator/scan/training'])"
        " if (await (await caches.open(name)).match(path, { ignoreVary: true })) n += 1; return n; }"
    )
    assert left == 0
    await page.goto(re.sub("/operator.*", "/operator/scan", page.url))
    assert page.url.endswith("/operator/login?next=/operator/scan")


# Close the page's own socket as the hub would. Return the delay that the page sets for its next try, which a busy
# machine does not change.
CLOSING = """(code) => {
  const line = window.lines.at(-1);
  const real = window.setTimeout;
  const asked = [];
  window.setTimeout = (what, ms, ...rest) => { asked.push(ms); return real(what, ms, ...rest); };
  line.onclose({ code });
  window.setTimeout = real;
  line.onclose = null;
  line.close();
  return asked;
}"""
LINES = """
  window.lines = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real { constructor(...how) { super(...how); window.lines.push(this); } };
"""


async def test_each_close_code_is_taken_as_it_is_meant(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    await page.context.add_init_script(LINES)
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    waits: dict[int, float] = {}
    for code in (1012, 4408, 4429):
        (waits[code],) = await page.evaluate(CLOSING, code)
        await expect(page.locator("#link-state")).not_to_have_text("Live")
        # The first one, 1012, comes back by itself.
        if code != 1012:
            await comes_back(page)
        await expect(page.locator("#link-state")).to_have_text("Live")
    # The page waits briefly after a restart, longer after slowness, and at least five seconds after too many commands.
    assert 500 <= waits[1012] < 2_500
    assert waits[4408] >= 1_500
    assert waits[4429] >= 5_500


async def test_an_ended_session_leads_to_sign_in_and_does_not_come_back(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    await page.context.add_init_script(LINES)
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await page.evaluate("() => window.lines.at(-1).onclose({ code: 4401 })")
    await page.wait_for_url("**/operator/login?next=/operator/scan&ended=1")


# Only `passed` advances the page's time, however slow the machine is.
NO_TIME_PASSES = "() => { const at = Date.now(); window.passed = 0; Date.now = () => at + window.passed; }"


async def test_the_link_says_since_when_it_is_away(hub: Hub, world: World, open_page: Open) -> None:
    page = await scanner(world, open_page, clock=True)
    await has_list(page)
    state = page.locator("#link-state")
    await page.evaluate(NO_TIME_PASSES)
    await hub.stop_listening()
    await expect(state).to_have_text("Reconnecting")
    # The page names it an outage after ten seconds.
    await page.evaluate("() => { window.passed = 9_900; }")
    await expect(state).to_have_attribute("data-seconds", " 9 s")
    await expect(state).to_have_text("Reconnecting")
    await page.evaluate("() => { window.passed = 10_000; }")
    await expect(state).to_contain_text("Offline since")
    await expect(page.get_by_text("Offline: this scanner checks tickets by its list of")).to_be_visible()
    await hub.listen()
    # The page reconnects by itself. Twenty seconds are the longest pause between two tries.
    await page.clock.fast_forward(20_000)
    await expect(state).to_have_text("Live", timeout=40_000)
