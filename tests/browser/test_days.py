"""The days page in the browser: figures with charts, and the replay of a day on the board."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import DESKTOP, PHONE
from tests.browser.test_chinese import assert_chinese
from tests.support.hub import Hub
from tests.support.scan_log import read_scans
from tests.support.ticket_checks import count_checks
from tests.support.venue_day import GATES, PLAN, booked_online, checked_before, live_through
from tests.support.world import NOON, TODAY, World

AFTERNOON = NOON + timedelta(hours=2, minutes=20)

pytestmark = pytest.mark.one_hub(moment=AFTERNOON)


async def a_day(world: World) -> None:
    await live_through(world, until=AFTERNOON, plan=PLAN)
    await checked_before(world)


async def figures(world: World, open_page: Open, **how: Any) -> Page:
    page = await open_page("/manager/analytics", token=await world.staff("MANAGER"), **how)
    await expect(page.locator("#days tr[data-day]")).not_to_have_count(0)
    return page


async def last_day(page: Page) -> float:
    """Return the position of a month's last day in its chart."""
    return float(await page.locator("#checks-chart .u-over").evaluate("area => area.clientWidth * 29.5 / 30"))


async def test_the_figures_of_a_month_open_into_days_and_slots(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await figures(world, open_page)
    manager = await world.staff("MANAGER")
    _, answer = await hub.get("/api/analytics", token=manager)
    total = answer["data"]["total"]
    rates = await page.locator("#rates dd").all_text_contents()
    assert rates[1] == f"{total['verified']:,}"
    for text, name in zip(
        (rates[0], rates[2], rates[3], rates[4], rates[5]),
        ("utilisation", "no_show_rate", "rejection", "conversion", "kept"),
        strict=True,
    ):
        shown = float(text.removesuffix(" %"))
        assert abs(shown - 100 * total[name]) <= (0.5 if shown >= 10 else 0.051), name
    await page.locator("#days tr[data-day='2026-11-20'] .opener").click()
    slots = page.locator("#days tr.slot-row")
    await expect(slots).to_have_count(len(PLAN))
    (day,) = [one for one in answer["data"]["days"] if one["date"] == str(TODAY)]
    for row, slot in zip(await slots.all(), day["slots"], strict=True):
        cells = await row.locator("td").all_text_contents()
        assert cells[:2] == [str(slot["booked"]), str(slot["capacity"])]
        assert cells[3] == str(slot["verified"])
        assert cells[4] == ("–" if slot["no_show"] is None else str(slot["no_show"]))
        assert cells[6] == "–", "a slot has no conversion"
    assert total["converted"] == sum(booked for *_, booked in PLAN)
    assert 0 < total["conversion"] < 1
    received = page.locator("#checks-told")
    await expect(received).to_contain_text(
        f"{total['converted']:,} of {total['checked']:,} tickets checked were booked"
    )
    await expect(page.locator("#visits-chart canvas, #checks-chart canvas, #shares-chart canvas")).to_have_count(3)
    await page.locator("#checks-chart .u-over").hover(position={"x": await last_day(page), "y": 20})
    await expect(received).to_contain_text(f"{day['converted']} of {day['checked']} tickets checked were booked")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    assert (await download.value).suggested_filename.startswith("figures-")
    await page.get_by_role("button", name="7 days").click()
    await expect(page).to_have_url(f"{hub.url}/manager/analytics?from=2026-11-14&to=2026-11-20")
    await page.go_back()
    await expect(page.locator("#from")).to_have_value("2026-10-22")


async def test_the_booking_page_and_the_gates_have_parts_of_their_own(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    await booked_online(world)
    page = await figures(world, open_page)
    manager = await world.staff("MANAGER")
    portal = (await hub.get("/api/analytics/portal", token=manager))[1]["data"]
    total = portal["total"]
    await expect(page.locator("#funnel b")).to_have_text(
        [f"{total[name]:,}" for name in ("checked", "contact_verified", "booked")]
    )
    shown = [str(one["refusals"]) for one in portal["refusals"]]
    await expect(page.locator("#refusals b")).to_have_text(shown)
    await expect(page.locator("#refusals .why").first).to_contain_text("Time sold out")
    await expect(page.locator("#booking-times b")).to_have_text(
        [f"{part['bookings']:,}" for part in portal["times"]["parts"]]
    )
    rates = await page.locator("#portal-rates dd").all_text_contents()
    for text, name in zip((rates[2], rates[3]), ("activation_rate", "reservation_rate"), strict=True):
        assert abs(float(text.removesuffix(" %")) - 100 * total[name]) <= 0.5, name
    await expect(page.locator("#reservations-chart canvas, #hours-chart canvas")).to_have_count(2)
    await expect(page.locator("#reservations-told")).to_have_text(f"{total['reservations']:,} reservations")
    people = (await hub.get("/api/analytics/operators", token=manager))[1]["data"]
    await expect(page.locator("#people-rows tr[data-operator]")).to_have_count(len(people["operators"]))
    hidden = await page.evaluate(
        "() => [...document.querySelectorAll('.log-frame')].map((one) => one.scrollWidth - one.clientWidth)"
    )
    assert max(hidden) <= 0, "no column stands outside of its card on a screen of 1280 pixels"
    await page.locator("#people-rows .opener").first.click()
    shift = page.locator("#people-rows .slot-row").first
    await expect(shift.locator("td").first).to_have_text(f"{people['shifts'][0]['decided']:,}")
    for link, name in (("#portal-refusals", "booking-page-refusals-"), ("#people-csv", "operators-")):
        async with page.expect_download() as download:
            await page.locator(link).click()
        assert (await download.value).suggested_filename.startswith(name)


async def test_days_without_anything_say_so_and_fit_a_phone(hub: Hub, world: World, open_page: Open) -> None:
    page = await open_page("/manager/analytics", token=await world.staff("MANAGER"), phone=True)
    await expect(page.get_by_text("Nobody booked or scanned on these days. Choose others.")).to_be_visible()
    await a_day(world)
    page = await figures(world, open_page, phone=True)
    await assert_nothing_sticks_out(page)


async def test_the_figures_explain_themselves_in_chinese(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await figures(world, open_page, locale="zh-CN")
    await page.locator("details.meanings summary").click()
    await expect(page.locator("#rates dt").nth(4)).to_contain_text("转化率")
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await assert_chinese(page)
        await assert_accessible(page, "the figures in Chinese")


async def test_a_day_on_which_tickets_were_only_checked_is_a_day(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.ticket()
    await hub.post("/api/tickets/validate", {"ticket_code": ticket.code})
    async with asyncio.timeout(20):
        while not await count_checks(hub.database):
            await asyncio.sleep(0.05)
    page = await figures(world, open_page)
    await expect(page.locator("#rates dd").nth(4)).to_have_text("0 %")
    await expect(page.locator("#rates dt").nth(4)).to_contain_text("0 of 1 checked tickets booked")


async def replay(world: World, open_page: Open, **how: Any) -> Page:
    page = await open_page(f"/manager/replay?date={TODAY}", token=await world.staff("MANAGER"), **how)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    return page


async def board_at(hub: Hub, moment: Any) -> dict[str, Any]:
    rows = [scan for scan in await read_scans(hub.database) if scan["logged_at"] <= moment]
    looked = {row["scan_id"] for row in rows if row["mode"] == "validate"}
    visits = [row for row in rows if not (row["mode"] == "verify" and row["scan_id"] in looked)]
    return {
        "verified": str(sum(row["entered"] for row in rows)),
        "scans": {gate: str(sum(row["gate"] == gate for row in visits)) for gate in GATES},
    }


async def shown(page: Page) -> dict[str, Any]:
    gates = await page.eval_on_selector_all(
        "#gates tr", "rows => rows.map(r => [r.dataset.gate, r.querySelector('.scans b').textContent])"
    )
    return {"verified": await page.locator("#total-verified").text_content(), "scans": dict(gates)}


async def test_a_day_plays_again_and_shows_at_every_moment_what_the_log_held(
    hub: Hub, world: World, open_page: Open
) -> None:
    await a_day(world)
    page = await replay(world, open_page, clock=True)
    assert (await shown(page))["verified"] == "0"
    midnight = NOON - timedelta(hours=12)
    place = page.locator("#place")
    # Forwards, back, and to the end.
    for minute in (620, 735, 560, 850):
        await place.evaluate(
            "(input, to) => { input.value = to; input.dispatchEvent(new Event('input', { bubbles: true })); }", minute
        )
        assert await shown(page) == await board_at(hub, midnight + timedelta(minutes=minute)), minute
    await page.get_by_label("Speed").select_option("600")
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # Half an hour at this speed, which is longer than the rest of the day.
    await page.clock.run_for(3_000)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert await shown(page) == await board_at(hub, AFTERNOON)
    manager = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(manager.locator("#gates tr")).to_have_count(len(GATES))
    assert await shown(page) == await shown(manager), "the end of the replay is the board of now"
    reasons = "#reasons li"
    assert await page.locator(reasons).all_text_contents() == await manager.locator(reasons).all_text_contents()


async def test_the_speed_is_the_chosen_one_and_pausing_holds_still(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await replay(world, open_page, clock=True)
    await page.get_by_label("Speed").select_option("300")
    # From here on the test moves the page's clock.
    await page.clock.pause_at(await page.evaluate("Date.now() + 600_000"))
    before = int(await page.locator("#place").input_value())
    await page.get_by_role("button", name="Play", exact=True).click()
    await page.clock.run_for(3_000)
    await page.get_by_role("button", name="Pause").click()
    after = int(await page.locator("#place").input_value())
    # Three seconds are fifteen minutes, less the part of the minute that has just begun.
    assert 14 <= after - before <= 15
    clock = await page.locator("#player-clock").text_content()
    await page.clock.run_for(500)
    assert await page.locator("#player-clock").text_content() == clock


async def test_the_replay_fits_a_phone_and_says_when_there_is_nothing(hub: Hub, world: World, open_page: Open) -> None:
    await a_day(world)
    page = await replay(world, open_page, phone=True)
    await assert_nothing_sticks_out(page)
    await page.get_by_role("button", name="Day before").click()
    await expect(page.locator("#loaded")).to_have_text("0 events")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    await expect(page.locator("#pace-told")).to_have_text("No scans yet")
