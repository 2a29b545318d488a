"""The calendar and a day's slots: keyboard, screen reader texts, the locale's week, and live updates."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import enter_tickets, give_contact
from tests.browser.hands_and_eyes import Open, without_asking
from tests.support.hub import Hub
from tests.support.slots import add_hourly_slots, close_slot
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

LATER = TODAY + timedelta(days=5)
"""Wednesday, 25 November 2026."""


async def at_the_calendar(page: Page, code: str) -> None:
    """Go through the ticket and contact steps to the step with the calendar."""
    await enter_tickets(page, code)
    await give_contact(page)
    await expect(page.get_by_role("grid")).to_be_visible()
    await expect(page.locator("#calendar[aria-busy]")).to_have_count(0)


async def moving(open_page: Open, world: World) -> Page:
    """The same calendar on a visit's own page."""
    ticket = await world.reserved(await world.slot(LATER))
    page = await open_page(f"/r/{ticket.token}")
    await page.get_by_role("button", name="Move to another time").click()
    await expect(page.get_by_role("button", name="25 November 2026, available, selected")).to_be_visible()
    return page


def day(page: Page, number: int, month: str = "November 2026") -> Locator:
    return page.get_by_role("button", name=re.compile(rf"\b{number} {month}"))


async def test_the_grid_is_walked_as_the_aria_pattern_says(world: World, open_page: Open) -> None:
    page = await moving(open_page, world)
    await day(page, 25).focus()
    for key, expected in (
        ("ArrowRight", "26 November 2026"),
        ("ArrowDown", "3 December 2026"),
        ("ArrowUp", "26 November 2026"),
        ("ArrowLeft", "25 November 2026"),
        ("Home", "Monday, 23 November 2026|Monday 23 November 2026"),
        ("End", "Sunday, 29 November 2026|Sunday 29 November 2026"),
        ("PageDown", "29 December 2026"),
        ("PageUp", "29 November 2026"),
        ("PageUp", "29 October 2026"),
        ("Shift+PageDown", "28 February 2027"),
        ("PageDown", "28 February 2027"),
        ("ArrowRight", "28 February 2027"),
        ("Shift+PageUp", "28 August 2026"),
        ("PageUp", "28 August 2026"),
        ("Control+Home", "1 August 2026"),
        ("ArrowLeft", "1 August 2026"),
        ("Control+End", "31 August 2026"),
    ):
        await page.keyboard.press(key)
        await expect(page.locator("#days button:focus")).to_have_attribute(
            "aria-label", re.compile(rf"(^|\W)({expected})\b"), timeout=5_000
        )
        # The grid has one tab stop, which has the focus.
        assert await page.locator("#days button[tabindex='0']").count() == 1, key
        assert await page.locator("#days button[tabindex='0']").evaluate("(e) => e === document.activeElement"), key


async def test_the_calendar_reaches_three_months_either_way_and_says_where_it_ends(
    world: World, open_page: Open
) -> None:
    page = await moving(open_page, world)
    after, before = page.get_by_role("button", name="Month after"), page.get_by_role("button", name="Month before")
    for name in ("December 2026", "January 2027", "February 2027"):
        await expect(after).to_have_attribute("aria-disabled", "false")
        await after.click()
        await expect(page.locator("#month-name")).to_have_text(name)
    await expect(after).to_have_attribute("aria-disabled", "true")
    await after.click(force=True)
    await expect(page.locator("#month-name")).to_have_text("February 2027")
    await expect(after).to_be_focused()
    for _ in range(6):
        await before.click()
    await expect(page.locator("#month-name")).to_have_text("August 2026")
    await expect(before).to_have_attribute("aria-disabled", "true")


async def test_in_a_months_last_days_the_next_two_weeks_are_in_view(hub: Hub, world: World, open_page: Open) -> None:
    ahead = TODAY + timedelta(days=13)
    await world.slot(ahead)
    full = await world.slot(ahead - timedelta(days=1), capacity=1)
    await world.fill(full, 1)
    page = await open_page("/reserve", phone=True)
    await at_the_calendar(page, (await world.ticket()).code)
    await expect(page.locator("#month-name")).to_have_text("November – December 2026")
    for offset in range(14):
        date = TODAY + timedelta(days=offset)
        await expect(page.locator(f"#days td[data-date='{date}'] button")).to_be_in_viewport()
    await expect(day(page, 2, "December 2026")).to_have_accessible_name(re.compile(", full$"))
    await expect(day(page, 3, "December 2026")).to_have_accessible_name(re.compile(", available$"))
    await assert_accessible(page, "the days around the end of a month")
    # A day of the next month brings that month, followed live, and its times.
    await day(page, 3, "December 2026").click()
    await expect(page.locator("#month-name")).to_have_text("December 2026")
    await expect(page.get_by_role("button", name="Select 12:00 to 14:00")).to_be_visible()
    await expect(day(page, 3, "December 2026")).to_have_accessible_name(re.compile("selected"))
    # The month before is back with both.
    await page.get_by_role("button", name="Month before").click()
    await expect(page.locator("#month-name")).to_have_text("November – December 2026")
    # In the middle of a month there is that month alone.
    hub.clock.set(hub.clock.now() - timedelta(days=5))
    page = await open_page("/reserve")
    await at_the_calendar(page, (await world.ticket()).code)
    await expect(page.locator("#month-name")).to_have_text("November 2026")


async def test_each_day_says_how_it_stands_in_a_word_and_a_shape(world: World, open_page: Open) -> None:
    page = await open_page("/reserve")
    shapes = {}
    for offset, (capacity, booked) in enumerate(((10, 0), (10, 5), (10, 10))):
        await world.slot(LATER + timedelta(days=offset), capacity=capacity, booked=booked)
    closed = await world.slot(LATER + timedelta(days=3))
    await close_slot(world.hub.database, closed)
    await world.slot(TODAY, "08:00", "10:00")
    await at_the_calendar(page, (await world.ticket()).code)
    for number, word in ((25, "available"), (26, "filling up"), (27, "full"), (28, "closed"), (29, "nothing offered"),
                         (19, "past"), (20, "today, over")):  # fmt: skip
        button = day(page, number)
        await expect(button).to_have_accessible_name(re.compile(f", {word}$"))
        shape = button.locator("use")
        shapes[word] = await shape.get_attribute("href") if await shape.count() else None
    # What is plainly free has no mark.
    assert shapes["available"] is None
    received = [shapes[word] for word in ("filling up", "full", "closed")]
    assert None not in received
    assert len(set(received)) == len(received)
    # Days without an offer cannot be chosen. A full day can, because it shows alternatives.
    for number, dead in ((27, None), (28, "true"), (29, "true"), (19, "true")):
        assert await day(page, number).get_attribute("aria-disabled") == dead
    await day(page, 19).click(force=True)
    await expect(page.locator("#slots")).to_be_empty()


@pytest.mark.parametrize(
    ("locale", "first", "month"),
    [("en-GB", "Monday", "December 2026"), ("en-US", "Sunday", "December 2026"), ("zh-CN", "星期一", "2026年12月")],
)
async def test_week_and_names_are_the_readers_own(
    world: World, open_page: Open, locale: str, first: str, month: str
) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    page = await open_page(f"/r/{ticket.token}", locale=locale)
    await page.locator("[data-action=move]").click()
    await page.locator("#month-after").click()
    await expect(page.locator("#month-name")).to_have_text(month)
    await expect(page.locator("#weekdays th").first).to_contain_text(first)
    # 1 December 2026 was a Tuesday.
    row = page.locator("#days tr").nth(0)
    await expect(row.locator("td").nth(2 if first == "Sunday" else 1)).to_have_attribute("data-date", "2026-12-01")


async def test_today_is_the_venues_and_a_slot_ends_by_the_clock_alone(hub: Hub, world: World, browser: Browser) -> None:
    """The reader's clock is eleven hours behind Rome, where it is half past midnight."""
    hub.clock.set(datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    slot_id = await world.slot(LATER, "00:00", "00:31")
    await world.slot(LATER, "12:00", "14:00")
    context = await browser.new_context(locale="en-GB", timezone_id="Pacific/Honolulu")
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{hub.url}/reserve")
    await at_the_calendar(page, (await world.ticket()).code)
    await expect(day(page, 24)).to_have_accessible_name(re.compile("past$"))
    await day(page, 25).click()
    await expect(day(page, 25)).to_have_accessible_name(re.compile("today, available, selected$"))
    card = page.locator(f"[data-slot='{slot_id}']")
    await expect(card).to_contain_text("200 spaces left")
    await page.clock.fast_forward(90_000)
    await expect(card).to_have_count(0)
    await expect(page.get_by_text("One earlier time has ended.")).to_be_visible()
    await context.close()


async def test_a_slot_too_small_for_the_party_says_so(world: World, open_page: Open) -> None:
    await world.slot(LATER, capacity=2)
    roomy = await world.slot(LATER, "16:00", "18:00", capacity=30)
    await world.slot(LATER + timedelta(days=1), capacity=2)
    tickets = await world.tickets(3)
    body = {"ticket_codes": [one.code for one in tickets], "slot_id": roomy,
            "customer_email": "john@example.com", "customer_phone": "+12025551234"}  # fmt: skip
    _, reply = await world.hub.post("/api/reservations", body)
    page = await open_page(f"/r/{reply['data']['token']}")
    await page.get_by_role("button", name="Move to another time").click()
    small = page.locator(".slot").filter(has_text="12:00 – 14:00")
    await expect(small).to_contain_text("Not enough spaces for 3")
    await expect(small).to_contain_text("2 spaces left")
    await expect(small.get_by_role("button", name="Select")).to_have_count(0)
    await expect(day(page, 26)).to_have_accessible_name(re.compile("not enough spaces for 3$"))
    await expect(page.get_by_text("Not enough spaces for your party")).to_be_visible()


async def test_an_open_calendar_follows_what_others_book(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=2)
    page = await open_page("/reserve")
    await at_the_calendar(page, (await world.ticket()).code)
    await expect(page.locator("#calendar-line")).to_have_text("Live")
    await day(page, 25).click()
    card = page.locator(f"[data-slot='{slot_id}']")
    await expect(card).to_contain_text("2 spaces left")
    await page.get_by_role("button", name="Select 12:00 to 14:00").focus()
    async with without_asking(page):
        first = await world.reserved(slot_id)
        await expect(card).to_contain_text("1 space left")
    await expect(card).to_have_class(re.compile(r"\bchanged\b"))
    await expect(day(page, 25)).to_have_accessible_name(re.compile("filling up, selected$"))
    # The focus has not moved, because the elements were not replaced.
    await expect(page.get_by_role("button", name="Select 12:00 to 14:00")).to_be_focused()
    async with without_asking(page):
        await world.reserved(slot_id)
        await expect(card).to_contain_text("Sold out")
    await expect(day(page, 25)).to_have_accessible_name(re.compile("full, selected$"))
    await expect(page.locator("#slots-news")).to_contain_text("12:00 to 14:00 is now: Sold out.")
    await expect(page.get_by_role("button", name="Select 12:00 to 14:00")).to_have_count(0)
    # The slot comes back when a place is given back.
    await world.hub.delete(f"/api/reservations/{first.reservation_id}", X_Reservation_Token=first.token)
    await expect(page.get_by_role("button", name="Select 12:00 to 14:00")).to_be_visible()


async def test_many_changes_are_not_read_out_one_by_one(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=40)
    page = await open_page("/reserve", clock=True)
    await at_the_calendar(page, (await world.ticket()).code)
    await expect(page.locator("#calendar-line")).to_have_text("Live")
    await day(page, 25).click()
    await page.evaluate(
        "() => { window.said = []; new MutationObserver(() => window.said.push("
        "document.getElementById('slots-news').textContent)).observe("
        "document.getElementById('slots-news'), {childList: true}); }"
    )
    for ticket in await world.tickets(25):
        await world.reserve(ticket, slot_id)
    await expect(page.locator(f"[data-slot='{slot_id}']")).to_contain_text("15 spaces left")
    await page.clock.run_for(6_000)
    # Twenty-five bookings changed the word once.
    assert await page.evaluate("window.said") == ["12:00 to 14:00 is now: Filling up."]


async def test_a_lost_connection_is_shown_and_places_are_fetched_instead(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=10)
    page = await open_page("/reserve", clock=True)
    down = True

    async def line(route: WebSocketRoute) -> None:
        if down:
            await route.close(code=1012)
        else:
            route.connect_to_server()

    await page.route_web_socket(re.compile("/ws/availability"), line)
    await at_the_calendar(page, (await world.ticket()).code)
    await day(page, 25).click()
    notice = page.locator("#calendar-offline")
    await page.clock.run_for(4_000)
    await expect(notice).to_contain_text("Not live.")
    await expect(notice).to_contain_text("Availability is checked every few seconds instead")
    await expect(page.locator("#calendar-line")).to_have_text("Not live")
    card = page.locator(f"[data-slot='{slot_id}']")
    await world.reserved(slot_id)
    await page.get_by_role("button", name="Try again").click()
    await expect(card).to_contain_text("9 spaces left", timeout=4_000)
    await world.reserved(slot_id)
    # The page updates by itself, without any input.
    await page.clock.run_for(10_000)
    await expect(card).to_contain_text("8 spaces left")
    down = False
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("#calendar-line")).to_have_text("Live", timeout=25_000)
    await expect(notice).to_be_hidden()


async def test_ninety_days_are_drawn_well_within_two_seconds(world: World, open_page: Open) -> None:
    first = date(2026, 12, 1)
    await add_hourly_slots(world, first, date(2027, 2, 28))
    page = await moving(open_page, world)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    took = await page.evaluate(
        """async () => {
          const started = performance.now();
          for (const key of ["2026-12-25", "2027-01-25", "2027-02-25"]) {
            document.getElementById("month-after").click();
            const cell = () => document.querySelector(`td[data-date="${key}"] .available`);
            while (!cell()) await new Promise((next) => setTimeout(next, 4));
          }
          return performance.now() - started;
        }"""
    )
    # The same requests without the page's calendar give the time to compare: a busy machine delays both.
    beside = await page.evaluate(
        """async (addresses) => {
          const started = performance.now();
          for (const address of addresses) await (await fetch(address)).text();
          return performance.now() - started;
        }""",
        list(asked),
    )
    drawing = await page.evaluate("performance.getEntriesByName('calendar').map(({ duration }) => duration)")
    assert took < max(2_000, 10 * beside), (took, beside)
    assert min(drawing) < 100, drawing


async def test_a_full_slot_names_the_nearest_with_room_and_one_touch_picks_it(world: World, open_page: Open) -> None:
    await world.slot(LATER, capacity=3, booked=3)
    await world.slot(LATER, "16:00", "18:00", capacity=5, booked=5)
    near = await world.slot(LATER, "18:00", "20:00", capacity=5)
    await world.slot(LATER + timedelta(days=2))
    page = await open_page("/reserve", phone=True)
    await at_the_calendar(page, (await world.ticket()).code)
    await day(page, 25).click()
    await page.get_by_role("button", name="Other times for 12:00 to 14:00").click()
    await expect(page.get_by_role("button", name="Other times for 12:00 to 14:00")).to_have_attribute(
        "aria-expanded", "true"
    )
    offered = page.locator(".alternative")
    await expect(offered.first).to_have_accessible_name(re.compile("25 Nov, 18:00 to 20:00, 5 spaces left"))
    await expect(offered).to_have_count(2)
    await offered.first.click()
    await page.get_by_role("button", name="Confirm booking", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await world.booked_count(near) == 1


async def test_of_two_who_confirm_the_last_place_one_is_shown_others(world: World, open_page: Open) -> None:
    wanted = await world.slot(LATER, capacity=1)
    other = await world.slot(LATER, "16:00", "18:00")
    pages = [await open_page("/reserve", phone=True), await open_page("/reserve")]
    for page in pages:
        await at_the_calendar(page, (await world.ticket()).code)
        await day(page, 25).click()
        await page.get_by_role("button", name="Select 12:00 to 14:00").click()
        await expect(page.get_by_role("heading", name="Check your booking")).to_be_visible()
    await asyncio.gather(*(page.get_by_role("button", name="Confirm booking", exact=True).click() for page in pages))
    booked = [page.get_by_role("heading", name="You're booked") for page in pages]
    filled = [page.get_by_text("This time has just filled up.") for page in pages]
    for page, won, lost in zip(pages, booked, filled, strict=True):
        await expect(won.or_(lost)).to_be_visible()
        assert page
    outcome = [(await won.is_visible(), await lost.is_visible()) for won, lost in zip(booked, filled, strict=True)]
    assert sorted(outcome) == [(False, True), (True, False)]
    assert await world.booked_count(wanted) == 1
    loser = pages[outcome.index((False, True))]
    await loser.get_by_role("button", name=re.compile("25 Nov, 16:00")).click()
    await loser.get_by_role("button", name="Confirm booking", exact=True).click()
    await expect(loser.get_by_role("heading", name="You're booked")).to_be_visible()
    assert (await world.booked_count(wanted), await world.booked_count(other)) == (1, 1)
