"""Parts of a page that load later: a failed request is retried, and the part appears by itself."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.hands_and_eyes import Open, pass_time_until
from tests.browser.offline_scanner import altered
from tests.browser.test_live_calendar import start_again
from tests.support.hub import Hub
from tests.support.world import World
from web.pages.static_files import STATIC

pytestmark = pytest.mark.one_hub

LONGEST_PAUSE_MS = 20_000
"""Between two tries of a page to reach the hub."""
PANEL = STATIC.url("js/features/disputes/open_disputes.js")


@pytest.mark.parametrize("mended", [True, False], ids=["as it is", "control: tried once"])
async def test_a_panel_whose_script_is_asked_for_while_the_hub_is_away_comes_when_it_is_back(
    hub: Hub, world: World, open_page: Open, mended: bool
) -> None:
    page = await open_page("/operator/login", token=await world.staff("MANAGER"), clock=True)
    if not mended:
        once = ("await pause(waitBefore(attempt) * 1000);", "await new Promise(() => {});")
        await altered(page, "js/lib/lazy_loading.js", once)
    gone, failed = asyncio.Event(), asyncio.Event()

    async def ask_while_the_hub_is_away(route: Route) -> None:
        if not gone.is_set():
            gone.set()
            await hub.close()
        await route.continue_()

    page.on("requestfailed", lambda request: failed.set() if request.url.endswith(PANEL) else None)
    await page.route(f"**{PANEL}", ask_while_the_hub_is_away)
    await page.goto(hub.url + "/manager#disputes", wait_until="commit")
    await asyncio.wait_for(failed.wait(), 15)
    await page.unroute(f"**{PANEL}")
    await start_again(hub)
    await pass_time_until(page, page.locator("#link-state", has_text="Live"), LONGEST_PAUSE_MS)
    if mended:
        await expect(page.locator("#disputes-body .dispute-panel, #disputes-body > p").first).to_be_visible()
        return
    # The address works now, but the page has not requested it.
    await page.evaluate("(address) => import(address)", PANEL)
    await page.clock.fast_forward(3_000)
    await expect(page.locator("#disputes-body")).to_be_empty()
