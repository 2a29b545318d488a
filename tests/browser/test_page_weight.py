"""The weight of the booking page: bytes until the first step is usable, and no layout shift."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.booking_steps import at, confirm, to_confirm
from tests.browser.hands_and_eyes import Open
from tests.support.world import World

pytestmark = pytest.mark.one_hub

PAGE_BOUND = 98_000
"""Bytes, uncompressed and without images. The icons count, because their address ends in the name of one."""


WEIGHT = """() => {
  const { startTime: usable } = performance.getEntriesByName("usable")[0];
  const before = performance.getEntriesByType("resource").filter((one) => one.startTime < usable && !/[.](svg|png)$/.test(one.name));
  const page = performance.getEntriesByType("navigation")[0];
  return [page, ...before].map(({ name, decodedBodySize }) => [name, decodedBodySize]);
}"""


async def test_the_first_step_weighs_less_than_its_bound(world: World, open_page: Open) -> None:
    for language in ("en", "zh-Hans"):
        page = await open_page(f"/reserve?lang={language}", phone=True, unseen=True)
        await expect(page.locator("#reserve[data-ready]")).to_be_attached()
        parts = await page.evaluate(WEIGHT)
        assert any(name.endswith("/js/features/reserve/ticket.js") and size > 1000 for name, size in parts)
        total = sum(size for _, size in parts)
        assert total < PAGE_BOUND, f"{language}: {total} bytes before the first step"


async def test_all_that_is_ever_fetched_for_a_booking_travels_in_less_than_the_bound(
    world: World, open_page: Open
) -> None:
    page = await open_page("/operator/login", phone=True, unseen=True)
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    arrived: dict[str, float] = {}
    images: set[str] = set()
    session.on(
        "Network.responseReceived", lambda event: images.add(event["requestId"]) if event["type"] == "Image" else 0
    )
    session.on(
        "Network.loadingFinished", lambda event: arrived.update({event["requestId"]: event["encodedDataLength"]})
    )
    await page.goto(f"{world.hub.url}/reserve")
    await page.wait_for_load_state("networkidle")
    total = sum(size for request, size in arrived.items() if request not in images)
    assert 10_000 < total < PAGE_BOUND, f"{total:.0f} bytes over the line"


async def test_static_files_are_packed_for_those_who_can_unpack(world: World, open_page: Open) -> None:
    hub = world.hub
    page = await open_page("/reserve")
    address = str(await page.locator("script[src*='reserve.js']").get_attribute("src"))
    async with hub.client.get(address, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        small = await packed.read()
    async with hub.client.get(address, headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers
        assert len(await plain.read()) > 2 * len(small)


async def test_nothing_jumps_while_a_visit_is_booked(world: World, open_page: Open) -> None:
    await world.slot()
    page = await open_page("/", phone=True)
    await page.add_init_script(
        """window.jumps = [];
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries()) {
            if (!hadRecentInput) window.jumps.push([value, ...sources.map(({ node }) => node && (node.id || node.className || node.nodeName))]);
          }
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    await page.goto(f"{world.hub.url}/reserve")
    await to_confirm(page, (await world.ticket()).code)
    await confirm(page)
    await at(page, "done")
    await page.wait_for_load_state("networkidle")
    jumps = await page.evaluate("window.jumps")
    assert sum(jump[0] for jump in jumps) < 0.05, jumps
