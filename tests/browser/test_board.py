"""The board of the control room: it equals the scan log, live, after a restart, on a wall and on a phone."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import time, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, pass_time_until
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.test_lazy_loading import LONGEST_PAUSE_MS
from tests.browser.test_live_calendar import start_again
from tests.browser.test_wall_screen import SETTLED
from tests.support.hub import Hub
from tests.support.scan_log import count_scan_ids, read_scans
from tests.support.slots import read_slot, read_slots
from tests.support.venue_day import GATES, PLAN, live_through
from tests.support.world import NOON, TODAY, World

AFTERNOON = NOON + timedelta(hours=1, minutes=12)

pytestmark = pytest.mark.one_hub(moment=AFTERNOON)

SMALLEST = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { parentElement: element, textContent } = walker.currentNode;
    const box = element.getBoundingClientRect();
    if (!textContent.trim() || !element.checkVisibility({ opacityProperty: true }) || box.width < 2) continue;
    found.push([parseFloat(getComputedStyle(element).fontSize), textContent.trim(), box.right, box.bottom]);
  }
  return found;
}"""


async def a_day(world: World) -> None:
    await live_through(world, until=AFTERNOON, plan=PLAN)


async def board(world: World, open_page: Open, path: str = "/manager", **how: Any) -> Page:
    page = await open_page(path, token=await world.staff("MANAGER"), **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await expect(page.locator("#gates tr")).to_have_count(len(GATES))
    return page


async def shown(page: Page) -> dict[str, Any]:
    """Return every figure of gates and reasons as shown on the page."""
    gates = await page.eval_on_selector_all(
        "#gates tr",
        "rows => rows.map(r => [r.dataset.gate, ...[...r.querySelectorAll('td b')].map(b => b.textContent)])",
    )
    reasons = await page.eval_on_selector_all(
        "#reasons li", "rows => rows.map(r => [r.dataset.reason, r.querySelector('b').textContent])"
    )
    return {
        "gates": {name: rest for name, *rest in gates},
        "reasons": dict(reasons),
        "verified": await page.locator("#total-verified").text_content(),
        "share": await page.locator("#reasons-share").text_content(),
        "arrived": await page.locator("#arrivals-told").text_content(),
    }


async def from_the_log(hub: Hub) -> dict[str, Any]:
    """Return the same figures, counted here from the rows."""
    rows = await read_scans(hub.database, order_by="logged_at")
    looked = {row["scan_id"] for row in rows if row["mode"] == "validate"}
    visits = [
        row for row in rows if row["mode"] != "undo" and not (row["mode"] == "verify" and row["scan_id"] in looked)
    ]
    entries = sum(row["entered"] for row in rows) - sum(row["mode"] == "undo" for row in rows)
    return {
        "scans": Counter(row["gate"] for row in visits),
        "reasons": Counter(row["reason"] for row in visits if row["result"] != "GREEN"),
        "colours": Counter(row["result"] for row in visits),
        "entries": entries,
    }


def agree(page: dict[str, Any], log: dict[str, Any]) -> None:
    assert {gate: int(figures[-1]) for gate, figures in page["gates"].items()} == {g: log["scans"][g] for g in GATES}
    assert {reason: int(count) for reason, count in page["reasons"].items()} == dict(log["reasons"])
    assert page["verified"] == str(log["entries"])
    assert f" {log['entries']} arrived" in page["arrived"]
    total = sum(log["colours"].values())
    assert f"of {total} scans" in page["share"]
    red = round(1000 * log["colours"]["RED"] / total) / 10
    assert page["share"].startswith(f"{red:g} % red")


async def test_the_board_shows_what_the_log_says_live_with_undo_and_after_a_restart(
    hub: Hub, world: World, open_page: Open
) -> None:
    await a_day(world)
    page = await board(world, open_page)
    agree(await shown(page), await from_the_log(hub))
    gate = await hub.socket(await world.staff("MANAGER"), gate="Garden")
    slot = (await read_slot(hub.database, start_time=time(16, 30)))["id"]
    tickets, entered = await world.fill(slot, 3), []
    for ticket in tickets:
        scan_id = str(uuid4())
        await gate.command("validate", code=ticket.code, scan_id=scan_id)
        await gate.verify(ticket.code, scan_id)
        entered.append(scan_id)
    await gate.validate("DT-NOBODY")
    reply = await gate.command("undo", scan_id=entered[0], reason="wrong person")
    assert reply["success"]
    log = await from_the_log(hub)
    await expect(page.locator("#gates tr[data-gate=Garden] .scans b")).to_have_text(str(log["scans"]["Garden"]))
    await expect(page.locator("#total-verified")).to_have_text(str(log["entries"]))
    await expect(page.locator("#arrivals-told")).to_contain_text(f" {log['entries']} arrived")
    live = await shown(page)
    agree(live, log)
    await page.reload()
    await expect(page.locator("#gates tr")).to_have_count(len(GATES))
    agree(await shown(page), log)
    assert (await shown(page))["reasons"] == live["reasons"]


async def test_the_board_comes_back_by_itself_when_the_hub_was_gone(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await board(world, open_page, clock=True)
    slot = (await read_slot(hub.database, start_time=time(16, 30)))["id"]
    tickets = await world.fill(slot, 2)
    operator = await world.staff("MANAGER")
    await hub.close()
    try:
        await expect(page.locator("#board")).to_have_attribute("data-state", "stale")
    finally:
        await start_again(hub)
    door = await hub.socket(operator, gate="North")
    for ticket in tickets:
        await door.verify(ticket.code)
    await door.validate("DT-NOBODY")
    await pass_time_until(page, page.locator("#link-state", has_text="Live"), LONGEST_PAUSE_MS)
    log = await from_the_log(hub)
    await expect(page.locator("#gates tr[data-gate=North] .scans b")).to_have_text(str(log["scans"]["North"]))
    await expect(page.locator("#arrivals-told")).to_contain_text(f" {log['entries']} arrived")
    agree(await shown(page), log)


@pytest.mark.one_hub
async def test_a_look_and_the_entry_after_it_at_a_scanner_are_one_scan_with_its_time(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    scanner = await open_page("/operator/scan", token=await world.staff(), gate="Gate A")
    await expect(scanner.locator("#link-state")).to_have_text("Live")
    await key_in(scanner, ticket.code)
    await expect(scanner.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    hub.clock.advance(7)
    await scanner.get_by_role("button", name="Mark as Verified").click()
    await expect(scanner.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    gate = page.locator("#gates tr[data-gate='Gate A']")
    await expect(gate.locator(".scans b")).to_have_text("1")
    await expect(gate.locator(".median b")).to_have_text(re.compile(r"^([7-9]|1\d)(\.\d)? s$"))
    assert await count_scan_ids(hub.database) == 1


async def test_a_day_that_is_over_is_shown_whole(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    hub.clock.set(AFTERNOON + timedelta(days=1))
    page = await board(world, open_page)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(page.locator("#no-slots")).to_be_visible()
    await page.get_by_role("button", name="Day before").click()
    await expect(page.get_by_role("columnheader", name="Peak per minute")).to_be_visible()
    await expect(page.locator("#slots tr").first).to_contain_text("did not come")
    agree(await shown(page), await from_the_log(hub))


async def test_after_midnight_the_board_opens_on_the_day_whose_last_slot_still_runs(
    hub: Hub, world: World, open_page: Open
) -> None:
    night = await world.slot(TODAY, "22:30", "02:30", 20, booked=2)
    await world.slot(TODAY + timedelta(days=1), "22:30", "02:30", 30)
    hub.services.venues.forget()
    hub.clock.set(NOON + timedelta(hours=12, minutes=30))
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(page.locator(f"#slots [data-slot='{night}']")).to_contain_text("2 to come")
    await expect(page.locator("#day")).to_have_value(TODAY.isoformat())
    await expect(page.locator("#day-today")).to_be_disabled()


async def test_the_charts_hold_the_arrivals_minute_by_minute(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await board(world, open_page)
    chart = page.locator("#arrivals-chart .u-over")
    box = await chart.bounding_box()
    assert box is not None
    for part in (0.1, 0.25, 0.4):
        await chart.hover(position={"x": box["width"] * part, "y": box["height"] / 2})
        received = str(await page.locator("#arrivals-told").text_content())
        clock, rest = received.split(": ")
        until = AFTERNOON.replace(hour=int(clock.split(":")[0]) - 1, minute=int(clock.split(":")[1])) + timedelta(
            minutes=1
        )
        arrived = sum(scan["logged_at"] < until for scan in await read_scans(hub.database, "logged_at", entered=True))
        assert rest.startswith(f"{arrived} arrived"), received
        begun = sum(slot["booked_count"] for slot in await read_slots(hub.database) if slot["starts_at"] < until)
        assert f"{begun} expected" in received
    painted = await page.evaluate(
        """() => { const c = document.querySelector('#pace-chart canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
        for (let i = 0; i < d.length; i += 4) if (d[i] === 31 && d[i + 1] === 157 && d[i + 2] === 92) n += 1; return n; }"""
    )
    assert painted > 500, "green bars are on the canvas"


async def test_a_wall_screen_is_read_from_three_metres_and_never_scrolls(
    hub: Hub, world: World, open_page: Open
) -> None:
    await a_day(world)
    page = await board(world, open_page, "/manager?wall=1")
    for width, height in ((1920, 1080), (1280, 720), (3840, 2160)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate(SETTLED)
        texts = await page.evaluate(SMALLEST)
        assert {"North", "South", "Garden", "509"} <= {text for _, text, *_ in texts}
        # 1.6 % of the width: capitals of 14 mm on a screen 1.2 m wide.
        small = [(size, text) for size, text, *_ in texts if size < 0.016 * width]
        assert not small
        beyond = [text for _, text, right, bottom in texts if right > width + 1 or bottom > height + 1]
        assert not beyond
        axis = await page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.chart')).fontSize)")
        assert axis >= 0.016 * width
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Wall screen")).to_be_visible()
    assert "wall" not in page.url
    await page.get_by_role("button", name="Wall screen").click()
    await expect(page).to_have_url(re.compile("wall=1"))


async def test_the_board_fits_a_phone_and_its_menu_has_no_barriers(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    phone = await board(world, open_page, phone=True)
    await assert_nothing_sticks_out(phone)
    await phone.get_by_role("button", name="Menu").click()
    await expect(phone.get_by_role("link", name="Scan history")).to_be_visible()
    await assert_accessible(phone, "the menu")


async def test_the_menu_of_all_pages_opens_and_stands_on_the_left_where_board_and_feed_have_room(
    world: World, open_page: Open
) -> None:
    await a_day(world)
    page = await board(world, open_page)
    menu = page.get_by_role("navigation", name="Menu")
    await page.set_viewport_size({"width": 1279, "height": 800})
    await expect(menu).to_be_hidden()
    await page.get_by_role("button", name="Menu").click()
    await expect(menu.locator("[aria-current=page]")).to_have_text("Control room")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    for width, feed in ((1280, []), (1488, ["#feed"]), (1632, ["#feed"])):
        await page.set_viewport_size({"width": width, "height": 900})
        await expect(menu).to_be_visible()
        parts = ["#menu", ".slots-card", ".arrivals-card", *feed]
        boxes = [await page.locator(part).bounding_box() for part in parts]
        assert all(a and b and a["x"] + a["width"] <= b["x"] for a, b in pairwise(boxes)), (width, boxes)
    await page.get_by_role("button", name="Wall screen").click()
    await expect(menu).to_be_hidden()
    await page.keyboard.press("Escape")
    await menu.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/operator/login")


async def test_a_day_without_anything_says_so(world: World, open_page: Open) -> None:
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(page.get_by_text("No slots are planned for this day.")).to_be_visible()
    await expect(page.get_by_text("Nobody has scanned on this day.")).to_be_visible()
    await expect(page.locator("#pace-told")).to_have_text("No scans yet")
    assert (
        json.loads(await page.evaluate("() => JSON.stringify([...document.querySelectorAll('.chart canvas')].length)"))
        == 2
    )
    assert TODAY.isoformat() in await page.input_value("#day")
