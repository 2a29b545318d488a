"""The calendar of slots without JavaScript: month, week and day, many slots at once, a copied day, and one more slot."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.slots import change_slot, count_slots, read_slots
from tests.support.venues import add_named_venue
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)
DAY_PAGE = f"/admin/slots/day?day={TOMORROW}"


@pytest.fixture
async def browser(world: World, browser: PlainBrowser) -> PlainBrowser:
    """The same browser with the session of an administrator."""
    browser.sign_in(await world.staff("ADMIN"))
    return browser


async def a_day(world: World) -> list[int]:
    return [await world.slot(TOMORROW, f"{hour}:00", f"{hour + 1}:00", 20) for hour in (10, 11, 12)]


async def test_the_month_and_the_week_say_what_is_free_booked_and_closed(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/slots")
    assert "No slots in this month yet." in page.text
    first, second, _ = await a_day(world)
    await world.fill(first, 5)
    await change_slot(world.hub.database, second, status="CLOSED")
    page = await page.reload()
    assert page.heading == "November 2026"
    (day,) = [link for link in page.tree.all("a") if link["aria-label"].startswith("Saturday, 21 November")]
    assert "3 slots, 5 of 40 booked, 0 in, 1 closed" in day["aria-label"]
    page = await page.goto(f"/admin/slots?view=week&day={TOMORROW}")
    assert "closed · 0 of 20 booked" in page.text
    assert "5 of 20 booked, 0 in, 15 free" in page.text


async def test_ticked_slots_get_other_places_after_a_preview(world: World, browser: PlainBrowser) -> None:
    first, second, third = await a_day(world)
    await world.fill(first, 5)
    page = await browser.open(DAY_PAGE)
    for number in (first, second):
        page.field(f"Choose {10 + number - first}:00").check()
    page.field("Spaces for each ticked slot").fill("30")
    await page.press("Preview spaces")
    assert "This gives 2 slots 30 spaces" in page.text
    assert "5 booked, 25 free" in page.text
    assert await count_slots(world.hub.database, total_capacity=20) == 3
    await page.press("Save spaces")
    assert page.words_of("done") == "The slots are saved."
    rows = await read_slots(world.hub.database, "id", "total_capacity", order_by="id")
    assert [row["total_capacity"] for row in rows] == [30, 30, 20]
    assert third == rows[2]["id"]


async def test_what_stands_in_the_way_is_named_and_what_was_typed_stays(world: World, browser: PlainBrowser) -> None:
    first, *_ = await a_day(world)
    await world.fill(first, 5)
    page = await browser.open(DAY_PAGE)
    page.field("Choose 10:00").check()
    page.field("Spaces for each ticked slot").fill("3")
    await page.press("Preview spaces")
    assert (page.status, "Spaces booked or held: 5" in page.alert, "5 booked" in page.alert) == (409, True, True)
    assert page.field("Spaces for each ticked slot").value == "3"
    await page.press("Delete ticked slots")
    assert "People have booked" in page.alert
    page = await browser.open(DAY_PAGE)
    await page.press("Delete ticked slots")
    assert "Choose at least one slot" in page.alert


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(world: World, browser: PlainBrowser) -> None:
    first, *_ = await a_day(world)
    page = await browser.open(DAY_PAGE)
    page.field("Choose 10:00").check()
    page.field("Spaces for each ticked slot").fill("30")
    await change_slot(world.hub.database, first, total_capacity=25, version=2)
    await page.press("Preview spaces")
    assert (page.status, "Somebody changed this" in page.alert) == (412, True)
    assert (await read_slots(world.hub.database, "total_capacity", id=first))[0]["total_capacity"] == 25


async def test_after_a_refusal_the_address_entered_again_shows_the_same_venue_and_day(
    world: World, browser: PlainBrowser
) -> None:
    other = await add_named_venue(world, "Garden")
    for day in (f"{DAY_PAGE}&venue={other}", f"{DAY_PAGE}&venue={world.venue_id}"):
        page = await browser.open(day)
        for label, typed in {"Begins": "nonsense", "Ends": "11:00", "Spaces": "12"}.items():
            page.field(label).fill(typed)
        await page.press("Add slot")
        assert page.status == 400
        await page.goto(page.url)
        assert page.status == 200
        assert dict(parse_qsl(urlsplit(page.url).query)) == dict(parse_qsl(urlsplit(day).query))
    page = await browser.open(f"/admin/slots/hours?venue={other}")
    page.field("Date").fill("nonsense")
    await page.press("Add day")
    assert page.status == 400
    await page.goto(page.url)
    assert page.url.endswith(f"/admin/slots/hours?venue={other}")


async def test_a_slot_is_added_and_a_wrong_one_is_refused_beside_its_field(world: World, browser: PlainBrowser) -> None:
    page = await browser.open(DAY_PAGE)
    page.field("Begins").fill("10:00")
    page.field("Ends").fill("11:00")
    page.field("Spaces").fill("12")
    await page.press("Add slot")
    assert page.words_of("done") == "The slots are added."
    page.field("Begins").fill("10:30")
    page.field("Ends").fill("11:30")
    await page.press("Add slot")
    assert (page.status, "Other slots are open at that time." in page.alert) == (409, True)
    assert page.field("Begins").value == "10:30"
    page.field("Begins").fill("10:00")
    await page.press("Add slot")
    assert page.words_of("new-start-wrong") == "A slot begins at this time already"
    assert await count_slots(world.hub.database) == 1


async def test_a_day_is_copied_onto_others_after_a_preview(world: World, browser: PlainBrowser) -> None:
    await a_day(world)
    page = await browser.open(DAY_PAGE)
    page.field("Until").fill((TOMORROW + timedelta(days=14)).isoformat())
    await page.press("Preview copy")
    assert "This makes 6 slots" in page.text
    await page.press("Make 6 slots")
    assert await count_slots(world.hub.database) == 9
    page = await page.goto(DAY_PAGE)
    page.field("To these days").fill("nonsense")
    await page.press("Preview copy")
    assert "Give a day such as" in page.text


async def test_a_manager_sees_everything_and_changes_one_slot_at_a_time(world: World, browser: PlainBrowser) -> None:
    first, *_ = await a_day(world)
    browser.sign_in(await world.staff("MANAGER"))
    page = await browser.open(DAY_PAGE)
    assert len(page.buttons("")) == len(page.buttons("Sign out")) == 1
    page = await page.goto(f"/admin/slots/{first}")
    assert len(page.buttons("Save")) == len(page.buttons("Show what happens")) == 1
    page = await page.goto("/admin/slots/hours")
    assert len(page.buttons("")) == len(page.buttons("Sign out")) == 1
    browser.sign_in(await world.staff("OPERATOR"))
    page = await page.goto("/admin/slots")
    assert "/operator/login" in page.url
